import { flag, text, whole, type Check } from "./checks.ts";
import { emitIn } from "./events.ts";
import { method, type Method } from "./method.ts";
import { scopeFor } from "./methods-history.ts";
import type { Channel, ChannelKind, Install, Json } from "./model.ts";
import { page } from "./paging.ts";
import { directChannel } from "./places.ts";
import { channelId, cursor } from "./shapes.ts";
import { channelFor, covers, known, maySee, SlackError, type State } from "./state.ts";
import { channelObject, channelType } from "./wire.ts";

const READ = ["channels:read", "groups:read", "im:read", "mpim:read"];

const KINDS: Readonly<Record<string, { readonly kind: ChannelKind; readonly scope: string }>> = {
  public_channel: { kind: "public", scope: "channels:read" },
  private_channel: { kind: "private", scope: "groups:read" },
  im: { kind: "im", scope: "im:read" },
  mpim: { kind: "mpim", scope: "mpim:read" },
};

const typesList: Check<readonly string[]> = (value, at, problems) => {
  const types = typeof value === "string" ? value.split(",").map((one) => one.trim()) : [];
  if (types.length === 0 || types.some((one) => !Object.hasOwn(KINDS, one)))
    problems.push({ at, message: "has an unknown type", error: "invalid_types" });
  return types;
};

const info = method("conversations.info", {
  tier: "tier3",
  scopes: READ,
  needs: ({ state, install, args }) => scopeFor(state, install, { channel: args.channel, right: "read" }),
  required: { channel: channelId },
  optional: { include_locale: flag, include_num_members: flag },
  answer({ state, install, args }): Json {
    const channel = channelFor(state, install, args.channel);
    const count = args.include_num_members === true ? { num_members: channel.members.size } : {};
    return { channel: { ...channelObject(state, channel, install), ...count } };
  },
});

const members = method("conversations.members", {
  tier: "tier4",
  scopes: READ,
  needs: ({ state, install, args }) => scopeFor(state, install, { channel: args.channel, right: "read" }),
  required: { channel: channelId },
  optional: { cursor, limit: whole(1, 1000, "invalid_limit") },
  answer({ state, install, args }): Json {
    const channel = channelFor(state, install, args.channel);
    const { items, next } = page([...channel.members], { cursor: args.cursor, limit: args.limit ?? 100 });
    return { members: items, response_metadata: { next_cursor: next } };
  },
});

const listing = {
  cursor,
  exclude_archived: flag,
  limit: whole(1, 999, "invalid_limit"),
  types: typesList,
} as const;

const scopesOf = (types: readonly string[] | undefined, install: Install): string | undefined =>
  (types ?? ["public_channel"]).flatMap((one) => KINDS[one]?.scope ?? []).find((scope) => !install.scopes.has(scope));

function listed(
  state: State,
  { install, team }: { install: Install; team: string },
  types: readonly string[] | undefined,
): Channel[] {
  const kinds = new Set((types ?? ["public_channel"]).map((one) => KINDS[one]?.kind));
  const bot = known(state.users, install.botUser, "bot user");
  return [...state.channels.values()].filter(
    (one) => kinds.has(one.kind) && one.teams.has(team) && maySee(state, bot, one),
  );
}

const list = method("conversations.list", {
  tier: "tier2",
  scopes: READ,
  needs: ({ install, args }) => scopesOf(args.types, install),
  optional: listing,
  answer({ state, install, team, args }): Json {
    const found = listed(state, { install, team }, args.types).filter(
      (one) => args.exclude_archived !== true || !one.archived,
    );
    const { items, next } = page(found, { cursor: args.cursor, limit: args.limit ?? 100 });
    return {
      channels: items.map((one) => ({ ...channelObject(state, one, install), num_members: one.members.size })),
      response_metadata: { next_cursor: next },
    };
  },
});

const ofUser = method("users.conversations", {
  tier: "tier3",
  scopes: READ,
  needs: ({ install, args }) => scopesOf(args.types, install),
  optional: { ...listing, user: text() },
  answer({ state, install, team, args }): Json {
    const user = args.user ?? install.botUser;
    const found = listed(state, { install, team }, args.types).filter(
      (one) => one.members.has(user) && (args.exclude_archived !== true || !one.archived),
    );
    const { items, next } = page(found, { cursor: args.cursor, limit: args.limit ?? 100 });
    return {
      channels: items.map((one) => channelObject(state, one, install)),
      response_metadata: { next_cursor: next },
    };
  },
});

const open = method("conversations.open", {
  tier: "tier3",
  scopes: ["im:write", "mpim:write", "channels:manage", "groups:write"],
  needs: ({ args }) => ((args.users ?? "").includes(",") ? "mpim:write" : "im:write"),
  optional: { channel: channelId, prevent_creation: flag, return_im: flag, users: text() },
  answer({ state, install, team, args }): Json {
    if (args.users === undefined && args.channel === undefined)
      throw new SlackError("users_list_not_supplied", { strict: "neither users nor channel" });
    const channel =
      args.users === undefined
        ? channelFor(state, install, args.channel ?? "")
        : openFor(state, { install, team }, args.users.split(","));
    return { channel: args.return_im === true ? channelObject(state, channel, install) : { id: channel.id } };
  },
});

function openFor(
  state: State,
  { install, team }: { install: Install; team: string },
  users: readonly string[],
): Channel {
  if (users.length > 8) throw new SlackError("too_many_users");
  const own = state.teams.get(team)?.enterprise;
  for (const id of users) {
    const user = state.users.get(id);
    if (user === undefined || id === install.botUser) throw new SlackError("user_not_found");
    if (user.deleted) throw new SlackError("user_disabled");
    const isOurs = covers(state, install, user.team) || state.teams.get(user.team)?.enterprise === (own ?? "none");
    const isMet = [...state.channels.values()].some((one) => one.members.has(id) && one.members.has(install.botUser));
    if (!isOurs && !isMet) throw new SlackError("user_not_visible");
  }
  return directChannel(state, { team, members: [install.botUser, ...users] });
}

const join = method("conversations.join", {
  tier: "tier3",
  scopes: ["channels:join"],
  required: { channel: channelId },
  answer({ state, install, team, args }): Json {
    const channel = channelFor(state, install, args.channel);
    if (channel.kind !== "public") throw new SlackError("method_not_supported_for_channel_type");
    if (channel.archived) throw new SlackError("is_archived");
    const isNew = !channel.members.has(install.botUser);
    channel.members.add(install.botUser);
    if (isNew)
      emitIn(state, channel, {
        type: "member_joined_channel",
        user: install.botUser,
        channel: channel.id,
        channel_type: channelType(channel).slice(0, 1).toUpperCase(),
        team,
      });
    state.changed();
    return { channel: channelObject(state, channel, install) };
  },
});

/** Channels and who is in them. */
export const conversationMethods: readonly Method[] = [info, members, list, ofUser, open, join];
