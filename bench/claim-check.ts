// Judges what an answer claims against the passages it was given, by rules of its own. It imports nothing of the program, so that it
// cannot share a mistake with the code that decided what was posted.

/** A passage as the records of answers show it. */
export interface GivenPassage {
  readonly path?: string;
  readonly title: string;
  readonly headings: readonly string[];
  readonly text: string;
}

/** One posted sentence, the passages its marks lead to, and why they do not carry it (nothing where they do). */
export interface JudgedSentence {
  readonly sentence: string;
  readonly marks: readonly number[];
  readonly why?: string;
}

/** Share of a sentence's content words that one stretch of a passage must hold. */
const ENOUGH_WORDS = 0.6;
/** Sentences or lines of a passage that count as one stretch. */
const STRETCH = 3;
/** Words between which a number and its noun must stand in a passage. */
const NEAR = 6;
const MARK = /\[(\d{1,3})\]/g;

/** Every sentence of a written answer, each judged by the passages that its marks count (from 1). */
export function judgeAnswer(text: string, passages: readonly GivenPassage[]): JudgedSentence[] {
  const sentences = splitSentences(text);
  return sentences.map((written, index) => {
    const next = written.trim().endsWith(":") ? sentences[index + 1] : undefined;
    // What leads into a list stands where the list's first item stands.
    const marks = marksOf(written).length > 0 ? marksOf(written) : marksOf(next ?? "");
    const sentence = written.replaceAll(MARK, "").replaceAll(/\s+/g, " ").trim();
    const why = judgeSentence(sentence, { marks, passages });
    return { sentence, marks, ...(why !== undefined && { why }) };
  });
}

/** Why the passages do not carry a sentence; nothing where they do. */
function judgeSentence(
  sentence: string,
  { marks, passages }: { readonly marks: readonly number[]; readonly passages: readonly GivenPassage[] },
): string | undefined {
  if (marks.length === 0) return "it has no mark";
  const cited = marks.flatMap((mark) => passages[mark - 1] ?? []);
  if (cited.length < marks.length) return "a mark leads to no passage";
  const source = cited.map(wholeText).join("\n\n");
  return (
    missingToken(sentence, source) ??
    swappedPair(sentence, source) ??
    tooFewWords(sentence, cited) ??
    otherPolarity(sentence, cited)
  );
}

function wholeText({ title, headings, text }: GivenPassage): string {
  return [title, ...headings, text].join("\n");
}

function marksOf(text: string): number[] {
  return [...new Set([...text.matchAll(MARK)].map(([, mark]) => Number(mark)))];
}

/** Sentences and list items. A mark behind the full stop belongs to the sentence before it. */
export function splitSentences(text: string): string[] {
  return text
    .split(/\n+/)
    .map((line) => line.replace(/^\s*(?:[-*+>]|#{1,6}|\d{1,3}[.)])\s+/, ""))
    .flatMap((line) =>
      line.split(
        /(?<=(?<!\b(?:e\.g|i\.e|etc|vs|No|Dr|Mr|Ms|U\.S))[.!?。！？]["'”’)*_]*(?:\s*\[\d+\])*)\s+(?=["'“‘(*_`\p{Lu}\p{N}])/u,
      ),
    )
    .map((sentence) => sentence.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence.replaceAll(MARK, "")));
}

// ---- what must be there as it stands: addresses, code, numbers, names

function missingToken(sentence: string, source: string): string | undefined {
  const found = hardTokens(sentence);
  const lower = source.toLowerCase();
  const bare = lower.replaceAll(/[`*_]/g, "");
  const address = found.addresses.find((word) => !lower.includes(word.toLowerCase()));
  if (address !== undefined) return `${address} is not in the passage`;
  const code = found.code.find(
    (word) => !lower.includes(word.toLowerCase()) && !bare.includes(word.toLowerCase().replaceAll(/[`*_]/g, "")),
  );
  if (code !== undefined) return `${code} is not in the passage`;
  const numbers = new Set(numbersOf(source));
  const number = found.numbers.find((one) => !numbers.has(one));
  if (number !== undefined) return `the number ${number} is not in the passage`;
  const words = new Set(wordsOf(source).map(stem));
  // "May" is a month and a word that says nothing, so months are looked for as they are written.
  const stands = (name: string) => (name === "May" ? /\bMay\b/.test(source) : words.has(stem(name.toLowerCase())));
  const name = found.names.find((one) => !stands(one));
  return name === undefined ? undefined : `the name ${name} is not in the passage`;
}

interface HardTokens {
  readonly addresses: readonly string[];
  readonly code: readonly string[];
  readonly numbers: readonly string[];
  readonly names: readonly string[];
}

function hardTokens(sentence: string): HardTokens {
  let rest = sentence;
  const take = (pattern: RegExp) => {
    const taken = [...rest.matchAll(pattern)].map((match) => match[1] ?? match[0]);
    rest = rest.replaceAll(pattern, " ");
    return taken.map((word) => word.replace(/[.,;:!?)\]]+$/, "")).filter((word) => word !== "");
  };
  const code = take(/`([^`]+)`/g);
  const addresses = [
    ...take(/\bhttps?:\/\/[^\s<>"')\]]+/gi),
    ...take(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g),
    ...take(/\bwww\.[^\s<>"')\]]+/gi),
  ];
  code.push(
    ...take(/(?<![\w-])--?[a-z][\w-]+/gi),
    ...take(/(?<![\w/])\/[\w.-]+(?:\/[\w.-]+)+/g),
    ...take(/\b\w*[a-z0-9]_\w+\b/gi),
    ...take(/(?<!\w)#[a-z][\w-]+/gi),
    ...take(/\b[\w-]+\.(?:js|ts|md|json|ya?ml|py|go|rb|sh|html|css|com|org|net|gov|io|dev)\b/gi),
  );
  const names = rest
    .split(/\s+/)
    .map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "").replace(/['’]\p{L}{1,3}$/u, ""))
    .filter((word, index) => isName(word, index === 0))
    .flatMap((word) => word.match(/\p{L}[\p{L}\p{N}]*/gu) ?? [])
    .filter((part) => /\p{Lu}/u.test(part));
  return { code, addresses, numbers: numbersOf(rest), names };
}

function isName(word: string, isFirst: boolean): boolean {
  if (!/^\p{Lu}/u.test(word) && !/\p{Ll}\p{Lu}/u.test(word)) return false;
  if (word === "May" && !isFirst) return true;
  if (STOP.has(word.toLowerCase()) || /^(?:I|I'm|I'll)$/.test(word)) return false;
  return !isFirst || /\p{Lu}.*\p{Lu}/u.test(word);
}

const SPELLED =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split(
    " ",
  );
const TENS: Readonly<Record<string, string>> = {
  thirty: "30",
  forty: "40",
  fifty: "50",
  sixty: "60",
  seventy: "70",
  eighty: "80",
  ninety: "90",
  hundred: "100",
  thousand: "1000",
};

/** Numbers as digits without separators; "one" is left out, since it is seldom a number. */
function numbersOf(text: string): string[] {
  const tokens = text.toLowerCase().match(/\d+(?:[.,:]\d+)*|[a-z]+/g) ?? [];
  return tokens.flatMap((token) => {
    if (/^\d/.test(token)) return plainNumber(token);
    const at = SPELLED.indexOf(token);
    if (at >= 0 && token !== "one") return String(at);
    return TENS[token] ?? [];
  });
}

function plainNumber(token: string): string {
  const whole = /^\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(token) ? token.replaceAll(",", "") : token;
  return whole.replace(/^0+(?=\d)/, "").replace(/\.0+$/, "");
}

// ---- a number belongs to its noun

/** Where a sentence has two numbers with a noun each, each must stand near its own noun in the passage, not only near the other's. */
function swappedPair(sentence: string, source: string): string | undefined {
  const pairs = pairsOf(sentence);
  if (new Set(pairs.map(({ number }) => number)).size < 2 || new Set(pairs.map(({ noun }) => noun)).size < 2)
    return undefined;
  const tokens = tokensOf(source);
  const stands = (number: string, noun: string) =>
    tokens.some(
      (token, index) =>
        numbersOf(token)[0] === number &&
        tokens.slice(Math.max(0, index - NEAR), index + NEAR + 1).some((other) => stem(other) === noun),
    );
  const wrong = pairs.find(
    ({ number, noun }) =>
      !stands(number, noun) && pairs.some((other) => other.noun !== noun && stands(number, other.noun)),
  );
  return wrong && `${wrong.number} does not belong to ${wrong.noun} in the passage`;
}

function pairsOf(sentence: string): { readonly number: string; readonly noun: string }[] {
  const tokens = tokensOf(sentence);
  return tokens.flatMap((token, index) => {
    const number = numbersOf(token)[0];
    const noun = tokens.slice(index + 1, index + 4).find((word) => numbersOf(word).length === 0 && !STOP.has(word));
    return number === undefined || noun === undefined ? [] : [{ number, noun: stem(noun) }];
  });
}

function tokensOf(text: string): string[] {
  return text.toLowerCase().match(/\d+(?:[.,:]\d+)*|[\p{L}]+(?:['’][\p{L}]+)*/gu) ?? [];
}

// ---- the words in between

function tooFewWords(sentence: string, cited: readonly GivenPassage[]): string | undefined {
  const words = contentOf(sentence);
  if (words.length === 0) return undefined;
  const together = new Set(cited.flatMap((passage) => [...bestStretch(words, passage)]));
  const share = shareIn(words, together);
  return share >= ENOUGH_WORDS
    ? undefined
    : `only ${Math.round(100 * share)} % of its words stand together in the passage`;
}

/** The words of the stretch of a passage, its headings included, that holds most of the given ones. */
function bestStretch(words: readonly string[], { title, headings, text }: GivenPassage): ReadonlySet<string> {
  const label = contentOf([title, ...headings].join(" "));
  const segments = splitSentences(text).map(contentOf);
  const stretches = segments.map((_, index) => new Set([...label, ...segments.slice(index, index + STRETCH).flat()]));
  const shares = stretches.map((stretch) => shareIn(words, stretch));
  return stretches[shares.indexOf(Math.max(...shares))] ?? new Set(label);
}

function shareIn(words: readonly string[], set: ReadonlySet<string>): number {
  return words.filter((word) => set.has(word)).length / words.length;
}

/** Stems of the words that carry content, each once. */
function contentOf(text: string): string[] {
  const plain = text.replaceAll(/https?:\/\/\S+/g, " ");
  return [
    ...new Set(
      wordsOf(plain)
        .filter((word) => !STOP.has(word) && !NEGATORS.has(word))
        .map(stem),
    ),
  ];
}

function wordsOf(text: string): string[] {
  return (
    text
      .toLowerCase()
      .replaceAll("’", "'")
      .match(/[\p{L}\p{N}]+(?:'[\p{L}]+)*/gu) ?? []
  );
}

/** Cuts the usual English endings, so that "reviews", "reviewed" and "reviewing" are one word. Crude on purpose, and our own. */
function stem(word: string): string {
  const bare = word.replace(/'s?$/, "");
  if (bare.length < 4 || /\d/.test(bare)) return bare;
  const cut = bare
    .replace(/(?:ational|ations?)$/, "at")
    .replace(/ies$/, "y")
    .replace(/(?<=ss|x|ch|sh)es$/, "")
    .replace(/(?<!s|u|i)s$/, "")
    .replace(/(?<=\w{3})(?:ingly|edly|ing|ed|er|ers|ment|ments|ly|al)$/, "");
  return cut
    .replace(/e$/, "")
    .replace(/i$/, "y")
    .replace(/([bdfgklmnprt])\1$/, "$1");
}

// ---- yes or no

const NEGATORS = new Set(
  "not no never none neither nor cannot without can't don't doesn't didn't won't isn't aren't wasn't weren't shouldn't mustn't couldn't wouldn't haven't hasn't needn't".split(
    " ",
  ),
);
/** Content words behind a negator that it is about. */
const REACH = 3;

/**
 * A sentence that says no where every near part of the passage says yes about the same words, or the other way round. Whole numbers of
 * negations do not matter, only whether a shared word is negated.
 */
function otherPolarity(sentence: string, cited: readonly GivenPassage[]): string | undefined {
  const words = new Set(contentOf(sentence));
  const segments = cited.flatMap(({ text }) => splitSentences(text));
  const shares = segments.map((segment) => ({ segment, share: shareIn([...words], new Set(contentOf(segment))) }));
  const best = Math.max(0, ...shares.map(({ share }) => share));
  if (best === 0) return undefined;
  const near = shares.filter(({ share }) => share >= 0.8 * best);
  const agrees = near.some(({ segment }) => {
    const shared = new Set(contentOf(segment).filter((word) => words.has(word)));
    const negates = (text: string) => negatedIn(text).some((word) => shared.has(word));
    return negates(sentence) === negates(segment);
  });
  return agrees ? undefined : "it negates what the passage says, or leaves out a negation";
}

/** Stems of the content words that stand just behind a negation. */
function negatedIn(text: string): string[] {
  const words = wordsOf(text);
  return words.flatMap((word, index) => {
    if (!NEGATORS.has(word) || (word === "no" && /^(?:longer|later|more)$/.test(words[index + 1] ?? ""))) return [];
    return words
      .slice(index + 1)
      .filter((other) => !STOP.has(other))
      .slice(0, REACH)
      .map(stem);
  });
}

const STOP = new Set(
  (
    "a an the this that these those there here it its they them their he she his her you your yours we our us i me my who whom whose which what when where why how " +
    "and or but if then else so as than because while of to in on at by for from with into onto over under about between through during before after until up down out off " +
    "is are was were be been being am do does did doing done have has had having can could may might must shall should will would also just only very more most some any each every " +
    "such same other another both all many much few own too yes please etc eg ie per via note see following however therefore"
  ).split(" "),
);
