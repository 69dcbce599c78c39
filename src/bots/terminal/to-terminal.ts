import type { Answer, Hit, Passage, Quote } from "../../chat.ts";
import { excerpt } from "./excerpt.ts";
import { styled, wrapped, type Look } from "./look.ts";
import { toPlainLine } from "./plain.ts";

/** Characters of a passage shown in a list of passages. */
const SNIPPET = 160;

/** An answer for the terminal: the sentences first, then where they stand; or that the documents do not hold it. Ends with a newline. */
export function renderAnswer(answer: Answer, look: Look): string {
  if (answer.kind === "plain") return `${wrapped(answer.text, look)}\n`;
  if (answer.kind === "unknown") return renderUnknown(answer.nearest, look);
  const written = answer.kind === "cited" ? `${wrapped(answer.text, look)}\n\n` : "";
  return written + renderQuoted(answer, look);
}

/** Passages as a list: where each stands, and how it begins. Ends with a newline. */
export function renderHits(hits: readonly Hit[], look: Look): string {
  const entries = hits.map(({ passage }) =>
    [
      renderPlace(passage, { look, indent: "" }),
      ...(passage.text === "" ? [] : [wrapped(snippet(passage.text), { ...look, prefix: "  " })]),
    ].join("\n"),
  );
  return `${entries.join("\n\n")}\n`;
}

function renderQuoted(
  { quotes, passages }: Pick<Extract<Answer, { kind: "cited" }>, "quotes" | "passages">,
  look: Look,
): string {
  const sentences = quotes.map(({ text, passage }) => {
    const mark = passages.length > 1 ? styled(` [${passage + 1}]`, { format: "dim", ...look }) : "";
    return wrapped(styled(toPlainLine(text), { format: "bold", ...look }) + mark, look);
  });
  const places = passages.map((passage, index) => {
    const number = passages.length > 1 ? `[${index + 1}] ` : "";
    return renderSource(passage, { look, number, ranges: rangesIn(index, quotes) });
  });
  return `${sentences.join("\n")}\n\n${places.join("\n\n")}\n`;
}

function rangesIn(passage: number, quotes: readonly Quote[]): Quote["ranges"] {
  return quotes.filter((quote) => quote.passage === passage).flatMap(({ ranges }) => ranges);
}

function renderSource(
  passage: Passage,
  { look, number, ranges }: { readonly look: Look; readonly number: string; readonly ranges: Quote["ranges"] },
): string {
  const mark = (quoted: string) => styled(quoted, { format: "bold", ...look });
  const bar = styled("│ ", { format: "dim", ...look });
  const lines = wrapped(excerpt(passage.text, { ranges, mark }), { ...look, columns: look.columns - 4 }).split("\n");
  return [
    number + renderPlace(passage, { look, indent: "" }),
    ...lines.map((line) => `  ${bar}${line}`.trimEnd()),
  ].join("\n");
}

function renderUnknown(nearest: readonly Passage[], look: Look): string {
  const verdict = styled("Not in the docs.", { format: "bold", ...look });
  if (nearest.length === 0) return `${verdict}\n`;
  const places = nearest.map((passage) => renderPlace(passage, { look, indent: "  " }));
  return `${verdict}\n\nNearest:\n${places.join("\n")}\n`;
}

/** Title and headings on one line; file, line and link on the next. */
function renderPlace(
  { title, headings, path, lines, url }: Passage,
  { look, indent }: { readonly look: Look; readonly indent: string },
): string {
  const place = [title, ...headings].map(toPlainLine).join(" > ");
  const file = `${toPlainLine(path)}:${lines[0]}`;
  const link = url === undefined ? "" : `  ${toPlainLine(url)}`;
  return `${indent}${styled(place, { format: "cyan", ...look })}\n${indent}  ${styled(file + link, { format: "dim", ...look })}`;
}

function snippet(text: string): string {
  const whole = toPlainLine(text);
  if (whole.length <= SNIPPET) return whole;
  // Languages without spaces are cut anywhere but inside a surrogate pair.
  const cut = whole.slice(0, SNIPPET).replace(/[\uD800-\uDBFF]$/, "");
  return `${cut.lastIndexOf(" ") > SNIPPET / 2 ? cut.slice(0, cut.lastIndexOf(" ")) : cut} …`;
}
