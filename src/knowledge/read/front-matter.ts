import { parse as parseYaml } from "yaml";
import { isoDate } from "./date.ts";

/** What a document says of itself above its text. */
export interface FrontMatter {
  readonly title?: string;
  readonly url?: string;
  /** ISO 8601. */
  readonly date?: string;
}

/** More than this between the two marks at the top is no front matter, and YAML is slow to parse. */
const LONGEST_FRONT_MATTER = 50_000;
/** Keys that date a document in Hugo, Jekyll, Docusaurus, Obsidian and others: when it was changed, else when it was written. */
const DATES = [
  "updated",
  "lastmod",
  "last_modified_at",
  "last_updated",
  "lastUpdated",
  "modified",
  "updated_at",
  "date",
  "published",
  "created",
];

/**
 * The YAML block at the top, and the text with its lines blanked so that line numbers stay. What is no YAML, or no keys and values
 * (text between two rules), is text.
 */
export function splitFrontMatter(text: string): { readonly front: FrontMatter; readonly body: string } {
  const match = /^---[ \t]*\n((?:[\s\S]*?\n)??)(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text.slice(0, LONGEST_FRONT_MATTER));
  if (!match) return { front: {}, body: text };
  const [whole, yaml = ""] = match;
  const keys = parseKeys(yaml);
  if (!keys) return { front: {}, body: text };
  const title = ["string", "number"].includes(typeof keys["title"])
    ? String(keys["title"]).replaceAll(/\s+/g, " ").trim()
    : "";
  const url = typeof keys["url"] === "string" && /^https?:\/\/\S+$/.test(keys["url"]) ? keys["url"] : "";
  const date = dateOf(keys);
  return {
    front: { ...(title !== "" && { title }), ...(url !== "" && { url }), ...(date !== undefined && { date }) },
    body: "\n".repeat(whole.split("\n").length - 1) + text.slice(whole.length),
  };
}

function parseKeys(yaml: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = parseYaml(yaml, { uniqueKeys: false, logLevel: "error" }) ?? {};
    return typeof parsed === "object" && !Array.isArray(parsed) ? { ...parsed } : undefined;
  } catch {
    return undefined;
  }
}

/** Docusaurus keeps the day of the last change one step in. */
function dateOf(keys: Readonly<Record<string, unknown>>): string | undefined {
  const update = keys["last_update"];
  const inner = typeof update === "object" && update !== null && "date" in update ? [update.date] : [];
  const written = [...inner, ...DATES.map((name) => keys[name])];
  return written
    .map((value) => (typeof value === "string" ? isoDate(value) : undefined))
    .find((date) => date !== undefined);
}
