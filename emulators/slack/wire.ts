import type { Channel, Install, Json, Team, User } from "./model.ts";
import { isExtShared, isOrgShared, known, type State } from "./state.ts";

/** A user as the API gives it; `stranger` where the one who asks is of another workspace. */
export function userObject(state: State, user: User, asker: Team | undefined): Json {
  const enterprise = state.teams.get(user.team)?.enterprise;
  const isOneEnterprise = enterprise !== undefined && asker?.enterprise === enterprise;
  const isStranger = asker !== undefined && asker.id !== user.team && !isOneEnterprise;
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    deleted: user.deleted,
    real_name: user.realName,
    tz: "Europe/Berlin",
    tz_label: "Central European Time",
    tz_offset: 3600,
    profile: {
      real_name: user.realName,
      display_name: user.name,
      team: user.team,
      ...(user.botId === undefined ? {} : { bot_id: user.botId, api_app_id: user.appId ?? "" }),
    },
    is_admin: user.isAdmin,
    is_owner: user.isOwner,
    is_primary_owner: false,
    is_restricted: user.guest !== undefined,
    is_ultra_restricted: user.guest === "single",
    is_bot: user.botId !== undefined,
    is_app_user: false,
    updated: 1_700_000_000,
    ...(isStranger ? { is_stranger: true } : {}),
    ...(isOneEnterprise ? { enterprise_user: enterpriseUser(user, enterprise) } : {}),
  };
}

const enterpriseUser = (user: User, enterprise: string): Json => ({
  id: user.id,
  enterprise_id: enterprise,
  is_admin: false,
  is_owner: false,
  teams: [user.team],
});

/** A workspace as the API gives it. */
export const teamObject = (state: State, team: Team): Json => ({
  id: team.id,
  name: team.name,
  domain: team.domain,
  url: `${state.url}/`,
  email_domain: "",
  icon: {},
  ...(team.enterprise === undefined
    ? {}
    : {
        enterprise_id: team.enterprise,
        enterprise_name: known(state.enterprises, team.enterprise, "enterprise").name,
      }),
});

/** The kind of a channel as events name it. */
export const channelType = ({ kind }: Channel): string =>
  ({ public: "channel", private: "group", im: "im", mpim: "mpim" })[kind];

/** A channel as the API gives it to an install. */
export function channelObject(state: State, channel: Channel, install: Install): Json {
  const { kind } = channel;
  const common = {
    id: channel.id,
    created: channel.created,
    updated: channel.created * 1000,
    context_team_id: install.team ?? channel.team,
    is_archived: channel.archived,
    is_org_shared: isOrgShared(state, channel),
  };
  if (kind === "im") {
    const person = [...channel.members].find((id) => id !== install.botUser);
    return { ...common, is_im: true, user: person ?? "", is_user_deleted: false, priority: 0 };
  }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    previous_names: [],
    creator: channel.creator,
    is_channel: kind === "public" || kind === "private",
    is_group: false,
    is_im: false,
    is_mpim: kind === "mpim",
    is_private: kind !== "public",
    is_general: false,
    is_shared: channel.teams.size > 1,
    is_ext_shared: isExtShared(state, channel),
    is_pending_ext_shared: false,
    pending_shared: [],
    shared_team_ids: [...channel.teams],
    internal_team_ids: [...channel.teams],
    is_member: channel.members.has(install.botUser),
    unlinked: 0,
    topic: { value: channel.topic, creator: channel.creator, last_set: 0 },
    purpose: { value: channel.purpose, creator: channel.creator, last_set: 0 },
  };
}
