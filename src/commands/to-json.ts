import type { Answered } from "../brain/brain.ts";
import type { Answer, Hit, Passage } from "../chat.ts";
import type { FileQuestion } from "./questions-file.ts";

/** Passages in one record of a question file; measures look at ten documents at most. */
const MOST_RESULTS = 20;

/** One question's record: what was asked, what came back, and the milliseconds it took as seen from here. */
export interface Asked {
  readonly question: FileQuestion;
  readonly answered: Answered;
  readonly total: number;
}

/** `hearth ask --json`: the answer with its passages (those nearest, where it is not in the docs). `timings` in milliseconds. */
export function toAnswerObject(
  question: string,
  {
    answered,
    timings,
  }: { readonly answered: Answered; readonly timings: { readonly sync: number; readonly total: number } },
): object {
  const { id, answer, hits, writing } = answered;
  const passages = passagesOf(answer);
  return {
    id,
    question,
    answered: isAnswer(answer),
    answer: {
      kind: answer.kind,
      text: textOf(answer),
      quotes: isAnswer(answer) ? answer.quotes : [],
      ...conflictsIn(answer),
    },
    passages: passages.map((passage, index) => ({
      // As the marks in a written text count them.
      ...(isAnswer(answer) && { number: index + 1 }),
      ...toResult({ passage, score: hits.find((hit) => hit.passage.id === passage.id)?.score }),
    })),
    ...(writing && { writing }),
    timings: rounded({ ...timings, ...answered.timings }),
  };
}

/** One line of `hearth ask --jsonl`: the passages considered, best first, the sentences that answer, the documents they are from, and how it
 * was written. */
export function toAnswerRecord({ question, answered, total }: Asked): object {
  const { answer, writing } = answered;
  return {
    id: question.id,
    answered: isAnswer(answer),
    kind: answer.kind,
    answer: textOf(answer),
    ...conflictsIn(answer),
    citations: isAnswer(answer) ? [...new Set(answer.passages.map(({ path }) => path))] : [],
    passages: isAnswer(answer) ? answer.passages.map((passage) => toResult({ passage })) : [],
    results: answered.hits.slice(0, MOST_RESULTS).map(toResult),
    ...(writing && { writing }),
    timings: rounded({ ...answered.timings, total }),
  };
}

/** One line of `hearth lookup --jsonl`: the passages found, best first. */
export function toLookupRecord({ question, answered, total }: Asked): object {
  return {
    id: question.id,
    results: answered.hits.slice(0, MOST_RESULTS).map(toResult),
    timings: rounded({ search: answered.timings.search, total }),
  };
}

/** A passage as the JSON of the commands shows it; `score` is null where the passage was not ranked. */
export function toResult({
  passage,
  score,
}: {
  readonly passage: Passage;
  readonly score?: Hit["score"] | undefined;
}): object {
  const { path, title, headings, anchor, url, lines, page, modifiedAt, text } = passage;
  return {
    path,
    title,
    headings,
    anchor,
    ...(url !== undefined && { url }),
    lines,
    ...(page !== undefined && { page }),
    ...(modifiedAt !== undefined && { modifiedAt }),
    score: score ?? null,
    text,
  };
}

/** Milliseconds to a tenth. */
export function rounded(timings: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(timings).map(([name, value]) => [name, Math.round(value * 10) / 10]));
}

/** Whether an answer says what stands in the documents. */
function isAnswer(answer: Answer): answer is Extract<Answer, { kind: "quoted" | "cited" }> {
  return answer.kind === "quoted" || answer.kind === "cited";
}

/** Pairs of passages that disagree, counted from 0 as `quotes` counts them; nothing where none do. */
function conflictsIn(answer: Answer): object {
  return isAnswer(answer) && answer.conflicts ? { conflicts: answer.conflicts } : {};
}

function passagesOf(answer: Answer): readonly Passage[] {
  if (isAnswer(answer)) return answer.passages;
  return answer.kind === "unknown" ? answer.nearest : [];
}

function textOf(answer: Answer): string {
  if (answer.kind === "unknown") return "";
  return answer.kind === "quoted" ? answer.quotes.map(({ text }) => text).join("\n") : answer.text;
}
