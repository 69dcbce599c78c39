import type { Channel, ChannelKind } from "./model.ts";
import type { State } from "./state.ts";
import { createTimeline } from "./timeline.ts";

/** What a new channel is made of. */
export interface NewChannel {
  readonly team: string;
  readonly kind: ChannelKind;
  readonly name: string;
  readonly creator: string;
  readonly members: readonly string[];
}

/** Makes a channel; its id tells its kind, as far as Slack's do. */
export function makeChannel(state: State, { team, kind, name, creator, members }: NewChannel): Channel {
  const channel: Channel = {
    id: state.clock.id(kind === "im" ? "D" : kind === "mpim" ? "G" : "C"),
    team,
    creator,
    created: Math.floor(Date.now() / 1000),
    members: new Set(members),
    teams: new Set([team]),
    timeline: createTimeline(state.bounds.historyCap),
    ephemerals: [],
    status: new Map(),
    titles: new Map(),
    sessions: new Map(),
    prompts: new Map(),
    kind,
    name,
    topic: "",
    purpose: "",
    archived: false,
    deleted: false,
  };
  state.channels.set(channel.id, channel);
  return channel;
}

/** The direct conversation of exactly these people; made where there is none yet. */
export function directChannel(state: State, { team, members }: { team: string; members: readonly string[] }): Channel {
  const wanted = new Set(members);
  const kind = wanted.size > 2 ? "mpim" : "im";
  for (const one of state.channels.values())
    if (one.kind === kind && !one.deleted && one.members.size === wanted.size && wanted.isSubsetOf(one.members))
      return one;
  const names = [...wanted].map((id) => state.users.get(id)?.name ?? id);
  const channel = makeChannel(state, {
    team,
    kind,
    name: kind === "im" ? "" : `mpdm-${names.join("--")}-1`,
    creator: members[0] ?? "",
    members,
  });
  for (const id of wanted) channel.teams.add(state.users.get(id)?.team ?? team);
  return channel;
}
