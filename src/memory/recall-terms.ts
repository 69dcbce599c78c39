import { isFunctionWord } from "../words/grammar.ts";
import { stemOf, wordsOf, type Word } from "../words/words.ts";
import { variantsOf } from "../words/variants.ts";
import { rarityOfTerm, type TalkIndex } from "./recall-index.ts";
import type { Sought } from "./record.ts";

/** Something that a question asks for, which messages have or have not. */
export interface RecallTerm {
  readonly stem: string;
  readonly weight: number;
  /** Whether it says what the question is about: neither grammar nor a name. */
  readonly isSubject: boolean;
  /** Whether it is grammar: then what stands around has no part in it. */
  readonly isGrammar: boolean;
  /** How much of it each message has; what is not here has none. */
  readonly held: ReadonlyMap<number, number>;
}

/** What a question asks for. */
export interface RecallQuestion {
  readonly terms: readonly RecallTerm[];
  readonly stems: ReadonlySet<string>;
  readonly wantsNumber: boolean;
}

/** Words that are looked for; a whole page may be pasted into a question. */
const MOST_WORDS = 24;
const FUNCTION_WEIGHT = 0.1;
/** What somebody said counts more than that they are named. */
const AUTHOR = 1.2;
const NAMED = 0.4;
/** A word that means nearly the same. */
const NEARLY = 0.5;
const LINK_WORDS = new Set(
  "link links url urls lien liens enlace enlaces linka ссылка ссылку 链接 リンク 링크".split(" "),
);
/** How deciding is said: who asks what was decided seldom uses the word that was used. */
const DECIDING = new Set("decide decision agree agreed approve conclude settle vote".split(" ").map(stemOf));
/** Of everything in a chat it can be said that somebody said it. */
const SAYING = new Set(
  "say says said talk talked mention mentioned write wrote post posted discuss discussed".split(" ").map(stemOf),
);
/** What an address begins with. */
const LINK_STEMS = ["http", "https"].map(stemOf);
const WANTS_NUMBER =
  /\bhow (?:many|much|big|large|long|often|old|fast|far|high)\b|\bwhen\b|\bwhat (?:time|day|date)\b|\b(?:count|number|version|date|size|percentage)\b|\b(?:wann|wie ?viele?|wie (?:gro(?:ß|ss)|lang|oft)|combien|quand|cu[áa]nd?[oa]s?|quando|quant[oaie])\b|сколько|когда|多少|几|什么时候|いくつ|いくら|いつ/iu;

/** A word of a question, and the other stems that it may stand for, each with what finding it is worth beside finding the word. */
interface AskedWord extends Pick<Word, "word" | "stem"> {
  readonly isGrammar: boolean;
  readonly isLink: boolean;
  readonly others: ReadonlyMap<string, number>;
}

function wordsAsked(text: string): AskedWord[] {
  const words = [...new Map(wordsOf(text).map((word) => [word.stem, word])).values()];
  return longest(words).map(({ word, stem }) => {
    // Short forms alone: in a chat, words that are only related stand everywhere.
    const short = variantsOf({ word, stem }).flatMap((variant) => (variant.share === 1 ? [variant.stem] : []));
    const deciding = DECIDING.has(stem) ? [...DECIDING] : [];
    const others = new Map([
      ...deciding.map((other) => [other, NEARLY] as const),
      ...short.map((other) => [other, 1] as const),
    ]);
    others.delete(stem);
    return { word, stem, isGrammar: isFunctionWord(stem) || SAYING.has(stem), isLink: LINK_WORDS.has(word), others };
  });
}

/** The words that are looked for, in their order: of many the longest, which are mostly the rarest. */
function longest(words: readonly Word[]): Word[] {
  const kept = words.toSorted((one, other) => other.word.length - one.word.length).slice(0, MOST_WORDS);
  return words.filter((word) => kept.includes(word));
}

/** The terms of a question, each with the messages that have it. Pure. */
export function askFor(text: string, index: TalkIndex): RecallQuestion {
  const words = wordsAsked(text);
  const names = [...index.byAuthor.keys()];
  const terms = words.map((word) => personTerm(word, names, index) ?? linkTerm(word, index) ?? wordTerm(word, index));
  return { terms, stems: new Set(wordsOf(text).map(({ stem }) => stem)), wantsNumber: WANTS_NUMBER.test(text) };
}

/**
 * What a question asks for, by its words' stems, as it is looked for in a place; `called` gives the names of people there who are called by
 * one of some words. Grammar is not looked for.
 */
export function soughtFor(
  text: string,
  called: (words: readonly string[]) => readonly string[],
): ReadonlyMap<string, Sought> {
  const asked = wordsAsked(text);
  const names = called(asked.flatMap((one) => (isFunctionWord(one.stem) ? [] : formsOf(one))));
  return new Map(
    asked.flatMap((one): [string, Sought][] => {
      const { stem, isGrammar, isLink, others } = one;
      const meant = namesMeant(one, names);
      if (meant.length > 0) return [[stem, { stems: namedBy(one), names: meant }]];
      if (isLink) return [[stem, { stems: LINK_STEMS }]];
      return isGrammar ? [] : [[stem, { stems: [stem, ...others.keys()] }]];
    }),
  );
}

function wordTerm({ stem, isGrammar, others }: AskedWord, index: TalkIndex): RecallTerm {
  const held = new Map<number, number>();
  const add = (other: string, share: number) => {
    for (const place of index.places.get(other) ?? []) {
      const count = share * (index.bags[place]?.get(other) ?? 0);
      held.set(place, Math.max(held.get(place) ?? 0, count));
    }
  };
  add(stem, 1);
  for (const [other, share] of others) add(other, share);
  const weight = rarityOfTerm(stem, held.size, index) * (isGrammar ? FUNCTION_WEIGHT : 1);
  return { stem, weight, held, isSubject: !isGrammar, isGrammar };
}

/** A word that names somebody who speaks here: what they said, and where they are named. */
function personTerm(asked: AskedWord, names: readonly string[], index: TalkIndex): RecallTerm | undefined {
  const meant = namesMeant(asked, names);
  if (meant.length === 0) return undefined;
  const own = meant.flatMap((name) => index.byAuthor.get(name) ?? []);
  const named =
    namedBy(asked)
      .map((stem) => index.places.get(stem))
      .find((places) => places !== undefined) ?? [];
  const held = new Map([
    ...named.map((place) => [place, NAMED] as const),
    ...own.map((place) => [place, AUTHOR] as const),
  ]);
  const weight = rarityOfTerm(asked.stem, own.length, index);
  return { stem: asked.stem, weight, held, isSubject: false, isGrammar: false };
}

/** People's names that a word may mean. */
function namesMeant(asked: AskedWord, names: readonly string[]): string[] {
  if (isFunctionWord(asked.stem)) return [];
  return names.filter((name) => formsOf(asked).some((word) => wordsCalled(name).includes(word)));
}

/** "Bob's" and "bobs" may mean Bob. */
function formsOf({ word }: AskedWord): string[] {
  return [...new Set([word, word.replace(/s$/, "")])];
}

/** Stems by which somebody is named. */
function namedBy({ word, stem }: AskedWord): string[] {
  return [...new Set([stemOf(word.replace(/s$/, "")), stem])];
}

/** The words that a name, as it is compared, is known by: itself, and its parts that are long enough to be told from other words. */
export function wordsCalled(name: string): string[] {
  return [name, ...name.split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 3 && part !== name)];
}

/** "Link": messages with an address have it, whether they say the word or not. */
function linkTerm({ stem, isLink }: AskedWord, index: TalkIndex): RecallTerm | undefined {
  if (!isLink || index.links.length === 0) return undefined;
  const held = new Map(index.links.map((place) => [place, 1]));
  return { stem, weight: rarityOfTerm(stem, held.size, index), held, isSubject: false, isGrammar: false };
}
