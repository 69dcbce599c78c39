import { boolText, maybe, shape } from "./checks.ts";
import type { Read } from "./checks.ts";
import { guildOf } from "./access.ts";
import { commandBody, commandsBody } from "./command-shapes.ts";
import { missingAccess, refuse, type Command, type State } from "./state.ts";
import { route, type Call, type Route } from "./route.ts";

type Given = Read<typeof commandBody>;

/** The scope's commands: "" for global ones. Another application's are nobody's business. */
function scope({ state, param }: Pick<Call<unknown, unknown>, "state" | "param">): {
  key: string;
  commands: Command[];
} {
  if (param("application") !== state.application.id) throw missingAccess();
  const guild = param("guild");
  const key = guild === "" ? "" : guildOf(state, guild).id;
  return { key, commands: state.commands.get(key) ?? [] };
}

/** What becomes of a command; one with the same type and name keeps its id. */
function registered(
  state: State,
  given: Given,
  { key, commands }: { key: string; commands: readonly Command[] },
): Command {
  const type = given.type ?? 1;
  const before = commands.find((one) => one.type === type && one.name === given.name);
  const { id: _, ...rest } = given;
  const present = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    name_localizations: null,
    description_localizations: null,
    default_member_permissions: null,
    nsfw: false,
    integration_types: [0],
    contexts: null,
    description: "",
    ...(key === "" ? { dm_permission: true } : { guild_id: key }),
    ...withoutEmpty(present),
    id: before?.id ?? state.id(),
    application_id: state.application.id,
    version: state.id(),
    type,
    name: given.name,
  };
}

/** Options as the API gives them back: without what was left out. */
function withoutEmpty(value: Record<string, unknown>): Record<string, unknown> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what JSON makes of an object is an object
  return JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
}

const localized = shape({ with_localizations: maybe(boolText) });

function routesUnder(
  base: "/applications/{application}/commands" | "/applications/{application}/guilds/{guild}/commands",
): Route[] {
  return [
    route(`GET ${base}`, { query: localized, answer: (call) => ({ status: 200, body: scope(call).commands }) }),
    route(`PUT ${base}`, {
      body: commandsBody,
      answer(call) {
        const here = scope(call);
        const commands = call.body.map((one) => registered(call.state, one, here));
        call.state.commands.set(here.key, commands);
        call.state.changed();
        return { status: 200, body: commands };
      },
    }),
    route(`POST ${base}`, {
      body: commandBody,
      answer(call) {
        const here = scope(call);
        const made = registered(call.state, call.body, here);
        const isNew = here.commands.every(({ id }) => id !== made.id);
        call.state.commands.set(here.key, [...here.commands.filter(({ id }) => id !== made.id), made]);
        call.state.changed();
        return { status: isNew ? 201 : 200, body: made };
      },
    }),
    route(`DELETE ${base}/{command}`, {
      answer(call) {
        const here = scope(call);
        const left = here.commands.filter(({ id }) => id !== call.param("command"));
        if (left.length === here.commands.length) throw refuse(404, 10_063, "Unknown application command");
        call.state.commands.set(here.key, left);
        call.state.changed();
        return { status: 204 };
      },
    }),
  ];
}

/** Commands, global and of one guild. */
export const commandRoutes: readonly Route[] = [
  ...routesUnder("/applications/{application}/commands"),
  ...routesUnder("/applications/{application}/guilds/{guild}/commands"),
];
