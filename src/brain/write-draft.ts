import type { Passage, Quote } from "../chat.ts";
import { createCiter, type Carrier } from "./cite.ts";
import { gate, gateCode } from "./gate.ts";
import { sentencesOf } from "../knowledge/sentences.ts";
import { piecesOf, type Piece } from "./write-pieces.ts";

/** An answer as it grows: of what a model writes, the sentences that a passage carries, with their marks put right. */
export interface Draft {
  /** Reads all that was written so far. Returns whether it is enough, so that the model may stop. */
  read(written: string, options: { readonly isWhole: boolean }): boolean;
  /** What may be shown: it only grows. */
  text(): string;
  /** Sentences that are shown, and those that no passage carries or that are beside the point. */
  counts(): { readonly kept: number; readonly dropped: number };
  /** The passages that marks count. */
  cited(): ReadonlySet<number>;
  /** Whether the text says a quote already. */
  says(quote: Quote): boolean;
}

/** An answer has about so many sentences and characters at most; a model that goes on is filling up. */
const MOST_SENTENCES = 5;
const MOST_CHARACTERS = 800;
/** After so many sentences in a row that nothing carries, no better one is going to follow. */
const MOST_DROPPED = 3;
/** Characters without an end of a sentence. */
const LONGEST_SENTENCE = 700;
/** A lead-in longer than this is not said in front of an item; the item goes with it. */
const LONGEST_LEAD_IN = 240;
const SAYS_FIRST =
  /^(?:(?:answer|yes|no|yep|nope|sure|correct|certainly|of course|note|ja|nein|oui|non|sí|si)\s*[,.:;!–—-]\s*|(?:according to|based on|as (?:stated|mentioned|described|noted|shown) in|from|in|per) (?:the |this |your )?(?:given |provided |team's )?(?:documents?|documentation|docs|passages?|context|text)(?: \d+)?,\s*)+/i;

interface DraftOptions {
  /** The numbers that the prompt gave the passages. */
  readonly numbers: readonly number[];
  readonly isToThePoint: (sentence: string) => boolean;
}

/**
 * A draft for `passages`, which its marks count. A sentence that is beside the point is dropped too, unless it goes on where the one
 * before it ended.
 */
export function createDraft(passages: readonly Passage[], options: DraftOptions): Draft {
  const shown = createShown(passages);
  const { judge, dropped } = createJudge(shown, { ...options, passages });
  let handled = 0;
  return {
    read(written, { isWhole }) {
      for (const piece of piecesOf(written, { isWhole }).slice(handled)) {
        handled += 1;
        if (judge(piece)) return true;
      }
      return !isWhole && isEndless(written);
    },
    text: shown.text,
    counts: () => ({ kept: shown.count(), dropped: dropped() }),
    cited: () => new Set(shown.carriers().map(({ passage }) => passage)),
    says: (quote) => shown.carriers().some((carrier) => saysQuote(carrier, quote, passages)),
  };
}

/** Shows each piece or drops it; `judge` returns whether that was enough. */
function createJudge(shown: Shown, given: DraftOptions & { readonly passages: readonly Passage[] }) {
  const { passages, numbers, isToThePoint } = given;
  const citer = createCiter(passages);
  const judged = new Set<string>();
  let dropped = 0;
  let droppedInRow = 0;
  const carriersOf = ({ kind, text, marks }: Piece) => {
    if (kind === "code") return citer.checkCode(text);
    const named = marks.map((mark) => numbers.indexOf(mark)).filter((place) => place >= 0);
    return citer.check(text, { marks: named, after: shown.last() });
  };
  const isWanted = ({ text }: Piece, carrier: Carrier | undefined) => {
    const before = shown.last();
    const goesOn = carrier !== undefined && carrier.passage === before?.passage && carrier.first === before.last + 1;
    return goesOn || isToThePoint(`${carrier?.leadIn ?? ""} ${text}`);
  };
  const judge = (written: Piece): boolean => {
    const piece = written.kind === "code" ? written : { ...written, text: withoutOpening(written.text) };
    const key = piece.text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
    if (key === "") return false;
    if (judged.has(key)) return true;
    judged.add(key);
    const found = carriersOf(piece);
    if (isWanted(piece, found[0]) && shown.add(piece, found)) {
      droppedInRow = 0;
      return shown.count() >= MOST_SENTENCES || shown.text().length >= MOST_CHARACTERS;
    }
    dropped += 1;
    droppedInRow += 1;
    return droppedInRow >= MOST_DROPPED;
  };
  return { judge, dropped: () => dropped };
}

type Shown = ReturnType<typeof createShown>;

/** The pieces that are shown, as one text, and what carries them. */
function createShown(passages: readonly Passage[]) {
  const carriers: Carrier[] = [];
  let text = "";
  let count = 0;
  let before: Piece["kind"] | undefined;
  let leadIn: string | undefined;
  return {
    text: () => text,
    count: () => count,
    carriers: () => carriers,
    last: () => carriers.at(-1),
    /** Adds a piece that is carried, can be said, and was not said before. */
    add(piece: Piece, found: readonly Carrier[]): boolean {
      const leading = found[0]?.leadIn;
      const isSaid = carriers.some((one) => found.some((other) => isWithin(other, one)));
      const isSayable = (leading?.length ?? 0) <= LONGEST_LEAD_IN && !/[:：]$/.test(piece.text);
      if (found.length === 0 || isSaid || !isSayable) return false;
      const isLed = leading !== undefined && leading !== leadIn;
      text +=
        gapBefore(piece.kind, before) + withMarks(piece, found, { passages, leadIn: isLed ? leading : undefined });
      carriers.push(...found);
      leadIn = leading;
      before = piece.kind;
      count += 1;
      return true;
    },
  };
}

function gapBefore(kind: Piece["kind"], before: Piece["kind"] | undefined): string {
  if (before === undefined) return "";
  if (kind === "sentence") return before === "sentence" ? " " : "\n\n";
  return kind === before ? "\n" : "\n\n";
}

/** A piece as it is shown: with what leads into it, if that is to be said, and the passages that carry it. */
function withMarks(
  { kind, text }: Piece,
  found: readonly Carrier[],
  { passages, leadIn }: { readonly passages: readonly Passage[]; readonly leadIn: string | undefined },
): string {
  const marks = found.map(({ passage }) => `[${passage + 1}]`).join("");
  const own = found.flatMap(({ passage }) => passages[passage] ?? []);
  if (kind === "code") {
    const leading = leadIn === undefined ? "" : `${gate(leadIn, own)}\n\n`;
    return `${leading}\`\`\`\n${gateCode(text)}\n\`\`\`\n${marks}`;
  }
  const gated = gate(leadIn === undefined ? text : `${leadIn} ${text}`, own);
  const words = gated.replace(/[.!?。！？…]+$/, "");
  return `${kind === "item" ? "- " : ""}${words} ${marks}${gated.slice(words.length)}`;
}

/** Without "Yes," or "According to the documents," at the beginning, which no passage can carry. */
function withoutOpening(text: string): string {
  const rest = text.replace(SAYS_FIRST, "");
  if (rest === text) return text;
  return rest.replace(
    /^\p{Ll}[\p{Ll}'’]*(?![\p{L}\p{N}._-])/u,
    (word) => word.slice(0, 1).toUpperCase() + word.slice(1),
  );
}

function isWithin(inner: Carrier, outer: Carrier): boolean {
  return inner.passage === outer.passage && inner.first >= outer.first && inner.last <= outer.last;
}

/** Whether a model goes on and on without ending a sentence. */
function isEndless(written: string): boolean {
  return /[^\n.!?。]*$/.exec(written.slice(-LONGEST_SENTENCE))?.[0].length === LONGEST_SENTENCE;
}

function saysQuote({ passage, first, last }: Carrier, quote: Quote, passages: readonly Passage[]): boolean {
  const end = quote.ranges.at(-1);
  if (quote.passage !== passage || !end) return false;
  const sentences = sentencesOf(passages[passage]?.text ?? "").slice(first, last + 1);
  return sentences.some(({ range }) => range[0] === end[0] && range[1] === end[1]);
}
