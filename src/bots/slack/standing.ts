import { createHash } from "node:crypto";
import type { ChatPlatform, Content, Given, Posted } from "../platform.ts";
import { Undeliverable } from "../undeliverable.ts";
import { fromMessage } from "./from-slack.ts";
import { isDirect, isTs, readPersonId } from "./ids.ts";
import type { SlackMessage } from "./message.ts";
import { toPosted } from "./message-carrier.ts";
import { spotOf, type Mark, type Messages, type Spot } from "./messages.ts";
import type { Receiver } from "./receive.ts";
import { codeOf, refusalOf } from "./refusal.ts";
import { toBodies } from "./parts.ts";
import { escapeText, toMessage } from "./to-slack.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** What answers that stand on Slack are looked after with. */
export interface Standing {
  readonly messages: Messages;
  readonly receiver: Pick<Receiver, "around">;
  readonly split: (markdown: string) => readonly string[];
}

/** What can be done to an answer that was posted before. */
export function lookAfter(standing: Standing): Pick<ChatPlatform, "recall" | "amend" | "mark"> {
  return {
    recall: (given, options) => recall(standing, given, options),
    amend: (given, content, options) => unlessNever(amend(standing, { given, content }, options)),
    mark: (given, line, options) => unlessNever(mark(standing, { given, line }, options)),
  };
}

/** What Slack will never do is not tried again. */
async function unlessNever<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === undefined) throw error;
    throw new Undeliverable(`Not changed: Slack refuses it (${refusal})`, { cause: error });
  }
}

/** A question by message can be read again; a command cannot. */
async function recall({ messages, receiver }: Standing, given: Given, options: Options) {
  const { conversation, askedId } = given;
  if (given.seenBy === "asker" || conversation.thread === undefined || !isTs(askedId)) return undefined;
  const spot = spotOf({ conversation });
  try {
    const message = await find(messages, { spot, ts: askedId }, options);
    const { space: team, channel } = conversation;
    return message && fromMessage(message, { team, channel, isJoined: true }, receiver.around(team));
  } catch (error) {
    if (refusalOf(error)) return undefined;
    throw error;
  }
}

async function find(
  messages: Messages,
  { spot, ts }: { readonly spot: Spot; readonly ts: string },
  options: Options,
): Promise<SlackMessage | undefined> {
  // The root of a thread is in both lists, and its replies in one.
  const before = String(Number(ts.split(".")[0]) - 1);
  const page = await messages.page(spot, { after: `${before}.000000`, upTo: ts, limit: 50, ...options });
  const found = page.messages.find((message) => message.ts === ts);
  return found?.subtype === "tombstone" ? undefined : found;
}

/** Only the asker sees it, and it has no address: Slack lets nobody edit it. */
function isEphemeral({ url }: Posted): boolean {
  return url === undefined;
}

async function amend(
  { messages, split }: Standing,
  { given, content }: { readonly given: Given; readonly content: Content },
  options: Options,
): Promise<Given["posted"] | void> {
  const posted = given.posted.filter((one) => !isEphemeral(one));
  const [first] = posted;
  if (!first) return;
  const [body, ...others] = toBodies(content, split);
  const markOf = (part: number): Mark => ({ type: "hearth_answer", payload: { job: given.job, part } });
  await messages.edit(spotOf(first), first.id, body, { ...options, mark: markOf(0) });
  const now: [Posted, ...Posted[]] = [first];
  for (const [index, other] of others.entries()) {
    const [old, own] = [posted[index + 1], markOf(index + 1)];
    if (old) await messages.edit(spotOf(old), old.id, other, { ...options, mark: own });
    now.push(old ?? toPosted(spotOf(first), await messages.post(spotOf(first), other, { ...options, mark: own })));
  }
  for (const extra of posted.slice(others.length + 1)) await removeIfThere(messages, extra, options);
  return now;
}

/** What an earlier try took away is gone already. */
async function removeIfThere(messages: Messages, posted: Posted, options: Options): Promise<void> {
  await messages.remove(spotOf(posted), posted.id, options).catch((error: unknown) => {
    if (refusalOf(error) !== "gone") throw error;
  });
}

async function mark(
  { messages }: Standing,
  { given, line }: { readonly given: Given; readonly line: string },
  options: Options,
): Promise<void> {
  const last = given.posted.at(-1) ?? given.posted[0];
  const told = toMessage({ markdown: line, buttons: [] });
  const note: Mark = { type: "hearth_note", payload: { job: given.job, note: hashOf(line) } };
  const isOpen = !isEphemeral(last) || isDirect(last.conversation.channel);
  const spot = isOpen ? spotOf(last) : await directSpot(messages, given, options);
  if (isOpen) await addLine(messages, { last, line }, options);
  // What an earlier try has said already is not said again.
  const after = isOpen ? last.id : undefined;
  if (!(await isSaid(messages, { spot, note, after }, options)))
    await messages.post(spot, told, { ...options, mark: note });
}

async function directSpot(messages: Messages, { conversation, askerId }: Given, options: Options): Promise<Spot> {
  const team = conversation.space;
  const asker = readPersonId(askerId, team);
  if (!asker) throw new TypeError("An answer has no asker");
  return { team, channel: await messages.openDirect(team, asker.user, options) };
}

/** Below the answer and above its buttons. Where Slack does not let what it gave be sent back, the answer stays as it is. */
async function addLine(
  messages: Messages,
  { last, line }: { readonly last: Posted; readonly line: string },
  options: Options,
): Promise<void> {
  const message = await find(messages, { spot: spotOf(last), ts: last.id }, options);
  if (!message) return;
  const block = {
    type: "context",
    block_id: "hearth-changed",
    elements: [{ type: "mrkdwn", text: escapeText(line) }],
  };
  const blocks = message.blocks.filter(({ block_id: id }) => id !== block.block_id);
  const below = blocks.findIndex(({ type }) => type === "actions");
  const place = below === -1 ? blocks.length : below;
  // What Slack shows already goes back as it came.
  const all = [...blocks.slice(0, place), block, ...blocks.slice(place)];
  try {
    await messages.edit(spotOf(last), last.id, { text: message.text.slice(0, 3_000), blocks: all }, options);
  } catch (error) {
    if (refusalOf(error) !== "refused" || codeOf(error) === "cant_update_message") throw error;
  }
}

async function isSaid(
  messages: Messages,
  { spot, note, after }: { readonly spot: Spot; readonly note: Mark; readonly after: string | undefined },
  options: Options,
): Promise<boolean> {
  const page = await messages.page(spot, { ...options, ...(after !== undefined && { after }), limit: 200 });
  return page.messages.some(
    ({ metadata }) =>
      metadata?.type === note.type &&
      Object.entries(note.payload).every(([key, value]) => metadata.payload[key] === value),
  );
}

function hashOf(words: string): string {
  return createHash("sha256").update(words).digest("hex").slice(0, 16);
}
