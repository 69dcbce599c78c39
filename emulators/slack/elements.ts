import { isObject, type Problem } from "./checks.ts";
import type { Json } from "./model.ts";
import { plain, textObject, width } from "./texts.ts";

type Rule = (element: Json, at: string, problems: Problem[]) => void;

const SELECTS = [
  "users_select",
  "conversations_select",
  "channels_select",
  "multi_users_select",
  "multi_conversations_select",
  "multi_channels_select",
];
const PICKERS = [
  "datepicker",
  "timepicker",
  "datetimepicker",
  "email_text_input",
  "url_text_input",
  "number_input",
  "file_input",
  "rich_text_input",
];

const RULES: Readonly<Record<string, { readonly fields: readonly string[]; readonly rule: Rule }>> = {
  button: {
    fields: ["text", "url", "value", "style", "confirm", "accessibility_label"],
    rule(element, at, problems) {
      plain(element.text, `${at}/text`, problems, { min: 1, max: 75 });
      if (element.value !== undefined) width(element.value, `${at}/value`, problems, { min: 1, max: 2000 });
      if (element.url !== undefined) width(element.url, `${at}/url`, problems, { min: 1, max: 3000 });
      if (element.style !== undefined && element.style !== "primary" && element.style !== "danger")
        problems.push({ at: `${at}/style`, message: "must be primary or danger" });
    },
  },
  feedback_buttons: {
    fields: ["positive_button", "negative_button"],
    rule(element, at, problems) {
      for (const key of ["positive_button", "negative_button"]) {
        const button = element[key];
        if (!isObject(button)) problems.push({ at: `${at}/${key}`, message: "must be an object" });
        else plain(button.text, `${at}/${key}/text`, problems, { min: 1, max: 75 });
      }
    },
  },
  icon_button: {
    fields: ["icon", "text", "value", "confirm", "accessibility_label", "visible_to_user_ids"],
    rule: () => undefined,
  },
  static_select: {
    fields: ["placeholder", "options", "option_groups", "initial_option", "confirm", "focus_on_load"],
    rule: options(100),
  },
  multi_static_select: {
    fields: [
      "placeholder",
      "options",
      "option_groups",
      "initial_options",
      "confirm",
      "max_selected_items",
      "focus_on_load",
    ],
    rule: options(100),
  },
  external_select: {
    fields: ["placeholder", "initial_option", "min_query_length", "confirm", "focus_on_load"],
    rule(element, at, problems) {
      if (element.placeholder !== undefined)
        plain(element.placeholder, `${at}/placeholder`, problems, { min: 1, max: 150 });
      if (element.initial_option !== undefined) checkOption(element.initial_option, `${at}/initial_option`, problems);
    },
  },
  overflow: { fields: ["options", "confirm"], rule: options(5) },
  radio_buttons: { fields: ["options", "initial_option", "confirm", "focus_on_load"], rule: options(10) },
  checkboxes: { fields: ["options", "initial_options", "confirm", "focus_on_load"], rule: options(10) },
  plain_text_input: {
    fields: [
      "placeholder",
      "initial_value",
      "multiline",
      "min_length",
      "max_length",
      "dispatch_action_config",
      "focus_on_load",
    ],
    rule(element, at, problems) {
      if (element.placeholder !== undefined)
        plain(element.placeholder, `${at}/placeholder`, problems, { min: 1, max: 150 });
      if (typeof element.max_length === "number" && element.max_length > 3000)
        problems.push({ at: `${at}/max_length`, message: "must be at most 3000" });
    },
  },
  image: { fields: ["image_url", "alt_text", "slack_file"], rule: () => undefined },
};

function options(max: number): Rule {
  return (element, at, problems) => {
    if (element.placeholder !== undefined)
      plain(element.placeholder, `${at}/placeholder`, problems, { min: 1, max: 150 });
    if (element.option_groups !== undefined) return;
    const given = element.options;
    if (!Array.isArray(given) || given.length === 0)
      problems.push({ at: `${at}/options`, message: "must be an array with items" });
    else if (given.length > max) problems.push({ at: `${at}/options`, message: `must have no more than ${max} items` });
    for (const [i, one] of (Array.isArray(given) ? given : []).entries())
      checkOption(one, `${at}/options/${i}`, problems);
  };
}

/** One option of a select, also where it comes as a suggestion. */
export function checkOption(value: unknown, at: string, problems: Problem[]): void {
  if (!isObject(value)) return void problems.push({ at, message: "must be an object" });
  for (const key of Object.keys(value))
    if (!["text", "value", "description", "url"].includes(key))
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
  textObject(value.text, `${at}/text`, problems, { min: 1, max: 75 });
  width(value.value, `${at}/value`, problems, { min: 1, max: 150 });
  if (value.description !== undefined)
    textObject(value.description, `${at}/description`, problems, { min: 1, max: 75 });
}

/** A button, a select or an input. */
export function checkElement(value: unknown, at: string, problems: Problem[]): void {
  if (!isObject(value) || typeof value.type !== "string")
    return void problems.push({ at, message: "must be an element" });
  const { type } = value;
  if (value.action_id !== undefined) width(value.action_id, `${at}/action_id`, problems, { min: 1, max: 255 });
  if (SELECTS.includes(type) || PICKERS.includes(type)) return;
  const found = Object.hasOwn(RULES, type) ? RULES[type] : undefined;
  if (found === undefined) return void problems.push({ at: `${at}/type`, message: "is no known type of element" });
  for (const key of Object.keys(value))
    if (key !== "type" && key !== "action_id" && !found.fields.includes(key))
      problems.push({ at: `${at}/${key}`, message: "is not a known field" });
  found.rule(value, at, problems);
}
