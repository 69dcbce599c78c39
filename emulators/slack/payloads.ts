import type { Channel, Install, Json, User } from "./model.ts";
import { covers, known, type State } from "./state.ts";

/** The install that a person's clicks reach. */
export function installOfUser(state: State, user: User, channel: Channel | undefined): Install {
  const all = [...state.installs.values()].filter(({ status }) => status === "active");
  const found =
    all.find((one) => covers(state, one, user.team)) ??
    all.find((one) => channel !== undefined && channel.members.has(one.botUser));
  if (found === undefined) throw new Error(`The app is not installed where ${user.id} could reach it`);
  return found;
}

/** What every interactive payload holds. */
export function payloadOf(
  state: State,
  { user, install, triggerId }: { user: User; install: Install; triggerId: string },
): Json {
  const team = known(state.teams, user.team, "workspace");
  const enterprise =
    team.enterprise === undefined
      ? null
      : { id: team.enterprise, name: known(state.enterprises, team.enterprise, "enterprise").name };
  return {
    user: { id: user.id, username: user.name, name: user.name, team_id: user.team },
    api_app_id: state.app.id,
    token: "verification-token",
    trigger_id: triggerId,
    team: {
      id: team.id,
      domain: team.domain,
      ...(enterprise === null ? {} : { enterprise_id: enterprise.id, enterprise_name: enterprise.name }),
    },
    enterprise,
    is_enterprise_install: install.team === undefined,
  };
}

/** A channel as interactive payloads name it. */
export const placeOf = (channel: Channel): Json => ({
  id: channel.id,
  name: channel.kind === "public" ? channel.name : channel.kind === "im" ? "directmessage" : "privategroup",
});
