import { boolText, maybe, shape, snowflake, wholeText } from "./checks.ts";
import { guildOf } from "./access.ts";
import { missingAccess, unknownMember, unknownUser, type State } from "./state.ts";
import { route, type Route } from "./route.ts";
import { byAge } from "./snowflake.ts";
import {
  applicationObject,
  channelObject,
  fullMember,
  guildEntry,
  guildObject,
  roleObject,
  userObject,
} from "./wire.ts";

const MEMBERS = (1 << 14) | (1 << 15);

const me = route("GET /users/@me", { answer: ({ state }) => ({ status: 200, body: userObject(state.bot) }) });

const user = route("GET /users/{user}", {
  answer({ state, param }) {
    const found = state.users.get(param("user"));
    if (found === undefined) throw unknownUser();
    return { status: 200, body: userObject(found) };
  },
});

const application = (line: "GET /applications/@me" | "GET /oauth2/applications/@me") =>
  route(line, { answer: ({ state }) => ({ status: 200, body: applicationObject(state) }) });

const guildsQuery = shape({
  before: maybe(snowflake),
  after: maybe(snowflake),
  limit: maybe(wholeText(1, 200)),
  with_counts: maybe(boolText),
});

const guilds = route("GET /users/@me/guilds", {
  query: guildsQuery,
  answer({ state, query }) {
    const own = [...state.guilds.values()]
      .filter(({ present, id }) => present && (query.after === undefined || byAge(id, query.after) > 0))
      .sort((a, b) => byAge(a.id, b.id));
    return { status: 200, body: own.slice(0, query.limit ?? 200).map((one) => guildEntry(state, one)) };
  },
});

const guildQuery = shape({ with_counts: maybe(boolText) });

const guild = route("GET /guilds/{guild}", {
  query: guildQuery,
  answer: ({ state, param }) => ({ status: 200, body: guildObject(guildOf(state, param("guild"))) }),
});

const channels = route("GET /guilds/{guild}/channels", {
  answer({ state, param }) {
    const ids = [...guildOf(state, param("guild")).channels];
    const found = ids.flatMap((id) => state.channels.get(id) ?? []);
    return { status: 200, body: found.map((one) => channelObject(state, one)) };
  },
});

const roles = route("GET /guilds/{guild}/roles", {
  answer: ({ state, param }) => ({
    status: 200,
    body: [...guildOf(state, param("guild")).roles.values()].map(roleObject),
  }),
});

const membersQuery = shape({ limit: maybe(wholeText(1, 1000)), after: maybe(snowflake) });

const members = route("GET /guilds/{guild}/members", {
  query: membersQuery,
  answer({ state, param, query }) {
    needMembersIntent(state);
    const after = query.after ?? "0";
    const page = [...guildOf(state, param("guild")).members.values()]
      .filter((one) => byAge(one.user, after) > 0)
      .sort((a, b) => byAge(a.user, b.user))
      .slice(0, query.limit ?? 1);
    return { status: 200, body: page.map((one) => fullMember(state, one)) };
  },
});

function needMembersIntent(state: State): void {
  if ((state.application.flags & MEMBERS) === 0) throw missingAccess();
}

const member = route("GET /guilds/{guild}/members/{user}", {
  answer({ state, param }) {
    const found = guildOf(state, param("guild")).members.get(param("user"));
    if (found === undefined) throw unknownMember();
    return { status: 200, body: fullMember(state, found) };
  },
});

/** Who the bot is, and the guilds that it is in. */
export const guildRoutes: readonly Route[] = [
  me,
  user,
  application("GET /applications/@me"),
  application("GET /oauth2/applications/@me"),
  guilds,
  guild,
  channels,
  roles,
  members,
  member,
];
