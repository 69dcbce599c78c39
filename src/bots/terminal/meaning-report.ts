import type { MeaningState } from "../../knowledge/knowledge.ts";
import { sentence } from "./model-report.ts";
import { toPlainLine } from "./plain.ts";

/** Whether passages are found by meaning too, in words: by which model, how far it is, or why not. */
export function describeMeaning(meaning: MeaningState): string {
  if (meaning.kind === "none") return "found by words only (no embedding model; hearth models list shows them)";
  const model = toPlainLine(meaning.model.name);
  if (meaning.kind === "ready") return `found by words and by meaning (${model})`;
  if (meaning.kind === "failed") return `found by words only, as ${model} cannot be used: ${sentence(meaning.why)}`;
  return `found by words; by meaning too: ${meaning.done} of ${meaning.total} passages so far (${model})`;
}
