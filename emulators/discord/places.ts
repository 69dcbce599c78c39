import { tellMessage, tellThread, tellThreadMembers } from "./events.ts";
import { NO_DRAFT } from "./message-shapes.ts";
import { compose } from "./messages.ts";
import { ChannelType, MessageFlag, ThreadLine, type Channel, type Message } from "./model.ts";
import type { State } from "./state.ts";
import { createTimeline } from "./timeline.ts";

/** A channel or thread that is about to be made. */
export interface NewChannel {
  readonly id?: string;
  readonly type: number;
  readonly name: string;
  readonly guild?: string | undefined;
  readonly parent?: string | undefined;
  readonly recipient?: string;
  readonly thread?: Channel["thread"];
  readonly topic?: string | undefined;
  readonly nsfw?: boolean;
  readonly position?: number;
  readonly appliedTags?: readonly string[];
}

/** Makes a channel and puts it where it belongs; nobody is told yet. */
export function addChannel(state: State, fresh: NewChannel): Channel {
  const channel: Channel = {
    id: fresh.id ?? state.id(),
    type: fresh.type,
    guild: fresh.guild,
    parent: fresh.parent,
    overwrites: new Map(),
    timeline: createTimeline(state.limits.historyCap),
    recipient: fresh.recipient,
    thread: fresh.thread,
    name: fresh.name,
    topic: fresh.topic,
    nsfw: fresh.nsfw ?? false,
    position: fresh.position ?? 0,
    slowmode: 0,
    lastMessage: undefined,
    tags: [],
    appliedTags: fresh.appliedTags ?? [],
  };
  state.channels.set(channel.id, channel);
  const guild = state.guilds.get(fresh.guild ?? "");
  if (fresh.thread === undefined) guild?.channels.add(channel.id);
  else guild?.threads.add(channel.id);
  return channel;
}

/** The DM between a person and the bot, made when it is first needed. */
export function directChannel(state: State, user: string): Channel {
  const found = state.channels.get(state.dms.get(user) ?? "");
  if (found !== undefined) return found;
  const made = addChannel(state, { type: ChannelType.dm, name: "", recipient: user });
  state.dms.set(user, made.id);
  return made;
}

/** A thread that is about to be opened. */
export interface NewThread {
  readonly parent: Channel;
  readonly owner: string;
  readonly name: string;
  readonly isPrivate?: boolean;
  readonly from?: Message;
  readonly members?: readonly string[];
  readonly autoArchive?: number | undefined;
  readonly appliedTags?: readonly string[];
}

/** Opens a thread and tells the bot. One that comes from a message has that message's id. */
export function openThread(state: State, fresh: NewThread): Channel {
  const { parent, owner, from } = fresh;
  const at = Date.now();
  const channel = addChannel(state, {
    ...(from === undefined ? {} : { id: from.id }),
    type: threadType(fresh),
    name: fresh.name,
    guild: parent.guild,
    parent: parent.id,
    ...(fresh.appliedTags === undefined ? {} : { appliedTags: fresh.appliedTags }),
    thread: {
      owner,
      members: new Map([owner, ...(fresh.members ?? [])].map((user) => [user, at])),
      createdAt: at,
      invitable: true,
      archived: false,
      locked: false,
      autoArchive: fresh.autoArchive ?? 4320,
      archiveChangedAt: at,
      sent: 0,
    },
  });
  tellThread(state, "CREATE", channel);
  const added = (fresh.members ?? []).filter((user) => user !== state.bot.id);
  if (added.length > 0) tellThreadMembers(state, channel, { added });
  if (from !== undefined) {
    from.thread = channel.id;
    from.flags |= MessageFlag.HAS_THREAD;
    tellMessage(state, "MESSAGE_UPDATE", from);
  }
  announce(state, channel, fresh);
  state.changed();
  return channel;
}

/** The line that Discord adds: above a thread's messages the one it came from, or in the parent that there is a thread. */
function announce(state: State, thread: Channel, { parent, owner, from, name }: NewThread): void {
  if (thread.type === ChannelType.privateThread || parent.type === ChannelType.forum) return;
  const place = from === undefined ? parent : thread;
  const line = compose(state, place, {
    author: owner,
    type: from === undefined ? ThreadLine.created : ThreadLine.starter,
    draft: { ...NO_DRAFT, content: from === undefined ? name : "", allowed_mentions: NOBODY },
    files: [],
    ...(from === undefined ? {} : { replyTo: { channel: parent.id, message: from.id } }),
  });
  place.timeline.add(line);
  tellMessage(state, "MESSAGE_CREATE", line);
}

const NOBODY = { parse: [], users: undefined, roles: undefined, replied_user: undefined };

function threadType({ parent, isPrivate }: NewThread): number {
  if (parent.type === ChannelType.announcement) return ChannelType.announcementThread;
  return isPrivate === true ? ChannelType.privateThread : ChannelType.publicThread;
}
