import { anything, bool, list, maybe, oneOf, shape, text, where, whole, type Check } from "./checks.ts";
import { isObject } from "./checks.ts";

/** Names of slash commands and options: letters, digits, - and _ of any script, in lower case. */
const NAME = /^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$/u;

const slashName = where(text({ min: 1, max: 32, form: NAME }), (name) =>
  name === name.toLowerCase() ? undefined : "Command name is invalid",
);
const locales: Check<unknown> = anything;

const choice = shape({
  name: text({ min: 1, max: 100 }),
  name_localizations: maybe(locales),
  value: (value, at, problems) => (typeof value === "number" ? value : text({ max: 100 })(value, at, problems)),
});

const fields = {
  type: oneOf(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
  name: slashName,
  name_localizations: maybe(locales),
  description: text({ min: 1, max: 100 }),
  description_localizations: maybe(locales),
  required: maybe(bool),
  choices: maybe(list(choice, { max: 25 })),
  channel_types: maybe(list(whole(0, 20))),
  min_value: maybe(anything),
  max_value: maybe(anything),
  min_length: maybe(whole(0, 6000)),
  max_length: maybe(whole(1, 6000)),
  autocomplete: maybe(bool),
};

const optionOf = (depth: number): Check<unknown> =>
  where(
    shape({
      ...fields,
      options: maybe(depth === 0 ? list(anything, { max: 0 }) : list(optionOf(depth - 1), { max: 25 })),
    }),
    ({ autocomplete, choices, options, type }) => {
      if (autocomplete === true && (choices?.length ?? 0) > 0) return "autocomplete and choices exclude each other.";
      if (options !== undefined && options.length > 0 && type > 2) return "Only subcommands and groups have options.";
      const kinds = kindsOf(options ?? []);
      if (type === 2 && kinds.some((kind) => kind !== 1)) return "A group holds subcommands and nothing else.";
      if (type === 1 && kinds.some((kind) => kind <= 2)) return "A subcommand holds neither subcommands nor groups.";
      return rightOrder(options ?? []);
    },
  );

const kindsOf = (options: readonly unknown[]): number[] =>
  options.map((one) => (isObject(one) && typeof one.type === "number" ? one.type : 0));

/** Where there are subcommands or groups, a command has nothing beside them. */
function isMixed(options: readonly unknown[]): boolean {
  const kinds = kindsOf(options);
  return kinds.some((kind) => kind <= 2) && kinds.some((kind) => kind > 2);
}

/** Required options come before the others. */
function rightOrder(options: readonly unknown[]): string | undefined {
  const needed = options.map((one) => isObject(one) && one.required === true);
  return needed.lastIndexOf(true) > needed.indexOf(false) && needed.includes(false) && needed.includes(true)
    ? "Required options must be placed before non-required options."
    : undefined;
}

const command = where(
  shape({
    id: maybe(text()),
    name: text({ min: 1, max: 32 }),
    name_localizations: maybe(locales),
    description: maybe(text({ max: 100 })),
    description_localizations: maybe(locales),
    options: maybe(list(optionOf(2), { max: 25 })),
    default_member_permissions: maybe(text({ form: /^\d+$/ })),
    dm_permission: maybe(bool),
    default_permission: maybe(bool),
    integration_types: maybe(list(oneOf(0, 1))),
    contexts: maybe(list(oneOf(0, 1, 2))),
    type: maybe(oneOf(1, 2, 3)),
    nsfw: maybe(bool),
    handler: maybe(anything),
  }),
  ({ type = 1, name, description = "", options = [] }) => {
    if (type !== 1)
      return description === "" && options.length === 0
        ? undefined
        : "Only slash commands have descriptions and options.";
    if (!NAME.test(name) || name !== name.toLowerCase()) return "Command name is invalid";
    if (description === "") return "A slash command needs a description.";
    if (isMixed(options)) return "Subcommands and other options exclude each other.";
    if (lengthOf({ name, description, options }) > 8000) return "A command has at most 8000 characters in all.";
    return rightOrder(options);
  },
);

/** The characters that count towards a command's 8,000: names, descriptions and values. */
function lengthOf(part: unknown): number {
  if (Array.isArray(part)) return part.reduce((sum: number, one) => sum + lengthOf(one), 0);
  if (!isObject(part)) return 0;
  const own = [part.name, part.description, part.value].reduce(
    (sum: number, one) => sum + (typeof one === "string" ? one.length : 0),
    0,
  );
  return own + lengthOf(part.options) + lengthOf(part.choices);
}

/** One command. */
export const commandBody = command;

/** All of them; of a type no two have the same name. */
export const commandsBody = where(list(command, { max: 130 }), (all) => {
  const names = all.map(({ type = 1, name }) => `${type} ${name}`);
  const count = (wanted: number) => all.filter(({ type = 1 }) => type === wanted).length;
  if (count(1) > 100 || count(2) > 15 || count(3) > 15) return "Too many commands.";
  return new Set(names).size < names.length ? "APPLICATION_COMMANDS_DUPLICATE_NAME" : undefined;
});
