import type { Conflict, Hit, Passage, Quote } from "../chat.ts";
import type { Term } from "../knowledge/knowledge.ts";
import { conflictsAmong, isAgainst } from "./conflicts.ts";
import type { Nearness } from "./nearness.ts";
import { candidatesOf, contextWords, type Candidate } from "./quote-candidates.ts";

/** Words that an answer may have. */
export const MOST_WORDS = 60;

// Chosen from plateaus on both public question sets together; bench/answers.ts measures them.
/** Worth of standing in a passage that ranks well, beside the sentence itself. */
const PASSAGE = 0.7;
/** Worth of the question's words where nearness is known, beside 1 where it is not, and of being near in meaning. */
const WORDS = 0.4;
const NEAR = 0.6;
/** How much the nearness of the whole passage counts beside that of the sentence, which may lean on what is around it. */
const AROUND = 0.4;
/** Worth of a second document: it may be the right one, or the other half of the answer. */
const ANOTHER_DOCUMENT = 0.3;
/** A sentence worth less than this share of the best one would only fill the answer up. */
const WORTHWHILE = 0.5;
/** A sentence with so much of its words in one that is quoted says it again. */
const SAME = 0.8;

/** A list with at most so many words is quoted whole. */
const SHORT_LIST = 20;
/** How a sentence begins that needs the one before it. English. */
const LEANS = /^(?:it|this|that|these|those|they|such|otherwise|instead|then|if so|in (?:this|that) case)\b/i;

/** A candidate with what it is worth by itself. */
interface Weighed extends Candidate {
  readonly worth: number;
}

/**
 * The few sentences that answer: whole ones, at most 60 words together, from the best passages; list items with their lead-in, table
 * rows with their header. Gives the quotes and the passages they stand in, both in the order of the ranking, and which of these say
 * different things; none when no passage has a sentence. Without `nearness` words alone choose. Pure.
 */
export function pickQuotes(
  question: string,
  found: { readonly hits: readonly Hit[]; readonly terms: readonly Term[] },
  {
    candidates = candidatesOf(question, found),
    nearness,
  }: { readonly candidates?: readonly Candidate[]; readonly nearness?: Nearness | undefined } = {},
): { readonly quotes: Quote[]; readonly passages: Passage[]; readonly conflicts: Conflict[] } {
  const weighed = weigh(candidates, nearness);
  const chosen = choose(weighed, found.terms).toSorted((one, other) => one.order - other.order);
  const passages = [...new Set(chosen.map(({ passage }) => passage))];
  return {
    passages,
    conflicts: conflictsAmong(chosen, { passages, terms: found.terms }),
    quotes: chosen.map((candidate, place) => toQuote(candidate, { passages, before: chosen.slice(0, place) })),
  };
}

/** What each candidate is worth: by its words and its passage's rank, and where it is known by its nearness. */
function weigh(candidates: readonly Candidate[], nearness: Nearness | undefined): Weighed[] {
  const near = nearness && rangeOf(candidates, nearness);
  return candidates.map((candidate) => {
    const { rank, match, fit } = candidate;
    const said = near ? WORDS * match + NEAR * near(candidate) : match;
    return { ...candidate, worth: PASSAGE * rank + fit + said };
  });
}

/** Nearness from 0 (as the mean of the candidates, or less) to 1 (the nearest), so that models of any range compare. */
function rangeOf(candidates: readonly Candidate[], { cosineOf }: Nearness): (candidate: Candidate) => number {
  // Passages that are not among the nearest have no cosine.
  const farthest = Math.min(...candidates.flatMap(({ similarity }) => similarity ?? []));
  const around = ({ similarity }: Candidate) => AROUND * (similarity ?? (Number.isFinite(farthest) ? farthest : 0));
  const cosines = new Map(
    candidates.flatMap((candidate) => {
      const own = cosineOf(candidate.sentence.text);
      return own === undefined ? [] : [[candidate, own + around(candidate)] as const];
    }),
  );
  const values = [...cosines.values()];
  const mean = values.reduce((sum, value) => sum + value, 0) / (values.length || 1);
  const range = Math.max(...values) - mean || 1;
  return (candidate) => Math.max(0, ((cosines.get(candidate) ?? mean) - mean) / range);
}

/**
 * Takes the best that still fits, again and again, and what belongs to it; a document that has not been quoted yet has an advantage.
 */
function choose(candidates: readonly Weighed[], terms: readonly Term[]): Weighed[] {
  const left = new Set(candidates.filter(({ words }) => words <= MOST_WORDS));
  const chosen: Weighed[] = [];
  let words = 0;
  const take = (candidate: Weighed): boolean => {
    const cost = candidate.words + (hasNewContext(candidate, chosen) ? contextWords(candidate.sentence) : 0);
    if (words + cost > MOST_WORDS) return false;
    chosen.push(candidate);
    words += cost;
    return true;
  };
  while (left.size > 0) {
    const best = bestOf(left, chosen);
    left.delete(best);
    const isFiller = chosen[0] !== undefined && best.worth < WORTHWHILE * chosen[0].worth;
    if (isFiller || chosen.some((one) => saysTheSame(one, best)) || !take(best)) continue;
    for (const other of besides(best, candidates, terms)) if (left.has(other) && take(other)) left.delete(other);
  }
  return chosen;
}

function bestOf(left: ReadonlySet<Weighed>, chosen: readonly Weighed[]): Weighed {
  const documents = new Set(chosen.map(({ passage }) => passage.documentId));
  const worth = ({ passage, worth: own }: Weighed) =>
    own + (chosen.length > 0 && !documents.has(passage.documentId) ? ANOTHER_DOCUMENT : 0);
  return [...left].reduce((one, other) => (worth(other) > worth(one) ? other : one));
}

/** What is to be quoted along with a sentence: what contradicts it, the one that it leans on, and the rest of a short list. */
function besides(best: Weighed, candidates: readonly Weighed[], terms: readonly Term[]): Weighed[] {
  const { kind, text, context } = best.sentence;
  const near = candidates.filter(({ passage, sentence }) => passage === best.passage && sentence.kind === kind);
  const list =
    kind === "item" && context ? near.filter(({ sentence }) => sentence.context?.range[0] === context.range[0]) : [];
  return [
    ...candidates.filter((other) => isAgainst(best, other, terms)).slice(0, 1),
    ...(LEANS.test(text) ? near.filter(({ order }) => order === best.order - 1) : []),
    ...(list.reduce((sum, { words }) => sum + words, 0) <= SHORT_LIST ? list : []),
  ];
}

function hasNewContext({ passage, sentence }: Candidate, chosen: readonly Candidate[]): boolean {
  return chosen.every(
    (one) => one.passage !== passage || one.sentence.context?.range[0] !== sentence.context?.range[0],
  );
}

function saysTheSame({ stems: one }: Candidate, { stems: other }: Candidate): boolean {
  const shared = [...one].filter((stem) => other.has(stem)).length;
  return shared >= SAME * Math.min(one.size, other.size);
}

function toQuote(
  { sentence, passage }: Candidate,
  { passages, before }: { readonly passages: readonly Passage[]; readonly before: readonly Candidate[] },
): Quote {
  const { context } = sentence;
  const isShown = before.some(
    (one) =>
      one.passage === passage &&
      [one.sentence.range[0], one.sentence.context?.range[0]].includes(context?.range[0] ?? -1),
  );
  const leadIn = context && contextWords(sentence) > 0 && !isShown ? [context] : [];
  const header = context && sentence.kind === "row" ? [context.range] : [];
  return {
    passage: passages.indexOf(passage),
    text: [...leadIn.map(({ text }) => text), sentence.text.trimStart()].join(" "),
    ranges: [...leadIn.map(({ range }) => range), ...header, sentence.range],
  };
}
