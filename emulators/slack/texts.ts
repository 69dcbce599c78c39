import { isObject, type Problem } from "./checks.ts";
import type { Json } from "./model.ts";

/** So many characters. */
export interface Length {
  readonly min: number;
  readonly max: number;
}

/** A string of so many characters. */
export function width(value: unknown, at: string, problems: Problem[], { min, max }: Length): void {
  if (typeof value !== "string") problems.push({ at, message: "must be a string" });
  else if (value.length > max) problems.push({ at, message: `must be less than ${max + 1} characters` });
  else if (value.length < min) problems.push({ at, message: `must be more than ${min - 1} characters` });
}

/** No field but these, beside type and block_id. */
export function closed(
  value: Json,
  fields: readonly string[],
  { at, problems }: { at: string; problems: Problem[] },
): void {
  for (const key of Object.keys(value))
    if (key !== "type" && key !== "block_id" && !fields.includes(key))
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
}

/** A text object of either kind. */
export function textObject(value: unknown, at: string, problems: Problem[], length: Length): void {
  if (!isObject(value)) return void problems.push({ at, message: "must be a text object" });
  if (value.type === "plain_text") return plain(value, at, problems, length);
  if (value.type !== "mrkdwn") problems.push({ at: `${at}/type`, message: "must be plain_text or mrkdwn" });
  for (const key of Object.keys(value))
    if (!["type", "text", "verbatim"].includes(key))
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
  width(value.text, `${at}/text`, problems, length);
}

/** A text object of plain text. */
export function plain(value: unknown, at: string, problems: Problem[], length: Length): void {
  if (!isObject(value) || value.type !== "plain_text") return void problems.push({ at, message: "must be plain_text" });
  for (const key of Object.keys(value))
    if (!["type", "text", "emoji"].includes(key))
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
  width(value.text, `${at}/text`, problems, length);
}
