import { readMarkdown } from "./markdown.ts";
import { fieldsOf, isKeys, keysIn, listIn, resolve, shortened, textIn, typeOf, type Keys } from "./openapi-schema.ts";

/** A description of many pages is a manual, not what one section says. */
const LONGEST_DESCRIPTION = 20_000;
/** Ways to send or get the same that are named. */
const MOST_MEDIA = 3;

/** An operation as Markdown, block by block: what it does, its parameters, what it is sent and what it answers. */
export function operationBlocks(
  operation: Keys,
  { api, shared }: { readonly api: Keys; readonly shared: Keys },
): readonly string[] {
  const summary = textIn(operation, "summary") || textIn(shared, "summary");
  const description = textIn(operation, "description") || textIn(shared, "description");
  const parameters = [...listIn(shared, "parameters"), ...listIn(operation, "parameters")].map((given) =>
    resolve(given, api),
  );
  const answers = Object.entries(keysIn(operation, "responses")).map(([status, given]) => ({
    status,
    answer: resolve(given, api),
  }));
  return [
    ...(summary === "" || description.startsWith(summary) ? [] : [shortened(summary)]),
    ...paragraphs(description),
    ...facts(operation, api),
    ...parameterTable(
      parameters.filter((parameter) => textIn(parameter, "in") !== "body"),
      api,
    ),
    ...bodyBlocks(operation, { api, parameters }),
    ...answerBlocks(answers, api),
  ];
}

/** Markdown as the texts of its blocks, headings as lines of their own. */
export function paragraphs(markdown: string): readonly string[] {
  if (markdown.trim() === "") return [];
  return readMarkdown(markdown.slice(0, LONGEST_DESCRIPTION), { fileName: "" }).blocks.map(({ text }) => text);
}

/** A table in Markdown; none of its cells has a line end. */
export function tableOf(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(toCell).join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

function toCell(text: string): string {
  return shortened(text).replaceAll("|", "\\|");
}

function facts(operation: Keys, api: Keys): string[] {
  const tags = listIn(operation, "tags").map(String).join(", ");
  const security = Array.isArray(operation["security"]) ? operation["security"] : listIn(api, "security");
  const needs = security
    .filter(isKeys)
    .flatMap((scheme) =>
      Object.entries(scheme).map(([name, scopes]) =>
        Array.isArray(scopes) && scopes.length > 0 ? `${name} (${scopes.join(", ")})` : name,
      ),
    );
  const id = textIn(operation, "operationId");
  const lines = [
    id !== "" && `Operation: ${id}`,
    tags !== "" && `Tags: ${tags}`,
    needs.length > 0 && `Authentication: ${[...new Set(needs)].join(" or ")}`,
    operation["deprecated"] === true && "Deprecated: yes",
  ];
  const shown = lines.filter((line) => line !== false);
  return shown.length === 0 ? [] : [shown.join("\n")];
}

function parameterTable(parameters: readonly Keys[], api: Keys): string[] {
  if (parameters.length === 0) return [];
  const rows = parameters.map((parameter) => [
    textIn(parameter, "name"),
    textIn(parameter, "in"),
    typeOf(parameter["schema"] ?? parameter, { root: api }),
    parameter["required"] === true ? "yes" : "",
    textIn(parameter, "description"),
  ]);
  return [tableOf(["Parameter", "In", "Type", "Required", "Description"], rows)];
}

function bodyBlocks(
  operation: Keys,
  { api, parameters }: { readonly api: Keys; readonly parameters: readonly Keys[] },
): string[] {
  const body = resolve(operation["requestBody"], api);
  const old = parameters.find((parameter) => textIn(parameter, "in") === "body");
  const media = mediaOf(body);
  if (media.length === 0 && !old) return [];
  const schema = old ? old["schema"] : media[0]?.schema;
  const kinds = media.map(({ type }) => type).join(", ");
  const about = textIn(old ?? body, "description");
  const head = `Request body: ${typeOf(schema, { root: api })}${kinds === "" ? "" : ` (${kinds})`}${about === "" ? "" : `. ${shortened(about)}`}`;
  return [head, ...fieldTable(schema, { root: api, isWhole: true })];
}

function answerBlocks(answers: readonly { readonly status: string; readonly answer: Keys }[], api: Keys): string[] {
  if (answers.length === 0) return [];
  const schemas = answers.map(({ answer }) => answer["schema"] ?? mediaOf(answer)[0]?.schema);
  const lines = answers.map(({ status, answer }, index) => {
    const type = schemas[index] === undefined ? "" : ` (${typeOf(schemas[index], { root: api })})`;
    return `- ${status}: ${shortened(textIn(answer, "description"))}${type}`;
  });
  const good = answers.findIndex(({ status }) => status.startsWith("2"));
  const fields = good < 0 ? [] : fieldTable(schemas[good], { root: api, isWhole: false });
  return [
    `Responses:\n\n${lines.join("\n")}`,
    ...(fields.length > 0 ? [`Fields of response ${answers[good]?.status}:`, ...fields] : []),
  ];
}

function mediaOf(node: Keys): { readonly type: string; readonly schema: unknown }[] {
  const media = Object.entries(keysIn(node, "content")).slice(0, MOST_MEDIA);
  return media.map(([type, given]) => ({ type, schema: isKeys(given) ? given["schema"] : undefined }));
}

function fieldTable(schema: unknown, options: { readonly root: Keys; readonly isWhole: boolean }): string[] {
  const fields = fieldsOf(schema, options);
  if (fields.length === 0) return [];
  const rows = fields.map(({ name, type, isRequired, description }) => [
    name,
    type,
    isRequired ? "yes" : "",
    description,
  ]);
  return [tableOf(["Field", "Type", "Required", "Description"], rows)];
}
