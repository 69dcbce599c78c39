import { createHash } from "node:crypto";
import type { ChatPlatform, Content, Given, Posted } from "../platform.ts";
import { Undeliverable } from "../undeliverable.ts";
import type { DiscordApi } from "./api.ts";
import { addressOf, channelOf, DIRECT, fromMessage } from "./from-discord.ts";
import { addressed, type Places } from "./places.ts";
import { refusalOf } from "./refusal.ts";
import { isSnowflake } from "./snowflake.ts";
import { LONGEST_MESSAGE, nonceOf, toMessage } from "./to-discord.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** What answers that stand on Discord are looked after with. */
export interface Standing {
  readonly api: DiscordApi;
  readonly places: Places;
  readonly split: (markdown: string) => readonly string[];
}

/** What can be done to an answer that was posted before. */
export function lookAfter(standing: Standing): Pick<ChatPlatform, "recall" | "amend" | "mark"> {
  return {
    recall: (given, options) => recall(standing, given, options),
    amend: (given, content, options) => deliverably(amend(standing, { given, content }, options)),
    mark: (given, line, options) => deliverably(mark(standing, { given, line }, options)),
  };
}

/** What Discord will never do is not to be tried again. */
async function deliverably<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (error) {
    const refusal = refusalOf(error);
    throw refusal ? new Undeliverable(`An answer could not be changed: ${refusal}`, { cause: error }) : error;
  }
}

/** A question by message can be read again; a command cannot. */
async function recall({ api, places }: Standing, given: Given, options: Options) {
  // What the desk posted of its own accord nobody asked.
  if (!isSnowflake(given.askedId)) return undefined;
  if (given.seenBy === "asker" && given.conversation.space !== DIRECT) return undefined;
  const of = addressed(given.conversation);
  try {
    const message = await api.message(of.channelId, given.askedId, options);
    const place = places.placeOf(of) ?? (await places.findPlace(of));
    return place && fromMessage(message, place, places.around(place.space), { open: false });
  } catch (error) {
    if (refusalOf(error)) return undefined;
    throw error;
  }
}

/** Only the asker sees it, and it has no address: Discord lets it be edited for a quarter of an hour, through its command. */
function isEphemeral({ url, conversation }: Posted): boolean {
  return url === undefined && conversation.space !== DIRECT;
}

async function amend(
  { api, split }: Standing,
  { given, content }: { readonly given: Given; readonly content: Content },
  options: Options,
): Promise<Given["posted"]> {
  const posted = given.posted.filter((one) => !isEphemeral(one));
  const [first] = posted;
  if (!first) return given.posted;
  const pieces = split(content.markdown);
  const bodies = pieces.map((markdown, index) =>
    toMessage({ markdown, buttons: index === pieces.length - 1 ? content.buttons : [] }),
  );
  const { conversation } = first;
  const added: Posted[] = [];
  for (const [index, body] of bodies.entries()) {
    const old = posted[index];
    if (old) await api.edit(channelOf(old.conversation), old.id, body, options);
    else {
      const nonce = nonceFor(given.job, body.content);
      const { id, channelId } = await api.create(channelOf(conversation), body, { nonce, ...options });
      added.push({ id, conversation, url: addressOf(conversation.space, channelId, id) });
    }
  }
  for (const extra of posted.slice(bodies.length)) {
    await api.remove(channelOf(extra.conversation), extra.id, options).catch((error: unknown) => {
      // An earlier try may have removed it.
      if (refusalOf(error) !== "gone") throw error;
    });
  }
  return [first, ...posted.slice(1, bodies.length), ...added];
}

async function mark(
  { api }: Standing,
  { given, line }: { readonly given: Given; readonly line: string },
  options: Options,
): Promise<void> {
  const last = given.posted.at(-1) ?? given.posted[0];
  const told = toMessage({ markdown: line, buttons: [] });
  if (isEphemeral(last)) {
    const channel = await api.openDirect(given.askerId, options);
    await api.create(channel, told, { nonce: nonceFor(given.job, line), ...options });
    return;
  }
  const channelId = channelOf(last.conversation);
  const message = await api.message(channelId, last.id, options);
  const content = `${message.content}\n\n${line}`;
  const { allowed_mentions, flags } = told;
  const isMarked = message.content.endsWith(line);
  // Left out, the buttons stay.
  if (!isMarked && content.length <= LONGEST_MESSAGE)
    await api.edit(channelId, last.id, { content, allowed_mentions, flags }, options);
  await api.create(channelId, told, { nonce: nonceFor(given.job, line), replyTo: last.id, ...options });
}

/** The same for the same words about the same answer. */
function nonceFor(job: string, words: string): string {
  return nonceOf(job, Number.parseInt(createHash("sha256").update(words).digest("hex").slice(0, 3), 16));
}
