import type { Hit } from "../chat.ts";
import { wordsOf } from "../words/words.ts";

/** Only the first hits are compared: nobody sees the others beside each other. */
const COMPARED = 40;
/** Shorter passages are alike by chance. */
const FEWEST_WORDS = 12;
/** Runs of so many words, and the share of them that two texts must have in common (Broder 1997: near-duplicates from .9 on). */
const RUN = 4;
const SAME = 0.9;

/**
 * The hits without those whose text, but for a few words, stands in a better one; the newer of the two stays, in the better one's
 * place. Texts that differ in a number both stay, since they may say different things. Pure.
 */
export function collapseNearDuplicates(hits: readonly Hit[]): Hit[] {
  const kept: { hit: Hit; readonly text: Shingled }[] = [];
  for (const hit of hits.slice(0, COMPARED)) {
    const text = shingle(hit.passage.text);
    const twin = kept.find((one) => isSame(one.text, text));
    if (!twin) kept.push({ hit, text });
    else if (ageOf(hit) > ageOf(twin.hit)) twin.hit = { ...hit, score: twin.hit.score };
  }
  return [...kept.map(({ hit }) => hit), ...hits.slice(COMPARED)];
}

interface Shingled {
  readonly size: number;
  readonly runs: ReadonlySet<string>;
  readonly numbers: string;
}

function shingle(text: string): Shingled {
  const words = wordsOf(text).map(({ word }) => word);
  const runs = words.slice(RUN - 1).map((_, start) => words.slice(start, start + RUN).join(" "));
  return { size: words.length, runs: new Set(runs), numbers: words.filter((word) => /\d/.test(word)).join(" ") };
}

function isSame(one: Shingled, other: Shingled): boolean {
  if (Math.min(one.size, other.size) < FEWEST_WORDS || one.numbers !== other.numbers) return false;
  const shared = one.runs.intersection(other.runs).size;
  return shared / (one.runs.size + other.runs.size - shared) >= SAME;
}

function ageOf({ passage }: Hit): string {
  return passage.modifiedAt ?? "";
}
