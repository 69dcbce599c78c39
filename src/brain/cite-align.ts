import type { ClaimWord } from "./cite-words.ts";

/** What a sentence may stand in: words before it that need not be said (title, headings), and one to a few sentences. */
export interface Stretch {
  readonly above: readonly (readonly ClaimWord[])[];
  readonly words: readonly ClaimWord[];
  /** Whether words of English grammar stand in it, so that it is known what may be left out. */
  readonly isEnglish: boolean;
}

/** What may be left out at the end of a part of the stretch: a quarter of its words, two at most. */
const MOST_LEFT_OUT = 2;
const LEFT_OUT_SHARE = 0.25;
/** Words that bind what follows to what stands before: a part that begins so is a condition, and must be said. */
const BINDS = new Set(
  `if once as unless except excluding only not no but or when whenever until till while after before without provided during since who whose
  whom where with for on in at under by within as than although though rather instead because`.split(/\s+/),
);
const EXCEPTS = new Set(["only", "unless", "except", "excluding", "if"]);
const PERSONS: readonly ReadonlySet<string>[] = [
  new Set(["i", "we", "us", "me", "my", "our", "ours", "mine"]),
  new Set(["you", "your", "yours"]),
  new Set(["he", "she", "they", "him", "her", "them", "his", "hers", "their", "theirs", "it", "its"]),
];

/**
 * Whether a stretch carries a sentence: its words stand there in the same order, with nothing between them left out, and no part of
 * the stretch that limits it. A sentence may begin with its second half ("To do this, open that"). Of one that does not end
 * (`isEnded`), nothing at all may be left out. Pure.
 */
export function isCarried(
  sentence: readonly ClaimWord[],
  given: Stretch,
  { isEnded }: { readonly isEnded: boolean },
): boolean {
  const stretch = { ...given, isEnglish: given.isEnglish && isEnded };
  const keys = new Set([...stretch.above.flat(), ...stretch.words].map(({ key }) => key));
  if (sentence.length < 2 || !sentence.every(({ key }) => keys.has(key))) return false;
  const orders = stretch.isEnglish ? [sentence, ...turned(sentence)] : [sentence];
  return orders.some((order) => isAligned(order, stretch));
}

/** The sentence with its second half first, for each place where a half may begin. */
function turned(sentence: readonly ClaimWord[]): ClaimWord[][] {
  return sentence.flatMap((word, place) => {
    const before = sentence[place - 1];
    if (!before) return [];
    const begins =
      word.part !== before.part ||
      word.before.some((one) => /^(?:to|by|in|for|on|from|at|with)$/.test(one)) ||
      /^(?:if|when|before|after|until|unless|because|while)$/.test(word.key);
    return begins ? [[...sentence.slice(place), ...sentence.slice(0, place)]] : [];
  });
}

/** Words of the sentence that stand above come first ("Annual leave: …"), or last behind "of", "for", "in"; the others in the text. */
function isAligned(sentence: readonly ClaimWord[], stretch: Stretch): boolean {
  const { above, words } = stretch;
  for (let head = 0; head * 2 <= sentence.length; head += 1) {
    if (!areHeadings(sentence.slice(0, head), above)) continue;
    for (let tail = 0; (head + tail) * 2 <= sentence.length; tail += 1) {
      const last = sentence.slice(sentence.length - tail);
      const binds = tail === 0 || last[0]?.before.some((word) => /^(?:of|for|in|on|with)$/.test(word));
      const body = sentence.slice(head, sentence.length - tail);
      if (binds && body.length > 0 && areHeadings(last, above) && isFaithful(body, places(body, words), stretch))
        return true;
    }
  }
  return false;
}

/** Whether words are whole headings, in their order: half of one may name the very thing it is set against ("Small or large"). */
function areHeadings(sought: readonly ClaimWord[], headings: readonly (readonly ClaimWord[])[]): boolean {
  if (sought.length === 0) return true;
  return headings.some(
    (heading, place) =>
      heading.length > 0 &&
      heading.length <= sought.length &&
      heading.every((word, at) => sought[at] && isSame(sought[at], word)) &&
      areHeadings(sought.slice(heading.length), headings.slice(place + 1)),
  );
}

/** Where each word of the sentence stands in the stretch, in order and with the least left out; undefined when it does not. */
function places(body: readonly ClaimWord[], words: readonly ClaimWord[]): readonly number[] | undefined {
  // ways[j]: the cheapest way to have the sentence up to this word end at word j of the stretch.
  let ways = words.map((word, at) =>
    body[0] && isSame(body[0], word) ? { cost: led(words, at), path: [at] } : undefined,
  );
  for (const one of body.slice(1)) {
    ways = words.map((word, at) => {
      if (!isSame(one, word)) return undefined;
      let best: { cost: number; path: number[] } | undefined;
      for (const [from, way] of ways.slice(0, at).entries()) {
        if (!way) continue;
        const cost = way.cost + between(words, from, at);
        if (!best || cost < best.cost) best = { cost, path: [...way.path, at] };
      }
      return best;
    });
  }
  return ways.reduce<{ cost: number; path: number[] } | undefined>(
    (best, way) => (way && (!best || way.cost < best.cost) ? way : best),
    undefined,
  )?.path;
}

/** Words of its part that stand before a word and are left out. */
function led(words: readonly ClaimWord[], at: number): number {
  return words.slice(0, at).filter(({ part }) => part === words[at]?.part).length * 10;
}

function between(words: readonly ClaimWord[], from: number, at: number): number {
  if (words[from]?.part === words[at]?.part) return (at - from - 1) * 10;
  return led(words, at) + words.slice(from + 1, at).length * 5;
}

/**
 * Whether what is said keeps to what is written: roles and units, and all parts from the first of the stretch on, but for asides and
 * what follows. What stands before decides what is spoken of ("Small: 5 seats; large: 9 seats").
 */
function isFaithful(body: readonly ClaimWord[], found: readonly number[] | undefined, stretch: Stretch): boolean {
  if (!found) return false;
  const said = new Set(found);
  const marked = stretch.words.map((word, place) => ({ word, isSaid: said.has(place) }));
  const parts = [...Map.groupBy(marked, ({ word }) => word.part).values()];
  const last = parts.findLastIndex((words) => words.some(({ isSaid }) => isSaid));
  // "When you travel," alone says nothing.
  if (last === 0 && parts.length > 1 && isBound(parts[0]?.map(({ word }) => word) ?? [])) return false;
  return (
    body.every((word, place) => hasSameRole(word, stretch.words[found[place] ?? -1])) &&
    keepsUnits(body, found, stretch.words) &&
    parts.every((words, place) => {
      if (words.some(({ isSaid }) => isSaid)) return isSaidWhole(words, stretch.isEnglish);
      const unsaid = words.map(({ word }) => word);
      if (place > last) return mayBeLeftOut(unsaid, stretch.isEnglish);
      return place > 0 && unsaid.every(({ isAside }) => isAside) && mayBeLeftOut(unsaid, stretch.isEnglish);
    })
  );
}

/** A part that is said is said from its beginning; only a little may be missing at its end, and nothing that limits or counts. */
function isSaidWhole(
  words: readonly { readonly word: ClaimWord; readonly isSaid: boolean }[],
  isEnglish: boolean,
): boolean {
  const last = words.findLastIndex(({ isSaid }) => isSaid);
  const tail = words.slice(last + 1);
  if (words.slice(0, last).some(({ isSaid }) => !isSaid)) return false;
  if (tail.length === 0) return true;
  return (
    isEnglish &&
    tail.length <= Math.min(MOST_LEFT_OUT, words.length * LEFT_OUT_SHARE) &&
    tail.every(({ word }) => word.kind === "plain") &&
    words[last]?.word.kind !== "number"
  );
}

/** What follows, and an aside, may be left out unless it is a condition or an exception. */
function mayBeLeftOut(words: readonly ClaimWord[], isEnglish: boolean): boolean {
  return isEnglish && !isBound(words) && !words.some(({ key }) => EXCEPTS.has(key));
}

function isBound([first]: readonly ClaimWord[]): boolean {
  return [...(first?.before ?? []), first?.key ?? ""].some((word) => BINDS.has(word));
}

/** A number keeps the word behind it on both sides: nobody may take its unit away, or give it another. */
function keepsUnits(body: readonly ClaimWord[], found: readonly number[], words: readonly ClaimWord[]): boolean {
  return body.every((word, place) => {
    const at = found[place] ?? 0;
    if (word.kind !== "number" || found[place + 1] === at + 1) return true;
    const isFollowed = words[at + 1]?.part === words[at]?.part || body[place + 1]?.part === word.part;
    return !isFollowed;
  });
}

/** Whether two words say the same in the same part of speech: the stem, and no ending that makes a doer of what is done, or past of present. */
function isSame(one: ClaimWord, other: ClaimWord): boolean {
  if (one.key !== other.key) return false;
  if (one.surface === other.surface || one.kind === "limit" || one.kind === "number") return true;
  const shorter = Math.min(one.surface.length, other.surface.length);
  let shared = 0;
  while (shared < shorter && one.surface[shared] === other.surface[shared]) shared += 1;
  return [one, other].every(({ surface }) => /^(?:|s|es|e|y|ies|\p{L}?ing)$/u.test(surface.slice(shared)));
}

/** Whether words of grammar before it give a word the same part to play: done by somebody, from or to, mine or yours. */
function hasSameRole(one: ClaimWord, other: ClaimWord | undefined): boolean {
  if (!other) return false;
  const has = (word: ClaimWord, sought: string) => word.before.includes(sought);
  if (has(one, "by") !== has(other, "by")) return false;
  if ((has(one, "from") && has(other, "to")) || (has(one, "to") && has(other, "from"))) return false;
  if (/(?:ed|en)$/.test(one.surface) && isPassive(one) !== isPassive(other)) return false;
  const persons = (word: ClaimWord) => PERSONS.map((person) => word.before.some((free) => person.has(free)));
  const [ours, theirs] = [persons(one), persons(other)];
  const isClash = ours.some((isOurs, person) => isOurs && !theirs[person] && theirs.includes(true));
  return !isClash;
}

function isPassive({ before }: ClaimWord): boolean {
  return before.some((word) => /^(?:is|are|am|be|been|being)$/.test(word));
}
