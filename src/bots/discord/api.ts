import { MessageFlags, type REST, Routes } from "discord.js";
import { type DiscordMessage, readMessage } from "./message.ts";
import { isArchived } from "./refusal.ts";
import { isSnowflake } from "./snowflake.ts";
import type { MessageBody } from "./to-discord.ts";

/** An interaction's own door: it needs no token of the bot's and is open for 15 minutes. */
export interface Door {
  readonly application: string;
  readonly token: string;
}

/** What is sent besides a message's body when it is made. */
export interface Creation {
  readonly nonce: string;
  /** The message that it replies to; where that is gone, Discord refuses. */
  readonly replyTo?: string;
}

interface Options {
  readonly signal: AbortSignal;
}

/** A page of a channel's archived threads. `archivedAt` is ISO 8601. */
export interface ArchivedThreads {
  readonly threads: readonly { readonly id: string; readonly archivedAt: string }[];
  readonly hasMore: boolean;
}

/** Discord's REST interface, as far as it is needed, each call checked in its answer. Rejects as the library does. */
export interface DiscordApi {
  create(channelId: string, body: MessageBody, options: Creation & Options): Promise<DiscordMessage>;
  /** In a thread that is archived too, which is no longer so then. */
  edit(channelId: string, id: string, body: Partial<MessageBody>, options: Options): Promise<DiscordMessage>;
  remove(channelId: string, id: string, options: Options): Promise<void>;
  message(channelId: string, id: string, options: Options): Promise<DiscordMessage>;
  /** Up to 100 messages after one, oldest first. */
  after(channelId: string, id: string, options: Options): Promise<readonly DiscordMessage[]>;
  /** Up to 100 messages before one, newest first. */
  before(channelId: string, id: string, options: Options): Promise<readonly DiscordMessage[]>;
  /** Up to 100 archived public threads of a channel, those first that were archived last, at most until an instant. */
  archived(channelId: string, options: Options & { readonly before?: string }): Promise<ArchivedThreads>;
  typing(channelId: string, options: Options): Promise<void>;
  openThread(channelId: string, messageId: string, name: string, options: Options): Promise<string>;
  /** The channel of direct messages with somebody. */
  openDirect(userId: string, options: Options): Promise<string>;
  /** Edits a message of an interaction: "@original" or a follow-up's id. */
  editThere(door: Door, id: string, body: Partial<MessageBody>, options: Options): Promise<DiscordMessage>;
  followUp(door: Door, body: MessageBody, options: Options & { readonly isPrivate: boolean }): Promise<DiscordMessage>;
  removeThere(door: Door, id: string, options: Options): Promise<void>;
}

/** Discord answers with the message that was made. */
const WAIT = new URLSearchParams({ wait: "true" });

/** The interface over the library's client, which keeps to Discord's rate limits. */
export function createApi(rest: REST): DiscordApi {
  return {
    async create(channelId, body, { nonce, replyTo, signal }) {
      const reference = replyTo === undefined ? {} : { message_reference: { message_id: replyTo } };
      const whole = { ...body, nonce, enforce_nonce: true, ...reference };
      return checked(await rest.post(Routes.channelMessages(channelId), { body: whole, signal }));
    },
    async edit(channelId, id, body, { signal }) {
      const edit = () => rest.patch(Routes.channelMessage(channelId, id), { body, signal });
      const edited = await edit().catch(async (error: unknown) => {
        if (!isArchived(error)) throw error;
        await rest.patch(Routes.channel(channelId), { body: { archived: false }, signal });
        return edit();
      });
      return checked(edited);
    },
    remove: async (channelId, id, { signal }) =>
      void (await rest.delete(Routes.channelMessage(channelId, id), { signal })),
    message: async (channelId, id, { signal }) =>
      checked(await rest.get(Routes.channelMessage(channelId, id), { signal })),
    typing: async (channelId, { signal }) => void (await rest.post(Routes.channelTyping(channelId), { signal })),
    async openThread(channelId, messageId, name, { signal }) {
      const body = { name, auto_archive_duration: 1_440 };
      return idOf(await rest.post(Routes.threads(channelId, messageId), { body, signal }));
    },
    openDirect: async (userId, { signal }) =>
      idOf(await rest.post(Routes.userChannels(), { body: { recipient_id: userId }, signal })),
    ...reading(rest),
    ...throughDoors(rest),
  };
}

/** Reading what was said, page by page. */
function reading(rest: REST): Pick<DiscordApi, "after" | "before" | "archived"> {
  const page = async (
    channelId: string,
    edge: { readonly after: string } | { readonly before: string },
    { signal }: Options,
  ) => {
    const query = new URLSearchParams({ ...edge, limit: "100" });
    const messages = await rest.get(Routes.channelMessages(channelId), { query, signal });
    return Array.isArray(messages) ? messages.flatMap((message) => readMessage(message) ?? []) : [];
  };
  return {
    after: async (channelId, id, options) => (await page(channelId, { after: id }, options)).toReversed(),
    before: (channelId, id, options) => page(channelId, { before: id }, options),
    async archived(channelId, { before, signal }) {
      const query = new URLSearchParams({ limit: "100", ...(before !== undefined && { before }) });
      return readArchived(await rest.get(Routes.channelThreads(channelId, "public"), { query, signal }));
    },
  };
}

/** What a door's own token opens. */
function throughDoors(rest: REST): Pick<DiscordApi, "editThere" | "followUp" | "removeThere"> {
  const there = { auth: false } as const;
  return {
    editThere: async ({ application, token }, id, body, { signal }) =>
      checked(await rest.patch(Routes.webhookMessage(application, token, id), { body, signal, ...there })),
    async followUp({ application, token }, body, { isPrivate, signal }) {
      const whole = { ...body, flags: body.flags | (isPrivate ? MessageFlags.Ephemeral : 0) };
      return checked(
        await rest.post(Routes.webhook(application, token), { body: whole, query: WAIT, signal, ...there }),
      );
    },
    removeThere: async ({ application, token }, id, { signal }) =>
      void (await rest.delete(Routes.webhookMessage(application, token, id), { signal, ...there })),
  };
}

function checked(answer: unknown): DiscordMessage {
  const message = readMessage(answer);
  if (!message) throw new TypeError("Discord answered with something that is no message");
  return message;
}

function idOf(answer: unknown): string {
  const id = typeof answer === "object" && answer !== null && "id" in answer ? answer.id : undefined;
  if (!isSnowflake(id)) throw new TypeError("Discord answered without an id");
  return id;
}

function readArchived(answer: unknown): ArchivedThreads {
  const listed = typeof answer === "object" && answer !== null && "threads" in answer ? answer.threads : [];
  const threads = Array.isArray(listed) ? listed.flatMap(readThread) : [];
  const hasMore = typeof answer === "object" && answer !== null && "has_more" in answer && answer.has_more === true;
  return { threads, hasMore };
}

function readThread(thread: unknown): ArchivedThreads["threads"][number][] {
  if (typeof thread !== "object" || thread === null || !("id" in thread) || !("thread_metadata" in thread)) return [];
  const { id, thread_metadata: about } = thread;
  const at = typeof about === "object" && about !== null && "archive_timestamp" in about ? about.archive_timestamp : "";
  if (!isSnowflake(id) || typeof at !== "string" || Number.isNaN(Date.parse(at))) return [];
  return [{ id, archivedAt: at }];
}
