import type { EvalQuestion } from "./question.ts";

/** One document of so many is left out, so that most of what the others lean on is still there. */
const EVERY = 3;

/** The questions of some documents, as ones that must be refused once those documents are left out. */
export interface HeldOut {
  readonly questions: readonly EvalQuestion[];
  /** Patterns that leave the documents out of an index. */
  readonly exclude: readonly string[];
}

/** Leaves out every third document that questions were made from. Pure. */
export function heldOut(questions: readonly EvalQuestion[]): HeldOut {
  const documents = [...new Set(questions.flatMap(({ goldGroups }) => goldGroups.flat()))];
  const out = new Set(documents.filter((_, index) => index % EVERY === 0));
  const theirs = questions.filter(({ goldGroups }) => goldGroups.flat().some((path) => out.has(path)));
  return {
    questions: theirs.map(({ id, question, history, hasWeakKeys }) => ({
      id: `${id}-left-out`,
      question,
      history,
      hasWeakKeys,
      answerable: false,
      goldGroups: [],
      goldQuotes: [],
      keys: [],
      keysAll: [],
    })),
    exclude: [...out].map((path) => path.replaceAll(/[\\$^*+?()[\]{}|!@]/g, String.raw`\$&`)),
  };
}
