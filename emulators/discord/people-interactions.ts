import { randomBytes } from "node:crypto";
import { isObject } from "./checks.ts";
import { everyComponent } from "./component-shapes.ts";
import { optionData, usableCommand, type OptionValues } from "./commands-in-use.ts";
import { InteractionType, type Choice, type Interaction, type Modal } from "./interaction.ts";
import { messageObject } from "./message-wire.ts";
import { ChannelType, MessageFlag, type Channel, type Message } from "./model.ts";
import { mustBeAble, showMessage, type ShownMessage } from "./people.ts";
import { known, permissionsIn, type State } from "./state.ts";
import { now } from "./transcript.ts";
import { channelObject, fullMember, threadFor, userObject, type Json } from "./wire.ts";

/** What somebody who pressed, typed or asked sees of it. All of it is live. */
export interface InteractionHandle {
  readonly id: string;
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** "late": Discord said "The application did not respond". */
  readonly state: Interaction["state"];
  /** How long the first response took, in milliseconds. */
  readonly acknowledgedAfter: number | undefined;
  readonly deferred: boolean;
  readonly ephemeral: boolean;
  /** The answer's text as it stands now; undefined while there is none, or where it was taken away. */
  readonly content: string | undefined;
  readonly edits: number;
  readonly original: ShownMessage | undefined;
  readonly followUps: readonly ShownMessage[];
  readonly choices: readonly Choice[] | undefined;
  readonly modal: Modal | undefined;
  /** Ends the token now, as fifteen minutes do. */
  expire(): void;
}

interface Where {
  readonly by: string;
  readonly in: string;
}

/** What people do that makes interactions. */
export interface Interactions {
  slash(
    use: Where & { readonly name: string; readonly path?: readonly string[]; readonly options?: OptionValues },
  ): InteractionHandle;
  /** Somebody types in an option; the handle has the choices when they have come. */
  type(
    use: Where & {
      readonly name: string;
      readonly path?: readonly string[];
      readonly option: string;
      readonly value: string;
      readonly options?: OptionValues;
    },
  ): InteractionHandle;
  messageCommand(use: Where & { readonly name: string; readonly message: string }): InteractionHandle;
  /** A button, by its id or its label; only one that this person sees and that is not disabled. */
  press(
    use: Where & { readonly message: string; readonly customId?: string; readonly label?: string },
  ): InteractionHandle;
  submit(
    use: Where & { readonly modal: InteractionHandle; readonly values: Readonly<Record<string, string>> },
  ): InteractionHandle;
}

interface Start {
  readonly type: number;
  readonly by: string;
  readonly channel: Channel;
  readonly data: Json;
  readonly name?: string;
  readonly source?: Message | undefined;
}

/** What people can do with commands and components. */
export function createInteractions(state: State): Interactions {
  const place = ({ by, in: id }: Where): Channel => {
    const channel = known(state.channels, id, "channel");
    mustBeAble(state, { by, channel }, "VIEW_CHANNEL");
    return channel;
  };
  return {
    slash({ by, name, path = [], options = {}, ...rest }) {
      const channel = place({ by, ...rest });
      const command = usableCommand(state, { by, channel, name, type: 1, path });
      const data = {
        id: command.id,
        name,
        type: 1,
        options: optionData(command, { path }, { given: options }),
        ...scopeOf(command),
      };
      return start(state, { type: InteractionType.command, by, channel, name, data });
    },
    type({ by, name, path = [], option, value, options = {}, ...rest }) {
      const channel = place({ by, ...rest });
      const command = usableCommand(state, { by, channel, name, type: 1, path });
      const given = { given: { ...options, [option]: value }, focused: option };
      const data = {
        id: command.id,
        name,
        type: 1,
        options: optionData(command, { path }, given),
        ...scopeOf(command),
      };
      return start(state, { type: InteractionType.autocomplete, by, channel, name, data });
    },
    messageCommand({ by, name, message, ...rest }) {
      const channel = place({ by, ...rest });
      const command = usableCommand(state, { by, channel, name, type: 3, path: [] });
      const target = findMessage(state, { by, channel, message });
      const resolved = { messages: { [target.id]: messageObject(state, target, true) } };
      const data = { id: command.id, name, type: 3, target_id: target.id, resolved, ...scopeOf(command) };
      return start(state, { type: InteractionType.command, by, channel, name, data });
    },
    press({ by, message, customId, label, ...rest }) {
      const channel = place({ by, ...rest });
      const source = findMessage(state, { by, channel, message });
      const button = [...everyComponent(source.components)].find(
        (one) => one.type === 2 && (customId === undefined ? one.label === label : one.custom_id === customId),
      );
      if (button === undefined || button.disabled === true || typeof button.custom_id !== "string")
        throw new Error(`Message ${message} has no such button that can be pressed`);
      return start(state, {
        type: InteractionType.component,
        by,
        channel,
        source,
        data: { custom_id: button.custom_id, component_type: 2 },
      });
    },
    submit({ by, modal: from, values, ...rest }) {
      const channel = place({ by, ...rest });
      const { modal } = from;
      if (modal === undefined) throw new Error("That interaction has opened no modal");
      const source = state.interactions.get(from.token)?.source;
      const data = { custom_id: modal.customId, components: filled(modal.components, values) };
      return start(state, { type: InteractionType.modal, by, channel, source, data });
    },
  };
}

const scopeOf = ({ guild_id }: Json): Json => (guild_id === undefined ? {} : { guild_id });

/** A message that this person sees: of the channel, or a private answer to them. */
function findMessage(
  state: State,
  { by, channel, message }: { by: string; channel: Channel; message: string },
): Message {
  const found = channel.timeline.get(message);
  if (found !== undefined) return found;
  for (const { user, messages, deleted } of state.interactions.values()) {
    const own = user === by && !deleted.has(message) ? messages.get(message) : undefined;
    if (own !== undefined && (own.flags & MessageFlag.EPHEMERAL) !== 0) return own;
  }
  throw new Error(`User ${by} sees no message ${message}`);
}

/** A modal's components as they come back, with what was written into them. */
function filled(components: readonly unknown[], values: Readonly<Record<string, string>>): Json[] {
  return components.filter(isObject).flatMap((one): Json[] => {
    if (one.type === 10) return [];
    if (one.type === 18) return [{ type: 18, id: 1, component: filled([one.component], values)[0] }];
    if (Array.isArray(one.components)) return [{ type: 1, id: 1, components: filled(one.components, values) }];
    const value = values[String(one.custom_id)] ?? (typeof one.value === "string" ? one.value : "");
    return [{ type: one.type, id: 2, custom_id: one.custom_id, value }];
  });
}

function start(state: State, { type, by, channel, data, name, source }: Start): InteractionHandle {
  const interaction: Interaction = {
    id: state.id(),
    token: randomBytes(24).toString("base64url"),
    type,
    at: now(),
    channel: channel.id,
    user: by,
    name,
    source,
    state: "waiting",
    answeredAt: undefined,
    ephemeral: false,
    original: undefined,
    deleted: new Set(),
    messages: new Map(),
    followUps: [],
    choices: undefined,
    modal: undefined,
    expiry: undefined,
    tokenEndsAt: now() + state.limits.tokenMs,
  };
  keep(state, interaction);
  interaction.expiry = setTimeout(() => {
    interaction.state = "late";
    state.changed();
  }, state.limits.answerMs).unref();
  state.send({ t: "INTERACTION_CREATE", d: gatewayInteraction(state, interaction, { channel, data }), intent: 0 });
  return handleOf(state, interaction);
}

const KEPT = 20_000;

function keep(state: State, interaction: Interaction): void {
  state.interactions.set(interaction.token, interaction);
  const [oldest] = state.interactions.keys();
  if (state.interactions.size > KEPT && oldest !== undefined) state.interactions.delete(oldest);
}

function gatewayInteraction(
  state: State,
  { id, token, type, user, source }: Interaction,
  { channel, data }: { channel: Channel; data: Json },
): Json {
  const guild = state.guilds.get(channel.guild ?? "");
  const member = guild?.members.get(user);
  const place = channel.thread === undefined ? channelObject(state, channel) : threadFor(state, channel, user);
  const person =
    member === undefined
      ? { user: userObject(known(state.users, user, "user")) }
      : { member: { ...fullMember(state, member), permissions: String(permissionsIn(state, user, channel)) } };
  return {
    id,
    application_id: state.application.id,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: place,
    ...(guild === undefined
      ? {}
      : { guild_id: guild.id, guild: { id: guild.id, locale: "en-US", features: [] }, guild_locale: "en-US" }),
    ...person,
    locale: "en-US",
    app_permissions: String(permissionsIn(state, state.bot.id, channel)),
    entitlements: [],
    authorizing_integration_owners: { "0": guild?.id ?? "0" },
    context: channel.type === ChannelType.dm ? 1 : 0,
    attachment_size_limit: 10_485_760,
    ...(source === undefined ? {} : { message: messageObject(state, source, true) }),
  };
}

function handleOf(state: State, interaction: Interaction): InteractionHandle {
  const original = (): ShownMessage | undefined => {
    const { original: message, deleted } = interaction;
    return message === undefined || deleted.has(message.id) ? undefined : showMessage(message);
  };
  return {
    id: interaction.id,
    token: interaction.token,
    at: interaction.at,
    get state() {
      return interaction.state;
    },
    get acknowledgedAfter() {
      return interaction.answeredAt === undefined ? undefined : interaction.answeredAt - interaction.at;
    },
    get deferred() {
      return interaction.state === "deferred";
    },
    get ephemeral() {
      return interaction.ephemeral;
    },
    get content() {
      const shown = original();
      return shown?.loading === true ? undefined : shown?.content;
    },
    get edits() {
      return interaction.original?.edits ?? 0;
    },
    get original() {
      return original();
    },
    get followUps() {
      return interaction.followUps.filter(({ id }) => !interaction.deleted.has(id)).map(showMessage);
    },
    get choices() {
      return interaction.choices;
    },
    get modal() {
      return interaction.modal;
    },
    expire() {
      interaction.tokenEndsAt = now();
      state.changed();
    },
  };
}
