import {
  tellChannel,
  tellGuild,
  tellMember,
  tellRole,
  tellThread,
  tellThreadList,
  tellThreadMembers,
  sees,
} from "./events.ts";
import { ChannelType, type Channel, type Guild, type Member } from "./model.ts";
import { bits, EVERYONE, type PermissionName } from "./permissions.ts";
import { addChannel, directChannel, openThread } from "./places.ts";
import { known, type State } from "./state.ts";

/** The rights that a bot's invite usually asks for, those of this project's bot among them. */
const BOT_RIGHTS: readonly PermissionName[] = [
  "VIEW_CHANNEL",
  "SEND_MESSAGES",
  "SEND_MESSAGES_IN_THREADS",
  "CREATE_PUBLIC_THREADS",
  "READ_MESSAGE_HISTORY",
  "EMBED_LINKS",
  "ATTACH_FILES",
  "ADD_REACTIONS",
];

/** Permissions by name, or all bits at once. */
export type Rights = readonly PermissionName[] | bigint;

const sum = (rights: Rights): bigint => (typeof rights === "bigint" ? rights : bits(...rights));

/** What one overwrite allows and denies, for a role or a member. */
export interface OverwriteChange {
  readonly channel: string;
  /** A role's or a user's id; the guild's id is @everyone. */
  readonly of: string;
  readonly allow?: Rights;
  readonly deny?: Rights;
}

/** Kinds of channels by name. */
export type ChannelKind = "text" | "voice" | "category" | "announcement" | "stage" | "forum";

/** Makes people and places, and changes who may do what. Every function tells the bot what Discord would. */
export interface World {
  user(fresh?: { name?: string; bot?: boolean; closedDms?: boolean }): string;
  /** Gives the guild's id. The bot is in it unless `withBot` is false; `owner` is made where none is named. */
  guild(fresh: { name: string; owner?: string; botRights?: Rights; everyone?: Rights; withBot?: boolean }): string;
  role(fresh: { guild: string; name: string; permissions?: Rights; mentionable?: boolean }): string;
  /** Gives the user's id; a new user is made where only a name is given. */
  member(fresh: {
    guild: string;
    user?: string;
    name?: string;
    nick?: string;
    roles?: readonly string[];
    bot?: boolean;
  }): string;
  channel(fresh: {
    guild: string;
    name: string;
    type?: ChannelKind;
    parent?: string;
    topic?: string;
    overwrites?: readonly Omit<OverwriteChange, "channel">[];
  }): string;
  thread(fresh: {
    in: string;
    name: string;
    by: string;
    private?: boolean;
    from?: string;
    members?: readonly string[];
  }): string;
  dm(fresh: { with: string }): string;
  setOverwrite(change: OverwriteChange): void;
  removeOverwrite(change: { channel: string; of: string }): void;
  setRole(change: { guild: string; role: string; permissions?: Rights; name?: string; mentionable?: boolean }): void;
  deleteRole(change: { guild: string; role: string }): void;
  addRole(change: { guild: string; user: string; role: string }): void;
  removeRole(change: { guild: string; user: string; role: string }): void;
  kick(change: { guild: string; user: string }): void;
  kickBot(change: { guild: string }): void;
  addBot(change: { guild: string; botRights?: Rights }): void;
  /** An outage: GUILD_DELETE with `unavailable`, and GUILD_CREATE when it is over. */
  setAvailable(change: { guild: string; available: boolean }): void;
  renameChannel(change: { channel: string; name: string }): void;
  deleteChannel(change: { channel: string }): void;
  archive(change: { thread: string; archived?: boolean; locked?: boolean }): void;
  addToThread(change: { thread: string; user: string }): void;
  removeFromThread(change: { thread: string; user: string }): void;
  setApplicationFlags(flags: number): void;
}

/** The world of a state. */
export function createWorld(state: State): World {
  return { ...makers(state), ...roleChanges(state), ...memberChanges(state), ...placeChanges(state) };
}

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

function addMember(
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
function enter(state: State, guild: Guild, rights: Rights): void {
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

type Makers = Pick<World, "user" | "guild" | "role" | "member" | "channel" | "thread" | "dm">;

function makers(state: State): Makers {
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
    thread(fresh) {
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
    },
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
  if (fresh.withBot !== false) enter(state, guild, fresh.botRights ?? BOT_RIGHTS);
  return id;
}

function putOverwrite(state: State, { channel: id, of, allow = 0n, deny = 0n }: OverwriteChange): void {
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

type RoleChanges = Pick<
  World,
  "setOverwrite" | "removeOverwrite" | "setRole" | "deleteRole" | "addRole" | "removeRole"
>;

function roleChanges(state: State): RoleChanges {
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
    deleteRole({ guild, role }) {
      const place = guildOf(state, guild);
      known(place.roles, role, "role");
      place.roles.delete(role);
      tellRole(state, "DELETE", { guild: place, role });
      for (const member of place.members.values())
        if (member.roles.delete(role)) tellMember(state, "UPDATE", { guild: place, member });
      state.changed();
    },
    addRole: ({ role, ...who }) =>
      changeMember(who, (member) => void member.roles.add(known(guildOf(state, who.guild).roles, role, "role").id)),
    removeRole: ({ role, ...who }) => changeMember(who, (member) => void member.roles.delete(role)),
  };
}

type MemberChanges = Pick<World, "kick" | "kickBot" | "addBot" | "setAvailable" | "setApplicationFlags">;

function memberChanges(state: State): MemberChanges {
  return {
    kick({ guild, user }) {
      const place = guildOf(state, guild);
      const member = known(place.members, user, "member");
      place.members.delete(user);
      tellMember(state, "REMOVE", { guild: place, member });
      state.changed();
    },
    kickBot({ guild }) {
      const place = guildOf(state, guild);
      state.send({ t: "GUILD_DELETE", d: { id: guild }, intent: 1 });
      for (const [id, { bot }] of place.roles) if (bot === state.bot.id) place.roles.delete(id);
      place.members.delete(state.bot.id);
      place.present = false;
      state.commands.delete(guild);
      state.changed();
    },
    addBot({ guild, botRights = BOT_RIGHTS }) {
      enter(state, guildOf(state, guild), botRights);
    },
    setAvailable({ guild, available }) {
      const place = guildOf(state, guild);
      place.available = available;
      if (available) tellGuild(state, place);
      else state.send({ t: "GUILD_DELETE", d: { id: guild, unavailable: true }, intent: 1 });
      state.changed();
    },
    setApplicationFlags: (flags) => void (state.application.flags = flags),
  };
}

type PlaceChanges = Pick<World, "renameChannel" | "deleteChannel" | "archive" | "addToThread" | "removeFromThread">;

function placeChanges(state: State): PlaceChanges {
  const threadOf = (id: string) => {
    const channel = channelOf(state, id);
    if (channel.thread === undefined) throw new Error(`${id} is no thread`);
    return { channel, thread: channel.thread };
  };
  return {
    renameChannel({ channel, name }) {
      const found = channelOf(state, channel);
      found.name = name;
      if (found.thread === undefined) tellChannel(state, "UPDATE", found);
      else tellThread(state, "UPDATE", found);
    },
    deleteChannel({ channel }) {
      removeChannel(state, channelOf(state, channel));
    },
    archive({ thread: id, archived = true, locked }) {
      const { channel, thread } = threadOf(id);
      Object.assign(thread, { archived, locked: locked ?? thread.locked, archiveChangedAt: Date.now() });
      tellThread(state, "UPDATE", channel);
    },
    addToThread({ thread: id, user }) {
      const { channel, thread } = threadOf(id);
      thread.members.set(user, Date.now());
      tellThreadMembers(state, channel, { added: [user] });
    },
    removeFromThread({ thread: id, user }) {
      const { channel, thread } = threadOf(id);
      thread.members.delete(user);
      tellThreadMembers(state, channel, { removed: [user] });
      const isOut = user === state.bot.id && !sees(state, channel);
      const d = { id, guild_id: channel.guild, parent_id: channel.parent, type: channel.type };
      if (isOut) state.send({ t: "THREAD_DELETE", d, intent: 1 });
    },
  };
}

function removeChannel(state: State, channel: Channel): void {
  const guild = state.guilds.get(channel.guild ?? "");
  for (const id of guild?.threads ?? []) {
    const thread = state.channels.get(id);
    if (thread?.parent === channel.id) removeChannel(state, thread);
  }
  if (channel.thread === undefined) tellChannel(state, "DELETE", channel);
  else tellThread(state, "DELETE", channel);
  state.channels.delete(channel.id);
  guild?.channels.delete(channel.id);
  guild?.threads.delete(channel.id);
  state.changed();
}
