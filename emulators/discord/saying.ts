import { NO_DRAFT, type Draft } from "./message-shapes.ts";
import { compose, publish, type Upload } from "./messages.ts";
import { ChannelType, type Channel } from "./model.ts";
import type { PermissionName } from "./permissions.ts";
import { openThread } from "./places.ts";
import { isThread, known, may, type State } from "./state.ts";

/** A file that somebody sends. */
export interface SentFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly type?: string;
}

/** What somebody says. `mentionsBot` puts a mention before the text; `thread` opens a thread of that name on the message. */
export interface Saying {
  readonly by: string;
  readonly in: string;
  readonly text?: string;
  readonly mentionsBot?: boolean;
  readonly replyTo?: string;
  /** Whether a reply notifies whom it answers; it does by default. */
  readonly replyPings?: boolean;
  readonly files?: readonly SentFile[];
  readonly thread?: string;
  /** Milliseconds since 1970, for what was said before. */
  readonly at?: number;
  /** A number other than 0 makes a system message. */
  readonly type?: number;
  /** By a webhook of somebody else's. */
  readonly webhook?: string;
}

/** A forum post with its first message. */
export interface Post {
  readonly by: string;
  readonly in: string;
  readonly title: string;
  readonly text?: string;
  readonly mentionsBot?: boolean;
  readonly files?: readonly SentFile[];
}

/** A draft that is only text. */
export const draftOf = (content: string): Draft => ({ ...NO_DRAFT, content });

/** Throws unless somebody may do something, so that a test does not let people do what they could not. */
export function mustBeAble(
  state: State,
  { by, channel }: { by: string; channel: Channel },
  name: PermissionName,
): void {
  known(state.users, by, "user");
  if (!may(state, { user: by, channel }, name)) throw new Error(`User ${by} has no ${name} in ${channel.id}`);
}

/** A person's reply with the mention of its author turned off. */
const QUIET_REPLY: NonNullable<Draft["allowed_mentions"]> = {
  parse: ["users", "roles", "everyone"],
  users: undefined,
  roles: undefined,
  replied_user: false,
};

/** Says something in a channel, a thread or a DM. */
export function say(state: State, saying: Saying): string {
  const { by, in: place, at } = saying;
  const channel = known(state.channels, place, "channel");
  if (saying.webhook === undefined)
    mustBeAble(state, { by, channel }, isThread(channel) ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");
  if (channel.thread?.locked === true && channel.thread.archived) mustBeAble(state, { by, channel }, "MANAGE_THREADS");
  if (channel.type === ChannelType.forum || channel.type === ChannelType.category)
    throw new Error(`Nothing can be said in ${place} itself`);
  const draft = draftOf(mentioning(state, saying));
  const message = compose(state, channel, {
    author: by,
    draft: saying.replyPings === false ? { ...draft, allowed_mentions: QUIET_REPLY } : draft,
    files: uploads(saying.files),
    ...(at === undefined ? {} : { at }),
    ...(saying.type === undefined ? {} : { type: saying.type }),
    ...(saying.webhook === undefined ? {} : { webhook: saying.webhook }),
    ...(saying.replyTo === undefined ? {} : { replyTo: { channel: place, message: saying.replyTo } }),
  });
  publish(state, channel, message);
  if (saying.thread !== undefined)
    openThread(state, { parent: channel, owner: by, name: saying.thread, from: message });
  return message.id;
}

/** Opens a post in a forum. */
export function post(state: State, fresh: Post): string {
  const { by, in: place, title } = fresh;
  const forum = known(state.channels, place, "channel");
  if (forum.type !== ChannelType.forum) throw new Error(`${place} is no forum`);
  mustBeAble(state, { by, channel: forum }, "SEND_MESSAGES");
  const thread = openThread(state, { parent: forum, owner: by, name: title });
  const draft = draftOf(mentioning(state, fresh));
  publish(state, thread, compose(state, thread, { author: by, draft, files: uploads(fresh.files), id: thread.id }));
  return thread.id;
}

const mentioning = (state: State, { text = "", mentionsBot = false }: Pick<Saying, "text" | "mentionsBot">): string =>
  mentionsBot ? `<@${state.bot.id}> ${text}` : text;

const uploads = (files: readonly SentFile[] = []): Upload[] =>
  files.map(({ name, type, content }, i) => ({ key: `files[${i}]`, name, type, bytes: Buffer.from(content) }));
