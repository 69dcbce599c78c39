import type { Channel, Guild } from "./model.ts";
import { ChannelType } from "./model.ts";
import type { PermissionName } from "./permissions.ts";
import {
  isThread,
  may,
  missingAccess,
  missingPermissions,
  refuse,
  unknownChannel,
  unknownGuild,
  type State,
} from "./state.ts";

/** A channel that the bot may see: 10003 where it is in no guild that has it, 50001 where it may not look. */
export function channelOf(state: State, id: string): Channel {
  const channel = state.channels.get(id);
  if (channel === undefined) throw unknownChannel();
  const guild = state.guilds.get(channel.guild ?? "");
  if (channel.guild !== undefined && guild?.present !== true) throw missingAccess();
  if (!may(state, { user: state.bot.id, channel }, "VIEW_CHANNEL")) throw missingAccess();
  return channel;
}

/** The same where messages can be. */
export function textOf(state: State, id: string): Channel {
  const channel = channelOf(state, id);
  if (channel.type === ChannelType.category || channel.type === ChannelType.forum)
    throw refuse(400, 50_008, "Cannot send messages in a non-text channel");
  return channel;
}

/** Refuses with 50013 unless the bot may. */
export function need(state: State, channel: Channel, name: PermissionName): void {
  if (!may(state, { user: state.bot.id, channel }, name)) throw missingPermissions();
}

/** Refuses unless the bot may write: SEND_MESSAGES, in threads SEND_MESSAGES_IN_THREADS; locked threads only to managers. */
export function needToSend(state: State, channel: Channel): void {
  const recipient = state.users.get(channel.recipient ?? "");
  if (recipient?.closedDms === true) throw refuse(403, 50_007, "Cannot send messages to this user");
  need(state, channel, isThread(channel) ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES");
  if (
    channel.thread?.archived === true &&
    channel.thread.locked &&
    !may(state, { user: state.bot.id, channel }, "MANAGE_THREADS")
  )
    throw refuse(400, 50_083, "Thread is archived");
}

/** A guild that the bot is in. */
export function guildOf(state: State, id: string): Guild {
  const guild = state.guilds.get(id);
  if (guild === undefined) throw unknownGuild();
  if (!guild.present) throw missingAccess();
  return guild;
}
