import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { cuesOf, URLS } from "./digest-cues.ts";
import type { Unit, Units } from "./digest-units.ts";

/** A line that a model wrote about messages, and those that carry it. */
export interface Note {
  readonly text: string;
  readonly ids: readonly [string, ...string[]];
}

/**
 * Notes as what may be lines of a digest, beside the messages themselves: of the kind and the weight of the weightiest message that
 * carries them, so that a model's words count no more than what they are about. Pure.
 */
export function noteUnits(notes: readonly Note[], { units }: Units): Unit[] {
  const ofMessage = Map.groupBy(units, ({ message }) => message.id);
  return notes.flatMap(({ text, ids }): Unit[] => {
    const own = ids.flatMap((id) => ofMessage.get(id) ?? []);
    const [first, ...others] = own;
    if (!first || ids.some((id) => !ofMessage.has(id))) return [];
    const from = others.reduce((best, unit) => (unit.factor > best.factor ? unit : best), first);
    const stems = new Set(wordsOf(text.replaceAll(URLS, " ")).map(({ stem }) => stem));
    if ([...stems].every(isFunctionWord)) return [];
    const cues = cuesOf(text);
    return [{ ...from, text, cues, stems, links: text.match(URLS) ?? [], written: { ids, from } }];
  });
}
