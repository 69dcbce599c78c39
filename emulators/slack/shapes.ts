import { attachments, blocksOf } from "./blocks.ts";
import { anything, flag, idOf, isObject, json, oneOf, text, ts, type Check } from "./checks.ts";
import type { Metadata } from "./model.ts";

/** The id of any channel. */
export const channelId = idOf("CDG", "channel_not_found");
/** The id of a user. */
export const userId = idOf("UW", "user_not_found");
/** Blocks of a message. */
export const messageBlocks = json(blocksOf(50, "message"), {
  format: "invalid_blocks_format",
  content: "invalid_blocks",
});
/** Attachments of a message. */
export const messageAttachments = json(attachments, { format: "invalid_attachments", content: "invalid_attachments" });
/** Standard Markdown. */
export const markdownText = text({ min: 1, max: 12_000, error: "msg_too_long" });
/** A page of a list. */
export const cursor = text({ max: 500 });

const metadataObject: Check<Metadata> = (value, at, problems) => {
  const wrong = (where: string, message: string): void =>
    void problems.push({ at: `${at}${where}`, message, error: "invalid_metadata_schema" });
  if (!isObject(value)) {
    wrong("", "must be an object");
    return { event_type: "", event_payload: {} };
  }
  for (const key of Object.keys(value))
    if (key !== "event_type" && key !== "event_payload") wrong(`/${key}`, "is not a known field");
  const { event_type: type, event_payload: payload } = value;
  if (typeof type !== "string" || type === "" || type.length > 255) wrong("/event_type", "must be a string");
  if (!isObject(payload)) wrong("/event_payload", "must be an object");
  if (JSON.stringify(value).length > 16_000)
    problems.push({ at, message: "is too large", error: "metadata_too_large" });
  return { event_type: String(type), event_payload: isObject(payload) ? payload : {} };
};

/** Metadata of a message. */
export const messageMetadata = json(metadataObject, {
  format: "invalid_metadata_format",
  content: "invalid_metadata_schema",
});

/** What every post and edit may hold beside its contents. */
export const contents = {
  text: text(),
  markdown_text: markdownText,
  blocks: messageBlocks,
  attachments: messageAttachments,
  link_names: flag,
  parse: oneOf("full", "none"),
} as const;

/** What needs the scope chat:write.customize. */
export const customized = { username: text({ max: 200 }), icon_emoji: text(), icon_url: text() } as const;

/** The root of a thread. */
export const threadTs = ts("invalid_thread_ts");

/** Taken, so that the right error can be given. */
export const refusedLater = { as_user: anything } as const;
