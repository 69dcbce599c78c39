import type { Conflict, Passage } from "../chat.ts";
import type { Term } from "../knowledge/knowledge.ts";
import { countWordsOf, hasStem, shareOf, type Counted } from "../knowledge/ranking.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import type { Candidate } from "./quote-candidates.ts";

/** Two sentences are about the same where all that one says beside its facts is in the other, and so much of what the other says in it. */
const SAME_SUBJECT = 0.75;
/** Words that both have to share: fewer are a phrase, not a subject, unless they are all there is. */
const FEWEST_SHARED = 3;

/** A fact that two sentences can differ in: what kind of value it is, and which. */
interface Fact {
  readonly kind: string;
  readonly value: string;
}

/**
 * Whether two sentences say different things about the same: nearly the same words, but another number of the same thing, another time,
 * day or sum, or "not" in one of them. Careful: rather misses a difference than sees one that is none. English words. Pure.
 */
export function contradict(one: string, other: string): boolean {
  const [first, second] = [readingOf(one), readingOf(other)];
  const [less, more] = first.subject.size <= second.subject.size ? [first, second] : [second, first];
  if (!less.subject.isSubsetOf(more.subject) || less.subject.size < SAME_SUBJECT * more.subject.size) return false;
  const isSame = less.subject.size === more.subject.size;
  if (less.subject.size < (isSame ? FEWEST_SHARED - 1 : FEWEST_SHARED)) return false;
  return first.isNegated === second.isNegated
    ? differ(first.facts, second.facts)
    : isSame && !differ(first.facts, second.facts);
}

/** Exactly one kind of value stands in both with no value in common; what stands in only one of them tells nothing. */
function differ(one: readonly Fact[], other: readonly Fact[]): boolean {
  const valuesOf = (facts: readonly Fact[], kind: string) =>
    facts.filter((fact) => fact.kind === kind).map(({ value }) => value);
  const kinds = new Set([...one, ...other].map(({ kind }) => kind));
  const pairs = [...kinds].map((kind) => [valuesOf(one, kind), valuesOf(other, kind)] as const);
  if (pairs.some(([first, second]) => first.length === 0 || second.length === 0)) return false;
  return pairs.filter(([first, second]) => !first.some((value) => second.includes(value))).length === 1;
}

const MONTHS =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DAYS = "(?:mon|tues|wednes|thurs|fri|satur|sun)days?";
const CURRENCIES: Readonly<Record<string, string>> = {
  "€": "eur",
  $: "usd",
  "£": "gbp",
  euro: "eur",
  euros: "eur",
  dollar: "usd",
  dollars: "usd",
  pound: "gbp",
  pounds: "gbp",
};
const NUMBERS = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];
const NUMBER = `\\d+(?:[.,]\\d+)*|${NUMBERS.slice(1).join("|")}`;
/** Longest first: a date is no number, a time no number with a unit. */
const FACT = new RegExp(
  [
    `(?<day>\\d{1,2})(?:st|nd|rd|th)?\\s+(?<month>${MONTHS})\\b`,
    `\\b(?<month2>${MONTHS})\\s+(?<day2>\\d{1,2})(?:st|nd|rd|th)?\\b`,
    `\\b(?<hour>\\d{1,2})(?:[:.](?<minute>\\d\\d))?\\s?(?<half>[ap])\\.?m\\b\\.?`,
    `\\b(?<hour24>\\d{1,2}):(?<minute24>\\d\\d)\\b`,
    `(?<symbol>[€$£])\\s?(?<sum>\\d+(?:[.,]\\d+)*)`,
    `\\b(?<number>${NUMBER})(?:\\s?(?<percent>%|percent\\b)|[\\s-]+(?<unit>[\\p{L}€£$]+))`,
    `\\b(?<weekday>${DAYS})\\b`,
  ].join("|"),
  "giu",
);
const NEGATION = /\b(?:not|never|cannot|no longer|without|forbidden|prohibited|\w+n['’]t)\b/giu;

/** What a sentence is about, without its facts and without "not". */
function readingOf(sentence: string): {
  readonly subject: ReadonlySet<string>;
  readonly facts: readonly Fact[];
  readonly isNegated: boolean;
} {
  const facts = [...sentence.matchAll(FACT)].map(({ groups = {} }) => factOf(groups));
  const negations = sentence.match(NEGATION)?.length ?? 0;
  // The unit stays: it says what is counted.
  const rest = sentence.replaceAll(FACT, (match, ...given) => unitIn(given) ?? " ").replaceAll(NEGATION, " ");
  const subject = wordsOf(rest)
    .map(({ stem }) => stem)
    .filter((stem) => !isFunctionWord(stem) && !/^\d+$/.test(stem));
  return { subject: new Set(subject), facts, isNegated: negations % 2 === 1 };
}

function unitIn(given: readonly unknown[]): string | undefined {
  const groups = given.at(-1);
  const unit = typeof groups === "object" && groups !== null && "unit" in groups ? groups.unit : undefined;
  return typeof unit === "string" && !(unit.toLowerCase() in CURRENCIES) ? ` ${unit} ` : undefined;
}

function factOf(groups: Readonly<Record<string, string | undefined>>): Fact {
  const {
    day = groups["day2"],
    month = groups["month2"],
    hour,
    minute = groups["minute24"] ?? "00",
    half,
    hour24,
    symbol,
    sum,
  } = groups;
  const { number = "", percent, unit = "", weekday } = groups;
  if (day && month) return { kind: "date", value: `${Number(day)} ${month.slice(0, 3).toLowerCase()}` };
  if (hour) return { kind: "time", value: `${(Number(hour) % 12) + (half?.toLowerCase() === "p" ? 12 : 0)}:${minute}` };
  if (hour24) return { kind: "time", value: `${Number(hour24)}:${minute}` };
  if (symbol) return { kind: CURRENCIES[symbol] ?? symbol, value: plain(sum ?? "") };
  if (weekday) return { kind: "weekday", value: weekday.toLowerCase().replace(/s$/, "") };
  if (percent) return { kind: "%", value: plain(number) };
  const currency =
    CURRENCIES[unit.toLowerCase()] ?? (/^(?:eur|usd|gbp|chf)$/i.test(unit) ? unit.toLowerCase() : undefined);
  const counted = wordsOf(unit)[0]?.stem ?? "";
  return { kind: currency ?? (isFunctionWord(counted) ? "" : counted), value: plain(number) };
}

/** A number in digits, without the marks that group them. */
function plain(number: string): string {
  const word = NUMBERS.indexOf(number.toLowerCase());
  return word >= 0 ? String(word) : number.replaceAll(/[.,](?=\d{3}(?!\d))/g, "").replace(",", ".");
}

/** What is compared of a sentence that may be quoted. */
type Said = Pick<Candidate, "sentence" | "passage" | "stems">;

/**
 * Whether two candidates of different documents say different things about what is asked: their passages hold the same words of the
 * question, so that neither answers another one. Rows and code are not looked at: what they are about stands elsewhere. Pure.
 */
export function isAgainst(one: Said, other: Said, terms: readonly Term[]): boolean {
  if (one.passage.documentId === other.passage.documentId || one.stems.isDisjointFrom(other.stems)) return false;
  if ([one, other].some(({ sentence: { kind } }) => kind === "row" || kind === "code")) return false;
  if (!contradict(wholeOf(one), wholeOf(other))) return false;
  const [first, second] = [one, other].map(({ passage }) => countWordsOf({ passage, score: 0 }));
  const has = (counted: Counted | undefined, term: Term) =>
    counted !== undefined && shareOf(term, (stem) => hasStem(counted, stem)) > 0;
  return terms.every((term) => term.isFunction || has(first, term) === has(second, term));
}

function wholeOf({ sentence: { text, context } }: Said): string {
  return context ? `${context.text} ${text}` : text;
}

/** Pairs of passages of which something was quoted that is against the other, as places in `passages`. Pure. */
export function conflictsAmong(
  quoted: readonly Said[],
  { passages, terms }: { readonly passages: readonly Passage[]; readonly terms: readonly Term[] },
): Conflict[] {
  const pairs = quoted.flatMap((one, place) =>
    quoted
      .slice(place + 1)
      .filter((other) => isAgainst(one, other, terms))
      .map((other) => [passages.indexOf(one.passage), passages.indexOf(other.passage)] as const),
  );
  return [...new Map(pairs.map((pair) => [pair.join(), pair])).values()];
}
