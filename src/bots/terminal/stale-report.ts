import type { StaleSource } from "../../brain/brain.ts";
import { styled, wrapped, type Look } from "./look.ts";
import { toPlainLine } from "./plain.ts";

/** Characters of a question that are repeated; enough to know it again. */
const QUESTION = 60;

/** Tells that the sources of an earlier answer have changed. Ends with a newline. */
export function renderStale(
  { question, sources }: { readonly question: string; readonly sources: readonly StaleSource[] },
  look: Look,
): string {
  const asked = toPlainLine(question);
  const short = asked.length <= QUESTION ? asked : `${asked.slice(0, QUESTION).replace(/[\uD800-\uDBFF]$/, "")} …`;
  const text = `Of the earlier answer to “${short}”, ${whatChanged(sources)}. Ask again to see what the documents say now.`;
  return `${wrapped(styled(text, { format: "yellow", ...look }), look)}\n`;
}

/** "the source changed since: Leave", "a source is no longer there: Press", or both. */
function whatChanged(sources: readonly StaleSource[]): string {
  const titlesOf = (change: StaleSource["change"]) =>
    sources.filter((source) => source.change === change).map(({ title }) => toPlainLine(title));
  const [changed, removed] = [titlesOf("changed"), titlesOf("removed")];
  return [
    ...(changed.length > 0 ? [`the source changed since: ${changed.join(", ")}`] : []),
    ...(removed.length > 0 ? [`the source is no longer there: ${removed.join(", ")}`] : []),
  ].join("; ");
}
