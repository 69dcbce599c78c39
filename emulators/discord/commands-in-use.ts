import { isObject } from "./checks.ts";
import { guildPermissions, known, permissionsIn, type Command, type State } from "./state.ts";
import type { Channel } from "./model.ts";
import { Permission } from "./permissions.ts";

/** Values of a command's options by name. */
export type OptionValues = Readonly<Record<string, string | number | boolean>>;

/** Which command is used, and where in it: `["schedule", "add"]` is a subcommand of a group. */
export interface Use {
  readonly by: string;
  readonly channel: Channel;
  readonly name: string;
  readonly type: number;
  readonly path: readonly string[];
}

/** The registered command, if this person may use it here; throws where Discord would not offer it. */
export function usableCommand(state: State, { by, channel, name, type }: Use): Command {
  const guild = channel.guild;
  const scopes = [...(guild === undefined ? [] : (state.commands.get(guild) ?? [])), ...(state.commands.get("") ?? [])];
  const command = scopes.find((one) => one.name === name && one.type === type);
  if (command === undefined) throw new Error(`The command "${name}" is not registered here`);
  const contexts = Array.isArray(command.contexts) ? command.contexts : undefined;
  const isInDm = guild === undefined;
  if ((contexts !== undefined && !contexts.includes(isInDm ? 1 : 0)) || (isInDm && command.dm_permission === false))
    throw new Error(`The command "${name}" cannot be used in this kind of place`);
  if (!isInDm && (permissionsIn(state, by, channel) & Permission.USE_APPLICATION_COMMANDS) === 0n)
    throw new Error(`User ${by} may not use commands here`);
  if (!isInDm && typeof command.default_member_permissions === "string") {
    const needed = BigInt(command.default_member_permissions);
    const own = guildPermissions(known(state.guilds, guild, "guild"), by);
    const isAdministrator = (own & Permission.ADMINISTRATOR) !== 0n;
    if (!isAdministrator && (needed === 0n || (own & needed) !== needed))
      throw new Error(`User ${by} may not use "${name}"`);
  }
  return command;
}

type Option = Readonly<Record<string, unknown>>;

const optionsOf = (part: Option): readonly Option[] =>
  Array.isArray(part.options) ? part.options.filter(isObject) : [];

/** What the gateway says of the chosen options; with `focused`, of a draft whose required options may be missing. */
export function optionData(
  command: Command,
  use: Pick<Use, "path">,
  values: { given: OptionValues; focused?: string },
): unknown[] {
  const [first, ...rest] = use.path;
  if (first !== undefined) {
    const found = optionsOf(command).find(({ name, type }) => name === first && (type === 1 || type === 2));
    if (found === undefined) throw new Error(`"${command.name}" has no subcommand "${first}"`);
    const inner = { ...command, options: optionsOf(found) };
    return [{ name: first, type: found.type, options: optionData(inner, { path: rest }, values) }];
  }
  return leafData(optionsOf(command), command.name, values);
}

function leafData(
  options: readonly Option[],
  name: string,
  { given, focused }: { given: OptionValues; focused?: string },
): unknown[] {
  const unknown = Object.keys(given).find((key) => options.every((one) => one.name !== key));
  if (unknown !== undefined) throw new Error(`"${name}" has no option "${unknown}"`);
  const missing = options.find((one) => one.required === true && given[String(one.name)] === undefined);
  if (missing !== undefined && focused === undefined)
    throw new Error(`"${name}" needs its option "${String(missing.name)}"`);
  if (options.some(({ type }) => type === 1 || type === 2)) throw new Error(`"${name}" needs a subcommand`);
  return Object.entries(given).map(([key, value]) => {
    const option = options.find((one) => one.name === key);
    if (option !== undefined && focused === undefined) mustFit(option, value);
    return { name: key, type: option?.type, value, ...(focused === key ? { focused: true } : {}) };
  });
}

/** Discord lets nobody send a value that the option does not take. */
function mustFit(option: Option, value: string | number | boolean): void {
  const wanted = option.type === 4 || option.type === 10 ? "number" : option.type === 5 ? "boolean" : "string";
  if (typeof value !== wanted) throw new Error(`Option "${String(option.name)}" takes a ${wanted}`);
  if (option.type === 4 && !Number.isInteger(value))
    throw new Error(`Option "${String(option.name)}" takes a whole number`);
  const size = typeof value === "string" ? value.length : Number(value);
  const [least, most] =
    wanted === "string" ? [option.min_length, option.max_length] : [option.min_value, option.max_value];
  if ((typeof least === "number" && size < least) || (typeof most === "number" && size > most))
    throw new Error(`"${String(value)}" is too small or too large for "${String(option.name)}"`);
  const choices = Array.isArray(option.choices) ? option.choices.filter(isObject) : [];
  if (choices.length > 0 && choices.every((one) => one.value !== value))
    throw new Error(`"${String(value)}" is no choice of "${String(option.name)}"`);
}

/** A channel picker offers only channels of the kinds that the option names. */
export function mustBeOfKind(state: State, command: Command, chosen: readonly unknown[]): void {
  for (const { option, value } of pairs(optionsOf(command), chosen)) {
    if (option.type !== 7 || !Array.isArray(option.channel_types) || option.channel_types.length === 0) continue;
    const { type } = known(state.channels, String(value), "channel");
    if (!option.channel_types.includes(type))
      throw new Error(`Channel ${String(value)} is not of a kind that "${String(option.name)}" takes`);
  }
}

/** Chosen values beside what they were chosen for, through subcommands. */
function pairs(options: readonly Option[], chosen: readonly unknown[]): { option: Option; value: unknown }[] {
  return chosen.filter(isObject).flatMap((one) => {
    const option = options.find(({ name }) => name === one.name);
    if (option === undefined) return [];
    return Array.isArray(one.options) ? pairs(optionsOf(option), one.options) : [{ option, value: one.value }];
  });
}
