import { isObject } from "./checks.ts";
import type { Json } from "./model.ts";

/** What a person fills in, by action_id or block_id: text, or the values of options. */
export type Filled = Readonly<Record<string, string | readonly string[]>>;

/** Every interactive element of some blocks, with the block it stands in. */
export function* elementsOf(blocks: readonly unknown[]): Generator<{ element: Json; block: string }> {
  for (const block of blocks) {
    if (!isObject(block)) continue;
    const id = typeof block.block_id === "string" ? block.block_id : "";
    const inner: readonly unknown[] = [
      block.accessory,
      block.element,
      ...(Array.isArray(block.elements) ? block.elements : []),
    ];
    for (const element of inner)
      if (isObject(element) && typeof element.action_id === "string") yield { element, block: id };
  }
}

/** The element that a test means. */
export function elementNamed(blocks: readonly unknown[], actionId: string): { element: Json; block: string } {
  const all = [...elementsOf(blocks)];
  const found = all.find(({ element }) => element.action_id === actionId);
  if (found === undefined)
    throw new Error(
      `There is no ${actionId}; there are: ${all.map(({ element }) => String(element.action_id)).join(", ")}`,
    );
  return found;
}

/** What a block_actions payload says of one element. */
export function actionOf({ element, block }: { element: Json; block: string }, value: string | undefined): Json {
  const { type } = element;
  const base = { action_id: element.action_id, block_id: block, type, action_ts: `${Date.now() / 1000}` };
  if (type === "button")
    return {
      ...base,
      text: element.text,
      ...(element.value === undefined ? {} : { value: element.value }),
      ...(element.style === undefined ? {} : { style: element.style }),
    };
  if (type === "feedback_buttons") return { ...base, ...feedback(element, value) };
  if (type === "icon_button") return { ...base, value: element.value, icon: element.icon };
  return { ...base, ...stateOf(element, value === undefined ? undefined : [value]) };
}

function feedback(element: Json, value: string | undefined): Json {
  const buttons = [element.positive_button, element.negative_button].filter(isObject);
  const found = buttons.find((one) => one.value === value) ?? buttons[0];
  return { text: found?.text, value: found?.value };
}

/** What a view's state says of one element. */
function stateOf(element: Json, given: readonly string[] | undefined): Json {
  const type = String(element.type);
  const first = given?.[0];
  if (type.endsWith("_input")) return { type, value: first ?? element.initial_value ?? null };
  if (type === "checkboxes" || type.startsWith("multi_static"))
    return { type, selected_options: (given ?? []).map((one) => optionNamed(element, one)) };
  if (type === "users_select") return { type, selected_user: first ?? null };
  if (type === "channels_select") return { type, selected_channel: first ?? null };
  if (type === "conversations_select") return { type, selected_conversation: first ?? null };
  if (type === "datepicker") return { type, selected_date: first ?? null };
  if (type === "timepicker") return { type, selected_time: first ?? null };
  return {
    type,
    selected_option: first === undefined ? (element.initial_option ?? null) : optionNamed(element, first),
  };
}

function optionNamed(element: Json, value: string): Json {
  const options: readonly unknown[] = Array.isArray(element.options) ? element.options : [];
  const found = options.filter(isObject).find((one) => one.value === value);
  if (found !== undefined) return found;
  if (element.type !== "external_select") throw new Error(`There is no option ${value}`);
  return { text: { type: "plain_text", text: value.slice(0, 75), emoji: true }, value };
}

/** `state.values` of a view as a person left it. */
export function valuesOf(blocks: readonly unknown[], filled: Filled): Json {
  const values: Record<string, Json> = {};
  for (const { element, block } of elementsOf(blocks)) {
    if (element.type === "button") continue;
    const id = String(element.action_id);
    const given = filled[id] ?? filled[block];
    values[block] = { ...values[block], [id]: stateOf(element, typeof given === "string" ? [given] : given) };
  }
  return values;
}
