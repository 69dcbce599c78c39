import { sees, tellChannel, tellThread, tellThreadMembers } from "./events.ts";
import type { Channel } from "./model.ts";
import { known, type State } from "./state.ts";
import type { World } from "./world.ts";

const channelOf = (state: State, id: string): Channel => known(state.channels, id, "channel");

/** What changes channels and threads. */
export type PlaceChanges = Pick<
  World,
  "renameChannel" | "deleteChannel" | "archive" | "addToThread" | "removeFromThread"
>;

/** Changes channels and threads. */
export function createPlaceChanges(state: State): PlaceChanges {
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
    archive({ thread: id, archived = true, locked, at = Date.now() }) {
      const { channel, thread } = threadOf(id);
      Object.assign(thread, { archived, locked: locked ?? thread.locked, archiveChangedAt: at });
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
