import type { Hit } from "../chat.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf, type Word } from "../words/words.ts";

/** What a typed word is worth where it stands: in the nearest heading (or the title), in one further up, in the text. */
const NEAREST_HEADING = 2;
const HEADING = 1.5;
const TEXT = 1;
/** What it is worth, beside its words, that the typed words stand one after the other. */
const IN_A_ROW = 0.5;
/** Words of grammar tell little about what is looked for. */
const FUNCTION_WEIGHT = 0.25;

/**
 * Hits for words as they are typed, best first: how many of the words a passage has counts most, then where they stand, then the
 * index's own score. The last word counts as the beginning of one. Pure.
 */
export function rankTyped(hits: readonly Hit[], words: string): Hit[] {
  const typed = wordsOf(words);
  const best = hits.reduce((most, { score }) => Math.max(most, score), 0) || 1;
  return hits
    .map(({ passage, score }) => {
      const { title, headings, text } = passage;
      const nearest = placeOf(headings.at(-1) ?? title, typed);
      const above = placeOf([title, ...headings].join(" "), typed);
      const body = placeOf(text, typed);
      const worth = typed.map(({ stem }, index) => {
        const where = nearest.has(index) ? NEAREST_HEADING : above.has(index) ? HEADING : body.has(index) ? TEXT : 0;
        return where * (isFunctionWord(stem) ? FUNCTION_WEIGHT : 1);
      });
      const inARow = nearest.isInARow ? NEAREST_HEADING : above.isInARow ? HEADING : body.isInARow ? TEXT : 0;
      return { passage, score: sumOf(worth) + IN_A_ROW * inARow + score / best };
    })
    .sort((one, other) => other.score - one.score);
}

/** Which of the typed words a text has, and whether it has all of them in a row. */
function placeOf(text: string, typed: readonly Word[]) {
  const words = wordsOf(text);
  const fits = (word: Word | undefined, index: number) => {
    const wanted = typed[index];
    if (!word || !wanted) return false;
    return word.stem === wanted.stem || (index === typed.length - 1 && word.word.startsWith(wanted.word));
  };
  return {
    has: (index: number) => words.some((word) => fits(word, index)),
    isInARow:
      typed.length > 1 && words.some((_, start) => typed.every((_wanted, index) => fits(words[start + index], index))),
  };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
