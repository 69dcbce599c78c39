import type { Answered, ModelLabel } from "../../brain/brain.ts";
import type { Answer, Hit, Passage, Quote } from "../../chat.ts";
import { excerpt } from "./excerpt.ts";
import { styled, wrapped, type Look } from "./look.ts";
import { nameOf } from "./model-report.ts";
import { dayOf, fileOf, trailOf } from "./place.ts";
import { toPlain, toPlainLine } from "./plain.ts";

/** Characters of a passage shown in a list of passages. */
const SNIPPET = 160;

/** What is quoted or written, with the passages it stands in. */
type Sourced = Extract<Answer, { kind: "quoted" | "cited" }>;

/** An answer for the terminal: the sentences first, then where they stand; or that the documents do not hold it. Ends with a newline. */
export function renderAnswer({ answer, writing }: Pick<Answered, "answer" | "writing">, look: Look): string {
  if (answer.kind === "unknown") return renderUnknown(answer.nearest, look);
  if (answer.kind === "quoted") return `${renderQuotes(answer, look)}\n\n${renderSources(answer, look)}`;
  const label = writing?.kind === "written" ? renderLabel(writing.model, look) : "";
  const written = `${label}${renderWritten(answer.text, look)}\n`;
  if (answer.kind === "plain") return written;
  const quotes = answer.quotes.length === 0 ? "" : `Quoted:\n${renderQuotes(answer, look)}\n\n`;
  return `${written}\n${quotes}${renderSources(answer, look)}`;
}

/** Passages as a list: where each stands, and how it begins. Ends with a newline. */
export function renderHits(hits: readonly Hit[], look: Look): string {
  const entries = hits.map(({ passage }) =>
    [renderPlace(passage, { look, indent: "" }), ...beginning(passage.text, look)].join("\n"),
  );
  return `${entries.join("\n\n")}\n`;
}

/** The sentences that are quoted, each with the number of its passage. No newline at the end. */
export function renderQuotes(answer: Pick<Sourced, "kind" | "quotes" | "passages">, look: Look): string {
  const sentences = answer.quotes.map(({ text, passage }) => {
    const mark = isNumbered(answer) ? styled(` [${passage + 1}]`, { format: "dim", ...look }) : "";
    return wrapped(styled(toPlainLine(text), { format: "bold", ...look }) + mark, look);
  });
  return sentences.join("\n");
}

/**
 * Where an answer stands: which passages disagree, then every passage with its number, and the stretches that are quoted. Ends with a
 * newline.
 */
export function renderSources(answer: Pick<Sourced, "kind" | "quotes" | "passages" | "conflicts">, look: Look): string {
  const places = answer.passages.map((passage, index) => {
    const number = isNumbered(answer) ? `[${index + 1}] ` : "";
    return renderSource(passage, { look, number, ranges: rangesIn(index, answer.quotes) });
  });
  return `${renderConflicts(answer, look)}${places.join("\n\n")}\n`;
}

/** A line for each two passages that disagree, with the days they are of; nothing where none do. */
function renderConflicts({ passages, conflicts = [] }: Pick<Sourced, "passages" | "conflicts">, look: Look): string {
  const nameOfPassage = (place: number) => {
    const passage = passages[place];
    const day = passage && dayOf(passage);
    return passage ? [`[${place + 1}] ${toPlainLine(passage.title)}${day === undefined ? "" : ` (${day})`}`] : [];
  };
  const lines = conflicts.map((pair) => {
    const words = `These disagree: ${pair.flatMap(nameOfPassage).join(", ")}`;
    return wrapped(styled(words, { format: "yellow", ...look }), look);
  });
  return lines.length === 0 ? "" : `${lines.join("\n")}\n\n`;
}

/** What a model has written, made safe. No newline at the end. */
export function renderWritten(text: string, look: Look): string {
  return wrapped(toPlain(text), look);
}

/** A line that says so where no model wrote what follows, but a puppet played it. */
export function renderLabel(model: ModelLabel, look: Look): string {
  return model.kind === "puppet" ? `${styled(nameOf(model), { format: "inverse", ...look })}\n` : "";
}

/** Quotes of one passage need no number; what a model wrote always has its marks. */
function isNumbered({ kind, passages }: Pick<Sourced, "kind" | "passages">): boolean {
  return kind === "cited" || passages.length > 1;
}

function rangesIn(passage: number, quotes: readonly Quote[]): Quote["ranges"] {
  return quotes.filter((quote) => quote.passage === passage).flatMap(({ ranges }) => ranges);
}

function renderSource(
  passage: Passage,
  { look, number, ranges }: { readonly look: Look; readonly number: string; readonly ranges: Quote["ranges"] },
): string {
  const place = number + renderPlace(passage, { look, indent: "" });
  if (ranges.length === 0) return [place, ...beginning(passage.text, look)].join("\n");
  const mark = (quoted: string) => styled(quoted, { format: "bold", ...look });
  const bar = styled("│ ", { format: "dim", ...look });
  const lines = wrapped(excerpt(passage.text, { ranges, mark }), { ...look, columns: look.columns - 4 }).split("\n");
  return [place, ...lines.map((line) => `  ${bar}${line}`.trimEnd())].join("\n");
}

function renderUnknown(nearest: readonly Passage[], look: Look): string {
  const verdict = styled("Not in the docs.", { format: "bold", ...look });
  if (nearest.length === 0) return `${verdict}\n`;
  const places = nearest.map((passage) => renderPlace(passage, { look, indent: "  " }));
  return `${verdict}\n\nNearest:\n${places.join("\n")}\n`;
}

/** Title and headings on one line; file, line or page, and link on the next. */
function renderPlace(passage: Passage, { look, indent }: { readonly look: Look; readonly indent: string }): string {
  const link = passage.url === undefined ? "" : `  ${toPlainLine(passage.url)}`;
  const file = styled(fileOf(passage) + link, { format: "dim", ...look });
  return `${indent}${styled(trailOf(passage), { format: "cyan", ...look })}\n${indent}  ${file}`;
}

/** How a passage begins, as lines of a list; none where it has no text. */
function beginning(text: string, look: Look): string[] {
  return text === "" ? [] : [wrapped(snippet(text), { ...look, prefix: "  " })];
}

function snippet(text: string): string {
  const whole = toPlainLine(text);
  if (whole.length <= SNIPPET) return whole;
  // Languages without spaces are cut anywhere but inside a surrogate pair.
  const cut = whole.slice(0, SNIPPET).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut.lastIndexOf(" ") > SNIPPET / 2 ? cut.slice(0, cut.lastIndexOf(" ")) : cut} …`;
}
