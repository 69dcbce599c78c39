import { isObject } from "./checks.ts";
import { mustBeOfKind, optionData, usableCommand, type OptionValues } from "./commands-in-use.ts";
import { everyComponent } from "./component-shapes.ts";
import { InteractionType } from "./interaction.ts";
import type { InteractionHandle } from "./interaction-handle.ts";
import { resolvedOf } from "./resolved.ts";
import { startInteraction } from "./interaction-start.ts";
import { messageObject } from "./message-wire.ts";
import { MessageFlag, type Channel, type Message } from "./model.ts";
import { mustBeAble } from "./saying.ts";
import { known, type State } from "./state.ts";
import type { Json } from "./wire.ts";

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

/** What people can do with commands and components. */
export function createInteractions(state: State): Interactions {
  return {
    slash: (use) => useCommand(state, use),
    type: ({ option, value, options = {}, ...use }) =>
      useCommand(state, { ...use, options: { ...options, [option]: value }, focused: option }),
    messageCommand: (use) => useOnMessage(state, use),
    press: (use) => press(state, use),
    submit: (use) => submit(state, use),
  };
}

/** The place where somebody acts; they must see it. */
function placeOf(state: State, { by, in: id }: Where): Channel {
  const channel = known(state.channels, id, "channel");
  mustBeAble(state, { by, channel }, "VIEW_CHANNEL");
  return channel;
}

type Typing = Parameters<Interactions["slash"]>[0] & { readonly focused?: string };

function useCommand(state: State, use: Typing): InteractionHandle {
  const { by, name, path = [], options = {}, focused } = use;
  const channel = placeOf(state, use);
  const command = usableCommand(state, { by, channel, name, type: 1, path });
  const given = { given: options, ...(focused === undefined ? {} : { focused }) };
  const chosen = optionData(command, { path }, given);
  mustBeOfKind(state, command, chosen);
  const resolved = resolvedOf(state, channel, chosen);
  const data = { id: command.id, name, type: 1, options: chosen, ...resolved, ...scopeOf(command) };
  const type = focused === undefined ? InteractionType.command : InteractionType.autocomplete;
  return startInteraction(state, { type, by, channel, name, data });
}

function useOnMessage(state: State, use: Parameters<Interactions["messageCommand"]>[0]): InteractionHandle {
  const { by, name, message } = use;
  const channel = placeOf(state, use);
  const command = usableCommand(state, { by, channel, name, type: 3, path: [] });
  const target = findMessage(state, { by, channel, message });
  const resolved = { messages: { [target.id]: messageObject(state, target, true) } };
  const data = { id: command.id, name, type: 3, target_id: target.id, resolved, ...scopeOf(command) };
  return startInteraction(state, { type: InteractionType.command, by, channel, name, data });
}

function press(state: State, use: Parameters<Interactions["press"]>[0]): InteractionHandle {
  const { by, message, customId, label } = use;
  const channel = placeOf(state, use);
  const source = findMessage(state, { by, channel, message });
  const button = [...everyComponent(source.components)].find(
    (one) => one.type === 2 && (customId === undefined ? isLabelled(one, label) : one.custom_id === customId),
  );
  if (button === undefined || button.disabled === true || typeof button.custom_id !== "string")
    throw new Error(`Message ${message} has no such button that can be pressed`);
  const data = { custom_id: button.custom_id, component_type: 2 };
  return startInteraction(state, { type: InteractionType.component, by, channel, source, data });
}

/** A label, or an emoji where there is no label. */
const isLabelled = ({ label, emoji }: Json, wanted: string | undefined): boolean =>
  label === wanted || (isObject(emoji) && emoji.name === wanted);

function submit(state: State, use: Parameters<Interactions["submit"]>[0]): InteractionHandle {
  const { by, modal: from, values } = use;
  const channel = placeOf(state, use);
  const { modal } = from;
  if (modal === undefined) throw new Error("That interaction has opened no modal");
  const source = state.interactions.get(from.token)?.source;
  const data = { custom_id: modal.customId, components: filled(modal.components, values) };
  return startInteraction(state, { type: InteractionType.modal, by, channel, source, data });
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
