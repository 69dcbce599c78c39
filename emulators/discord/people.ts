import { everyComponent } from "./component-shapes.ts";
import { tellMessage } from "./events.ts";
import type { Draft } from "./message-shapes.ts";
import { change, compose, erase, publish } from "./messages.ts";
import { MessageFlag, type Channel, type Message } from "./model.ts";
import { openThread } from "./places.ts";
import { isThread, known, may, type State } from "./state.ts";
import type { PermissionName } from "./permissions.ts";

/** A button or menu as people see it. */
export interface ShownComponent {
  readonly type: number;
  readonly customId: string | undefined;
  readonly label: string | undefined;
  readonly emoji: string | undefined;
  readonly url: string | undefined;
  readonly disabled: boolean;
}

/** A message as people see it now. */
export interface ShownMessage {
  readonly id: string;
  readonly channel: string;
  readonly author: string;
  readonly content: string;
  readonly flags: number;
  /** Only one person sees it. */
  readonly ephemeral: boolean;
  /** "is thinking …" */
  readonly loading: boolean;
  readonly edits: number;
  readonly replyTo: string | undefined;
  readonly mentions: readonly string[];
  readonly embeds: readonly unknown[];
  readonly components: readonly ShownComponent[];
  readonly attachments: readonly { readonly name: string; readonly text: string }[];
  readonly thread: string | undefined;
}

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
    history: (channel) => known(state.channels, channel, "channel").timeline.all().map(showMessage),
    visible: (view) => visible(state, view),
    typing: ({ by, in: place }) => typing(state, { by, channel: known(state.channels, place, "channel") }),
  };
}

const draftOf = (content: string): Draft => ({
  content,
  embeds: undefined,
  allowed_mentions: undefined,
  components: undefined,
  attachments: undefined,
  flags: undefined,
});

/** Throws unless somebody may do something, so that a test does not let people do what they could not. */
export function mustBeAble(
  state: State,
  { by, channel }: { by: string; channel: Channel },
  name: PermissionName,
): void {
  known(state.users, by, "user");
  if (!may(state, { user: by, channel }, name)) throw new Error(`User ${by} has no ${name} in ${channel.id}`);
}

function say(state: State, saying: Saying): string {
  const { by, in: place, text = "", files = [], at } = saying;
  const channel = known(state.channels, place, "channel");
  if (saying.webhook === undefined)
    mustBeAble(state, { by, channel }, isThread(channel) ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");
  const content = saying.mentionsBot === true ? `<@${state.bot.id}> ${text}` : text;
  const pingsReply = saying.replyPings ?? true;
  const message = compose(state, channel, {
    author: by,
    draft: {
      ...draftOf(content),
      ...(pingsReply
        ? {}
        : {
            allowed_mentions: {
              parse: ["users", "roles", "everyone"],
              users: undefined,
              roles: undefined,
              replied_user: false,
            },
          }),
    },
    files: files.map((file, i) => ({
      key: `files[${i}]`,
      name: file.name,
      type: file.type,
      bytes: Buffer.from(typeof file.content === "string" ? file.content : file.content),
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
  const all = [...(isReading ? channel.timeline.all() : []), ...own];
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

/** Makes what people see of a message. */
export function showMessage(message: Message): ShownMessage {
  return {
    id: message.id,
    channel: message.channel,
    author: message.author,
    content: message.content,
    flags: message.flags,
    ephemeral: (message.flags & MessageFlag.EPHEMERAL) !== 0,
    loading: (message.flags & MessageFlag.LOADING) !== 0,
    edits: message.edits,
    replyTo: message.replyTo?.message,
    mentions: message.pings.users,
    embeds: message.embeds,
    components: [...everyComponent(message.components)]
      .filter(({ type }) => type !== 1 && type !== 17)
      .map(showComponent),
    attachments: message.attachments.map(({ name, bytes }) => ({ name, text: bytes.toString("utf8") })),
    thread: message.thread,
  };
}

function showComponent(one: Readonly<Record<string, unknown>>): ShownComponent {
  const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
  const emoji =
    typeof one.emoji === "object" && one.emoji !== null && "name" in one.emoji ? text(one.emoji.name) : undefined;
  return {
    type: typeof one.type === "number" ? one.type : 0,
    customId: text(one.custom_id),
    label: text(one.label),
    emoji,
    url: text(one.url),
    disabled: one.disabled === true,
  };
}
