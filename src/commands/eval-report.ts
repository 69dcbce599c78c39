import { toPlainLine } from "../bots/terminal/plain.ts";
import type { Outcome } from "../eval/outcome.ts";
import type { EvalResults } from "../eval/results.ts";
import { comparisonTable, figureTable } from "../eval/table.ts";

/** What `hearth eval` prints: the table, and what became of writing and of the model's place. Ends with a newline. */
export function evalReport(results: EvalResults): string {
  const { questions, answerable, figures, setting, comparison, against, compared, verdict, outcomes } = results;
  const lines = [
    `${questions} questions, ${answerable} of them answerable; ${setting}`,
    ...(compared !== undefined && compared < questions ? [`${compared} of them are in the baseline and compared`] : []),
    "",
  ];
  const table =
    comparison && against
      ? comparisonTable(comparison, { before: against.setting, after: setting, figures })
      : figureTable(figures);
  const after = [...notWritten(outcomes), ...(verdict ? ["", `${verdict.why}.`] : [])];
  return `${lines.join("\n")}\n${table}${after.map((line) => `${line}\n`).join("")}`;
}

/** How often the quoted answer stood although a model was to write, and why most often. */
function notWritten(outcomes: readonly Outcome[]): string[] {
  const reasons = outcomes.flatMap(({ writing }) => (writing?.kind === "not written" ? [writing.why] : []));
  const counts = [...Map.groupBy(reasons, (why) => why)].toSorted((one, other) => other[1].length - one[1].length);
  const [most] = counts;
  if (!most) return [];
  return ["", `${reasons.length} answers were not written; most often (${most[1].length}): ${toPlainLine(most[0])}`];
}
