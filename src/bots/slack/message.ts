import { isTeam, isTs, isUser } from "./ids.ts";
import { isObject, listOf, textOf, textsOf, type Raw } from "./read.ts";

/** A file as a message names it. In shared channels only its id is known. */
export interface SlackFile {
  readonly id: string;
  readonly name?: string;
  readonly bytes?: number;
  readonly url?: string;
}

/** What is needed of a message as Slack sends it, in an event or in a list. */
export interface SlackMessage {
  readonly ts: string;
  readonly thread?: string;
  readonly subtype?: string;
  /** In Slack's own markup. */
  readonly text: string;
  readonly user?: string;
  /** The workspace of whoever wrote it. */
  readonly userTeam?: string;
  readonly botId?: string;
  /** What an app calls itself. */
  readonly botName?: string;
  readonly files: readonly SlackFile[];
  readonly editedTs?: string;
  /** The last reply to it, where it is the root of a thread. */
  readonly latestReply?: string;
  /** How many people reacted to it; only lists say so. */
  readonly reactions?: number;
  readonly streaming?: string;
  readonly metadata?: { readonly type: string; readonly payload: Raw };
  readonly blocks: readonly Raw[];
}

/** A message from Slack, checked; undefined where it is none that can be understood. Pure. */
export function readMessage(value: unknown): SlackMessage | undefined {
  if (!isObject(value) || !isTs(value["ts"])) return undefined;
  const { ts, thread_ts: thread, user, text } = value;
  const team = [value["user_team"], value["source_team"], value["team"]].find(isTeam);
  const edited = isObject(value["edited"]) ? value["edited"]["ts"] : undefined;
  const metadata = readMetadata(value["metadata"]);
  const reactions = countReactions(listOf(value, "reactions"));
  return {
    ts,
    ...(isTs(thread) && { thread }),
    ...given("subtype", textOf(value, "subtype")),
    text: typeof text === "string" ? text : "",
    ...(isUser(user) && { user }),
    ...given("userTeam", team),
    ...given("botId", textOf(value, "bot_id")),
    ...given("botName", textOf(value, "username") ?? textOf(value["bot_profile"], "name")),
    files: listOf(value, "files").flatMap(readFile),
    ...(isTs(edited) && { editedTs: edited }),
    ...(isTs(value["latest_reply"]) && { latestReply: value["latest_reply"] }),
    ...(reactions > 0 && { reactions }),
    ...given("streaming", textOf(value, "streaming_state")),
    ...(metadata && { metadata }),
    blocks: listOf(value, "blocks"),
  };
}

function given<Key extends string>(key: Key, value: string | undefined): Partial<Record<Key, string>> {
  const pair: Partial<Record<Key, string>> = {};
  if (value !== undefined) pair[key] = value;
  return pair;
}

/** A file that is gone has nothing to be read. */
function readFile(file: Raw): SlackFile[] {
  const id = textOf(file, "id");
  if (id === undefined || file["mode"] === "tombstone" || file["mode"] === "hidden_by_limit") return [];
  const { name, size } = file;
  const url = textOf(file, "url_private_download") ?? textOf(file, "url_private");
  return [
    {
      id,
      ...(typeof name === "string" && name !== "" && { name }),
      ...(typeof size === "number" && { bytes: size }),
      ...(url !== undefined && { url }),
    },
  ];
}

/** Of a reaction that many share, Slack names only some of them. */
function countReactions(reactions: readonly Raw[]): number {
  const named = new Set(reactions.flatMap((reaction) => textsOf(reaction, "users")));
  const counts = reactions.map(({ count }) => (typeof count === "number" ? count : 0));
  return Math.max(named.size, ...counts, 0);
}

function readMetadata(value: unknown): SlackMessage["metadata"] {
  const type = textOf(value, "event_type");
  const payload = isObject(value) ? value["event_payload"] : undefined;
  return type !== undefined && isObject(payload) ? { type, payload } : undefined;
}
