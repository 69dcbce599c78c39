import { isFunctionWord } from "../words/grammar.ts";
import type { Unit, Units } from "./digest-units.ts";

/** A unit that was picked, what it said that was new then, and other messages that say nearly the same. */
export interface Picked {
  readonly unit: Unit;
  readonly worth: number;
  readonly echoes: readonly Unit[];
}

/** What units take of the room, as things stand; `buy` says that one was picked. */
export interface PriceList {
  readonly of: (unit: Unit) => number;
  readonly buy: (unit: Unit) => void;
}

/** What is left of a word's worth each time that it is said again. */
const AGAIN = 0.15;
/** A link is worth so many words: it is what people look for afterwards. */
const LINK_WORDS = 5;
/** A word that only one message has, beside one that is spoken about. */
const ONCE = 0.6;
const PEOPLE = 0.3;
/** Words that stand in so large a share of the messages are the channel's, not the day's. */
const [COMMON, COMMON_WORTH] = [0.1, 0.5];
const ALIKE = 0.8;
/** So many messages on, it is said again for its own sake. */
const ECHO = 12;

/**
 * Picks what says the most new for its length, one after the other, until `room` characters are full. Pure but for
 * the price list.
 */
export function pick(
  { units, counts, said }: Units,
  { room, price }: { readonly room: number; readonly price: PriceList },
): Picked[] {
  const worth = new Map([...counts].map(([stem, count]) => [stem, worthOf(stem, count, said.length)]));
  const news = createNews(units, worth);
  const picked: { unit: Unit; worth: number; echoes: Unit[] }[] = [];
  const left = new Set(units.filter(({ factor }) => factor > 0));
  for (let free = room; ;) {
    const found = bestOf(left, { newsOf: news.of, cost: price.of, free });
    if (!found) return picked;
    const best = firstSaid(found, { left, cost: price.of, free });
    left.delete(best);
    const same = picked.find(({ unit }) => areAlike(unit, best));
    if (same) same.echoes.push(best);
    else {
      free -= price.of(best);
      price.buy(best);
      picked.push({ unit: best, worth: best.factor * news.of(best), echoes: [] });
      news.say(best);
    }
  }
}

function worthOf(stem: string, { messages, people }: { messages: number; people: number }, all: number): number {
  if (isFunctionWord(stem)) return 0;
  const spoken = messages === 1 ? ONCE : Math.sqrt(Math.log(1 + messages)) * (1 + PEOPLE * Math.log(people));
  const isShort = /^[a-z]{1,2}$/.test(stem);
  return spoken * (messages > all * COMMON ? COMMON_WORTH : 1) * (isShort ? COMMON_WORTH : 1);
}

/** What units say that is new, counted again only for those that share a word with what was picked. */
function createNews(units: readonly Unit[], worth: ReadonlyMap<string, number>) {
  const having = new Map<string, Unit[]>();
  for (const unit of units) {
    for (const stem of unit.stems) {
      if ((worth.get(stem) ?? 0) === 0) continue;
      const list = having.get(stem);
      if (list) list.push(unit);
      else having.set(stem, [unit]);
    }
  }
  const said = new Map<string, number>();
  const known = new Map<Unit, number>();
  return {
    of: (unit: Unit): number => {
      const before = known.get(unit);
      if (before !== undefined) return before;
      let news = unit.cues.hasLink ? LINK_WORDS : 0;
      for (const stem of unit.stems) news += (worth.get(stem) ?? 0) * AGAIN ** (said.get(stem) ?? 0);
      known.set(unit, news);
      return news;
    },
    say: (unit: Unit): void => {
      for (const stem of unit.stems) {
        said.set(stem, (said.get(stem) ?? 0) + 1);
        for (const other of having.get(stem) ?? []) known.delete(other);
      }
    },
  };
}

function bestOf(
  left: ReadonlySet<Unit>,
  given: {
    readonly newsOf: (unit: Unit) => number;
    readonly cost: (unit: Unit) => number;
    readonly free: number;
  },
): Unit | undefined {
  let [best, most]: [Unit | undefined, number] = [undefined, 0];
  for (const unit of left) {
    const cost = given.cost(unit);
    if (cost > given.free) continue;
    const score = (unit.factor * given.newsOf(unit)) / cost;
    if (score > most) [best, most] = [unit, score];
  }
  return best;
}

/** A bot often repeats what was said just before: then the words themselves are wanted. */
function firstSaid(
  unit: Unit,
  {
    left,
    cost,
    free,
  }: { readonly left: ReadonlySet<Unit>; readonly cost: (unit: Unit) => number; readonly free: number },
): Unit {
  const isEarlier = ({ place }: Unit) => place < unit.place && place >= unit.place - ECHO;
  for (const other of left) if (isEarlier(other) && areAlike(other, unit) && cost(other) <= free) return other;
  return unit;
}

/** Whether one says nearly all that the other says, the same links included. */
function areAlike(one: Unit, other: Unit): boolean {
  if (one.links.length > 0 || other.links.length > 0) {
    const isShared = one.links.length > 0 && one.links.every((link) => other.links.includes(link));
    if (isShared && Math.min(one.stems.size, other.stems.size) < 3) return true;
    if (!isShared) return false;
  }
  const [few, many] = one.stems.size < other.stems.size ? [one.stems, other.stems] : [other.stems, one.stems];
  if (few.size < 3) return false;
  return [...few].filter((stem) => many.has(stem)).length / few.size > ALIKE;
}
