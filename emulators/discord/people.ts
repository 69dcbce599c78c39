import { tellMessage } from "./events.ts";
import { NO_DRAFT, type Draft } from "./message-shapes.ts";
import { change, compose, erase, publish } from "./messages.ts";
import { MessageFlag, ThreadLine, type Channel, type Message } from "./model.ts";
import { openThread } from "./places.ts";
import { showMessage, type ShownMessage } from "./shown.ts";
import { isThread, known, may, type State } from "./state.ts";
import type { PermissionName } from "./permissions.ts";

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

/** What people do with messages. */
export interface People {
  /** Gives the message's id. */
  say(saying: Saying): string;
  edit(change: { readonly message: string; readonly in: string; readonly text: string }): void;
  /** A link's preview was found: MESSAGE_UPDATE, while nothing that was written has changed. */
  unfurl(change: { readonly message: string; readonly in: string }): void;
  remove(change: { readonly message: string; readonly in: string }): void;
  removeMany(change: { readonly messages: readonly string[]; readonly in: string }): void;
  /** What stands in a place, oldest first, whoever may see it. */
  history(channel: string): readonly ShownMessage[];
  /** What one person sees there, private answers included; nothing where they may not look. */
  visible(view: { readonly to: string; readonly in: string }): readonly ShownMessage[];
  typing(change: { readonly by: string; readonly in: string }): void;
}

/** What people can do in the world of a state. */
export function createPeople(state: State): People {
  const find = ({ message, in: place }: { message: string; in: string }) => {
    const channel = known(state.channels, place, "channel");
    const found = channel.timeline.get(message);
    if (found === undefined) throw new Error(`There is no message ${message} in ${place}`);
    return { channel, found };
  };
  return {
    say: (saying) => say(state, saying),
    edit({ text, ...where }) {
      const { found } = find(where);
      change(state, found, { draft: draftOf(text), files: [] });
      tellMessage(state, "MESSAGE_UPDATE", found);
      state.changed();
    },
    unfurl(where) {
      const { found } = find(where);
      if ((found.flags & MessageFlag.SUPPRESS_EMBEDS) !== 0) throw new Error("Previews are suppressed on this message");
      found.embeds = [{ type: "link", url: "https://example.com/", title: "A preview" }];
      tellMessage(state, "MESSAGE_UPDATE", found);
      state.changed();
    },
    remove({ message, in: place }) {
      erase(state, known(state.channels, place, "channel"), [message]);
    },
    removeMany({ messages, in: place }) {
      erase(state, known(state.channels, place, "channel"), messages);
    },
    history: (channel) => spoken(known(state.channels, channel, "channel")).map(showMessage),
    visible: (view) => visible(state, view),
    typing: ({ by, in: place }) => typing(state, { by, channel: known(state.channels, place, "channel") }),
  };
}

const draftOf = (content: string): Draft => ({ ...NO_DRAFT, content });

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

function say(state: State, saying: Saying): string {
  const { by, in: place, text = "", files = [], at } = saying;
  const channel = known(state.channels, place, "channel");
  if (saying.webhook === undefined)
    mustBeAble(state, { by, channel }, isThread(channel) ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");
  if (channel.thread?.locked === true && channel.thread.archived) mustBeAble(state, { by, channel }, "MANAGE_THREADS");
  const content = saying.mentionsBot === true ? `<@${state.bot.id}> ${text}` : text;
  const pingsReply = saying.replyPings ?? true;
  const message = compose(state, channel, {
    author: by,
    draft: {
      ...draftOf(content),
      ...(pingsReply ? {} : { allowed_mentions: QUIET_REPLY }),
    },
    files: files.map((file, i) => ({
      key: `files[${i}]`,
      name: file.name,
      type: file.type,
      bytes: Buffer.from(file.content),
    })),
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

/** What was said in a place, without the lines that Discord adds where threads begin. */
const spoken = (channel: Channel): Message[] =>
  channel.timeline.all().filter(({ type }) => type !== ThreadLine.created && type !== ThreadLine.starter);

function visible(state: State, { to, in: place }: { to: string; in: string }): ShownMessage[] {
  const channel = known(state.channels, place, "channel");
  if (!may(state, { user: to, channel }, "VIEW_CHANNEL")) return [];
  const isReading = may(state, { user: to, channel }, "READ_MESSAGE_HISTORY");
  const own = [...state.interactions.values()]
    .filter((one) => one.user === to && one.channel === place)
    .flatMap((one) =>
      [...one.messages.values()].filter(
        ({ id, flags }) => (flags & MessageFlag.EPHEMERAL) !== 0 && !one.deleted.has(id),
      ),
    );
  const all = [...(isReading ? spoken(channel) : []), ...own];
  return all.sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1)).map(showMessage);
}

function typing(state: State, { by, channel }: { by: string; channel: Channel }): void {
  const guild = channel.guild;
  if (!may(state, { user: state.bot.id, channel }, "VIEW_CHANNEL")) return;
  const d = {
    channel_id: channel.id,
    ...(guild === undefined ? {} : { guild_id: guild }),
    user_id: by,
    timestamp: Math.floor(Date.now() / 1000),
  };
  state.send({ t: "TYPING_START", d, intent: guild === undefined ? 1 << 14 : 1 << 11 });
}
