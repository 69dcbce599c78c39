import { sees, tellChannel, tellMember, tellRole, tellThreadList } from "./events.ts";
import type { Channel, Guild, Member } from "./model.ts";
import { bits } from "./permissions.ts";
import { known, type State } from "./state.ts";
import type { OverwriteChange, Rights, World } from "./world.ts";

/** The bits of rights however they are given. */
export const sum = (rights: Rights): bigint => (typeof rights === "bigint" ? rights : bits(...rights));

const guildOf = (state: State, id: string): Guild => known(state.guilds, id, "guild");
const channelOf = (state: State, id: string): Channel => known(state.channels, id, "channel");

/** Writes an overwrite of a role or a member. */
export function putOverwrite(state: State, { channel: id, of, allow = 0n, deny = 0n }: OverwriteChange): void {
  const channel = channelOf(state, id);
  const isRole = guildOf(state, channel.guild ?? "").roles.has(of);
  if (!isRole) known(state.users, of, "user or role");
  channel.overwrites.set(of, { id: of, type: isRole ? 0 : 1, allow: sum(allow), deny: sum(deny) });
}

/** Does something to rights, and tells of the threads that the bot has come to see by it. */
function withNewSights(state: State, places: readonly Channel[], act: () => void): void {
  const before = new Set(places.filter((one) => sees(state, one)));
  act();
  for (const one of places) if (!before.has(one)) tellThreadList(state, one);
  state.changed();
}

const placesOf = (state: State, guild: Guild): Channel[] =>
  [...guild.channels].flatMap((id) => state.channels.get(id) ?? []);

/** What changes roles and overwrites. */
export type RightsChanges = Pick<
  World,
  "setOverwrite" | "removeOverwrite" | "setRole" | "deleteRole" | "addRole" | "removeRole"
>;

/** Changes roles and overwrites. */
export function createRightsChanges(state: State): RightsChanges {
  const changeMember = ({ guild, user }: { guild: string; user: string }, act: (member: Member) => void) => {
    const place = guildOf(state, guild);
    const member = known(place.members, user, "member");
    withNewSights(state, user === state.bot.id ? placesOf(state, place) : [], () => {
      act(member);
      tellMember(state, "UPDATE", { guild: place, member });
    });
  };
  const changeOverwrites = (id: string, act: (channel: Channel) => void) => {
    const channel = channelOf(state, id);
    withNewSights(state, [channel], () => {
      act(channel);
      tellChannel(state, "UPDATE", channel);
    });
  };
  return {
    setOverwrite: (change) => changeOverwrites(change.channel, () => putOverwrite(state, change)),
    removeOverwrite: ({ channel, of }) => changeOverwrites(channel, (found) => void found.overwrites.delete(of)),
    setRole({ guild, role, permissions, name, mentionable }) {
      const place = guildOf(state, guild);
      const found = known(place.roles, role, "role");
      withNewSights(state, placesOf(state, place), () => {
        if (permissions !== undefined) found.permissions = sum(permissions);
        found.name = name ?? found.name;
        found.mentionable = mentionable ?? found.mentionable;
        tellRole(state, "UPDATE", { guild: place, role });
      });
    },
    deleteRole: ({ guild, role }) => deleteRole(state, guildOf(state, guild), role),
    addRole: ({ role, ...who }) =>
      changeMember(who, (member) => void member.roles.add(known(guildOf(state, who.guild).roles, role, "role").id)),
    removeRole: ({ role, ...who }) => changeMember(who, (member) => void member.roles.delete(role)),
  };
}

function deleteRole(state: State, guild: Guild, role: string): void {
  known(guild.roles, role, "role");
  guild.roles.delete(role);
  tellRole(state, "DELETE", { guild, role });
  for (const member of guild.members.values())
    if (member.roles.delete(role)) tellMember(state, "UPDATE", { guild, member });
  state.changed();
}
