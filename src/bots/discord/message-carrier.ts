import type { Conversation } from "../../chat.ts";
import type { Inbox, Sending } from "../inbox.ts";
import type { Posted } from "../platform.ts";
import { readCustomId } from "../pressed.ts";
import type { DiscordApi } from "./api.ts";
import type { Carrier } from "./carrier.ts";
import { addressOf, channelOf } from "./from-discord.ts";
import type { DiscordMessage } from "./message.ts";
import { isHistoryHidden } from "./refusal.ts";
import { compareIds, snowflakeAt, timeOf } from "./snowflake.ts";
import { type MessageBody, nonceOf } from "./to-discord.ts";

/** As long as Discord surely takes the same nonce for the same message. */
const NONCE_MS = 2 * 60_000;
/** How far Discord's clock and ours may be apart. */
const CLOCKS_MS = 30_000;
/** Pages of a hundred messages that are searched for one of our own. */
const PAGES = 10;

interface Options {
  readonly signal: AbortSignal;
}

/** Where an answer goes: a channel or thread, as a reply to a message there or not. */
export interface Target {
  readonly conversation: Conversation;
  readonly replyTo?: string;
}

/** What carriers work with. */
export interface Carrying {
  readonly api: DiscordApi;
  readonly inbox: Pick<Inbox, "plan" | "sent" | "sendings" | "given">;
  /** Hearth's own id. */
  readonly selfId: () => string;
}

/**
 * Ordinary messages, each written down before it is sent. What may have been sent by an earlier try is sent again with the same
 * nonce, or, where that is too long ago, looked for. `find` is asked for the target once; `offset` is added to a part's number in the
 * outbox.
 */
export function createMessageCarrier(
  carrying: Carrying,
  of: { readonly job: string; readonly offset: number; readonly typingIn?: string },
  find: (options: Options) => Promise<Target>,
): Carrier {
  const { api, inbox } = carrying;
  const target = once(find);
  const edit: Carrier["edit"] = async ({ id, conversation }, body, options) =>
    void (await api.edit(channelOf(conversation), id, body, options));
  return {
    async post(part, body, options) {
      const number = of.offset + part;
      const isRetry = inbox.sendings(of.job).some((sending) => sending.part === number);
      const sending = inbox.plan(of.job, number);
      const place = await target(options);
      const isOld = isRetry && Date.now() - sending.plannedAt > NONCE_MS;
      const own = isOld ? await findOwn(carrying, { sending, target: place, body, options }) : undefined;
      const message = own ?? (await send(api, { part, target: place, body, nonce: nonceOf(of.job, number) }, options));
      const posted = toPosted(place.conversation, message);
      inbox.sent(of.job, number, posted);
      // A nonce that was used before, or a message that was found, brings what was said then.
      if (message.content !== body.content) await edit(posted, body, options);
      return posted;
    },
    edit,
    remove: ({ id, conversation }, options) => api.remove(channelOf(conversation), id, options),
    typing: async (options) => {
      if (of.typingIn !== undefined) await api.typing(of.typingIn, options);
    },
    posted: () => partsOf(inbox, of.job, { from: of.offset, to: Infinity }),
    next: () => Promise.resolve(undefined),
  };
}

/** The parts of a job that are known to be posted, of those counted from one number up to another, renumbered from 0. */
export function partsOf(
  inbox: Pick<Inbox, "sendings">,
  job: string,
  { from, to }: { readonly from: number; readonly to: number },
): ReadonlyMap<number, Posted> {
  const counted = inbox.sendings(job).filter(({ part }) => part >= from && part < to);
  return new Map(counted.flatMap(({ part, posted }) => (posted ? [[part - from, posted] as const] : [])));
}

/** A function that asks again only where it failed. */
function once(find: (options: Options) => Promise<Target>): (options: Options) => Promise<Target> {
  let found: Promise<Target> | undefined;
  return (options) => {
    found ??= find(options).catch((error: unknown) => {
      found = undefined;
      throw error;
    });
    return found;
  };
}

async function send(
  api: DiscordApi,
  of: { readonly part: number; readonly target: Target; readonly body: MessageBody; readonly nonce: string },
  options: Options,
): Promise<DiscordMessage> {
  const { conversation, replyTo } = of.target;
  const channelId = channelOf(conversation);
  const creation = { nonce: of.nonce, ...options };
  if (replyTo === undefined || of.part > 0) return api.create(channelId, of.body, creation);
  return api.create(channelId, of.body, { ...creation, replyTo }).catch((error: unknown) => {
    if (isHistoryHidden(error)) return api.create(channelId, of.body, creation);
    throw error;
  });
}

/** A message of Hearth's own that an earlier try may have posted. */
export async function findOwn(
  carrying: Carrying,
  of: {
    readonly sending: Sending;
    readonly target: Target;
    readonly body: MessageBody;
    readonly options: Options;
  },
): Promise<DiscordMessage | undefined> {
  const { sending, target, body, options } = of;
  return findFree(carrying, { sending, target, options }, [
    (message) => isOf(message, sending.job),
    ({ content, replyTo }) => replyTo?.id === target.replyTo && content === body.content,
    (message) => isLike(message, { sending, target, body }),
  ]);
}

/** A message of Hearth's own, posted since something was planned and not known to be of anything; the first test that any of a page passes decides. */
export async function findFree(
  { api, inbox, selfId }: Carrying,
  { sending, target, options }: { readonly sending: Sending; readonly target: Target; readonly options: Options },
  tests: readonly ((message: DiscordMessage) => boolean)[],
): Promise<DiscordMessage | undefined> {
  const siblings = inbox.sendings(sending.job).map(({ posted }) => posted?.id);
  const isFree = ({ id, author }: DiscordMessage) =>
    author.id === selfId() && !siblings.includes(id) && !inbox.given({ platform: "discord", messageId: id });
  const since = snowflakeAt(sending.plannedAt - CLOCKS_MS);
  const first = target.replyTo !== undefined && compareIds(target.replyTo, since) > 0 ? target.replyTo : since;
  for (let page = 0, after = first; page < PAGES; page++) {
    const messages = await api.after(channelOf(target.conversation), after, options);
    const free = messages.filter(isFree);
    const passing = tests.find((test) => free.some(test));
    if (passing) return free.find(passing);
    const last = messages.at(-1);
    if (!last || messages.length < 100) return undefined;
    after = last.id;
  }
  return undefined;
}

/** Whether the button that stops a job stands below a message: nobody sees its id, and no other job has it. */
function isOf({ buttons }: DiscordMessage, job: string): boolean {
  return buttons.some((id) => {
    const pressed = readCustomId(id);
    return pressed?.kind === "stop" && pressed.job === job;
  });
}

/** Whether a message can be the one that was planned: a reply to the question, or one to nobody that was sent just then and begins alike. */
function isLike(
  { id, replyTo, content }: DiscordMessage,
  { sending, target, body }: { readonly sending: Sending; readonly target: Target; readonly body: MessageBody },
): boolean {
  if (replyTo !== undefined) return replyTo.id === target.replyTo;
  const isThen = Math.abs(timeOf(id) - sending.plannedAt) < CLOCKS_MS;
  return isThen && firstLine(content) === firstLine(body.content);
}

function firstLine(text: string): string {
  return text.trimStart().split("\n", 1)[0] ?? "";
}

function toPosted(conversation: Conversation, { id }: DiscordMessage): Posted {
  return { id, conversation, url: addressOf(conversation.space, channelOf(conversation), id) };
}
