import type { Conversation, TalkPlace } from "../../chat.ts";
import type { Asked } from "../platform.ts";
import type { DiscordMessage } from "./message.ts";

/** The `space` of direct messages, which have no guild; as Discord's own addresses write it. */
export const DIRECT = "@me";

/** Where a message lies. A forum post is a thread; a direct message's `space` is DIRECT. */
export interface Place {
  readonly space: string;
  readonly channelId: string;
  /** The channel that a thread belongs to. */
  readonly parentId?: string;
  /** A thread that not all readers of its channel see. */
  readonly isPrivate?: boolean;
  /** Hearth was asked in this thread before, or opened it. */
  readonly isJoined: boolean;
}

/** What has to be known besides a message to tell what it means for Hearth. */
export interface Surroundings {
  readonly selfId: string;
  /** Hearth's own managed role in the guild. */
  readonly selfRoleId?: string;
  /** Other bots that may ask. */
  readonly bots: readonly string[];
  /** Without it, only messages that mention Hearth have text. */
  readonly hasContent: boolean;
  readonly nameOf: (kind: "channel" | "role", id: string) => string | undefined;
}

/** DEFAULT and REPLY: the others are made by Discord itself. */
const WRITTEN_BY_PEOPLE = new Set([0, 19]);

/** Why a message is meant for Hearth; undefined where it is not. Pure. */
export function addressedBy(
  message: DiscordMessage,
  place: Place,
  around: Surroundings,
): "mention" | "reply" | "direct" | "thread" | undefined {
  const { author } = message;
  if (author.id === around.selfId || author.isSystem || message.isFromWebhook) return undefined;
  if (!WRITTEN_BY_PEOPLE.has(message.type)) return undefined;
  if (author.isBot && !around.bots.includes(author.id)) return undefined;
  if (place.space === DIRECT) return author.isBot ? undefined : "direct";
  if (isMentioned(message, around)) return "mention";
  // What arrives without its text cannot be answered.
  if (!around.hasContent && message.content === "") return undefined;
  if (message.replyTo?.authorId === around.selfId) return "reply";
  return place.isJoined && !author.isBot ? "thread" : undefined;
}

function isMentioned(message: DiscordMessage, { selfId, selfRoleId }: Surroundings): boolean {
  if (selfRoleId !== undefined && message.mentionedRoles.includes(selfRoleId)) return true;
  // A reply's ping stands among the mentions as well, without a word of it in the text.
  return message.mentions.some(({ id }) => id === selfId);
}

/** A message as a question. `open` wants the answer in a thread that is made for it. Pure. */
export function fromMessage(
  message: DiscordMessage,
  place: Place,
  around: Surroundings,
  { open }: { readonly open: boolean },
): Asked {
  return {
    id: message.id,
    platform: "discord",
    message: {
      id: message.id,
      conversation: conversationOf(place),
      author: { id: message.author.id, name: message.author.name, isBot: message.author.isBot },
      text: plainText(message, around),
      sentAt: message.sentAt,
      ...(message.replyTo && { replyTo: message.replyTo.id }),
      url: addressOf(place.space, message.channelId, message.id),
    },
    seenBy: "place",
    files: message.files,
    route: { channel: message.channelId, message: message.id, ...(open && { open: "thread" }) },
  };
}

/** The conversation of a place. Pure. */
export function conversationOf({ space, channelId, parentId }: Place): Conversation {
  return parentId === undefined
    ? { platform: "discord", space, channel: channelId }
    : { platform: "discord", space, channel: parentId, thread: channelId };
}

/** The conversation that the talk of a place is kept as: a private thread's readers are its own, and so is what is kept of it. Pure. */
export function talkIn(place: Place): Conversation {
  const { space, channelId, isPrivate = false } = place;
  return isPrivate ? { platform: "discord", space, channel: channelId } : conversationOf(place);
}

/** What of a place's talk is kept or not as one. Pure. */
export function talkPlaceOf(place: Place): TalkPlace {
  const { platform, space, channel } = talkIn(place);
  return { platform, space, channel };
}

/** The channel that a conversation's messages lie in: threads are channels of their own. Pure. */
export function channelOf({ channel, thread }: Conversation): string {
  return thread ?? channel;
}

/** Where people find a message. Pure. */
export function addressOf(space: string, channelId: string, messageId: string): string {
  return `https://discord.com/channels/${space}/${channelId}/${messageId}`;
}

/** The text with Discord's markup as people read it, and without a mention of Hearth. Pure. */
export function plainText(message: Pick<DiscordMessage, "content" | "mentions">, around: Surroundings): string {
  const { selfId, selfRoleId, nameOf } = around;
  const own = [`<@!?${selfId}>`, ...(selfRoleId === undefined ? [] : [`<@&${selfRoleId}>`])].join("|");
  return message.content
    .replace(new RegExp(`^\\s*(?:${own})[,:]?\\s*`), "")
    .replaceAll(new RegExp(`[ \\t]*(?:${own})`, "g"), "")
    .replaceAll(/<@!?(\d+)>/g, (_, id: string) => `@${nameIn(message.mentions, id) ?? "unknown-user"}`)
    .replaceAll(/<@&(\d+)>/g, (_, id: string) => `@${nameOf("role", id) ?? "unknown-role"}`)
    .replaceAll(/<#(\d+)>/g, (_, id: string) => `#${nameOf("channel", id) ?? "unknown"}`)
    .replaceAll(/<a?:(\w+):\d+>/g, ":$1:")
    .replaceAll(/<\/([^:>]+):\d+>/g, "/$1")
    .replaceAll(/<t:(-?\d{1,12})(?::[a-zA-Z])?>/g, (_, seconds: string) => instant(Number(seconds)))
    .trim();
}

function nameIn(mentions: DiscordMessage["mentions"], id: string): string | undefined {
  return mentions.find((user) => user.id === id)?.name;
}

function instant(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? "" : date.toISOString().replace(".000Z", "Z");
}
