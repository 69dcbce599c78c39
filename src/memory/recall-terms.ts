import { isFunctionWord } from "../words/grammar.ts";
import { stemOf, wordsOf, type Word } from "../words/words.ts";
import { variantsOf } from "../words/variants.ts";
import { rarityOf, type TalkIndex } from "./recall-index.ts";

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
const WANTS_NUMBER =
  /\bhow (?:many|much|big|large|long|often|old|fast|far|high)\b|\bwhen\b|\bwhat (?:time|day|date)\b|\b(?:count|number|version|date|size|percentage)\b|\b(?:wann|wie ?viele?|wie (?:gro(?:ß|ss)|lang|oft)|combien|quand|cu[áa]nd?[oa]s?|quando|quant[oaie])\b|сколько|когда|多少|几|什么时候|いくつ|いくら|いつ/iu;

/** The terms of a question, each with the messages that have it. Pure. */
export function askFor(text: string, index: TalkIndex): RecallQuestion {
  const words = [...new Map(wordsOf(text).map((word) => [word.stem, word])).values()];
  const terms = words.map((word) => personTerm(word, index) ?? linkTerm(word, index) ?? wordTerm(word, index));
  return { terms, stems: new Set(words.map(({ stem }) => stem)), wantsNumber: WANTS_NUMBER.test(text) };
}

function wordTerm({ word, stem }: Word, index: TalkIndex): RecallTerm {
  const isFunction = isFunctionWord(stem) || SAYING.has(stem);
  const held = new Map<number, number>();
  const add = (other: string, share: number) => {
    for (const place of index.places.get(other) ?? []) {
      const count = share * (index.bags[place]?.get(other) ?? 0);
      held.set(place, Math.max(held.get(place) ?? 0, count));
    }
  };
  add(stem, 1);
  // Short forms alone: in a chat, words that are only related stand everywhere.
  for (const variant of variantsOf({ word, stem })) if (variant.share === 1) add(variant.stem, 1);
  if (DECIDING.has(stem)) for (const other of DECIDING) if (other !== stem) add(other, NEARLY);
  const weight = rarityOf(held.size, index) * (isFunction ? FUNCTION_WEIGHT : 1);
  return { stem, weight, held, isSubject: !isFunction, isGrammar: isFunction };
}

/** A word that names somebody who speaks here: what they said, and where they are named. */
function personTerm({ word, stem }: Word, index: TalkIndex): RecallTerm | undefined {
  if (isFunctionWord(stem)) return undefined;
  const names = [...index.byAuthor.keys()].filter((name) =>
    [word, word.replace(/s$/, "")].some((one) => isName(one, name)),
  );
  if (names.length === 0) return undefined;
  const own = names.flatMap((name) => index.byAuthor.get(name) ?? []);
  const named = index.places.get(stemOf(word.replace(/s$/, ""))) ?? index.places.get(stem) ?? [];
  const held = new Map([
    ...named.map((place) => [place, NAMED] as const),
    ...own.map((place) => [place, AUTHOR] as const),
  ]);
  return { stem, weight: rarityOf(own.length, index), held, isSubject: false, isGrammar: false };
}

/** Whether a word is a name, or a part of it that is long enough to be told from other words. */
function isName(word: string, name: string): boolean {
  return word === name || (word.length > 3 && name.split(/[^\p{L}\p{N}]+/u).includes(word));
}

/** "Link": messages with an address have it, whether they say the word or not. */
function linkTerm({ word, stem }: Word, index: TalkIndex): RecallTerm | undefined {
  if (!LINK_WORDS.has(word) || index.links.length === 0) return undefined;
  const held = new Map(index.links.map((place) => [place, 1]));
  return { stem, weight: rarityOf(held.size, index), held, isSubject: false, isGrammar: false };
}
