import { parse as parseYaml } from "yaml";
import type { Block, ReadDocument } from "../document.ts";
import { readCode } from "./code.ts";
import { titleFromFileName } from "./file-name.ts";
import { keyLines, type KeyLines } from "./openapi-lines.ts";
import { operationBlocks, paragraphs, tableOf } from "./openapi-operation.ts";
import { fieldsOf, isKeys, keysIn, listIn, resolve, textIn, typeOf, type Keys } from "./openapi-schema.ts";

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/** YAML takes about a second for each megabyte. */
const LONGEST_YAML = 2_000_000;
/** More than the largest public descriptions come to; what is behind it was made to be endless. */
const MOST_LETTERS = 5_000_000;

/** A JSON or YAML file: an OpenAPI or Swagger description of an interface as its operations and schemas, any other as the code that it is. */
export function readStructured(text: string, options: { readonly fileName: string }): ReadDocument {
  const api = parseApi(text);
  return api ? readOpenApi(api, { ...options, lines: keyLines(text) }) : readCode(text, options);
}

/** The parsed file, where it says at its top level that it is OpenAPI or Swagger. */
function parseApi(text: string): Keys | undefined {
  const isJson = /^\s*\{/.test(text);
  if (!(isJson ? /"(?:openapi|swagger)"\s*:\s*"[23]/ : /^(?:openapi|swagger)\s*:\s*["']?[23]/m).test(text))
    return undefined;
  try {
    if (!isJson && text.length > LONGEST_YAML) return undefined;
    const parsed: unknown = isJson ? JSON.parse(text) : parseYaml(text, { uniqueKeys: false, logLevel: "error" });
    return isKeys(parsed) && (textIn(parsed, "openapi") || textIn(parsed, "swagger")) !== "" ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function readOpenApi(
  api: Keys,
  { fileName, lines }: { readonly fileName: string; readonly lines: KeyLines },
): ReadDocument {
  const info = keysIn(api, "info");
  const operations = Object.entries(keysIn(api, "paths")).flatMap(([path, item]) => {
    const shared = resolve(item, api);
    return METHODS.filter((method) => isKeys(shared[method])).map((method) => ({ path, method, shared }));
  });
  const sections = [
    ...operations.map((operation) => () => operationSection(operation, { api, lines })),
    ...schemasOf(api).map((schema) => () => schemaSection(schema, { api, lines })),
  ];
  const blocks = overview(api);
  let letters = 0;
  let done = 0;
  for (; done < sections.length && letters < MOST_LETTERS; done += 1) {
    const own = sections[done]?.() ?? [];
    blocks.push(...own);
    letters += own.reduce((sum, { text }) => sum + text.length, 0);
  }
  const others = sections.length - done;
  const unread = others > 0 ? { unread: `it is too long: ${others} of its operations and schemas were not read` } : {};
  return { title: textIn(info, "title") || titleFromFileName(fileName), ...unread, blocks };
}

interface Source {
  readonly api: Keys;
  readonly lines: KeyLines;
}

/** What the interface is for, where it is reached, and how one proves who one is. */
function overview(api: Keys): Block[] {
  const info = keysIn(api, "info");
  const version = textIn(info, "version");
  const hosts = [
    ...listIn(api, "servers")
      .filter(isKeys)
      .map((server) => textIn(server, "url")),
    textIn(api, "host") + textIn(api, "basePath"),
  ];
  const servers = hosts.filter((host) => host !== "").join(", ");
  const schemes = Object.entries({
    ...keysIn(keysIn(api, "components"), "securitySchemes"),
    ...keysIn(api, "securityDefinitions"),
  });
  const rows = schemes.map(([name, given]) => {
    const scheme = resolve(given, api);
    const kind = [textIn(scheme, "type"), textIn(scheme, "scheme"), textIn(scheme, "in"), textIn(scheme, "name")];
    return [name, kind.filter((word) => word !== "").join(", "), textIn(scheme, "description")];
  });
  const facts = [version !== "" && `Version: ${version}`, servers !== "" && `Servers: ${servers}`].filter(
    (fact) => fact !== false,
  );
  const all = [
    ...paragraphs(textIn(info, "description")),
    ...(facts.length > 0 ? [facts.join("\n")] : []),
    ...(rows.length > 0 ? [tableOf(["Authentication", "Kind", "Description"], rows)] : []),
  ];
  return all.map((text): Block => ({ kind: text.startsWith("| ") ? "table" : "paragraph", text, lines: [1, 1] }));
}

function operationSection(
  { path, method, shared }: { readonly path: string; readonly method: string; readonly shared: Keys },
  { api, lines }: Source,
): Block[] {
  const place = lines.get(`paths\n${path}\n${method}`) ?? [0, 0];
  const blocks = operationBlocks(keysIn(shared, method), { api, shared });
  return section(`${method.toUpperCase()} ${path}`, { blocks, place });
}

/** Schemas by name: those of OpenAPI 3, or the definitions of Swagger 2. */
function schemasOf(api: Keys): { readonly name: string; readonly schema: unknown; readonly path: string }[] {
  const of = (schemas: Keys, path: string) =>
    Object.entries(schemas).map(([name, schema]) => ({ name, schema, path: `${path}\n${name}` }));
  return [
    ...of(keysIn(keysIn(api, "components"), "schemas"), "components\nschemas"),
    ...of(keysIn(api, "definitions"), "definitions"),
  ];
}

function schemaSection(
  { name, schema, path }: { readonly name: string; readonly schema: unknown; readonly path: string },
  { api, lines }: Source,
): Block[] {
  const node = resolve(schema, api);
  const fields = fieldsOf(schema, { root: api, isWhole: false });
  const rows = fields.map((field) => [field.name, field.type, field.isRequired ? "yes" : "", field.description]);
  const blocks = [
    ...paragraphs(textIn(node, "description")),
    ...(rows.length > 0
      ? [tableOf(["Field", "Type", "Required", "Description"], rows)]
      : [`Type: ${typeOf(node, { root: api })}`]),
  ];
  return section(name, { blocks, place: lines.get(path) ?? [0, 0] });
}

function section(
  heading: string,
  { blocks, place }: { readonly blocks: readonly string[]; readonly place: readonly [number, number] },
): Block[] {
  const [first] = place;
  const anchor = first === 0 ? {} : { anchor: `L${first}` };
  return [
    { kind: "heading", level: 2, text: heading, ...anchor, lines: [first, first] },
    ...blocks.map((text): Block => ({ kind: text.startsWith("| ") ? "table" : "paragraph", text, lines: place })),
  ];
}
