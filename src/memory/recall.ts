import type { ChatMessage } from "../chat.ts";
import { spanIn, wordsBeside, type Moment, type Span } from "./dates.ts";
import { areAlike, type TalkIndex } from "./recall-index.ts";
import { scoreOf, spread, worthOf, type Around } from "./recall-score.ts";
import { isWithin, timelinessOf } from "./recall-time.ts";
import { askFor, type RecallQuestion } from "./recall-terms.ts";

/** A message that was recalled, with the score it was ranked by (comparable within one question only). */
export interface Recalled {
  readonly message: ChatMessage;
  readonly score: number;
}

/** What was recalled for a question, best first, and how much of its subject is talked about there, from 0 to 1. */
export interface Recollection {
  readonly found: readonly Recalled[];
  readonly coverage: number;
  /** The time that the question named. */
  readonly span?: Span;
}

/** How near messages are in meaning to a question: the cosine of its vector and that of each exchange (talk.ts), by the ids of their last messages; the far ones may be left out. */
export type Nearness = ReadonlyMap<string, number>;

interface RecallOptions extends Moment {
  readonly limit?: number;
  readonly nearness?: Nearness;
}

/** A bot often repeats what was said just before; then the words themselves are wanted. */
const [ECHO, ECHO_TIME] = [12, 10 * 60_000];
/** The best messages in and around which a subject has to be talked about: many messages have something of any. */
const COVERING = 2;
/** What nearness in meaning counts beside words. */
const MEANING = 0.2;
/** Where less of the subject than this is said anywhere, words count less, by the cube of what is lacking (as for documents). */
const WORDS_SAY_LITTLE = 0.5;

/**
 * The messages of one channel that answer a question best: by words, by the names of who spoke, by the time that it names, by what
 * stands around them, and by meaning where that is given. Nothing that was said after `now` counts. Pure.
 */
export function recall(text: string, index: TalkIndex, options: RecallOptions): Recollection {
  const span = spanIn(text, options);
  return recallAt(span ? wordsBeside(text, span) : text, index, { ...options, span });
}

/** The same for words without those that name a time, and that time. Pure. */
export function recallAt(
  words: string,
  index: TalkIndex,
  { span, now, nearness, limit = 5 }: RecallOptions & { readonly span: Span | undefined },
): Recollection {
  const asked = askFor(words, index);
  const around = spread(asked, index);
  const places = candidates(around, { index, span, nearness });
  const past = places.filter((place) => (index.times[place] ?? 0) <= now);
  const byWords = past.map((place) => [place, scoreOf(place, { asked, around, index })] as const);
  const scored = nearness ? fuse(byWords, { asked, around, index, nearness }) : byWords;
  const timed = scored.map(
    ([place, score]) => [place, score * timelinessOf(index.times[place] ?? 0, { span, now })] as const,
  );
  const best = pick(timed.toSorted(bestFirst), { limit, index });
  return {
    found: best.flatMap(([place, score]) => {
      const message = index.said[place]?.message;
      return message ? [{ message, score }] : [];
    }),
    coverage: coverageOf(best.slice(0, COVERING), { asked, around }),
    ...(span && { span }),
  };
}

type Scored = readonly [place: number, score: number];

/** The better first; among equals the later. */
function bestFirst([one, first]: Scored, [other, second]: Scored): number {
  return second - first || other - one;
}

/** Messages with something of what is asked in or around them, those of the time that is named, and the nearest in meaning. */
function candidates(
  around: Around,
  { index, span, nearness }: { index: TalkIndex; span: Span | undefined; nearness: Nearness | undefined },
): number[] {
  const places = new Set<number>();
  for (const [{ weight }, shares] of around) if (weight > 0) for (const place of shares.keys()) places.add(place);
  if (span || nearness) {
    for (const { place, message } of index.said) {
      if (isWithin(index.times[place] ?? 0, span) || nearness?.has(message.id) === true) places.add(place);
    }
  }
  return [...places];
}

interface Fusing {
  readonly asked: RecallQuestion;
  readonly around: Around;
  readonly index: TalkIndex;
  readonly nearness: Nearness;
}

/** Words and meaning as one score, as for documents (knowledge/fuse.ts): nearness from 0 to 1 over the nearest, whatever a model's cosines are. */
function fuse(byWords: readonly Scored[], { asked, around, index, nearness }: Fusing): Scored[] {
  const cosines = [...nearness.values()];
  const [lowest, highest] = [Math.min(...cosines), Math.max(...cosines)];
  const best = byWords.reduce((most, [, score]) => Math.max(most, score), 0) || 1;
  const covered = coverageOf(byWords.toSorted(bestFirst).slice(0, 1), { asked, around });
  const words = (1 - MEANING) * Math.min(1, covered / WORDS_SAY_LITTLE) ** 3;
  return byWords.map(([place, score]) => {
    const cosine = nearness.get(index.said[place]?.message.id ?? "") ?? lowest;
    const near = highest > lowest ? (cosine - lowest) / (highest - lowest) : 0;
    return [place, (words * score) / best + MEANING * near * worthOf(place, asked, index)];
  });
}

/** The best, each said once: of messages that say nearly the same shortly after one another, the first. */
function pick(
  ranked: readonly Scored[],
  { limit, index }: { readonly limit: number; readonly index: TalkIndex },
): Scored[] {
  const picked: Scored[] = [];
  for (const [place, score] of ranked) {
    if (picked.length >= limit || score <= 0) break;
    const first = firstOf(place, index);
    if (!picked.some(([other]) => other === first)) picked.push([first, score]);
  }
  return picked;
}

function firstOf(place: number, index: TalkIndex): number {
  for (let other = Math.max(0, place - ECHO); other < place; other += 1) {
    const isSoon = (index.times[place] ?? 0) - (index.times[other] ?? 0) <= ECHO_TIME;
    if (isSoon && areAlike(other, place, index)) return other;
  }
  return place;
}

/** The share of a question's subject, by weight, that is said in or around messages. */
function coverageOf(found: readonly Scored[], { asked, around }: Pick<Fusing, "asked" | "around">): number {
  const subject = asked.terms.filter(({ isSubject }) => isSubject);
  const total = subject.reduce((sum, { weight }) => sum + weight, 0);
  if (total === 0) return found.length > 0 ? 1 : 0;
  const covered = subject.map((term) => {
    const shares = found.map(([place]) => around.get(term)?.get(place) ?? 0);
    return term.weight * Math.max(0, ...shares);
  });
  return covered.reduce((sum, share) => sum + share, 0) / total;
}
