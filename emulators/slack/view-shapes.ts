import { blocksOf } from "./blocks.ts";
import { isObject, json, type Check, type Problem } from "./checks.ts";
import type { Json } from "./model.ts";
import { plain, width } from "./texts.ts";

const FIELDS = {
  modal: [
    "type",
    "title",
    "blocks",
    "close",
    "submit",
    "private_metadata",
    "callback_id",
    "clear_on_close",
    "notify_on_close",
    "external_id",
    "submit_disabled",
  ],
  home: ["type", "blocks", "private_metadata", "callback_id", "external_id"],
} as const;

const LARGEST = 250_000;

/** A view of the one kind, as views.* and answers of submissions take it. */
export function viewOf(kind: "modal" | "home"): Check<Json> {
  return (value, at, problems) => {
    if (!isObject(value) || value.type !== kind) {
      problems.push({ at: `${at}/type`, message: `must be ${kind}` });
      return {};
    }
    for (const key of Object.keys(value))
      if (!FIELDS[kind].some((one) => one === key))
        problems.push({ at: `${at}/${key}`, message: "is not a known field" });
    if (kind === "modal") checkModal(value, at, problems);
    blocksOf(100, "view")(value.blocks, `${at}/blocks`, problems);
    if (value.private_metadata !== undefined)
      width(value.private_metadata, `${at}/private_metadata`, problems, { min: 0, max: 3000 });
    if (value.callback_id !== undefined) width(value.callback_id, `${at}/callback_id`, problems, { min: 0, max: 255 });
    if (value.external_id !== undefined) width(value.external_id, `${at}/external_id`, problems, { min: 0, max: 255 });
    if (JSON.stringify(value).length > LARGEST) problems.push({ at, message: "is too large", error: "view_too_large" });
    return value;
  };
}

function checkModal(value: Json, at: string, problems: Problem[]): void {
  plain(value.title, `${at}/title`, problems, { min: 1, max: 24 });
  if (value.close !== undefined) plain(value.close, `${at}/close`, problems, { min: 1, max: 24 });
  if (value.submit !== undefined) plain(value.submit, `${at}/submit`, problems, { min: 1, max: 24 });
  const hasInput =
    Array.isArray(value.blocks) && value.blocks.some((one: unknown) => isObject(one) && one.type === "input");
  if (hasInput && value.submit === undefined)
    problems.push({ at: `${at}/submit`, message: "is needed with input blocks" });
}

const errors = { format: "invalid_arguments", content: "invalid_arguments" };

/** A modal as an argument. */
export const modalArgument = json(viewOf("modal"), errors);
/** An App Home as an argument. */
export const homeArgument = json(viewOf("home"), errors);
/** Either. */
export const viewArgument: Check<Json> = json((value, at, problems) => {
  const kind = isObject(value) && value.type === "home" ? "home" : "modal";
  return viewOf(kind)(value, at, problems);
}, errors);
