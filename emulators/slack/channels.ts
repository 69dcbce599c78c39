import { emitIn, installsIn } from "./events.ts";
import { post } from "./messages.ts";
import type { Channel, Json } from "./model.ts";
import { directChannel } from "./places.ts";
import { known, type State } from "./state.ts";

const letterOf: Readonly<Record<Channel["kind"], string>> = { public: "C", private: "G", im: "D", mpim: "G" };

interface Who {
  readonly channel: string;
  readonly user: string;
}

/** What someone did to a channel. */
interface Done {
  readonly channel: string;
  readonly by: string;
}

/** A channel, and another workspace. */
interface Shared {
  readonly channel: string;
  readonly with: string;
}

const prefix = (channel: Channel): string => (channel.kind === "private" ? "group" : "channel");

/** What happens to channels. */
export const createChannelActs = (state: State) => ({ ...membership(state), ...lifecycle(state), ...sharing(state) });

function tools(state: State) {
  return {
    channelOf: (id: string): Channel => known(state.channels, id, "channel"),
    tell: (channel: Channel, event: Json): void => {
      emitIn(state, channel, event);
      state.changed();
    },
  };
}

function membership(state: State) {
  const { channelOf, tell } = tools(state);
  return {
    /** The direct conversation with the bot (or among several people and the bot), made where there is none. */
    dm({ with: people }: { readonly with: readonly [string, ...string[]] }): string {
      const team = known(state.users, people[0], "user").team;
      const install = [...state.installs.values()].find(
        (one) => one.team === team || (one.team === undefined && state.teams.get(team)?.enterprise === one.enterprise),
      );
      return directChannel(state, { team, members: [install?.botUser ?? "", ...people] }).id;
    },
    join({ channel: id, user }: Who): void {
      const channel = channelOf(id);
      const { team } = known(state.users, user, "user");
      channel.members.add(user);
      tell(channel, { type: "member_joined_channel", user, channel: id, channel_type: letterOf[channel.kind], team });
      post(state, { channel, user, team, text: `<@${user}> has joined the channel`, subtype: "channel_join" });
    },
    leave({ channel: id, user }: Who): void {
      const channel = channelOf(id);
      const isBot = installsIn(state, channel).some(({ botUser }) => botUser === user);
      const { team } = known(state.users, user, "user");
      if (isBot)
        tell(channel, {
          type: channel.kind === "private" ? "group_left" : "channel_left",
          channel: id,
          actor_id: user,
        });
      else
        tell(channel, { type: "member_left_channel", user, channel: id, channel_type: letterOf[channel.kind], team });
      channel.members.delete(user);
      state.changed();
    },
  };
}

function lifecycle(state: State) {
  const { channelOf, tell } = tools(state);
  return {
    renameChannel({ channel: id, name }: { readonly channel: string; readonly name: string }): void {
      const channel = channelOf(id);
      channel.name = name;
      tell(channel, {
        type: `${prefix(channel)}_rename`,
        channel: { id, name, created: channel.created, is_channel: true },
      });
    },
    archive({ channel: id, by }: Done): void {
      const channel = channelOf(id);
      channel.archived = true;
      tell(channel, { type: `${prefix(channel)}_archive`, channel: id, user: by });
    },
    unarchive({ channel: id, by }: Done): void {
      const channel = channelOf(id);
      channel.archived = false;
      tell(channel, { type: `${prefix(channel)}_unarchive`, channel: id, user: by });
    },
    deleteChannel({ channel: id, by }: Done): void {
      const channel = channelOf(id);
      tell(channel, { type: `${prefix(channel)}_deleted`, channel: id, actor_id: by });
      channel.deleted = true;
      state.changed();
    },
  };
}

function sharing(state: State) {
  const { channelOf, tell } = tools(state);
  return {
    /** Public becomes private or the other way; the id stays, and no event but a message says so. */
    convert({ channel: id, to, by }: Done & { readonly to: "public" | "private" }): void {
      const channel = channelOf(id);
      channel.kind = to;
      const { team } = known(state.users, by, "user");
      const subtype = to === "private" ? "channel_convert_to_private" : "channel_convert_to_public";
      post(state, { channel, user: by, team, text: `made this channel ${to}`, subtype });
    },
    /** Another workspace comes into a channel: of another company (Slack Connect), or of the same org. */
    share({ channel: id, with: team }: Shared): void {
      const channel = channelOf(id);
      channel.teams.add(known(state.teams, team, "workspace").id);
      tell(channel, { type: "channel_shared", connected_team_id: team, channel: id });
    },
    /** A channel gets another id, as some do when they are shared; the new one comes back. */
    changeId({ channel: old }: { readonly channel: string }): string {
      const channel = channelOf(old);
      const id = state.clock.id("C");
      state.channels.delete(old);
      state.channels.set(id, channel);
      channel.id = id;
      for (const message of channel.timeline.all()) message.channel = id;
      tell(channel, { type: "channel_id_changed", old_channel_id: old, new_channel_id: id });
      return id;
    },
    unshare({ channel: id, with: team }: Shared): void {
      const channel = channelOf(id);
      channel.teams.delete(team);
      for (const user of channel.members) if (state.users.get(user)?.team === team) channel.members.delete(user);
      tell(channel, {
        type: "channel_unshared",
        previously_connected_team_id: team,
        channel: id,
        is_ext_shared: channel.teams.size > 1,
      });
    },
  };
}
