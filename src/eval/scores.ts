import { hasKeys, plainPath, type EvalQuestion } from "./question.ts";

/** Words of an answer that people read in a chat at a glance. */
const FEW_WORDS = 60;
/** Share of a quote's runs of three words that a passage must hold to count as holding the quote. */
const ENOUGH = 0.7;

/** One question's part in each figure, from 0 to 1 (`seconds` in seconds); a figure that it says nothing about is left out. */
export interface Scores {
  /** Share of the answer's parts with a right document among the first 1 or 5 documents found. */
  readonly recall1?: number;
  readonly recall5?: number;
  /** The same for the exact words in one of the first five passages. */
  readonly passage5?: number;
  /** Right by key: in at most 60 words, at any length, and at any length where the keys are not weak. */
  readonly rightShort?: number;
  readonly right?: number;
  readonly rightStrong?: number;
  /** Share of the answer's parts whose document an answer cites. */
  readonly cited?: number;
  readonly falseAnswer?: number;
  readonly falseRefusal?: number;
  /** Whether a model wrote the answer, and the share of its sentences that were dropped. */
  readonly written?: number;
  readonly dropped?: number;
  readonly seconds?: number;
}

/** What came back for one question, as far as it is scored. `results` best first. */
export interface Said {
  readonly answered: boolean;
  readonly answer: string;
  readonly citations: readonly string[];
  readonly results: readonly { readonly path: string; readonly text: string }[];
  readonly seconds: number;
  readonly writing?:
    | { readonly kind: "written"; readonly kept: number; readonly dropped: number }
    | { readonly kind: "not written" };
}

/** Scores what came back for one question. Pure. */
export function scoresOf(question: EvalQuestion, said: Said): Scores {
  const written = said.writing && { written: said.writing.kind === "written" && said.writing.kept > 0 ? 1 : 0 };
  const always = { seconds: said.seconds, ...written, ...droppedOf(said) };
  if (!question.answerable) return { ...always, falseAnswer: said.answered ? 1 : 0 };
  return {
    ...always,
    falseRefusal: said.answered ? 0 : 1,
    ...recallOf(question, said),
    ...passageOf(question, said),
    ...rightOf(question, said),
    ...(said.answered && citedOf(question, said)),
  };
}

function droppedOf({ writing }: Said): Pick<Scores, "dropped"> {
  if (writing?.kind !== "written" || writing.kept + writing.dropped === 0) return {};
  return { dropped: writing.dropped / (writing.kept + writing.dropped) };
}

function recallOf({ goldGroups }: EvalQuestion, { results }: Said): Pick<Scores, "recall1" | "recall5"> {
  if (goldGroups.length === 0) return {};
  const documents = [...new Set(results.map(({ path }) => plainPath(path)))].filter((path) => path !== "");
  const among = (count: number) => {
    const first = documents.slice(0, count);
    return shareOf(goldGroups, (group) => group.some((path) => first.includes(path)));
  };
  return { recall1: among(1), recall5: among(5) };
}

function passageOf({ goldGroups, goldQuotes }: EvalQuestion, { results }: Said): Pick<Scores, "passage5"> {
  if (goldQuotes.length === 0) return {};
  const first = results.slice(0, 5).map(({ text }) => wordsOf(text));
  const found = goldQuotes.filter(({ quote }) => first.some((text) => holds(text, wordsOf(quote))));
  if (goldGroups.length === 0) return { passage5: found.length > 0 ? 1 : 0 };
  return { passage5: shareOf(goldGroups, (group) => found.some(({ doc }) => group.includes(doc))) };
}

function rightOf(question: EvalQuestion, said: Said): Pick<Scores, "right" | "rightShort" | "rightStrong"> {
  if (!hasKeys(question)) return {};
  const { keys, keysAll, hasWeakKeys } = question;
  const text = said.answer.replaceAll(/\s+/g, " ");
  const matches = (key: RegExp) => key.test(text);
  const right = said.answered && (keys.length === 0 || keys.some(matches)) && keysAll.every(matches) ? 1 : 0;
  const isShort = text.trim().split(" ").length <= FEW_WORDS;
  return { right, rightShort: isShort ? right : 0, ...(!hasWeakKeys && { rightStrong: right }) };
}

function citedOf({ goldGroups }: EvalQuestion, { citations }: Said): Pick<Scores, "cited"> {
  if (goldGroups.length === 0) return {};
  const cited = new Set(citations.map(plainPath));
  return { cited: shareOf(goldGroups, (group) => group.some((path) => cited.has(path))) };
}

/** Whether the words stand in the text one after the other, or nearly all of their runs of three do. */
function holds(text: readonly string[], quote: readonly string[]): boolean {
  if (quote.length === 0) return false;
  if (` ${text.join(" ")} `.includes(` ${quote.join(" ")} `)) return true;
  const runs = new Set(runsOf(text));
  return shareOf(runsOf(quote), (run) => runs.has(run)) >= ENOUGH;
}

function runsOf(words: readonly string[]): string[] {
  if (words.length < 3) return [words.join(" ")];
  return words.slice(2).map((_, index) => words.slice(index, index + 3).join(" "));
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function shareOf<Item>(items: readonly Item[], isSo: (item: Item) => boolean): number {
  return items.filter(isSo).length / items.length;
}
