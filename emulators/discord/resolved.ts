import { isObject } from "./checks.ts";
import type { Channel } from "./model.ts";
import { known, permissionsIn, type State } from "./state.ts";
import { channelObject, memberObject, roleObject, userObject, type Json } from "./wire.ts";

const OptionType = { user: 6, channel: 7, role: 8, mentionable: 9 } as const;

/** What the ids among the chosen options stand for: people, channels and roles. */
export function resolvedOf(state: State, { guild: id }: Channel, options: readonly unknown[]): Json {
  const guild = state.guilds.get(id ?? "");
  const users: Json = {};
  const members: Json = {};
  const channels: Json = {};
  const roles: Json = {};
  for (const { type, value } of leaves(options)) {
    if (typeof value !== "string") continue;
    const role = type === OptionType.role || type === OptionType.mentionable ? guild?.roles.get(value) : undefined;
    if (role !== undefined) roles[value] = roleObject(role);
    else if (type === OptionType.user || type === OptionType.mentionable) {
      users[value] = userObject(known(state.users, value, "user"));
      const member = guild?.members.get(value);
      if (member !== undefined) members[value] = memberObject(member);
    } else if (type === OptionType.channel) {
      const channel = known(state.channels, value, "channel");
      const permissions = String(permissionsIn(state, state.bot.id, channel));
      channels[value] = { ...channelObject(state, channel), permissions };
    }
  }
  const parts = Object.entries({ users, members, channels, roles }).filter(([, part]) => Object.keys(part).length > 0);
  return parts.length === 0 ? {} : { resolved: Object.fromEntries(parts) };
}

function leaves(options: readonly unknown[]): Readonly<Record<string, unknown>>[] {
  return options.filter(isObject).flatMap((one) => (Array.isArray(one.options) ? leaves(one.options) : [one]));
}
