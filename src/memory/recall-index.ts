import type { ChatMessage } from "../chat.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { follow, nameOf, type Said } from "./talk.ts";

/** What is known of all the messages of channels of which only those worth looking at are in an index. */
export interface WholeTalk {
  readonly messages: number;
  /** How many have what a word of the question stands for, by its stem. */
  readonly counts: ReadonlyMap<string, number>;
  /** Names that the question names, as they are compared. */
  readonly names: readonly string[];
}

/** Channels' messages with their words counted: what recall looks things up in. Derived; made anew when messages change. */
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
  readonly whole?: WholeTalk;
}

const LINK = /https?:\/\//;

/** Whether a text has an address in it. */
export function hasLink(text: string): boolean {
  return LINK.test(text);
}

/**
 * Counts the words of messages, which are in the order of time within each channel. With `whole` they are a part of what was said, and
 * words are as rare as they are in the whole. Pure.
 */
export function indexTalk(given: readonly ChatMessage[], whole?: WholeTalk): TalkIndex {
  const said = followEach(given);
  const messages = said.map(({ message }) => message);
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
    byAuthor: new Map<string, readonly number[]>([
      ...(whole?.names ?? []).map((name) => [name, []] as const),
      ...invert(messages.map(({ author }) => [nameOf(author.name)])),
    ]),
    next,
    links: said.flatMap(({ message, place }) => (hasLink(message.text) ? [place] : [])),
    ...(whole && { whole }),
  };
}

/** What each message goes on from, channel by channel. */
function followEach(messages: readonly ChatMessage[]): Said[] {
  const channels = [...Map.groupBy(messages, ({ conversation }) => conversation.channel).values()].map(follow);
  let offset = 0;
  return channels.flatMap((said) => {
    const start = offset;
    offset += said.length;
    return said.map(({ place, after, ...one }) => ({
      ...one,
      place: start + place,
      ...(after !== undefined && { after: start + after }),
    }));
  });
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

/** How much is known when a message is known to have a stem that `count` of the index's messages have (inverse document frequency of BM25). */
export function rarityOf(count: number, { said, whole }: TalkIndex): number {
  // Of a part, what stands in it is taken to stand as often in the rest.
  const share = whole ? Math.max(1, whole.messages / (said.length || 1)) : 1;
  return rarity(count * share, said.length * share);
}

/** The rarity of what a word of the question stands for; `found` is how many of the index's messages have it. */
export function rarityOfTerm(stem: string, found: number, index: TalkIndex): number {
  const count = index.whole?.counts.get(stem);
  return count === undefined || !index.whole ? rarityOf(found, index) : rarity(count, index.whole.messages);
}

/** How much is known when a message is known to have what `count` of all messages have. */
export function rarity(count: number, all: number): number {
  return Math.log(1 + Math.max(0, all - count + 0.5) / (count + 0.5));
}

/** What a message says beyond given words: the rarity of its other words, as if each word that stands nowhere else were 1. */
export function newsOf(place: number, index: TalkIndex, without: ReadonlySet<string>): number {
  const most = Math.log(1 + Math.max(index.said.length, index.whole?.messages ?? 0));
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
