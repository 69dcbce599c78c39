/** A node of the parsed file that has keys. */
export type Keys = Readonly<Record<string, unknown>>;

/** A field of a schema, named with the fields that it stands in: `owner.name`, `tags[].id`. */
export interface Field {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  readonly description: string;
}

/** Fields below fields that are listed with them; what is deeper is named by its type only. */
const DEEPEST = 2;
/** References that lead to references. */
const MOST_REFERENCES = 20;
/** Fields of one table; of more, only the first are listed. */
const MOST_FIELDS = 80;
/** Schemas that one table is put together of. */
const MOST_SCHEMAS = 500;
const MOST_VALUES = 12;
const LONGEST_DESCRIPTION = 400;

export function isKeys(value: unknown): value is Keys {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A node's value under a key, where that has keys itself. */
export function keysIn(node: Keys, key: string): Keys {
  const value = Object.hasOwn(node, key) ? node[key] : undefined;
  return isKeys(value) ? value : {};
}

export function textIn(node: Keys, key: string): string {
  const value = Object.hasOwn(node, key) ? node[key] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

export function listIn(node: Keys, key: string): readonly unknown[] {
  const value = Object.hasOwn(node, key) ? node[key] : undefined;
  return Array.isArray(value) ? value : [];
}

/** Follows references inside the file (`#/components/schemas/Pet`); one that leads elsewhere, or in a circle, stays as it is. */
export function resolve(node: unknown, root: Keys): Keys {
  let at = node;
  for (let steps = 0; steps < MOST_REFERENCES && isKeys(at) && typeof at["$ref"] === "string"; steps += 1) {
    const target = follow(at["$ref"], root);
    if (target === undefined) break;
    at = target;
  }
  return isKeys(at) ? at : {};
}

function follow(reference: string, root: Keys): unknown {
  if (!reference.startsWith("#/")) return undefined;
  let at: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const key = decoded(step).replaceAll("~1", "/").replaceAll("~0", "~");
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isKeys(at) && Object.hasOwn(at, key) ? at[key] : undefined;
  }
  return at;
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}

/** A schema's type in words: "array of Pet", "string (date-time), one of: a, b". */
export function typeOf(node: unknown, { root, depth = 0 }: { readonly root: Keys; readonly depth?: number }): string {
  if (!isKeys(node) || depth > 2) return "any";
  const named = typeof node["$ref"] === "string" ? decoded(node["$ref"].replace(/^.*[/#]/s, "")) : "";
  if (named !== "") return named;
  const inner = { root, depth: depth + 1 };
  const values = listIn(node, "enum").slice(0, MOST_VALUES).map(String).join(", ");
  const choices = [...listIn(node, "oneOf"), ...listIn(node, "anyOf")].slice(0, MOST_VALUES);
  const types = Array.isArray(node["type"]) ? node["type"].map(String) : [textIn(node, "type")];
  const plain = types
    .map((type) => (type === "array" ? `array of ${typeOf(node["items"], inner)}` : type))
    .filter((type) => type !== "")
    .join(" or ");
  const all = listIn(node, "allOf")
    .slice(0, MOST_VALUES)
    .map((part) => typeOf(part, inner));
  const whole = plain || choices.map((choice) => typeOf(choice, inner)).join(" or ") || all.join(" and ") || "object";
  const format = textIn(node, "format");
  return `${whole}${format === "" ? "" : ` (${format})`}${values === "" ? "" : `, one of: ${values}`}`;
}

/**
 * The fields of a schema and those of the schemas that it is put together of, with the fields of fields as deep as one table can show:
 * where `isWhole`, of schemas with a name too, which have tables of their own.
 */
export function fieldsOf(
  schema: unknown,
  { root, isWhole }: { readonly root: Keys; readonly isWhole: boolean },
): readonly Field[] {
  const fields: Field[] = [];
  collect(schema, { root, isWhole, prefix: "", depth: 0, above: new Set(), fields, count: { schemas: 0 } });
  return fields;
}

interface Place {
  readonly root: Keys;
  readonly isWhole: boolean;
  readonly prefix: string;
  readonly depth: number;
  /** Schemas that this one stands in: one in a circle is not gone into. */
  readonly above: ReadonlySet<Keys>;
  readonly fields: Field[];
  readonly count: { schemas: number };
}

function collect(schema: unknown, place: Place): void {
  const { root, isWhole, prefix, depth, above, fields, count } = place;
  const node = resolve(schema, root);
  count.schemas += 1;
  if (above.has(node) || count.schemas > MOST_SCHEMAS) return;
  const inner = { ...place, above: new Set([...above, node]) };
  for (const part of [...listIn(node, "allOf"), ...listIn(node, "oneOf"), ...listIn(node, "anyOf")])
    collect(part, inner);
  if (isKeys(node["items"])) collect(node["items"], { ...inner, prefix: prefix === "" ? "[]" : `${prefix}[]` });
  const required = new Set(listIn(node, "required"));
  for (const [key, property] of Object.entries(keysIn(node, "properties"))) {
    if (fields.length >= MOST_FIELDS) return;
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (fields.some((field) => field.name === name)) continue;
    const description = shortened(
      textIn(isKeys(property) ? property : {}, "description") || textIn(resolve(property, root), "description"),
    );
    fields.push({ name, type: typeOf(property, { root }), isRequired: required.has(key), description });
    const isShown = isWhole || !(isKeys(property) && "$ref" in property);
    if (depth + 1 < DEEPEST && isShown) collect(property, { ...inner, prefix: name, depth: depth + 1 });
  }
}

/** A description on one line, cut between words where it is long. */
export function shortened(text: string): string {
  const line = text
    .slice(0, LONGEST_DESCRIPTION * 2)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length <= LONGEST_DESCRIPTION ? line : `${line.slice(0, LONGEST_DESCRIPTION).replace(/\s\S*$/, "")} …`;
}
