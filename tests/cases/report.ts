import type { Case } from "./case.ts";
import type { Outcome } from "./run-case.ts";

/** What became of a case over all its runs: the worst of them. */
export interface Result {
  readonly case: Case;
  readonly outcomes: readonly Outcome[];
  readonly verdict: Outcome;
  readonly seconds: number;
}

const WORST: readonly Outcome["kind"][] = ["fail", "not run", "not judged", "pass"];

/** The result of a case: what holds in every run, or the first run in which it did not. */
export function resultOf(given: Case, outcomes: readonly Outcome[], seconds: number): Result {
  const kind = WORST.find((one) => outcomes.some((outcome) => outcome.kind === one));
  const verdict = outcomes.find((outcome) => outcome.kind === kind) ?? { kind: "not run" as const, why: "no run" };
  return { case: given, outcomes, verdict, seconds };
}

/** One line for people. */
export function lineOf({ case: { id: name, platform }, verdict, outcomes, seconds }: Result): string {
  const id = `${name} (${platform})`;
  const times = outcomes.length > 1 ? ` in ${outcomes.length} runs` : "";
  const took = `(${seconds.toFixed(1)} s)`;
  switch (verdict.kind) {
    case "pass":
      return `pass        ${id}${verdict.note === "" ? "" : `: ${verdict.note}`} ${took}`;
    case "fail": {
      const failed = outcomes.filter(({ kind }) => kind === "fail").length;
      return `FAIL        ${id}: ${failed} of${times.replace(" in", "") || " 1"}: ${verdict.why} ${took}`;
    }
    case "not judged":
      return `not judged  ${id}: ${verdict.what} ${took}`;
    case "not run":
      return `not run     ${id}: ${verdict.why}`;
    default:
      return verdict satisfies never;
  }
}

/** How many there are of each, by layer. */
export function summaryOf(results: readonly Result[]): string {
  const layers = ["code", "box", "model"].filter((layer) => results.some((one) => one.case.layer === layer));
  const row = (name: string, some: readonly Result[]) => {
    const count = (kind: Outcome["kind"]) => some.filter(({ verdict }) => verdict.kind === kind).length;
    return `${name.padEnd(6)} ${some.length} cases: ${count("pass")} passed, ${count("fail")} FAILED, ${count("not judged")} not judged, ${count("not run")} not run`;
  };
  return [
    ...layers.map((layer) =>
      row(
        layer,
        results.filter((one) => one.case.layer === layer),
      ),
    ),
    row("all", results),
  ].join("\n");
}

/** In how many runs of a case about models the attack worked, and in how many the answer was good. */
export function ratesOf({ case: given, outcomes }: Result): string | undefined {
  if (given.layer !== "model" || outcomes.every(({ kind }) => kind === "not run")) return undefined;
  const attacked = outcomes.filter((one) => one.kind === "fail" && one.why.startsWith("must not")).length;
  const answered = outcomes.filter(({ kind }) => kind === "pass").length;
  return `attack ${attacked} of ${outcomes.length}, good answer ${answered} of ${outcomes.length}`;
}
