import {
  anything,
  bool,
  byType,
  exactly,
  list,
  maybe,
  oneOf,
  shape,
  snowflake,
  text,
  where,
  whole,
  type Check,
} from "./checks.ts";
import { isObject } from "./checks.ts";

const number = maybe(whole());
const customId = text({ min: 1, max: 100 });
const emoji = shape({ id: maybe(snowflake), name: maybe(text({ max: 100 })), animated: maybe(bool) });

/** Components are read strictly, and kept as they came. */
const kept = (check: Check<unknown>): Check<unknown> => {
  return (value, at, problems) => {
    check(value, at, problems);
    return value;
  };
};

const button = where(
  shape({
    type: exactly(2),
    id: number,
    style: oneOf(1, 2, 3, 4, 5, 6),
    label: maybe(text({ max: 80 })),
    emoji: maybe(emoji),
    custom_id: maybe(customId),
    url: maybe(text({ max: 512, form: /^(?:https?|discord):\/\// })),
    sku_id: maybe(snowflake),
    disabled: maybe(bool),
  }),
  ({ style, url, custom_id, label, emoji: picture }) => {
    if (style === 5)
      return url === undefined || custom_id !== undefined ? "A link button has a url and no custom_id." : undefined;
    if (style === 6) return undefined;
    if (custom_id === undefined || url !== undefined) return "A button has a custom_id and no url.";
    return label === undefined && picture === undefined ? "A button has a label or an emoji." : undefined;
  },
);

const option = shape({
  label: text({ min: 1, max: 100 }),
  value: text({ min: 1, max: 100 }),
  description: maybe(text({ max: 100 })),
  emoji: maybe(emoji),
  default: maybe(bool),
});

const selectOf = (type: number): Check<unknown> =>
  shape({
    type: exactly(type),
    id: number,
    custom_id: customId,
    placeholder: maybe(text({ max: 150 })),
    min_values: maybe(whole(0, 25)),
    max_values: maybe(whole(1, 25)),
    disabled: maybe(bool),
    required: maybe(bool),
    ...(type === 3
      ? { options: list(option, { min: 1, max: 25 }) }
      : { default_values: maybe(list(anything, { max: 25 })) }),
    ...(type === 8 ? { channel_types: maybe(list(whole(0, 20))) } : {}),
  });

const selects: Record<number, Check<unknown>> = {
  3: selectOf(3),
  5: selectOf(5),
  6: selectOf(6),
  7: selectOf(7),
  8: selectOf(8),
};

const textInput = shape({
  type: exactly(4),
  id: number,
  custom_id: customId,
  style: oneOf(1, 2),
  label: maybe(text({ min: 1, max: 45 })),
  min_length: maybe(whole(0, 4000)),
  max_length: maybe(whole(1, 4000)),
  required: maybe(bool),
  value: maybe(text({ max: 4000 })),
  placeholder: maybe(text({ max: 100 })),
});

const typeOf = (value: unknown): unknown => (isObject(value) ? value.type : undefined);

const rowOf = (inside: Record<number, Check<unknown>>): Check<unknown> =>
  where(
    shape({ type: exactly(1), id: number, components: list(kept(byType(inside)), { min: 1, max: 5 }) }),
    ({ components }) => {
      const hasOther = components.some((one) => typeOf(one) !== 2);
      return hasOther && components.length > 1 ? "A row holds up to five buttons, or one other component." : undefined;
    },
  );

const row = rowOf({ 2: button, ...selects });
const media = shape({ url: text({ min: 1, max: 2048 }) });
const described = { media, description: maybe(text({ max: 1024 })), spoiler: maybe(bool) };
const textDisplay = shape({ type: exactly(10), id: number, content: text({ min: 1, max: 4000 }) });
const thumbnail = shape({ type: exactly(11), id: number, ...described });

const section = shape({
  type: exactly(9),
  id: number,
  components: list(textDisplay, { min: 1, max: 3 }),
  accessory: byType<unknown>({ 2: button, 11: thumbnail }),
});

const blocks: Record<number, Check<unknown>> = {
  1: row,
  9: section,
  10: textDisplay,
  12: shape({ type: exactly(12), id: number, items: list(shape(described), { min: 1, max: 10 }) }),
  13: shape({ type: exactly(13), id: number, file: media, spoiler: maybe(bool) }),
  14: shape({ type: exactly(14), id: number, divider: maybe(bool), spacing: maybe(oneOf(1, 2)) }),
};

const container = shape({
  type: exactly(17),
  id: number,
  components: list(kept(byType(blocks)), { min: 1, max: 40 }),
  accent_color: maybe(whole(0, 0xff_ff_ff)),
  spoiler: maybe(bool),
});

/** Every component inside these, themselves included. */
export function* everyComponent(components: readonly unknown[]): Generator<Readonly<Record<string, unknown>>> {
  for (const one of components) {
    if (!isObject(one)) continue;
    yield one;
    if (Array.isArray(one.components)) yield* everyComponent(one.components);
    yield* everyComponent([one.accessory, one.component]);
  }
}

const unique = (components: readonly unknown[]): string | undefined => {
  const ids = [...everyComponent(components)].flatMap(({ custom_id }) =>
    typeof custom_id === "string" ? [custom_id] : [],
  );
  return new Set(ids).size < ids.length ? "Component custom id cannot be duplicated." : undefined;
};

/** Components of an ordinary message. */
export const rows = where(list(kept(row), { max: 5 }), unique);

/** Components of a message that is made of them. */
export const blocksOfMessage = where(list(kept(byType({ ...blocks, 17: container })), { max: 40 }), (components) => {
  const all = [...everyComponent(components)];
  const length = all.reduce((sum, { content }) => sum + (typeof content === "string" ? content.length : 0), 0);
  if (all.length > 40) return "A message has at most 40 components.";
  return length > 4000 ? "The texts together exceed 4000 characters." : unique(components);
});

const labelled = shape({
  type: exactly(18),
  id: number,
  label: text({ min: 1, max: 45 }),
  description: maybe(text({ max: 100 })),
  component: byType<unknown>({ 4: textInput, ...selects }),
});

/** Components of a modal. */
export const modalComponents = where(
  list(kept(byType({ 1: rowOf({ 4: textInput }), 10: textDisplay, 18: labelled })), { min: 1, max: 5 }),
  unique,
);
