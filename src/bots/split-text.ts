/** What is cut only where it fits no piece: a link, code, bold and the like. The groups are how it begins and how it ends. */
const SPAN =
  /(?<link>\[)[^[\]\n]*(?<linked>\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)?\))|(?<code>`+)[^`\n]+\k<code>(?!`)|(?<strong>\*\*|__|~~|\|\|)(?![\s*_~|])[^*_~|\n]+\k<strong>|<?https?:\/\/[^\s<>]+>?/gu;
/** What would become a heading, an item, a quote or a fence at the start of a piece. */
const MARKER = /^\s*(?:#{1,6}\s|-#\s|[-*+•]\s|>|\d{1,9}[.)]\s|`{3}|~{3})/;
/** A cut at the end of a line or a sentence may leave this share of a piece empty. */
const EMPTY = 0.6;
/** Of a span that is cut, each part says at least so much. */
const LEAST = 16;
/** Pieces ahead in which the end of a span is looked for. */
const SEEN = 8;

const sentences = new Intl.Segmenter("und", { granularity: "sentence" });
const words = new Intl.Segmenter("und", { granularity: "word" });
const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

interface Span {
  readonly start: number;
  readonly end: number;
  readonly open: string;
  readonly close: string;
}

interface Cut {
  readonly head: string;
  readonly tail: string;
}

/** Text of one block in parts of at most `first` and then `most` units, cut at lines, sentences, words. Code is cut anywhere. Pure. */
export function cutText(
  text: string,
  { first, most, isCode = false }: { readonly first: number; readonly most: number; readonly isCode?: boolean },
): string[] {
  const parts: string[] = [];
  let rest = text;
  let room = first;
  while (rest.length > room) {
    const { head, tail } = isCode ? cutCode(rest, room) : cutOnce(rest, { room, most });
    parts.push(head);
    rest = tail;
    room = most;
  }
  return rest === "" ? parts : [...parts, rest];
}

function cutCode(rest: string, room: number): Cut {
  const at = wholeGrapheme(rest, room);
  return { head: rest.slice(0, at), tail: rest.slice(at) };
}

function cutOnce(rest: string, { room, most }: { readonly room: number; readonly most: number }): Cut {
  const window = rest.slice(0, room + SEEN * most);
  const spans = spansIn(window, room);
  const isFree = (at: number) => !spans.some(({ start, end }) => start < at && at < end);
  const isGood = (at: number) => at > 0 && at <= room && isFree(at) && !MARKER.test(window.slice(at, at + 12));
  const least = room * (1 - EMPTY);
  const at =
    lastOf(lineEnds(window, room), (end) => end >= least && end <= room && isFree(end)) ??
    lastOf(startsIn(sentences, window.slice(0, room + 1)), (start) => start >= least && isGood(start)) ??
    lastOf(spacesIn(window.slice(0, room + 1)), isGood);
  const across = spans.find(({ start, end }) => start < room && end > room);
  // Better a short piece than a link in two.
  if (at !== undefined && (!across || across.end - across.start <= most || at >= least)) return trimmed(rest, at);
  if (across) return cutSpan(rest, { span: across, room, most });
  const word = lastOf(startsIn(words, window.slice(0, room + 1)), (start) => start >= least && isGood(start));
  return trimmed(rest, word ?? wholeGrapheme(rest, room));
}

/** A span that fits the next piece goes there; else each part of it begins and ends as the whole does. */
function cutSpan(
  rest: string,
  { span, room, most }: { readonly span: Span; readonly room: number; readonly most: number },
): Cut {
  const { start, end, open, close } = span;
  if (end - start <= most) return trimmed(rest, start);
  const last = Math.max(1, room - close.length);
  const space = lastOf(spacesIn(rest.slice(0, last)), (place) => place >= start + open.length + LEAST);
  const at = space ?? wholeGrapheme(rest, last);
  const isWorthwhile = open !== "" && at >= start + open.length + LEAST && room > 2 * (open.length + close.length);
  if (!isWorthwhile) return start > 0 ? trimmed(rest, start) : trimmed(rest, wholeGrapheme(rest, room));
  return { head: rest.slice(0, at).trimEnd() + close, tail: open + rest.slice(at).trimStart() };
}

function trimmed(rest: string, at: number): Cut {
  return { head: rest.slice(0, at).trimEnd(), tail: rest.slice(at).trimStart() };
}

/** Spans that begin before a place. */
function spansIn(text: string, before: number): Span[] {
  const spans: Span[] = [];
  for (const { 0: whole, index: start, groups = {} } of text.matchAll(SPAN)) {
    if (start >= before) break;
    const { link, linked, code, strong } = groups;
    const open = link ?? code ?? strong ?? "";
    spans.push({ start, end: start + whole.length, open, close: linked ?? open });
  }
  return spans;
}

function lineEnds(text: string, room: number): number[] {
  return [...text.slice(0, room + 1).matchAll(/\n/g)].map(({ index }) => index);
}

function spacesIn(text: string): number[] {
  return [...text.matchAll(/\s+/g)].map(({ index }) => index);
}

function startsIn(segmenter: Intl.Segmenter, text: string): number[] {
  // The last segment may go on behind the text; where it starts is sure.
  return [...segmenter.segment(text)].map(({ index }) => index);
}

function lastOf(places: readonly number[], isGood: (place: number) => boolean): number | undefined {
  return places.findLast(isGood);
}

/** The last place up to `at` that parts no letter from its accents and no picture from its parts. */
function wholeGrapheme(text: string, at: number): number {
  const from = Math.max(0, at - 64);
  const index = graphemes.segment(text.slice(from, at + 64)).containing(at - from)?.index ?? 0;
  const isSurrogate = /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) && at > 1;
  return index > 0 ? from + index : at - (isSurrogate ? 1 : 0);
}
