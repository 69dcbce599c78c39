import { tellGuild, tellMember } from "./events.ts";
import type { Guild, Member } from "./model.ts";
import type { PermissionName } from "./permissions.ts";
import { known, type State } from "./state.ts";
import type { Rights, World } from "./world.ts";
import { sum } from "./world-rights.ts";

/** The rights that a bot's invite usually asks for, those of this project's bot among them. */
export const BOT_RIGHTS: readonly PermissionName[] = [
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "SEND_MESSAGES_IN_THREADS",
  "CREATE_PUBLIC_THREADS",
  "READ_MESSAGE_HISTORY",
  "EMBED_LINKS",
  "ATTACH_FILES",
  "ADD_REACTIONS",
];

const guildOf = (state: State, id: string): Guild => known(state.guilds, id, "guild");

/** Puts a user into a guild; nobody is told yet. */
export function addMember(
  state: State,
  guild: Guild,
  fresh: { user: string; nick?: string | undefined; roles?: readonly string[] },
): Member {
  const member: Member = {
    user: fresh.user,
    roles: new Set(fresh.roles),
    joinedAt: Date.now(),
    nick: fresh.nick,
    timedOutUntil: undefined,
  };
  guild.members.set(member.user, member);
  return member;
}

/** The bot comes with a role of its own, which carries its rights. */
export function enterGuild(state: State, guild: Guild, rights: Rights): void {
  const role = {
    id: state.id(),
    name: state.bot.name,
    permissions: sum(rights),
    position: 1,
    mentionable: false,
    bot: state.bot.id,
  };
  guild.roles.set(role.id, role);
  addMember(state, guild, { user: state.bot.id, roles: [role.id] });
  guild.present = true;
  tellGuild(state, guild);
}

/** What changes who is where. */
export type MemberChanges = Pick<
  World,
  "kick" | "setNick" | "timeOut" | "kickBot" | "addBot" | "setAvailable" | "setApplicationFlags"
>;

/** Changes who is where. */
export function createMemberChanges(state: State): MemberChanges {
  const change = ({ guild, user }: { guild: string; user: string }, act: (member: Member) => void) => {
    const place = guildOf(state, guild);
    const member = known(place.members, user, "member");
    act(member);
    tellMember(state, "UPDATE", { guild: place, member });
  };
  return {
    kick({ guild, user }) {
      const place = guildOf(state, guild);
      const member = known(place.members, user, "member");
      place.members.delete(user);
      leaveThreads(state, place, user);
      tellMember(state, "REMOVE", { guild: place, member });
      state.changed();
    },
    kickBot: ({ guild }) => kickBot(state, guildOf(state, guild)),
    addBot({ guild, botRights = BOT_RIGHTS }) {
      enterGuild(state, guildOf(state, guild), botRights);
    },
    setAvailable({ guild, available }) {
      const place = guildOf(state, guild);
      place.available = available;
      if (available) tellGuild(state, place);
      else state.send({ t: "GUILD_DELETE", d: { id: guild, unavailable: true }, intent: 1 });
      state.changed();
    },
    setNick: ({ guild, user, nick }) => change({ guild, user }, (member) => void (member.nick = nick)),
    timeOut: ({ guild, user, until }) => change({ guild, user }, (member) => void (member.timedOutUntil = until)),
    setApplicationFlags: (flags) => void (state.application.flags = flags),
  };
}

function leaveThreads(state: State, guild: Guild, user: string): void {
  for (const id of guild.threads) state.channels.get(id)?.thread?.members.delete(user);
}

function kickBot(state: State, guild: Guild): void {
  state.send({ t: "GUILD_DELETE", d: { id: guild.id }, intent: 1 });
  for (const [id, { bot }] of guild.roles) if (bot === state.bot.id) guild.roles.delete(id);
  guild.members.delete(state.bot.id);
  leaveThreads(state, guild, state.bot.id);
  guild.present = false;
  state.commands.delete(guild.id);
  state.changed();
}
