import { anything, isObject, type Check, type Problem } from "./checks.ts";
import { checkElement } from "./elements.ts";
import { checkTable } from "./tables.ts";
import { closed, plain, textObject, width } from "./texts.ts";
import type { Json } from "./model.ts";

const MARKDOWN_SUM = 13_000;

type Rule = (block: Json, at: string, problems: Problem[]) => void;

const RULES: Readonly<Record<string, Rule>> = {
  section(block, at, problems) {
    closed(block, ["text", "fields", "accessory", "expand"], { at, problems });
    if (block.text === undefined && block.fields === undefined) problems.push({ at, message: "needs text or fields" });
    if (block.text !== undefined) textObject(block.text, `${at}/text`, problems, { min: 1, max: 3000 });
    if (block.fields !== undefined)
      each(block.fields, `${at}/fields`, problems, {
        max: 10,
        check: (one, where) => textObject(one, where, problems, { min: 1, max: 2000 }),
      });
    if (block.accessory !== undefined) checkElement(block.accessory, `${at}/accessory`, problems);
  },
  header(block, at, problems) {
    closed(block, ["text", "level"], { at, problems });
    plain(block.text, `${at}/text`, problems, { min: 1, max: 150 });
  },
  divider: (block, at, problems) => closed(block, [], { at, problems }),
  context(block, at, problems) {
    closed(block, ["elements"], { at, problems });
    each(block.elements, `${at}/elements`, problems, {
      max: 10,
      check: (one, where) => {
        if (isObject(one) && one.type === "image") return;
        textObject(one, where, problems, { min: 1, max: 2000 });
      },
    });
  },
  actions(block, at, problems) {
    closed(block, ["elements"], { at, problems });
    each(block.elements, `${at}/elements`, problems, {
      max: 25,
      check: (one, where) => checkElement(one, where, problems),
    });
  },
  context_actions(block, at, problems) {
    closed(block, ["elements"], { at, problems });
    each(block.elements, `${at}/elements`, problems, {
      max: 5,
      check: (one, where) => checkElement(one, where, problems),
    });
  },
  markdown(block, at, problems) {
    closed(block, ["text"], { at, problems });
    if (typeof block.text !== "string" || block.text.length === 0)
      problems.push({ at: `${at}/text`, message: "must be a string" });
    else if (block.text.length > 12_000)
      problems.push({ at: `${at}/text`, message: "must be less than 12001 characters", error: "msg_blocks_too_long" });
  },
  input(block, at, problems) {
    closed(block, ["label", "element", "dispatch_action", "hint", "optional"], { at, problems });
    plain(block.label, `${at}/label`, problems, { min: 1, max: 2000 });
    if (block.hint !== undefined) plain(block.hint, `${at}/hint`, problems, { min: 1, max: 2000 });
    checkElement(block.element, `${at}/element`, problems);
  },
  image(block, at, problems) {
    closed(block, ["image_url", "slack_file", "alt_text", "title"], { at, problems });
    width(block.alt_text, `${at}/alt_text`, problems, { min: 0, max: 2000 });
    if (block.image_url !== undefined) width(block.image_url, `${at}/image_url`, problems, { min: 1, max: 3000 });
  },
  rich_text: (block, at, problems) => closed(block, ["elements"], { at, problems }),
  table: (block, at, problems) => checkTable(block, at, problems),
};

function each(
  value: unknown,
  at: string,
  problems: Problem[],
  { max, check }: { max: number; check: (one: unknown, where: string) => void },
): void {
  if (!Array.isArray(value) || value.length === 0)
    return void problems.push({ at, message: "must be an array with items" });
  if (value.length > max) problems.push({ at, message: `must have no more than ${max} items` });
  for (const [i, one] of value.entries()) check(one, `${at}/${i}`);
}

/** The blocks of a message (50), a modal or an App Home (100), each strictly. */
export function blocksOf(max: 50 | 100, where: "message" | "view"): Check<readonly Json[]> {
  return (value, at, problems) => {
    if (!Array.isArray(value)) {
      problems.push({
        at,
        message: "must be an array",
        error: where === "view" ? "invalid_arguments" : "invalid_blocks_format",
      });
      return [];
    }
    if (value.length > max) problems.push({ at, message: `must have no more than ${max} items` });
    const blocks = value.map((one, i) => checkBlock(one, `${at}/${i}`, problems));
    if (where === "message" && blocks.some((one) => one.type === "input"))
      problems.push({ at, message: "input blocks stand only in views" });
    unique(blocks, at, problems);
    sums(blocks, at, problems);
    return blocks;
  };
}

function checkBlock(value: unknown, at: string, problems: Problem[]): Json {
  if (!isObject(value)) {
    problems.push({ at, message: "must be an object" });
    return {};
  }
  const rule = typeof value.type === "string" && Object.hasOwn(RULES, value.type) ? RULES[value.type] : undefined;
  if (rule === undefined) problems.push({ at: `${at}/type`, message: "is no known type of block" });
  else rule(value, at, problems);
  if (value.block_id !== undefined) width(value.block_id, `${at}/block_id`, problems, { min: 1, max: 255 });
  return value;
}

function unique(blocks: readonly Json[], at: string, problems: Problem[]): void {
  const ids = blocks.flatMap(({ block_id: id }) => (typeof id === "string" ? [id] : []));
  if (new Set(ids).size < ids.length) problems.push({ at, message: "block_id must be unique" });
  for (const [i, block] of blocks.entries()) {
    const elements: readonly unknown[] = Array.isArray(block.elements) ? block.elements : [];
    const actions = elements.flatMap((one) =>
      isObject(one) && typeof one.action_id === "string" ? [one.action_id] : [],
    );
    if (new Set(actions).size < actions.length)
      problems.push({ at: `${at}/${i}/elements`, message: "action_id must be unique within a block" });
  }
}

/** The sum over all markdown blocks, which no page of Slack's names; and only one table. */
function sums(blocks: readonly Json[], at: string, problems: Problem[]): void {
  const sum = blocks.reduce(
    (total, { type, text }) => total + (type === "markdown" && typeof text === "string" ? text.length : 0),
    0,
  );
  if (sum > MARKDOWN_SUM)
    problems.push({ at, message: `markdown blocks hold ${sum} characters together`, error: "msg_blocks_too_long" });
  if (blocks.filter(({ type }) => type === "table").length > 1)
    problems.push({ at, message: "only one table is allowed" });
}

/** Attachments, which nothing here looks into beyond their number. */
export const attachments: Check<readonly Json[]> = (value, at, problems) => {
  if (!Array.isArray(value)) problems.push({ at, message: "must be an array" });
  const given: readonly unknown[] = Array.isArray(value) ? value : [];
  if (given.length > 100) problems.push({ at, message: "too many", error: "too_many_attachments" });
  return given.map((one) => (isObject(anything(one, at, problems)) && isObject(one) ? one : {}));
};
