import { actionOf, elementNamed } from "./inputs.ts";
import type { Channel, Install, Json, User } from "./model.ts";
import type { Place } from "./people.ts";
import { installOfUser, payloadOf, placeOf } from "./payloads.ts";
import { newResponseUrl, say, showsSomething } from "./routes.ts";
import { known, maySee, SlackError, type Outcome, type State } from "./state.ts";
import { newTrigger } from "./views.ts";
import { messageObject, viewObject } from "./message-wire.ts";

/** What came of a click or a command: whether it was acknowledged in time, and with what. */
export type Act = Outcome & {
  readonly triggerId: string;
  readonly responseUrl: string | undefined;
};

/** Where a button is: on a message, or in a view. */
export type Pressing =
  | {
      readonly by: string;
      readonly in: string;
      readonly message: string;
      readonly action: string;
      readonly value?: string;
    }
  | { readonly by: string; readonly view: string; readonly action: string; readonly value?: string };

/** A slash command, typed in a channel. */
export interface Typing {
  readonly by: string;
  readonly in: string;
  readonly command: string;
  readonly text?: string;
}

/** Commands, buttons and shortcuts. */
export function createInteractions(state: State) {
  const userOf = (id: string): User => known(state.users, id, "user");
  return {
    /** Types a slash command; what its acknowledgement says is shown to the person, or to all. */
    slash: (typed: Typing): Promise<Act> => slash(state, userOf(typed.by), typed),
    /** Presses a button or picks an option; the value is the option's (or the feedback button's). */
    async press(pressed: Pressing): Promise<Act> {
      const user = userOf(pressed.by);
      return "view" in pressed ? pressInView(state, user, pressed) : pressOnMessage(state, user, pressed);
    },
    /** A shortcut, from anywhere or on a message. */
    async shortcut({
      by,
      callback,
      message,
    }: {
      readonly by: string;
      readonly callback: string;
      readonly message?: Place;
    }): Promise<Act> {
      const user = userOf(by);
      return message === undefined
        ? globalShortcut(state, user, callback)
        : messageShortcut(state, user, { callback, ...message });
    },
  };
}

async function slash(state: State, user: User, typed: Typing): Promise<Act> {
  const channel = known(state.channels, typed.in, "channel");
  const install = withCommands(installOfUser(state, user, channel));
  const at = { channel: channel.id, user: user.id, install, message: undefined, threadTs: undefined };
  const triggerId = newTrigger(state, { team: user.team, user: user.id });
  const responseUrl = newResponseUrl(state, at);
  const body = commandOf(state, { user, channel, install, ...typed, triggerId, responseUrl });
  const outcome = await state.send({ type: "slash_commands", answers: true, body });
  if (outcome.kind === "acked") shown(state, at, outcome.answer);
  return { ...outcome, triggerId, responseUrl };
}

/** Commands and shortcuts are there for apps that have this scope alone. */
function withCommands(install: Install): Install {
  if (!install.scopes.has("commands")) throw new Error("The app may have neither commands nor shortcuts");
  return install;
}

async function globalShortcut(state: State, user: User, callback: string): Promise<Act> {
  const install = withCommands(installOfUser(state, user, undefined));
  const triggerId = newTrigger(state, { team: user.team, user: user.id });
  const payload = payloadOf(state, { user, install, triggerId });
  const body = { ...payload, type: "shortcut", callback_id: callback, action_ts: state.clock.ts() };
  return { ...(await state.send({ type: "interactive", answers: false, body })), triggerId, responseUrl: undefined };
}

async function messageShortcut(
  state: State,
  user: User,
  { callback, in: id, message: ts }: Place & { callback: string },
): Promise<Act> {
  const channel = known(state.channels, id, "channel");
  const install = withCommands(installOfUser(state, user, channel));
  const message = channel.timeline.get(ts);
  if (message === undefined) throw new Error(`There is no message ${ts}`);
  if (!maySee(state, user, channel)) throw new Error(`${user.id} sees no message ${ts}`);
  const { threadTs } = message;
  const original = { ts, ephemeral: false };
  const triggerId = newTrigger(state, { team: user.team, user: user.id });
  const responseUrl = newResponseUrl(state, { channel: id, user: user.id, install, message: original, threadTs });
  const body = {
    ...payloadOf(state, { user, install, triggerId }),
    type: "message_action",
    callback_id: callback,
    action_ts: state.clock.ts(),
    message_ts: ts,
    channel: placeOf(channel),
    response_url: responseUrl,
    message: messageObject(state, message, channel),
  };
  return { ...(await state.send({ type: "interactive", answers: false, body })), triggerId, responseUrl };
}

function shown(state: State, at: Parameters<typeof say>[1], answer: unknown): void {
  if (!showsSomething(answer)) return;
  try {
    say(state, at, typeof answer === "string" ? { text: answer } : answer);
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    state.transcript.violate("ack", error.strict ?? error.error);
  }
}

interface Typed {
  readonly user: User;
  readonly channel: Channel;
  readonly install: Install;
  readonly command: string;
  readonly text?: string;
  readonly triggerId: string;
  readonly responseUrl: string;
}

function commandOf(state: State, { user, channel, install, command, text = "", triggerId, responseUrl }: Typed): Json {
  const team = known(state.teams, user.team, "workspace");
  return {
    token: "verification-token",
    team_id: team.id,
    team_domain: team.domain,
    ...(team.enterprise === undefined
      ? {}
      : {
          enterprise_id: team.enterprise,
          enterprise_name: known(state.enterprises, team.enterprise, "enterprise").name,
        }),
    channel_id: channel.id,
    channel_name: String(placeOf(channel).name),
    user_id: user.id,
    user_name: user.name,
    command,
    text,
    api_app_id: state.app.id,
    is_enterprise_install: String(install.team === undefined),
    response_url: responseUrl,
    trigger_id: triggerId,
  };
}

async function pressOnMessage(
  state: State,
  user: User,
  pressed: { in: string; message: string; action: string; value?: string },
): Promise<Act> {
  const channel = known(state.channels, pressed.in, "channel");
  const install = installOfUser(state, user, channel);
  const message = channel.timeline.get(pressed.message);
  const ephemeral = channel.ephemerals.find(({ ts, user: seer }) => ts === pressed.message && seer === user.id);
  const blocks = message?.blocks ?? ephemeral?.blocks;
  if (blocks === undefined) throw new Error(`${user.id} sees no message ${pressed.message}`);
  const named = elementNamed(blocks, pressed.action);
  const triggerId = newTrigger(state, { team: user.team, user: user.id });
  const threadTs = message?.threadTs ?? ephemeral?.threadTs;
  const original = { ts: pressed.message, ephemeral: message === undefined };
  const responseUrl = newResponseUrl(state, {
    channel: channel.id,
    user: user.id,
    install,
    message: original,
    threadTs,
  });
  const body = {
    type: "block_actions",
    ...payloadOf(state, { user, install, triggerId }),
    container: {
      type: "message",
      message_ts: pressed.message,
      channel_id: channel.id,
      is_ephemeral: original.ephemeral,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    },
    channel: placeOf(channel),
    ...(message === undefined ? {} : { message: messageObject(state, message, channel, { metadata: true }) }),
    state: { values: {} },
    response_url: responseUrl,
    actions: [actionOf(named, pressed.value)],
  };
  return { ...(await state.send({ type: "interactive", answers: false, body })), triggerId, responseUrl };
}

async function pressInView(
  state: State,
  user: User,
  pressed: { view: string; action: string; value?: string },
): Promise<Act> {
  const view = known(state.views, pressed.view, "view");
  const install = installOfUser(state, user, undefined);
  const blocks: readonly unknown[] = Array.isArray(view.body.blocks) ? view.body.blocks : [];
  const triggerId = newTrigger(state, { team: user.team, user: user.id, view: view.id });
  const body = {
    type: "block_actions",
    ...payloadOf(state, { user, install, triggerId }),
    container: { type: "view", view_id: view.id },
    view: viewObject(state, view),
    actions: [actionOf(elementNamed(blocks, pressed.action), pressed.value)],
  };
  return { ...(await state.send({ type: "interactive", answers: false, body })), triggerId, responseUrl: undefined };
}
