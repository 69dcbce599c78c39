import { tellChannel, tellMember, tellRole } from "./events.ts";
import { ChannelType, type Channel, type Guild } from "./model.ts";
import { EVERYONE } from "./permissions.ts";
import { addChannel, directChannel, openThread } from "./places.ts";
import { known, type State } from "./state.ts";
import type { World } from "./world.ts";
import { addMember, BOT_RIGHTS, enterGuild } from "./world-members.ts";
import { putOverwrite, sum } from "./world-rights.ts";

const guildOf = (state: State, id: string): Guild => known(state.guilds, id, "guild");
const channelOf = (state: State, id: string): Channel => known(state.channels, id, "channel");

function addUser(
  state: State,
  { name, bot = false, closedDms = false }: { name?: string; bot?: boolean; closedDms?: boolean },
): string {
  const id = state.id();
  state.users.set(id, { id, name: name ?? `User ${state.users.size}`, isBot: bot, closedDms });
  return id;
}

/** What makes people and places. */
export type Makers = Pick<World, "user" | "guild" | "role" | "member" | "channel" | "thread" | "dm">;

/** Makes people and places. */
export function createMakers(state: State): Makers {
  return {
    user: (fresh = {}) => addUser(state, fresh),
    guild: (fresh) => makeGuild(state, fresh),
    role({ guild, name, permissions = 0n, mentionable = false }) {
      const place = guildOf(state, guild);
      const role = { id: state.id(), name, permissions: sum(permissions), position: place.roles.size, mentionable };
      place.roles.set(role.id, role);
      tellRole(state, "CREATE", { guild: place, role: role.id });
      return role.id;
    },
    member({ guild, user, name, nick, roles = [], bot = false }) {
      const place = guildOf(state, guild);
      const id = user ?? addUser(state, { ...(name === undefined ? {} : { name }), bot });
      known(state.users, id, "user");
      for (const role of roles) known(place.roles, role, "role");
      tellMember(state, "ADD", { guild: place, member: addMember(state, place, { user: id, nick, roles }) });
      return id;
    },
    channel(fresh) {
      const { guild, name, type = "text", parent, topic, overwrites = [] } = fresh;
      const made = addChannel(state, { type: ChannelType[type], name, guild: guildOf(state, guild).id, parent, topic });
      for (const one of overwrites) putOverwrite(state, { ...one, channel: made.id });
      tellChannel(state, "CREATE", made);
      return made.id;
    },
    thread: (fresh) => makeThread(state, fresh),
    dm: ({ with: user }) => directChannel(state, known(state.users, user, "user").id).id,
  };
}

function makeGuild(state: State, fresh: Parameters<World["guild"]>[0]): string {
  const id = state.id();
  const owner = fresh.owner ?? addUser(state, { name: `Owner of ${fresh.name}` });
  const everyone = {
    id,
    name: "@everyone",
    permissions: sum(fresh.everyone ?? EVERYONE),
    position: 0,
    mentionable: false,
  };
  const guild: Guild = {
    id,
    name: fresh.name,
    owner,
    roles: new Map([[id, everyone]]),
    members: new Map(),
    channels: new Set(),
    threads: new Set(),
    present: false,
    available: true,
  };
  state.guilds.set(id, guild);
  addMember(state, guild, { user: owner });
  if (fresh.withBot !== false) enterGuild(state, guild, fresh.botRights ?? BOT_RIGHTS);
  return id;
}

function makeThread(state: State, fresh: Parameters<World["thread"]>[0]): string {
  const parent = channelOf(state, fresh.in);
  const from = fresh.from === undefined ? undefined : parent.timeline.get(fresh.from);
  if (fresh.from !== undefined && from === undefined) throw new Error(`There is no message ${fresh.from}`);
  return openThread(state, {
    parent,
    owner: fresh.by,
    name: fresh.name,
    isPrivate: fresh.private === true,
    members: fresh.members ?? [],
    ...(from === undefined ? {} : { from }),
  }).id;
}
