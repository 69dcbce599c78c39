import { emit, tellDeleted } from "./events.ts";
import { change, post } from "./messages.ts";
import { tellReaction } from "./methods-rest.ts";
import type { Channel, Install, Message, SlackFile, Stream, User } from "./model.ts";
import { directChannel } from "./places.ts";
import { installOfUser } from "./payloads.ts";
import { known, maySee, type State } from "./state.ts";
import { viewObject } from "./message-wire.ts";

/** A file that someone sends along. */
export interface NewFile {
  readonly name: string;
  readonly content: string | Uint8Array;
  readonly type?: string;
  /** The bytes lie on another host, to which a download is led. */
  readonly elsewhere?: boolean;
  /** The event says only `check_file_info`, as in shared channels. */
  readonly stub?: boolean;
}

/** What someone says, and where. */
export interface Saying {
  readonly by: string;
  readonly in: string;
  readonly text: string;
  /** The root of the thread. */
  readonly thread?: string;
  readonly files?: readonly NewFile[];
  /** A reply that the channel sees too. */
  readonly broadcast?: boolean;
}

/** Where a message is; its ts names it. */
export interface Place {
  readonly in: string;
  readonly message: string;
}

/** What people do with messages, and in the app's own tab. */
export const createPeople = (state: State) => ({ ...writing(state), ...reacting(state), ...panes(state) });

const finder =
  (state: State) =>
  ({ in: id, message: ts }: Place): { channel: Channel; message: Message } => {
    const channel = known(state.channels, id, "channel");
    const message = channel.timeline.get(ts);
    if (message === undefined) throw new Error(`There is no message ${ts} in ${id}`);
    return { channel, message };
  };

function writing(state: State) {
  const at = finder(state);
  return {
    /** Says something; the message's ts comes back. */
    say({ by, in: id, text, thread, files = [], broadcast = false }: Saying): string {
      const channel = known(state.channels, id, "channel");
      const user = known(state.users, by, "user");
      if (!maySee(state, user, channel)) throw new Error(`${by} is not in ${id}`);
      const bot = user.botId === undefined ? undefined : { botId: user.botId, appId: user.appId ?? "" };
      const kept = files.map((file) => keep(state, user, file));
      return post(state, {
        channel,
        user: by,
        team: user.team,
        text,
        threadTs: thread,
        files: kept,
        broadcast,
        bot,
        subtype: bot === undefined ? undefined : "bot_message",
      }).ts;
    },
    edit: (place: Place & { readonly text: string }): void => change(state, at(place), { text: place.text }),
    /** A link's preview arrives: message_changed, though nobody edited. */
    unfurl: (place: Place): void =>
      change(state, at(place), {
        attachments: [{ id: 1, from_url: "https://example.com/", fallback: "A page", title: "A page" }],
      }),
    remove(place: Place): void {
      const { channel, message } = at(place);
      for (const file of message.files) Object.assign(file, { deleted: true });
      if (channel.timeline.replies(message.ts).length > 0) return bury(state, channel, message);
      channel.timeline.delete(message.ts);
      tellDeleted(state, channel, message);
      state.changed();
    },
  };
}

function reacting(state: State) {
  const at = finder(state);
  return {
    react({ by, name, ...place }: Place & { readonly by: string; readonly name: string }): void {
      const { message } = at(place);
      message.reactions.set(name, (message.reactions.get(name) ?? new Set()).add(by));
      tellReaction(state, message, { type: "reaction_added", user: by, name });
      state.changed();
    },
    unreact({ by, name, ...place }: Place & { readonly by: string; readonly name: string }): void {
      const { message } = at(place);
      message.reactions.get(name)?.delete(by);
      tellReaction(state, message, { type: "reaction_removed", user: by, name });
      state.changed();
    },
    /** Presses Slack's own stop button beside a reply that grows. */
    stopStream(place: Place): void {
      Object.assign(growing(at(place).message), { state: "completed", stoppedByUser: true });
      state.changed();
    },
    /** Slack gives up a reply that grows, as after long silence. */
    expireStream(place: Place): void {
      growing(at(place).message).state = "errored";
      state.changed();
    },
  };
}

function growing({ ts, stream }: Message): Stream {
  if (stream?.state !== "in_progress") throw new Error(`${ts} is not being streamed`);
  return stream;
}

/** The root of a thread is not taken away: its text is, and what is told is a change. */
function bury(state: State, channel: Channel, message: Message): void {
  message.subtype = "tombstone";
  change(state, { channel, message }, { text: "This message was deleted.", blocks: [] });
}

/** What people do in the app's own tab. */
function panes(state: State) {
  const paneOf = (by: string): { user: User; install: Install; channel: Channel; team: string } => {
    const user = known(state.users, by, "user");
    const install = installOfUser(state, user, undefined);
    const channel = directChannel(state, { team: user.team, members: [install.botUser, user.id] });
    return { user, install, channel, team: user.team };
  };
  return {
    /** Opens the app's tab; with the agent's pane, "messages" is the sign that someone came. The DM's id comes back. */
    openHome(by: string, tab: "home" | "messages" = "home"): string {
      const { channel, install, team } = paneOf(by);
      const view = state.views.get(state.homes.get(`${team} ${by}`) ?? "");
      const shown = view === undefined || tab !== "home" ? {} : { view: viewObject(state, view) };
      emit(state, { type: "app_home_opened", user: by, channel: channel.id, tab, ...shown }, { install, team });
      return channel.id;
    },
    /** The person looks at another channel while the pane is open. */
    changeContext(by: string, looked: string): void {
      const { channel, install, team } = paneOf(by);
      const context = { entities: [{ type: "slack#/types/channel_id", value: looked, team_id: team }] };
      emit(state, { type: "app_context_changed", user: by, channel: channel.id, context }, { install, team });
    },
    /** Opens a new thread in the legacy pane (assistant_view). */
    startAssistantThread(by: string, looked?: string): { readonly channel: string; readonly thread: string } {
      const { channel, install, team } = paneOf(by);
      const bot = { botId: install.botId, appId: state.app.id };
      const words = { text: "New Assistant Thread", subtype: "assistant_app_thread" };
      const root = post(state, { channel, user: install.botUser, team, bot, ...words });
      const context = looked === undefined ? {} : { channel_id: looked, team_id: team, enterprise_id: null };
      const thread = { user_id: by, channel_id: channel.id, thread_ts: root.ts, context };
      emit(state, { type: "assistant_thread_started", assistant_thread: thread }, { install, team });
      return { channel: channel.id, thread: root.ts };
    },
  };
}

function keep(
  state: State,
  user: User,
  { name, content, type = "text/plain", elsewhere = false, stub = false }: NewFile,
): SlackFile {
  const file: SlackFile = {
    id: state.clock.id("F"),
    team: user.team,
    user: user.id,
    name,
    mimetype: type,
    bytes: Buffer.from(content),
    created: Math.floor(Date.now() / 1000),
    elsewhere,
    stub,
    deleted: false,
  };
  state.files.set(file.id, file);
  return file;
}
