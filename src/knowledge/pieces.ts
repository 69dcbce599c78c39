import type { Hit } from "../chat.ts";
import type { Term } from "./knowledge.ts";
import { countWordsOf } from "./ranking.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";

/** Letters of a piece; three, five and whole words did worse on XQuAD in German, Spanish and Arabic (bench/languages.ts). */
const LETTERS = 4;
/** What pieces count beside whole words: a plateau from .5 to 2. */
const WORTH = 1;
/** The first hits tell the language. Of English text about four words in ten are words of English grammar, of its relatives one in twenty. */
const LOOKED_AT = 10;
const ENGLISH = 0.12;
/** BM25 as usual: saturation and length normalisation. */
const K1 = 1.2;
const B = 0.75;

/**
 * Hits ranked by words, in a new order that also counts what words have in common with others: in languages with compounds and many
 * endings the question's word is often only a part of the text's. English text is left as it is, since its stems say it better. Pure.
 */
export function rankByPieces(hits: readonly Hit[], terms: readonly Term[]): Hit[] {
  if (areEnglish(hits.slice(0, LOOKED_AT))) return [...hits];
  const wanted = wantedPieces(terms);
  const scores = scoresOf(
    hits.map((hit) => countPieces(hit, wanted.places)),
    wanted.weights,
  );
  const most = Math.max(...scores);
  const best = hits[0]?.score ?? 0;
  if (!(most > 0)) return [...hits];
  return hits
    .map((hit, place) => ({
      ...hit,
      score: (hit.score + WORTH * best * ((scores[place] ?? 0) / most)) / (1 + WORTH),
    }))
    .sort((one, other) => other.score - one.score);
}

/** Whether the texts are English for the most part, told by its words of grammar. */
function areEnglish(hits: readonly Hit[]): boolean {
  const stems = hits.flatMap(({ passage }) => wordsOf(passage.text).map(({ stem }) => stem));
  return stems.filter(isFunctionWord).length > ENGLISH * stems.length;
}

/** The pieces of a word: each stretch of four letters, with its beginning and its end marked. */
function piecesOf(word: string): string[] {
  const marked = `^${word}$`;
  const count = Math.max(1, marked.length - LETTERS + 1);
  return Array.from({ length: count }, (_, start) => marked.slice(start, start + LETTERS));
}

/** Each piece of the question once, with its place, and the weight of the heaviest term that has it. */
function wantedPieces(terms: readonly Term[]) {
  const places = new Map<string, number>();
  const weights: number[] = [];
  for (const { stem, weight } of terms) {
    for (const piece of piecesOf(stem)) {
      const place = places.get(piece) ?? places.size;
      places.set(piece, place);
      weights[place] = Math.max(weights[place] ?? 0, weight);
    }
  }
  return { places, weights };
}

interface CountedPieces {
  /** How often each of the wanted pieces is there. */
  readonly counts: Float64Array;
  /** How many pieces there are in all. */
  readonly size: number;
}

function countPieces(hit: Hit, places: ReadonlyMap<string, number>): CountedPieces {
  const counts = new Float64Array(places.size);
  let size = 0;
  for (const [stem, often] of countWordsOf(hit).body) {
    for (const piece of piecesOf(stem)) {
      size += often;
      const place = places.get(piece);
      if (place !== undefined) counts[place] = (counts[place] ?? 0) + often;
    }
  }
  return { counts, size };
}

/** BM25 over pieces, whose rarity is that among these passages alone. */
function scoresOf(passages: readonly CountedPieces[], weights: readonly number[]): number[] {
  const typical = passages.reduce((sum, { size }) => sum + size, 0) / passages.length || 1;
  const worth = weights.map((weight, place) => {
    const having = passages.filter(({ counts }) => (counts[place] ?? 0) > 0).length;
    return weight * Math.log(1 + (passages.length - having + 0.5) / (having + 0.5));
  });
  return passages.map(({ counts, size }) => {
    const saturation = K1 * (1 - B + (B * size) / typical);
    return worth.reduce((sum, own, place) => {
      const count = counts[place] ?? 0;
      return count === 0 ? sum : sum + (own * count * (K1 + 1)) / (count + saturation);
    }, 0);
  });
}
