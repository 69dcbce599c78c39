import type { Conversation, TalkMessage } from "../../chat.ts";
import type { Asked, OfferedFile } from "../platform.ts";
import { addressOf, conversationIn, isDirect, personId, timeOf } from "./ids.ts";
import type { SlackFile, SlackMessage } from "./message.ts";
import { toRoute } from "./route.ts";

/** Where a message lies: the workspace that Hearth sees it by, and the channel. */
export interface Place {
  readonly team: string;
  readonly channel: string;
  /** Hearth was asked in this message's thread before. */
  readonly isJoined: boolean;
}

/** What has to be known besides a message to tell what it means for Hearth. */
export interface Surroundings {
  readonly botUser: string;
  readonly botId: string;
  /** Other apps' bots that may ask, by their member ids. */
  readonly bots: readonly string[];
  /** Of a person or a channel. */
  readonly nameOf: (id: string) => string | undefined;
}

/** Subtypes of what people write; all others are made by Slack. */
const WRITTEN = new Set([undefined, "file_share", "thread_broadcast", "me_message", "bot_message"]);

/** Why a message is meant for Hearth; undefined where it is not. Pure. */
export function addressedBy(
  message: SlackMessage,
  place: Place,
  around: Surroundings,
): "mention" | "direct" | "thread" | undefined {
  const { user, botId, subtype } = message;
  if (user === undefined || user === around.botUser || botId === around.botId) return undefined;
  if (!WRITTEN.has(subtype)) return undefined;
  const isBot = isFromBot(message);
  if (isBot && !around.bots.some((id) => id === user || id.endsWith(`:${user}`))) return undefined;
  if (isDirect(place.channel)) return isBot ? undefined : "direct";
  if (message.text.includes(`<@${around.botUser}>`) || message.text.includes(`<@${around.botUser}|`)) return "mention";
  return place.isJoined && !isBot ? "thread" : undefined;
}

/** Whether another app wrote it. Pure. */
export function isFromBot({ botId, subtype }: SlackMessage): boolean {
  return botId !== undefined || subtype === "bot_message";
}

/** A message as a question, which is answered in its thread. Pure. */
export function fromMessage(message: SlackMessage, { team, channel }: Place, around: Surroundings): Asked {
  const { ts, thread = ts, user = "", userTeam = team } = message;
  const conversation = conversationIn({ team, channel, thread });
  return {
    // Not by the workspace: a channel of several comes by each of them.
    id: `${channel}:${ts}`,
    platform: "slack",
    message: {
      id: ts,
      conversation,
      author: {
        id: personId({ team: userTeam, user }),
        name: around.nameOf(user) ?? user,
        isBot: isFromBot(message),
      },
      text: plainText(message.text, around),
      sentAt: new Date(timeOf(ts)).toISOString(),
      url: addressOf(conversation, ts),
    },
    seenBy: "place",
    files: message.files.map((file) => toOffered(file, team)),
    route: toRoute({ team, channel, user, userTeam, thread }),
  };
}

/** Whether a message is talk: what people and other apps write. Hearth's own is none, nor what Slack says, nor files without a word. Pure. */
export function isTalk({ user, botId, subtype, text }: SlackMessage, { botUser, botId: own }: Surroundings): boolean {
  if ((user ?? botId) === undefined || user === botUser || botId === own) return false;
  return WRITTEN.has(subtype) && text.trim() !== "";
}

/** A message as talk of its channel. Pure. */
export function toTalk(
  message: SlackMessage,
  { team, channel }: Pick<Place, "team" | "channel">,
  around: Surroundings,
): TalkMessage {
  const { ts, user, botId = "", userTeam = team, botName, editedTs, reactions } = message;
  const conversation = talkIn({ team, channel }, message);
  const id = user ?? botId;
  return {
    id: ts,
    conversation,
    author: {
      id: personId({ team: userTeam, user: id }),
      name: around.nameOf(id) ?? botName ?? id,
      isBot: isFromBot(message),
    },
    text: plainText(message.text, around),
    sentAt: new Date(timeOf(ts)).toISOString(),
    url: addressOf(conversation, ts),
    ...(editedTs !== undefined && { editedAt: new Date(timeOf(editedTs)).toISOString() }),
    ...(reactions !== undefined && { reactions }),
  };
}

/** The conversation of a message as talk knows it: a reply's is its thread, and any other's the channel. Pure. */
export function talkIn(
  { team, channel }: Pick<Place, "team" | "channel">,
  { ts, thread }: Pick<SlackMessage, "ts" | "thread">,
): Conversation {
  return conversationIn({ team, channel, thread: thread === ts ? undefined : thread });
}

/** A file's source says by which workspace it is fetched, its id, and where it lies, if that is known. Pure. */
function toOffered({ id, name = "a file", bytes = 0, url = "" }: SlackFile, team: string): OfferedFile {
  return { name, bytes, source: [team, id, url].join(" ") };
}

/** The ids of people and channels that a text names without what they are called. Pure. */
export function namedIn(text: string): readonly string[] {
  return [...text.matchAll(/<[@#]([UWC][A-Z0-9]+)>/g)].flatMap(([, id]) => id ?? []);
}

/** The text with Slack's markup as people read it, and without a mention of Hearth. Pure. */
export function plainText(text: string, { botUser, nameOf }: Pick<Surroundings, "botUser" | "nameOf">): string {
  const own = `<@${botUser}(?:\\|[^>]*)?>`;
  return text
    .replace(new RegExp(`^\\s*${own}[,:]?\\s*`), "")
    .replaceAll(new RegExp(`[ \\t]*${own}`, "g"), "")
    .replaceAll(/<([^<>\n]*)>/g, (_, inner: string) => readMark(inner, nameOf))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .trim();
}

function readMark(inner: string, nameOf: Surroundings["nameOf"]): string {
  const bar = inner.indexOf("|");
  const [what, label] = bar === -1 ? [inner, ""] : [inner.slice(0, bar), inner.slice(bar + 1)];
  if (what.startsWith("@")) return `@${label || (nameOf(what.slice(1)) ?? "unknown-user")}`;
  if (what.startsWith("#")) return `#${label || (nameOf(what.slice(1)) ?? "unknown")}`;
  if (what.startsWith("!subteam^")) return label.startsWith("@") ? label : `@${label || "unknown-group"}`;
  if (what.startsWith("!date^")) return label;
  if (what.startsWith("!")) return label.startsWith("@") ? label : `@${label || what.slice(1)}`;
  const address = what.replace(/^(?:mailto|tel):/, "");
  return label === "" || label === address ? address : `${label} (${address})`;
}
