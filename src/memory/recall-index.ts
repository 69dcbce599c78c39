import type { ChatMessage } from "../chat.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { follow, nameOf, type Said } from "./talk.ts";

/** One channel's messages with their words counted: what recall looks things up in. Derived; made anew when messages change. */
export interface TalkIndex {
  readonly said: readonly Said[];
  /** When each message was sent, in milliseconds. */
  readonly times: readonly number[];
  /** The stems of each message, counted, and its number of words. */
  readonly bags: readonly ReadonlyMap<string, number>[];
  readonly lengths: readonly number[];
  readonly typical: number;
  /** The messages that a stem stands in. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** The messages of each author, by the name as it is compared. */
  readonly byAuthor: ReadonlyMap<string, readonly number[]>;
  /** What goes on from each message. */
  readonly next: readonly (readonly number[])[];
  readonly links: readonly number[];
}

const LINK = /https?:\/\//;

/** Whether a text has an address in it. */
export function hasLink(text: string): boolean {
  return LINK.test(text);
}

/** Counts the words of one channel's messages, which are in the order of time. Pure. */
export function indexTalk(messages: readonly ChatMessage[]): TalkIndex {
  const said = follow(messages);
  const words = messages.map(({ text }) => wordsOf(text));
  const bags = words.map((own) => {
    const bag = new Map<string, number>();
    for (const { stem } of own) bag.set(stem, (bag.get(stem) ?? 0) + 1);
    return bag;
  });
  const next: number[][] = messages.map(() => []);
  for (const { place, after } of said) if (after !== undefined) next[after]?.push(place);
  const lengths = words.map(({ length }) => length);
  return {
    said,
    times: messages.map(({ sentAt }) => Date.parse(sentAt)),
    bags,
    lengths,
    typical: lengths.reduce((sum, length) => sum + length, 0) / (lengths.length || 1) || 1,
    places: invert(bags.map((bag) => [...bag.keys()])),
    byAuthor: invert(messages.map(({ author }) => [nameOf(author.name)])),
    next,
    links: said.flatMap(({ message, place }) => (hasLink(message.text) ? [place] : [])),
  };
}

function invert(keys: readonly (readonly string[])[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, own] of keys.entries()) {
    for (const key of own) {
      const list = places.get(key);
      if (list) list.push(place);
      else places.set(key, [place]);
    }
  }
  return places;
}

/** How much is known when a message is known to have a stem that `count` of all messages have (inverse document frequency of BM25). */
export function rarityOf(count: number, { said }: TalkIndex): number {
  return Math.log(1 + (said.length - count + 0.5) / (count + 0.5));
}

/** What a message says beyond given words: the rarity of its other words, as if each word that stands nowhere else were 1. */
export function newsOf(place: number, index: TalkIndex, without: ReadonlySet<string>): number {
  const most = Math.log(1 + index.said.length);
  const stems = [...(index.bags[place]?.keys() ?? [])].filter((stem) => !isFunctionWord(stem) && !without.has(stem));
  return stems.reduce((sum, stem) => sum + rarityOf(index.places.get(stem)?.length ?? 0, index), 0) / most;
}

/** Whether two messages say nearly the same: so large a share of the longer one's different words is in both. */
export function areAlike(one: number, other: number, { bags }: TalkIndex): boolean {
  const [first, second] = [bags[one], bags[other]];
  if (!first || !second || first.size < 2 || second.size < 2) return false;
  const shared = [...second.keys()].filter((stem) => first.has(stem)).length;
  return shared / Math.max(first.size, second.size) > ALIKE;
}

const ALIKE = 0.6;
