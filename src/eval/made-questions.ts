import type { Passage } from "../chat.ts";
import { placesOf, type Place } from "./made-places.ts";
import type { EvalQuestion } from "./question.ts";
import { randomFrom, shuffled } from "./random.ts";

/** Words of the sentence that stand before and after the gap in a question. */
const BEFORE = 5;
const AFTER = 4;
const ENGLISH = /\b(?:the|of|and|to|is|are|you|your|for|with|in)\b/i;

/**
 * Questions made from documents: a heading, and a few words of a sentence under it with its one number or name left out, which is the
 * key of a right answer. Only where a heading and a sentence stand in one document alone. At most `count`, drawn by the seed and spread
 * over the documents. Pure.
 */
export function makeQuestions(
  passages: readonly Passage[],
  { count, seed }: { readonly count: number; readonly seed: number },
): EvalQuestion[] {
  const random = randomFrom(seed);
  const asked = placesOf(passages).flatMap((place) => {
    const question = questionOf(place);
    return question === undefined ? [] : [{ place, question }];
  });
  const once = asked.filter(({ question }) => asked.filter((other) => other.question === question).length === 1);
  // Numbers come first: a name may as well be a button's.
  const drawn = shuffled(once, random).toSorted((one, other) => rankOf(one.place) - rankOf(other.place));
  const byDocument = [...Map.groupBy(drawn, ({ place }) => place.path).values()];
  const rounds = shuffled(byDocument, random);
  const spread = Array.from({ length: Math.max(0, ...rounds.map((of) => of.length)) }, (_, round) =>
    rounds.flatMap((of) => of.slice(round, round + 1)),
  ).flat();
  return spread.slice(0, count).map(({ place, question }, index) => toQuestion(place, question, index + 1));
}

function rankOf({ key }: Place): number {
  return key.kind === "number" ? 0 : 1;
}

function toQuestion({ path, sentence, key }: Place, question: string, number: number): EvalQuestion {
  return {
    id: `made-${number}`,
    question,
    history: [],
    answerable: true,
    goldGroups: [[path]],
    goldQuotes: [{ doc: path, quote: sentence }],
    keys: [keyPattern(key)],
    keysAll: [],
    hasWeakKeys: false,
  };
}

/** "Annual leave: everybody gets how many days of annual leave?" Nothing where the key would be given away. */
function questionOf({ label, sentence, key }: Place): string | undefined {
  const at = sentence.indexOf(key.text);
  const before = sentence.slice(0, at).trim().split(/\s+/).slice(-BEFORE).join(" ");
  const after = sentence
    .slice(at + key.text.length)
    .trim()
    .split(/\s+/)
    .slice(0, AFTER)
    .join(" ")
    .replace(/[.!?,;:]+$/, "");
  const words = [before, gapFor(key, { sentence, after }), after].filter((part) => part !== "").join(" ");
  const question = `${label}: ${words.replaceAll(/\s+(?=[.,;:!?)])/g, "").replace(/^\p{Lu}(?=\p{Ll})/u, (letter) => letter.toLowerCase())}?`;
  const shown = `${label} ${before} ${after}`;
  return keyPattern(key).test(shown) ? undefined : question;
}

function gapFor(
  { kind }: Place["key"],
  { sentence, after }: { readonly sentence: string; readonly after: string },
): string {
  if (!ENGLISH.test(sentence)) return "…";
  if (kind === "name") return "who or what";
  return /^\p{Ll}/u.test(after) ? "how many" : "what number";
}

/** The key wherever it stands by itself. */
function keyPattern({ kind, text }: Place["key"]): RegExp {
  const literal = text.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`).replaceAll(/\s+/g, String.raw`\s+`);
  return kind === "number"
    ? new RegExp(String.raw`(?<![\d.,])${literal}(?![\d]|[.,]\d)`)
    : new RegExp(String.raw`(?<![\p{L}\p{N}])${literal}(?![\p{L}\p{N}])`, "iu");
}
