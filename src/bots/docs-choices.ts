import type { Hit, Passage } from "../chat.ts";

/** The longest words of a look-up: they have to fit into a button's id. */
export const LONGEST_WORDS = 90;

/** What a platform takes of suggestions while somebody types. */
export interface ChoiceLimits {
  readonly most: number;
  /** Characters of what people see. */
  readonly longest: number;
}

/** A suggestion: what people see, and what comes back when they take it. */
export interface DocsChoice {
  readonly name: string;
  readonly value: string;
}

/**
 * What may be meant by words that are being typed: documents and headings, best first, each once. A choice's value names its passage;
 * whoever goes on typing sends plain words instead.
 */
export function docsChoices(hits: readonly Hit[], { most, longest }: ChoiceLimits): DocsChoice[] {
  const byName = new Map<string, DocsChoice>();
  for (const { passage } of hits) {
    const name = nameOf(passage, longest);
    if (name !== "" && !byName.has(name)) byName.set(name, { name, value: valueOf(passage) });
  }
  return [...byName.values()].slice(0, most);
}

/** What a look-up was asked for: a passage that was chosen, or words. */
export type Sought =
  | { readonly kind: "passage"; readonly documentId: string; readonly id: string }
  | { readonly kind: "words"; readonly words: string };

const CHOSEN = /^=((\w[\w-]{0,62})#\d{1,7})$/;

/** Reads what came back of a choice, or was typed; undefined where there is nothing to look for. Nothing in it is trusted. */
export function readSought(value: string): Sought | undefined {
  const [, id, documentId] = CHOSEN.exec(value) ?? [];
  if (id !== undefined && documentId !== undefined) return { kind: "passage", documentId, id };
  const words = value.trim().slice(0, LONGEST_WORDS).trim();
  return words === "" ? undefined : { kind: "words", words };
}

function valueOf({ id, title, headings }: Passage): string {
  const value = `=${id}`;
  return CHOSEN.test(value) && value.length <= LONGEST_WORDS
    ? value
    : shorten([title, ...headings].join(" "), LONGEST_WORDS);
}

/** Title and headings; where that is too long, the last headings are the ones that tell. */
function nameOf({ title, headings }: Passage, longest: number): string {
  const [first = "", ...rest] = [title, ...headings].map(clean).filter((part) => part !== "");
  const full = [first, ...rest].join(" › ");
  if (full.length <= longest || rest.length === 0) return shorten(full, longest);
  const last = rest.at(-1) ?? "";
  const between = rest.length > 1 ? " › … › " : " › ";
  const room = longest - between.length;
  const end = shorten(last, Math.max(Math.floor(room / 2), room - first.length));
  return `${shorten(first, room - end.length)}${between}${end}`;
}

/** Without line breaks, and without characters that nobody sees or that turn the text around. */
function clean(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  let short = "";
  for (const character of text) {
    if (short.length + character.length > most - 1) break;
    short += character;
  }
  return `${short.trimEnd()}…`;
}
