import type { types } from "@slack/bolt";
import type { Passage } from "../../chat.ts";
import { readSought } from "../docs-choices.ts";
import { findPassages, nothingFound, wordsIn } from "../docs-find.ts";
import { passagesText } from "../docs-text.ts";
import type { Sending } from "../inbox.ts";
import { jobOf } from "../inbox-questions.ts";
import { shareId } from "../pressed.ts";
import {
  askerOf,
  conversationOf,
  ownButton,
  tellAt,
  type Doer,
  type SlackInteractionTools,
} from "./interaction-tools.ts";
import { conversationIn, isDirect } from "./ids.ts";
import { findOwn } from "./look.ts";
import { toPosted } from "./message-carrier.ts";
import { codeOf } from "./refusal.ts";
import { toMessage, type MessageBody } from "./to-slack.ts";

type DocsTools = Pick<SlackInteractionTools, "brain" | "clearanceOf" | "linkHosts" | "settings" | "signal">;
type ShareTools = DocsTools & Pick<SlackInteractionTools, "inbox" | "installs" | "messages">;

/** Slack's words for a channel that Hearth is not in. */
const NOT_THERE = new Set(["not_in_channel", "channel_not_found"]);
const LONGEST_NAME = 80;
const NOT_FOR_ALL = "Not everybody who reads this channel may read that, so it stays with you.";

/** What is looked up, by whom, and the address where the result is said to that person alone. */
export interface LookUp {
  readonly doer: Doer;
  readonly value: string;
  readonly respond: string;
}

/** Passages for words, or the one that was chosen, for the person alone. */
export async function showDocs({ doer, value, respond }: LookUp, tools: DocsTools): Promise<void> {
  const { clearanceOf, linkHosts, signal } = tools;
  const sought = readSought(value);
  if (!sought) return tellAt(respond, { markdown: "There are no words in that to look for." }, tools);
  const asking = { conversation: conversationOf(doer), askerId: askerOf(doer), seenBy: "asker" } as const;
  const passages = await findPassages(sought, await clearanceOf(asking, { signal }), tools);
  if (passages.length === 0) return tellAt(respond, { markdown: nothingFound(sought) }, tools);
  // In direct messages nobody else is there to share with, or only who may not read it.
  const blocks = isDirect(doer.channel) ? [] : [ownButton("Share here", shareId(wordsIn(sought)))];
  return tellAt(respond, { markdown: passagesText(passages, { linkHosts }), blocks }, tools);
}

/** A button that was pressed below what one person sees. */
export interface SharePressed {
  readonly doer: Doer;
  readonly words: string;
  /** The message that it stands below. */
  readonly message: string;
  readonly respond: string;
}

/** "Share here": posts, once, what every reader of the place may read of it now. */
export function createShare(tools: ShareTools): (press: SharePressed) => Promise<void> {
  const sharing = new Set<string>();
  return async (press) => {
    const { doer, message } = press;
    const job = jobOf({ platform: "slack", id: `share ${doer.channel} ${message} ${askerOf(doer)}` });
    if (sharing.has(job) || tools.inbox.sendings(job).some(({ posted }) => posted)) return;
    sharing.add(job);
    await share(press, job, tools).finally(() => sharing.delete(job));
  };
}

async function share({ doer, words, respond }: SharePressed, job: string, tools: ShareTools): Promise<void> {
  const { inbox, clearanceOf, signal } = tools;
  const sought = readSought(words);
  const asking = { conversation: conversationOf(doer), askerId: askerOf(doer), seenBy: "place" } as const;
  const clearance = await clearanceOf(asking, { signal });
  const passages = sought ? await findPassages(sought, clearance, tools) : [];
  if (passages.length === 0) return tellAt(respond, { markdown: NOT_FOR_ALL }, tools);
  const isPlanned = inbox.sendings(job).length > 0;
  const sending = inbox.plan(job, 0);
  const own = isPlanned ? await earlier(sending, doer, tools) : undefined;
  if (own === undefined) await post(passages, { doer, job, respond }, tools);
  else inbox.sent(job, 0, toPosted({ team: doer.team, channel: doer.channel }, own));
  await tellAt(respond, { markdown: "Shared.", isInstead: true }, tools);
}

/** What an earlier try may have posted, whose end nobody knows. */
async function earlier(
  sending: Sending,
  { team, channel }: Doer,
  { messages, inbox, installs, signal }: ShareTools,
): Promise<string | undefined> {
  const looking = { messages, inbox, botUser: installs.of(team)?.botUser ?? "" };
  const mark = { type: "hearth_note", payload: { job: sending.job, part: 0 } } as const;
  try {
    const own = await findOwn(looking, { sending, spot: { team, channel }, mark }, { signal });
    return own?.metadata && own.ts;
  } catch (error) {
    if (!NOT_THERE.has(codeOf(error) ?? "")) throw error;
    return undefined;
  }
}

async function post(
  passages: readonly Passage[],
  { doer, job, respond }: { readonly doer: Doer; readonly job: string; readonly respond: string },
  tools: ShareTools,
): Promise<void> {
  const { messages, inbox, linkHosts, signal } = tools;
  const { team, channel, name } = doer;
  const text = passagesText(passages, { linkHosts });
  const mark = { type: "hearth_note", payload: { job, part: 0 } } as const;
  try {
    const ts = await messages.post({ team, channel }, sharedBy(name, text), { mark, signal });
    inbox.sent(job, 0, toPosted({ team, channel }, ts));
  } catch (error) {
    if (!NOT_THERE.has(codeOf(error) ?? "")) throw error;
    await tellAt(respond, { markdown: text, isPublic: true }, tools);
    inbox.sent(job, 0, { id: job, conversation: conversationIn({ team, channel }) });
  }
}

/** Who shares it is named, and not notified: in plain text nothing is a mention. */
function sharedBy(name: string, markdown: string): MessageBody {
  const { text, blocks } = toMessage({ markdown, buttons: [] });
  const who: types.ContextBlock = {
    type: "context",
    elements: [{ type: "plain_text", text: `${name.slice(0, LONGEST_NAME)} shares:`, emoji: false }],
  };
  return { text, blocks: [who, ...blocks] };
}
