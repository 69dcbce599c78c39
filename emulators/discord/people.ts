import { draftOf, mustBeAble, post, say, type Post, type Saying } from "./saying.ts";
import { tellMessage } from "./events.ts";
import { change, erase } from "./messages.ts";
import { MessageFlag, ThreadLine, type Channel, type Message } from "./model.ts";
import { showMessage, type ShownMessage } from "./shown.ts";
import { known, may, type State } from "./state.ts";

/** What people do with messages. */
export interface People {
  /** Gives the message's id. */
  say(saying: Saying): string;
  /** A forum post: a thread whose first message has the thread's id. Gives that id. */
  post(post: Post): string;
  edit(change: { readonly message: string; readonly in: string; readonly text: string }): void;
  /** A link's preview was found: MESSAGE_UPDATE, while nothing that was written has changed. */
  unfurl(change: { readonly message: string; readonly in: string }): void;
  /** Somebody reacts to a message; the bot has not asked to be told. */
  react(change: { readonly by: string; readonly message: string; readonly in: string; readonly emoji: string }): void;
  remove(change: { readonly message: string; readonly in: string }): void;
  removeMany(change: { readonly messages: readonly string[]; readonly in: string }): void;
  /** What stands in a place, oldest first, whoever may see it. */
  history(channel: string): readonly ShownMessage[];
  /** What one person sees there, private answers included; nothing where they may not look. */
  visible(view: { readonly to: string; readonly in: string }): readonly ShownMessage[];
  /** Whether somebody may look into a place. */
  sees(view: { readonly to: string; readonly in: string }): boolean;
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
    post: (fresh) => post(state, fresh),
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
    react: ({ by, emoji, ...where }) => react(state, { by, emoji, ...find(where) }),
    remove({ message, in: place }) {
      erase(state, known(state.channels, place, "channel"), [message]);
    },
    removeMany({ messages, in: place }) {
      erase(state, known(state.channels, place, "channel"), messages);
    },
    history: (channel) => spoken(known(state.channels, channel, "channel")).map(showMessage),
    visible: (view) => visible(state, view),
    sees: ({ to, in: place }) =>
      may(state, { user: to, channel: known(state.channels, place, "channel") }, "VIEW_CHANNEL"),
    typing: ({ by, in: place }) => typing(state, { by, channel: known(state.channels, place, "channel") }),
  };
}

function react(
  state: State,
  { by, emoji, channel, found }: { by: string; emoji: string; channel: Channel; found: Message },
): void {
  mustBeAble(state, { by, channel }, "ADD_REACTIONS");
  found.reactions.set(emoji, new Set([...(found.reactions.get(emoji) ?? []), by]));
  state.changed();
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
