import type { CandidateFigures, Counted } from "../eval/candidate.ts";

/** What `hearth models pick` prints: a line for each model and the quoted answer, the verdicts, and what to do. Ends with a newline. */
export function pickReport(
  rows: readonly CandidateFigures[],
  { seconds, name }: { readonly seconds: number; readonly name: string | undefined },
): string {
  const width = Math.max(...rows.map((row) => labelOf(row).length)) + 2;
  const cells = (values: readonly string[]) => values.map((value) => value.padStart(16)).join("");
  const head = `${"".padEnd(width)}${cells(["grounded", "right by key", "refusals right", "seconds (p95)", "memory"])}`;
  const lines = rows.map((row) => {
    const { grounded, right, refused, peakBytes } = row;
    const memory = peakBytes === undefined ? "-" : `${(peakBytes / 1e9).toFixed(2)} GB`;
    const values = [shown(grounded), shown(right), shown(refused), shownSeconds(row.seconds), memory];
    return `${labelOf(row).padEnd(width)}${cells(values)}`;
  });
  const verdicts = rows.flatMap((row) => (row.verdict ? [`${labelOf(row)}: ${row.verdict.why}.`] : []));
  return `${[head, ...lines, "", ...verdicts, "", ...advice(rows, { seconds, name })].join("\n")}\n`;
}

function advice(
  rows: readonly CandidateFigures[],
  { seconds, name }: { readonly seconds: number; readonly name: string | undefined },
): string[] {
  if (name !== undefined) return [`hearth models use ${name}`];
  const winners = rows.filter(({ verdict }) => verdict?.wins);
  if (winners.length === 0) return ["No model beats the quoted answer on these questions, so none should be used."];
  return [
    `No model that beats the quoted answer keeps within ${seconds} s; allow more with --seconds, or try a smaller one.`,
  ];
}

function labelOf({ name }: CandidateFigures): string {
  return name ?? "quoted answer";
}

function shown({ hits, of }: Counted): string {
  if (of === 0) return "-";
  return `${Math.round((100 * hits) / of)} % (${Number.isInteger(hits) ? hits : hits.toFixed(1)}/${of})`;
}

function shownSeconds(seconds: number): string {
  return Number.isNaN(seconds) ? "-" : seconds.toFixed(2);
}
