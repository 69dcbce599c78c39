import type { Turn } from "../chat.ts";

/** A question with what is known about its answer. What the file does not say is empty, and nothing is measured by it. */
export interface EvalQuestion {
  readonly id: string;
  readonly question: string;
  /** What was said before, oldest first. */
  readonly history: readonly Turn[];
  /** False where the documents do not hold the answer, so that it must be refused. */
  readonly answerable: boolean;
  /** Each part of the answer with the documents that hold it: one document of each group is needed. */
  readonly goldGroups: readonly (readonly string[])[];
  /** Where the answer stands word for word; `doc` is empty where the file does not name it. */
  readonly goldQuotes: readonly { readonly doc: string; readonly quote: string }[];
  /** A right answer matches one of these … */
  readonly keys: readonly RegExp[];
  /** … and all of these. */
  readonly keysAll: readonly RegExp[];
  /** A wrong answer can match the keys as well ("no", "not"). */
  readonly hasWeakKeys: boolean;
}

/** A document's path as question files and results may write it: "./a\b.md#part" is "a/b.md". */
export function plainPath(path: string): string {
  return path
    .replaceAll("\\", "/")
    .replace(/#.*$/s, "")
    .replace(/^\.?\//, "");
}

/** Whether the question says by words what a right answer is. */
export function hasKeys({ keys, keysAll }: EvalQuestion): boolean {
  return keys.length + keysAll.length > 0;
}
