import { newsOf, hasLink, type TalkIndex } from "./recall-index.ts";
import type { RecallQuestion, RecallTerm } from "./recall-terms.ts";

// Plateaus on the memory questions of both chats (bench/chats.ts measures them).
const [SATURATION, NORMALISED] = [1.2, 0.4];
/** What the words around a message count beside its own; how far around, and what is left of it with each step. */
const CONTEXT = 0.5;
/** What answers a question needs the question's words the more. */
const ANSWERS = 1.5;
const REACH = 6;
const STEP = 0.8;
const TOGETHER = 20 * 60_000;
/** Steps back from an answer's answer to what was asked. */
const BACK = 2;
/** A message that says so much beyond the question is worth reading by itself; one that says less counts less. */
const [NEWS, NEWS_POWER, LINK_NEWS] = [4, 0.3, 3];
const [QUESTION, BOT] = [0.5, 0.7];
const QUESTION_END = 40;
/** A message with a number, where one is asked for. */
const NUMBER = 1.4;

/** How much of each term is said in and around each message, from 0 to 1: of a term, the messages near enough to one that has it. */
export type Around = ReadonlyMap<RecallTerm, ReadonlyMap<number, number>>;

/**
 * Spreads every term from the messages that have it over their neighbours: an answer seldom repeats what was asked. Neighbours are
 * the messages before and after, and those that go on from one. Pure.
 */
export function spread({ terms }: RecallQuestion, index: TalkIndex): Around {
  return new Map(
    terms
      .filter(({ isGrammar }) => !isGrammar)
      .map((term) => {
        const shares = new Map<number, number>();
        const add = (place: number, share: number) => {
          if (share > (shares.get(place) ?? 0)) shares.set(place, share);
        };
        for (const [place, count] of term.held) spreadFrom(place, Math.min(1, count), { add, index });
        return [term, shares] as const;
      }),
  );
}

interface Spreading {
  readonly add: (place: number, share: number) => void;
  readonly index: TalkIndex;
}

function spreadFrom(place: number, share: number, { add, index }: Spreading): void {
  const { said, next, times } = index;
  const time = times[place] ?? 0;
  add(place, share);
  for (let step = 1; step <= REACH; step += 1) {
    for (const other of [place - step, place + step]) {
      const isNear = said[other] && Math.abs((times[other] ?? 0) - time) < TOGETHER;
      if (isNear) add(other, share * STEP ** step);
    }
  }
  let [going, left] = [next[place] ?? [], share * STEP];
  for (let step = 0; step < REACH && going.length > 0; step += 1, left *= STEP) {
    for (const other of going) add(other, left);
    going = going.flatMap((other) => next[other] ?? []);
  }
  let before = said[place]?.after;
  for (let step = 1; step <= BACK && before !== undefined; step += 1) {
    add(before, share * STEP ** step);
    before = said[before]?.after;
  }
}

/** How well a message answers by its words (BM25) and by those around it, as far as it says something itself. Pure. */
export function scoreOf(place: number, given: { asked: RecallQuestion; around: Around; index: TalkIndex }): number {
  const { asked, around, index } = given;
  const length = index.lengths[place] ?? 0;
  const saturation = SATURATION * (1 - NORMALISED + (NORMALISED * length) / index.typical);
  const context = answersQuestion(place, index) ? ANSWERS * CONTEXT : CONTEXT;
  let score = 0;
  for (const term of asked.terms) {
    const count = term.held.get(place) ?? 0;
    const own = (count * (SATURATION + 1)) / (count + saturation);
    score += term.weight * (own + context * (around.get(term)?.get(place) ?? 0));
  }
  return score * worthOf(place, asked, index);
}

/** What a message is worth as an answer, whatever was asked about: it says something, states rather than asks, and is a person's. */
export function worthOf(place: number, asked: RecallQuestion, index: TalkIndex): number {
  const message = index.said[place]?.message;
  if (!message) return 0;
  const news = newsOf(place, index, asked.stems) + (hasLink(message.text) ? LINK_NEWS : 0);
  return (
    Math.min(1, news / NEWS) ** NEWS_POWER *
    (isQuestion(message.text) ? QUESTION : 1) *
    (message.author.isBot ? BOT : 1) *
    (asked.wantsNumber && /\p{Nd}/u.test(message.text) ? NUMBER : 1)
  );
}

/** Whether a text ends as a question does: so near its end, since the pattern takes the square of a long text's time. */
function isQuestion(text: string): boolean {
  return /[?？؟]\W*$/u.test(text.slice(-QUESTION_END));
}

function answersQuestion(place: number, { said }: TalkIndex): boolean {
  const one = said[place];
  return one?.isAnswer === true && one.after !== undefined && isQuestion(said[one.after]?.message.text ?? "");
}
