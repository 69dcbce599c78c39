import type { OfferedFile } from "../platform.ts";
import { isSnowflake } from "./snowflake.ts";

/** What is needed of a message as Discord sends it, by the gateway or by REST. */
export interface DiscordMessage {
  readonly id: string;
  readonly channelId: string;
  /** Given by the gateway; REST leaves it out. */
  readonly guildId?: string;
  readonly type: number;
  readonly content: string;
  readonly author: { readonly id: string; readonly name: string; readonly isBot: boolean; readonly isSystem: boolean };
  readonly isFromWebhook: boolean;
  readonly sentAt: string;
  readonly editedAt?: string;
  readonly replyTo?: { readonly id: string; readonly authorId?: string };
  /** People and roles that are mentioned; people with the names they go by. */
  readonly mentions: readonly { readonly id: string; readonly name: string }[];
  readonly mentionedRoles: readonly string[];
  readonly files: readonly OfferedFile[];
  /** How many people reacted to it, at least; only REST tells. */
  readonly reactions?: number;
  /** The ids of its buttons. */
  readonly buttons: readonly string[];
  readonly nonce?: string;
}

type Raw = Readonly<Record<string, unknown>>;

/** A message from Discord, checked; undefined where it is none that can be understood. Pure. */
export function readMessage(value: unknown): DiscordMessage | undefined {
  if (!isRaw(value) || !isRaw(value["author"])) return undefined;
  const { id, channel_id: channelId, guild_id: guildId, author, type, timestamp } = value;
  if (!isSnowflake(id) || !isSnowflake(channelId) || !isSnowflake(author["id"])) return undefined;
  if (guildId !== undefined && guildId !== null && !isSnowflake(guildId)) return undefined;
  if (typeof type !== "number" || typeof timestamp !== "string" || Number.isNaN(Date.parse(timestamp)))
    return undefined;
  const editedAt = readInstant(value["edited_timestamp"]);
  const replyTo = readReference(value);
  return {
    id,
    channelId,
    ...(isSnowflake(guildId) && { guildId }),
    type,
    content: readContent(value),
    author: {
      id: author["id"],
      name: nameOf(author, value["member"]),
      isBot: author["bot"] === true,
      isSystem: author["system"] === true,
    },
    isFromWebhook: value["webhook_id"] !== undefined && value["webhook_id"] !== null,
    sentAt: new Date(timestamp).toISOString(),
    ...(editedAt !== undefined && { editedAt }),
    ...(replyTo && { replyTo }),
    mentions: readList(value["mentions"]).flatMap((user) =>
      isSnowflake(user["id"]) ? [{ id: user["id"], name: nameOf(user, user["member"]) }] : [],
    ),
    mentionedRoles: Array.isArray(value["mention_roles"]) ? value["mention_roles"].filter(isSnowflake) : [],
    files: readList(value["attachments"]).flatMap(readFile),
    buttons: readList(value["components"])
      .flatMap(({ components }) => readList(components))
      .flatMap(({ custom_id: button }) => (typeof button === "string" ? [button] : [])),
    ...readReactions(value["reactions"]),
    ...(typeof value["nonce"] === "string" && { nonce: value["nonce"] }),
  };
}

/** The ids of what MESSAGE_DELETE and MESSAGE_DELETE_BULK tell of; undefined where it cannot be understood. Pure. */
export function readDeletion(
  value: unknown,
): { readonly channelId: string; readonly guildId?: string; readonly ids: readonly string[] } | undefined {
  if (!isRaw(value) || !isSnowflake(value["channel_id"])) return undefined;
  const given = Array.isArray(value["ids"]) ? value["ids"] : [value["id"]];
  const ids = given.filter(isSnowflake);
  const guildId = value["guild_id"];
  return ids.length === 0
    ? undefined
    : { channelId: value["channel_id"], ...(isSnowflake(guildId) && { guildId }), ids };
}

function isRaw(value: unknown): value is Raw {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function readList(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.filter(isRaw) : [];
}

function readInstant(value: unknown): string | undefined {
  return typeof value === "string" && !Number.isNaN(Date.parse(value)) ? new Date(value).toISOString() : undefined;
}

/** What was written; of a forwarded message what it forwards. */
function readContent(message: Raw): string {
  if (typeof message["content"] === "string" && message["content"] !== "") return message["content"];
  const [forwarded] = readList(message["message_snapshots"]);
  const inner = forwarded?.["message"];
  return isRaw(inner) && typeof inner["content"] === "string" ? inner["content"] : "";
}

/** One person may react in several ways: the commonest way was as many people's. */
function readReactions(value: unknown): Pick<DiscordMessage, "reactions"> {
  const counts = readList(value).flatMap(({ count }) => (typeof count === "number" ? [count] : []));
  return counts.length === 0 ? {} : { reactions: Math.max(...counts) };
}

/** A reply's reference has type 0 or none; a forward is no reply. */
function readReference(message: Raw): DiscordMessage["replyTo"] {
  const reference = message["message_reference"];
  if (!isRaw(reference) || !isSnowflake(reference["message_id"]) || (reference["type"] ?? 0) !== 0) return undefined;
  if (isSnowflake(reference["channel_id"]) && reference["channel_id"] !== message["channel_id"]) return undefined;
  const replied = message["referenced_message"];
  const author = isRaw(replied) && isRaw(replied["author"]) ? replied["author"]["id"] : undefined;
  return { id: reference["message_id"], ...(isSnowflake(author) && { authorId: author }) };
}

function nameOf(user: Raw, member: unknown): string {
  const nick = isRaw(member) ? member["nick"] : undefined;
  const named = [nick, user["global_name"], user["username"]].find((name) => typeof name === "string" && name !== "");
  return typeof named === "string" ? named : "unknown";
}

function readFile(attachment: Raw): OfferedFile[] {
  const { filename, size, url } = attachment;
  if (typeof filename !== "string" || typeof size !== "number" || typeof url !== "string") return [];
  return [{ name: filename, bytes: size, source: url }];
}
