import type { Found, Knowledge, Term } from "../knowledge/knowledge.ts";
import { countWordsOf, hasStem, shareOf } from "../knowledge/ranking.ts";
import { wordsOf } from "../words/words.ts";
import type { Candidate } from "./quote-candidates.ts";

/** What an embedding model says about a question and the sentences that may answer it. */
export interface Nearness {
  /** The cosine of a candidate's text and the question; undefined where it was not compared. */
  readonly cosineOf: (text: string) => number | undefined;
  /**
   * How near the five nearest sentences are to the question and what it refers to: about 0 as unrelated texts, about 1 as questions
   * and their answers, whatever the model.
   */
  readonly near: number;
  /** How much of the question's meaning is in words that the best passage lacks: 0 for none of it, on the same scale. */
  readonly lost: number;
}

/** What is compared: the question, alone and after the turns that it refers to, and what was found. */
interface Compared {
  readonly question: string;
  readonly whole: string;
  readonly found: Found;
  readonly candidates: readonly Candidate[];
}

/** Sentences that are compared, the best by words first, so many at once. */
const MOST_COMPARED = 64;
const AT_ONCE = 16;
/** After so long no more of them are begun, and what has not come after the second time is done without. */
const ENOUGH_MS = 180;
const LONGEST_MS = 300;
const NEAREST = 5;

/** Questions of everyday life with their answers: they show which cosines a model gives what belongs together, and what does not. */
const EVERYDAY = [
  ["When does the library open?", "The library is open from nine to five on weekdays."],
  ["How do I get a new password?", "To choose another password, follow the link in the e-mail that we send you."],
  ["Who repairs broken bicycles?", "The workshop behind the station mends bikes."],
  ["Can I bring my dog to the beach?", "Dogs are allowed on the beach in winter only."],
] as const;

type Compare = (question: string, texts: readonly string[]) => Promise<readonly number[]>;

/**
 * Compares the candidates with the question by meaning. Undefined where there is no embedding model, where it is not ready and where
 * it takes longer than 300 ms: words then decide alone. Rejects with the signal's reason, and with what broke.
 */
export async function nearnessOf(
  knowledge: Pick<Knowledge, "nearness">,
  compared: Compared,
  { signal }: { readonly signal: AbortSignal },
): Promise<Nearness | undefined> {
  if (compared.candidates.length === 0) return undefined;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_MS)]);
  const compare: Compare = async (question, texts) => {
    const cosines = await knowledge.nearness(question, texts, { signal: limited });
    if (!cosines) throw new NotKnown();
    return cosines;
  };
  try {
    return await compareAll(compare, compared);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof NotKnown || limited.aborted) return undefined;
    throw error;
  }
}

/** Meaning cannot be told now; never leaves this file. */
class NotKnown extends Error {}

async function compareAll(compare: Compare, { question, whole, found, candidates }: Compared): Promise<Nearness> {
  const startedAt = performance.now();
  const scale = await scaleOf(compare);
  const everything = withoutWords(whole, new Set());
  const kept = withoutWords(whole, stemsLost(found));
  const [itself = 1, left = 0] = await compare(whole, kept === "" ? [everything] : [everything, kept]);
  const cosines = new Map<string, { readonly own: number; readonly whole: number }>();
  for (const texts of chunksOf(candidates)) {
    if (cosines.size > 0 && performance.now() - startedAt > ENOUGH_MS) break;
    const toWhole = await compare(whole, texts);
    // The vectors are remembered by now, so that this only multiplies.
    const toQuestion = question === whole ? toWhole : await compare(question, texts);
    for (const [place, text] of texts.entries()) {
      cosines.set(text, { own: toQuestion[place] ?? 0, whole: toWhole[place] ?? 0 });
    }
  }
  const nearest = [...cosines.values()].map((cosine) => cosine.whole).sort((one, other) => other - one);
  return {
    cosineOf: (text) => cosines.get(text)?.own,
    near: scale(meanOf(nearest.slice(0, NEAREST))),
    lost: Math.max(0, scale(itself) - Math.max(0, scale(left))),
  };
}

/** The texts of the candidates that are best by their words, each once, as many as are compared at once. */
function chunksOf(candidates: readonly Candidate[]): string[][] {
  const byWords = ({ rank, match, fit }: Candidate) => rank + match + fit;
  const best = candidates.toSorted((one, other) => byWords(other) - byWords(one));
  const texts = [...new Set(best.map(({ sentence }) => sentence.text))].slice(0, MOST_COMPARED);
  return Array.from({ length: Math.ceil(texts.length / AT_ONCE) }, (_, chunk) =>
    texts.slice(chunk * AT_ONCE, (chunk + 1) * AT_ONCE),
  );
}

/** The stems of the question's own words that the best passage lacks, in any form. */
function stemsLost({ hits, terms }: Found): ReadonlySet<string> {
  const best = hits[0] && countWordsOf(hits[0]);
  const isLost = (term: Term) => !best || shareOf(term, (stem) => hasStem(best, stem)) === 0;
  const own = terms.filter(({ isFunction, isEarlier }) => !isFunction && !isEarlier);
  return new Set(own.filter(isLost).map(({ stem }) => stem));
}

function withoutWords(text: string, stems: ReadonlySet<string>): string {
  const kept = wordsOf(text).filter(({ stem }) => !stems.has(stem));
  return kept.map(({ word }) => word).join(" ");
}

/** Turns this model's cosines into nearness: 0 as questions have to the answers of others, 1 as to their own. */
async function scaleOf(compare: Compare): Promise<(cosine: number) => number> {
  const answers = EVERYDAY.map(([, answer]) => answer);
  const rows = await Promise.all(EVERYDAY.map(([asked]) => compare(asked, answers)));
  const related = meanOf(rows.map((row, place) => row[place] ?? 0));
  const unrelated = meanOf(rows.flatMap((row, place) => row.toSpliced(place, 1)));
  return (cosine) => (cosine - unrelated) / Math.max(related - unrelated, 0.01);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
}
