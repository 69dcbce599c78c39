import type { Answer, Hit, Passage, Question } from "../chat.ts";
import { cleanQuestion } from "../knowledge/clean-question.ts";
import type { Found, Knowledge } from "../knowledge/knowledge.ts";
import { shareOf } from "../knowledge/ranking.ts";
import { earlierOf, pointsBack } from "../knowledge/terms.ts";
import { wordsOf } from "../words/words.ts";
import { beginningOf, readAsking } from "./attached-asking.ts";
import type { Answered, Progress } from "./brain.ts";
import { withTalk } from "./answer-talk.ts";
import type { Channels, Recalled } from "./channel-brain.ts";
import { CONSIDERED, holdsAnswer } from "./confidence.ts";
import { nearnessOf, type Nearness } from "./nearness.ts";
import { candidatesOf, type Candidate } from "./quote-candidates.ts";
import { pickQuotes } from "./quote.ts";
import { NOTHING_RECALLED } from "./recall-talk.ts";
import { smallTalk } from "./small-talk.ts";
import { isTalk } from "./talk-passages.ts";
import { writeBelow, type ModelParts } from "./written-answer.ts";

/** Passages given back with an answer, and places named where there is none. */
const GIVEN_BACK = 20;
const NEAREST = 3;
/** Words that say what kind of answer is wanted, not what about. */
const ASKS_NUMBER = /^(?:much|many|long|often|far|soon)$/;

/**
 * The answer to a question from what is written, and from what was said where that may be recalled: the sentences that answer, or the
 * nearest places; with a model that may write, its sentences below them. Small talk is answered without looking.
 */
export async function answerQuestion(
  knowledge: Pick<Knowledge, "search" | "nearness" | "attach">,
  question: Question,
  options: {
    readonly signal: AbortSignal;
    readonly model?: ModelParts | undefined;
    readonly channels?: Pick<Channels, "recall"> | undefined;
    readonly onProgress?: ((progress: Progress) => void) | undefined;
  },
): Promise<Omit<Answered, "id">> {
  const { signal, model, channels, onProgress } = options;
  onProgress?.({ kind: "searching" });
  const startedAt = performance.now();
  const [written, recalled] = await Promise.all([
    lookFor(knowledge, question, { signal }),
    channels && !isAboutItsFiles(question) ? channels.recall(question, { signal }) : NOTHING_RECALLED,
  ]);
  const { searchedAt, ...read } = written;
  const answer = withTalk(written.answer, recalled, question.message.text);
  const found = withSaid(written.found, { answer, recalled });
  const hits = givenBack(found.hits);
  const unread = read.unread && { unread: read.unread };
  const timings = { search: searchedAt - startedAt, answer: performance.now() - searchedAt };
  if (answer.kind !== "quoted" || !model) return { answer, hits, ...unread, timings };
  const below = await writeBelow({ question, found, quoted: answer }, model, { signal, onProgress });
  return { ...below, hits, ...unread, timings: { ...timings, ...below.timings } };
}

/** The best, and what was said wherever it stands. */
function givenBack(hits: readonly Hit[]): Hit[] {
  return hits.filter(({ passage }, place) => place < GIVEN_BACK || isTalk(passage));
}

/** Whoever asks what a file says does not ask what was said. */
function isAboutItsFiles({ message, files = [] }: Question): boolean {
  return files.length > 0 && readAsking(message.text, files).isAboutFiles;
}

/** What was found in documents with the messages that were recalled: in front where the answer begins with one, else behind what is quoted. */
function withSaid(found: Found, { answer, recalled }: { readonly answer: Answer; readonly recalled: Recalled }): Found {
  if (recalled.hits.length === 0) return found;
  const shown = answer.kind === "quoted" ? answer.passages : answer.kind === "unknown" ? answer.nearest : [];
  const ids = new Set(shown.map(({ id }) => id));
  const said = recalled.hits.filter(({ passage }) => ids.has(passage.id));
  const isFirst = shown[0] !== undefined && isTalk(shown[0]);
  return { ...found, hits: isFirst ? [...said, ...found.hits] : [...found.hits, ...said] };
}

/** What is found for a question, in the documents and in the files that came with it, and what answers. */
async function lookFor(
  knowledge: Pick<Knowledge, "search" | "nearness" | "attach">,
  { message, turns, clearance, files = [] }: Question,
  { signal }: { readonly signal: AbortSignal },
): Promise<{ found: Found; answer: Answer; searchedAt: number } & Pick<Answered, "unread">> {
  const earlier = turns.filter(({ role }) => role === "user").map((turn) => turn.text);
  const asking = readAsking(message.text, files);
  const { text, isAboutFiles } = asking;
  const attached =
    files.length > 0 ? await knowledge.attach(files, { text, earlier, isAlone: isAboutFiles, signal }) : undefined;
  const known = attached ?? knowledge;
  const found = await known.search({ text, earlier }, { clearance, limit: CONSIDERED, signal });
  const searchedAt = performance.now();
  const unread = attached && attached.unread.length > 0 ? { unread: attached.unread } : {};
  const beginning = attached && asking.saysNothing ? beginningOf(attached.beginnings) : undefined;
  if (attached && beginning) {
    const hits = attached.beginnings.flat().map((passage) => ({ passage, score: 1 }));
    return { found: { ...found, hits }, answer: beginning, searchedAt, ...unread };
  }
  const asked = { text: cleanQuestion(text), earlier, found, isAboutFiles };
  const answer = smallTalk(message.text) ?? (await fromPassages(known, asked, { signal }));
  return { found, answer, searchedAt, ...unread };
}

/** Quotes where the signs say that the documents hold an answer; else the nearest places. */
async function fromPassages(
  knowledge: Pick<Knowledge, "nearness">,
  asked: {
    readonly text: string;
    readonly earlier: readonly string[];
    readonly found: Found;
    readonly isAboutFiles: boolean;
  },
  { signal }: { readonly signal: AbortSignal },
): Promise<Answer> {
  const { text, earlier, found, isAboutFiles } = asked;
  const candidates = candidatesOf(text, found);
  const whole = [...earlierOf(text, earlier), text].join("\n");
  const nearness = await nearnessOf(knowledge, { question: text, whole, found, candidates }, { signal });
  return decide(text, { found, candidates, nearness, isAboutFiles });
}

function decide(
  text: string,
  given: {
    readonly found: Found;
    readonly candidates: readonly Candidate[];
    readonly nearness: Nearness | undefined;
    readonly isAboutFiles: boolean;
  },
): Answer {
  const { found, nearness, isAboutFiles } = given;
  const isAbout = found.terms.some(({ isFunction, isKnown }) => isKnown && !isFunction);
  const unknown = { kind: "unknown", nearest: isAbout ? nearest(found.hits) : [] } as const;
  const holds = (isAbout || nearness !== undefined) && holdsAnswer(found, nearness);
  // Whoever asks what a file says about a thing wants to see where it stands there, however little it says.
  if (!holds && !(isAbout && isAboutFiles)) return unknown;
  const { quotes, passages, conflicts } = pickQuotes(text, found, given);
  const isFollowUp = pointsBack(text) && !isAboutFiles;
  if (!(holds && (nearness || isFollowUp)) && !isAnswered(found, passages)) return unknown;
  const [firstQuote, ...quotesAfter] = quotes;
  const [firstPassage, ...passagesAfter] = passages;
  if (!firstQuote || !firstPassage) return unknown;
  return {
    kind: "quoted",
    quotes: [firstQuote, ...quotesAfter],
    passages: [firstPassage, ...passagesAfter],
    ...(conflicts.length > 0 && { conflicts }),
  };
}

/** Whether what is quoted has to do with the question itself, not only with what was asked before it. */
function isAnswered({ terms }: Found, passages: readonly Passage[]): boolean {
  const own = terms.filter(({ word, isFunction, isEarlier }) => !isFunction && !isEarlier && !ASKS_NUMBER.test(word));
  const stems = new Set(passages.flatMap(stemsOf));
  return own.length === 0 || own.some((term) => shareOf(term, (stem) => stems.has(stem)) > 0);
}

function stemsOf({ title, headings, text }: Passage): string[] {
  return wordsOf([title, ...headings, text].join("\n")).map(({ stem }) => stem);
}

/** The best passages that stand under different headings. */
function nearest(hits: readonly Hit[]): Passage[] {
  const places = new Map<string, Passage>();
  for (const { passage } of hits) {
    const place = [passage.documentId, ...passage.headings].join("\n");
    if (!places.has(place)) places.set(place, passage);
  }
  return [...places.values()].slice(0, NEAREST);
}
