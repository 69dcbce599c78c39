import { stemOf, wordsOf } from "../words/words.ts";
import { withoutUnseen } from "../unseen.ts";

/**
 * A word that has to be found again where a sentence is said to stand: everything but words of grammar that change nothing. "must",
 * "not", "only", "before", "more" and their like count as much as a number does.
 */
export interface ClaimWord {
  /** What has to be the same: a stem, a number without separators, code as it stands. */
  readonly key: string;
  readonly surface: string;
  /** "exact": a number, a name or code; "limit": a word of grammar that changes what is said. */
  readonly kind: "plain" | "exact" | "limit" | "number";
  /** Which part of the text it stands in: parts end at commas, colons, brackets, and before "and", "or", "but". */
  readonly part: number;
  /** Whether it stands in brackets. */
  readonly isAside: boolean;
  /** Words of grammar that stand right before it. */
  readonly before: readonly string[];
}

/** Words of English grammar that may come and go without changing what is said. */
const FREE = new Set(
  `a an the this that these those it its they them their theirs you your yours we our ours us i me my mine he she his her hers
  him is are am be been being do does has have and as at in of on to into for with from by which who whom whose there
  here so then also just therefore thus additionally furthermore moreover please`.split(/\s+/),
);
/** Words that limit, negate, order or weigh a statement: none may be added, left out or put elsewhere. */
const LIMITS = new Set(
  `not no nor never none neither nobody nothing nowhere without except excluding unless only if whether when whenever where wherever
  while until till before after during since because although though but or must shall should ought may might can could will would
  haveto need required optional was did had all any some each every both either most more less least fewer few many much than up down
  over under above below between about around almost nearly against off out other another same again once always usually often
  sometimes rarely too very further however otherwise instead rather`.split(/\s+/),
);
const NUMBER_WORDS = new Map(
  `one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty`
    .split(" ")
    .map((word, place) => [word, String(place + 1)] as const),
);
/** Words before which a new part begins. */
const JOINS = new Set(["and", "or", "but", "so", "because", "which"]);

const SHORT_FORM = /^(.+)n['’]t$/;
const PIECES = new RegExp(
  [
    String.raw`(?<url>https?:\/\/[^\s<>()]*[^\s<>().,;:!?'"])`,
    String.raw`(?<code>(?<![\p{L}\p{N}])(?:--?|[#@/])?[\p{L}\p{N}_]+(?:[._\\@#=~]+[\p{L}\p{N}_-]+)+|(?<![\p{L}\p{N}])(?:--?|[#@])\p{L}[\p{L}\p{N}_-]*)`,
    String.raw`(?<currency>[$€£¥])?(?<number>(?<![\p{L}\p{N}][-−])(?:(?<![\p{L}\p{N}])[-−])?\p{Nd}+(?:[.,:'’\u00a0\u202f]\p{Nd}+)*|\p{N})`,
    String.raw`(?<sign>[%‰$€£¥<>≤≥≈~±+°])`,
    String.raw`(?<word>\p{L}[\p{L}\p{M}]*(?:['’]\p{L}+)*)`,
  ].join("|"),
  "gu",
);

/** The words of a readable text that count, in order. Pure. */
export function claimWordsOf(text: string): ClaimWord[] {
  const found: ClaimWord[] = [];
  let part = 0;
  let before: string[] = [];
  let end = 0;
  let brackets = 0;
  const add = (word: Pick<ClaimWord, "key" | "surface" | "kind">) => {
    found.push({ ...word, part, before, isAside: brackets > 0 });
    before = [];
  };
  const cut = () => {
    if (found.at(-1)?.part === part) part += 1;
  };
  for (const match of withoutUnseen(text).normalize("NFKC").matchAll(PIECES)) {
    const gap = match.input.slice(end, match.index);
    if (/[,;:()[\]–—…\n.!?。！？、，]|\s-\s/.test(gap)) cut();
    brackets = Math.max(0, brackets + gap.split(/[([（]/).length - gap.split(/[)\]）]/).length);
    end = match.index + match[0].length;
    const isFirst = found.length === 0 && before.length === 0;
    for (const piece of toPieces(match, isFirst)) {
      if (JOINS.has(piece.surface)) cut();
      if (piece.kind === "plain" && FREE.has(piece.surface)) before = [...before, piece.surface];
      else add(piece);
    }
  }
  return joinObligations(found);
}

function toPieces(match: RegExpExecArray, isFirst: boolean): Pick<ClaimWord, "key" | "surface" | "kind">[] {
  const { url, code, number, currency, sign, word = "" } = match.groups ?? {};
  const exact = url ?? code;
  if (exact === "e.g" || exact === "i.e") return [];
  if (exact !== undefined) return [{ key: exact, surface: exact, kind: "exact" }];
  if (sign !== undefined) return [{ key: sign, surface: sign, kind: "limit" }];
  if (number !== undefined) {
    const key = plainNumber(number);
    const unit = currency === undefined ? [] : [{ key: currency, surface: currency, kind: "limit" as const }];
    return [{ key, surface: key, kind: "number" }, ...unit];
  }
  return wordsIn(word).flatMap((one) => toWords(one, isFirst));
}

/** "10,000" and "10'000" as 10000. A lone "1.000" may be either, and stays as it is. */
function plainNumber(number: string): string {
  const digits = number.replace("−", "-");
  return /^-?\d{1,3}(?:[,'’\u00a0\u202f]\d{3})+(?:\.\d+)?$/.test(digits)
    ? digits.replaceAll(/[,'’\u00a0\u202f]/g, "")
    : digits;
}

/** One word, or several where the script writes no spaces. */
function wordsIn(word: string): string[] {
  return /['’]/.test(word) ? [word] : wordsOf(word).map(({ start, end }) => word.slice(start, end));
}

function toWords(word: string, isFirst: boolean): Pick<ClaimWord, "key" | "surface" | "kind">[] {
  const surface = word.toLowerCase().replaceAll("’", "'");
  const verb = SHORT_FORM.exec(surface)?.[1] ?? (surface === "cannot" ? "can" : undefined);
  if (verb !== undefined) {
    const whole = { ca: "can", wo: "will", sha: "shall" }[verb] ?? verb;
    return [...toWords(whole, true), { key: "not", surface: "not", kind: "limit" }];
  }
  const [base = surface, ending] = surface.split("'");
  if (ending === "ll") return [...toWords(base, isFirst), { key: "will", surface: "will", kind: "limit" }];
  const plain = ["s", "re", "ve", "d", "m"].includes(ending ?? "") ? base : surface;
  // "IT" and "US" are names, and so is a lone "A" within a sentence.
  const isCapital = /^\p{Lu}{2,}$/u.test(word) || (word === "A" && !isFirst);
  if (FREE.has(plain)) return [{ key: plain, surface: plain, kind: isCapital ? "exact" : "plain" }];
  if (plain === "were") return [{ key: "was", surface: "was", kind: "limit" }];
  if (LIMITS.has(plain)) return [{ key: plain, surface: plain, kind: "limit" }];
  if (plain === "percent") return [{ key: "%", surface: "%", kind: "limit" }];
  const number = NUMBER_WORDS.get(plain);
  if (number !== undefined) return [{ key: number, surface: number, kind: "number" }];
  const isName = !isFirst && /^\p{Lu}/u.test(word);
  return [{ key: stemOf(plain), surface: plain, kind: isName ? "exact" : "plain" }];
}

/** "have to do" obliges, "have" alone does not. */
function joinObligations(words: readonly ClaimWord[]): ClaimWord[] {
  return words.flatMap((word) => {
    const at = word.before.findIndex((one, place) => /^ha(?:ve|s)$/.test(one) && word.before[place + 1] === "to");
    if (at < 0) return [word];
    const obliges = {
      key: "haveto",
      surface: "have to",
      kind: "limit",
      part: word.part,
      isAside: word.isAside,
      before: word.before.slice(0, at),
    } as const;
    return [obliges, { ...word, before: word.before.slice(at + 2) }];
  });
}
