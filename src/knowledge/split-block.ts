import type { Block } from "./document.ts";

const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const words = new Intl.Segmenter(undefined, { granularity: "word" });
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** Letters that count as one word at least: a passage of endless "words" (an encoded picture) must not grow without end. */
const WORD_LETTERS = 80;
/** No need to count on: it has to be cut in any case. */
const FAR_TOO_MANY = 1_000;
/** A stretch without white space is cut into pieces of so many letters, where it has to be cut. */
const SLICE_LETTERS = 800;
/** Where scripts write no spaces, words are found again in each piece and may come out as a few more. */
const UNSPACED_ROOM = 0.9;
/** A fence's opening line is repeated on every piece up to so many letters; more is no name of a language. */
const LONGEST_OPENING = 200;

/** Words of a text: stretches between white space, or what Unicode's rules call words where a script writes no spaces. */
export function countWords(text: string): number {
  const isUnspaced = UNSPACED.test(text);
  let count = 0;
  for (const [token] of text.matchAll(/\S+/g)) count += isUnspaced && UNSPACED.test(token) ? countUnspaced(token) : 1;
  return count;
}

function countUnspaced(token: string): number {
  let count = 0;
  for (const { isWordLike } of words.segment(token)) if (isWordLike) count += 1;
  return Math.max(1, count);
}

/** What a text takes up of a passage: its words, more where they are endless. Of a text that is far too long, at least so much. */
export function sizeOf(text: string): number {
  const least = Math.ceil(text.length / WORD_LETTERS);
  return least > FAR_TOO_MANY ? least : Math.max(countWords(text), least);
}

/** A block, or a piece of one, and what it takes up. */
export interface Piece {
  readonly block: Block;
  readonly size: number;
}

/**
 * A block as pieces of at most `most` words: code between lines with its fence repeated, tables between rows with their header,
 * lists between items with their lead-in, text between sentences. One that fits comes back as it is.
 */
export function splitBlock(
  block: Block,
  { most, leadIn }: { readonly most: number; readonly leadIn?: string | undefined },
): Piece[] {
  const size = sizeOf(block.text);
  if (size <= most) return [{ block, size }];
  const lines = block.text.split("\n");
  if (block.kind === "code") return splitCode(block, { lines, most });
  if (block.kind === "table") return splitTable(block, { lines, most });
  if (block.kind === "list") return splitList(block, { lines, most, leadIn });
  return regroup(block, { parts: sentencesOf(block.text), most, glue: "" });
}

interface Lines {
  readonly lines: readonly string[];
  readonly most: number;
}

function splitCode(block: Block, { lines, most }: Lines): Piece[] {
  const [first = "```", ...rest] = lines;
  const fence = /`{3,}|~{3,}/.exec(first)?.[0] ?? "```";
  const open = first.length > LONGEST_OPENING ? fence : first;
  const last = rest.at(-1)?.trim() ?? "";
  const isClosed = last.startsWith(fence) && last === fence.charAt(0).repeat(last.length);
  const pieces = regroup(block, {
    parts: isClosed ? rest.slice(0, -1) : rest,
    most: most - sizeOf(open) - 1,
    skipped: 1,
  });
  return pieces.map(({ block: piece, size }) => ({
    block: { ...piece, text: `${open}\n${piece.text}\n${isClosed ? last : fence}` },
    size: size + sizeOf(open) + 1,
  }));
}

/** Between rows, each piece with the header; a header that fills half a passage by itself is not repeated. */
function splitTable(block: Block, { lines, most }: Lines): Piece[] {
  const head = lines.slice(0, 2).join("\n");
  if (sizeOf(head) > most / 2) return regroup(block, { parts: lines, most });
  return regroup(block, { parts: lines.slice(2), most, head, skipped: 2 });
}

/** Between items, and within one that is too long between its lines. */
function splitList(block: Block, { lines, most, leadIn }: Lines & { readonly leadIn: string | undefined }): Piece[] {
  const items: string[][] = [];
  for (const line of lines) {
    if (items.length === 0 || /^[-*+]\s|^\d{1,9}[.)]\s/.test(line)) items.push([line]);
    else items.at(-1)?.push(line);
  }
  const room = most - sizeOf(leadIn ?? "");
  const parts = items.flatMap((item) => (sizeOf(item.join("\n")) > room ? item : [item.join("\n")]));
  return regroup(block, { parts, most, ...(leadIn !== undefined && { laterHead: leadIn }) });
}

function sentencesOf(text: string): string[] {
  return Array.from(sentences.segment(text), ({ segment }) => segment);
}

interface Parts {
  readonly parts: readonly string[];
  readonly most: number;
  /** Repeated on top of every piece, and on top of every piece but the first. */
  readonly head?: string;
  readonly laterHead?: string;
  /** Lines of the block above its first part. */
  readonly skipped?: number;
  readonly glue?: "\n" | "";
}

/** Puts parts together into pieces, as many in each as there is room for. */
function regroup(block: Block, { parts, most, head, laterHead, skipped = 0, glue = "\n" }: Parts): Piece[] {
  const room = most - sizeOf(head ?? laterHead ?? "");
  const pieces: Piece[] = [];
  const isLineForLine = newlines(block.text) === block.lines[1] - block.lines[0];
  const empty = { text: "", size: 0, from: skipped };
  let piece = empty;
  let line = skipped;
  const flush = () => {
    const top = head ?? (pieces.length > 0 ? laterHead : undefined);
    if (piece.text.trim() !== "") pieces.push(toPiece(block, { ...piece, top, isLineForLine }));
    piece = empty;
  };
  for (const part of parts) {
    for (const [place, { text, size }] of cutLong(part, room).entries()) {
      if (piece.size > 0 && piece.size + size > room) flush();
      if (piece.size === 0) {
        const body = text.replace(/^(?:[ \t]*\n)+/, "");
        piece = { text: body, size, from: line + newlines(text) - newlines(body) };
      } else piece = { ...piece, text: piece.text + (place === 0 ? glue : "") + text, size: piece.size + size };
      line += newlines(text);
    }
    line += glue.length;
  }
  flush();
  return pieces;
}

/** Its lines in the file; where the block's text was put together from other lines, those of the block as a whole. */
function toPiece(
  block: Block,
  given: {
    readonly text: string;
    readonly size: number;
    readonly from: number;
    readonly top: string | undefined;
    readonly isLineForLine: boolean;
  },
): Piece {
  const { size, top, isLineForLine } = given;
  const body = given.text.trimEnd();
  const from = block.lines[0] + given.from;
  const lines = isLineForLine ? ([from, from + newlines(body)] as const) : block.lines;
  const text = top === undefined ? body : `${top}\n${body}`;
  return { block: { ...block, text, lines }, size: size + (top === undefined ? 0 : sizeOf(top)) };
}

/** A part over the limit (one endless line) is cut between words, and where there are none, between letters. */
function cutLong(part: string, room: number): { readonly text: string; readonly size: number }[] {
  const whole = sizeOf(part);
  if (whole <= room) return [{ text: part, size: whole }];
  const most = UNSPACED.test(part) ? Math.floor(room * UNSPACED_ROOM) : room;
  const pieces: { text: string; size: number }[] = [];
  let text = "";
  let count = 0;
  for (const unit of unitsOf(part)) {
    if (text !== "" && Math.max(count + unit.words, (text.length + unit.text.length) / WORD_LETTERS) > most) {
      pieces.push({ text, size: Math.max(count, Math.ceil(text.length / WORD_LETTERS)) });
      [text, count] = ["", 0];
    }
    text += unit.text;
    count += unit.words;
  }
  pieces.push({ text, size: Math.max(count, Math.ceil(text.length / WORD_LETTERS)) });
  return pieces;
}

/** Words with the white space after them; slices of what has none. */
function* unitsOf(text: string): Generator<{ readonly text: string; readonly words: number }> {
  for (const [token] of text.matchAll(/\S+|\s{1,800}/g)) {
    if (token.trim() === "") yield { text: token, words: 0 };
    else if (UNSPACED.test(token)) {
      for (const { segment, isWordLike } of words.segment(token)) yield { text: segment, words: isWordLike ? 1 : 0 };
    } else yield* slices(token);
  }
}

function* slices(token: string): Generator<{ readonly text: string; readonly words: number }> {
  for (let from = 0; from < token.length;) {
    let to = Math.min(from + SLICE_LETTERS, token.length);
    // Never between the two halves of one character.
    if (to < token.length && /[\uDC00-\uDFFF]/.test(token.charAt(to))) to += 1;
    yield { text: token.slice(from, to), words: 1 };
    from = to;
  }
}

function newlines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}
