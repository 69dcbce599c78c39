/**
 * A part of a text: what it is, and which characters of the text it shows. Whatever a part does not show is markup.
 *
 * @typedef {{ readonly kind: "text" | "code" | "image", readonly from: number, readonly to: number }
 *   | { readonly kind: "mark", readonly number: number, readonly after: string }
 *   | { readonly kind: "break" }
 *   | { readonly kind: "strong" | "emphasis", readonly parts: readonly Part[] }
 *   | { readonly kind: "link", readonly address: string, readonly parts: readonly Part[] }} Part
 *
 * @typedef {{ readonly text: string, readonly from: number, readonly to: number, readonly depth: number, readonly marks: number }} Stretch
 */

/** Emphasis and links within each other; what lies deeper is shown as it stands. */
const DEEPEST = 6;

/**
 * What may begin at a character: a pattern, and the part it makes. `inside` gives the parts of one of the pattern's groups.
 * @type {readonly (readonly [RegExp, (match: RegExpExecArray, inside: (group: number) => Part[]) => Part[]])[]}
 */
const PATTERNS = [
  [/\\([!-/:-@[-`{-~])/dy, (match) => [{ kind: "text", ...groupOf(match, 1) }]],
  [/(`+)(?!`)([^]*?[^`])\1(?!`)/dy, (match) => [{ kind: "code", ...groupOf(match, 2) }]],
  [/<br\s*\/?>/diy, () => [{ kind: "break" }]],
  [/!\[([^[\]]*)\]\([^()\s]*(?:\s+(?:"[^"]*"|'[^']*'))?\)/dy, (match) => [{ kind: "image", ...groupOf(match, 1) }]],
  [
    /\[((?:\\.|[^[\]\\]|\[[^[\]]*\])*)\]\(\s*<?([^\s()<>]*(?:\([^\s()]*\)[^\s()<>]*)*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/dy,
    (match, inside) => [{ kind: "link", address: match[2] ?? "", parts: inside(1) }],
  ],
  [/\[([^[\]]+)\]\[[^[\]]*\]/dy, (_match, inside) => inside(1)],
  [/<(https?:\/\/[^\s<>]+)>/dy, (match) => [addressPart(match, 1)]],
  [/https?:\/\/[^\s<>()[\]"'`|]*[^\s<>()[\]"'`|.,;:!?*_]/dy, (match) => [addressPart(match, 0)]],
  [/\*\*(?=\S)([^]*?\S)\*\*/dy, (_match, inside) => [{ kind: "strong", parts: inside(1) }]],
  [/(?<!\w)__(?=\S)([^]*?\S)__(?!\w)/dy, (_match, inside) => [{ kind: "strong", parts: inside(1) }]],
  [/(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])/dy, (_match, inside) => [{ kind: "emphasis", parts: inside(1) }]],
  [/(?<!\w)_(?=[^\s_])([^_\n]*[^\s_])_(?!\w)/dy, (_match, inside) => [{ kind: "emphasis", parts: inside(1) }]],
];

/** A mark of a written text: "[2]" leads to its second source. What ends a clause after it is never parted from it. */
const MARK = /\[(\d{1,3})\](?!\()([.,;:!?]*)/y;

/**
 * The parts of a Markdown text within a block: emphasis, code, links. HTML is text like any other, and so is "[1]" unless the text
 * has so many `marks`.
 * @param {string} text
 * @param {{ readonly marks?: number }} [given]
 * @returns {readonly Part[]}
 */
export function partsOf(text, { marks = 0 } = {}) {
  return split({ text, from: 0, to: text.length, depth: 0, marks });
}

/**
 * @param {Stretch} stretch
 * @returns {Part[]}
 */
function split({ text, from, to, depth, marks }) {
  /** @type {Part[]} */
  const parts = [];
  let plain = from;
  let at = from;
  const flush = () => {
    if (plain < at) parts.push({ kind: "text", from: plain, to: at });
  };
  while (at < to) {
    const found =
      depth < DEEPEST && /[\\`<![*_h]/.test(text[at] ?? "") ? matchAt({ text, from: at, to, depth, marks }) : undefined;
    if (found) {
      flush();
      parts.push(...found.parts);
      at = found.end;
      plain = at;
    } else at += 1;
  }
  flush();
  return parts;
}

/**
 * @param {Stretch} stretch
 */
function matchAt({ text, from, to, depth, marks }) {
  const mark = marks > 0 && text[from] === "[" ? markAt(text.slice(0, to), from) : undefined;
  if (mark && mark.part.number <= marks) return { end: mark.end, parts: [mark.part] };
  for (const [pattern, make] of PATTERNS) {
    pattern.lastIndex = from;
    const match = pattern.exec(text);
    const end = match ? match.index + match[0].length : Infinity;
    if (!match || end > to) continue;
    const inside = (/** @type {number} */ group) => split({ text, ...groupOf(match, group), depth: depth + 1, marks });
    return { end, parts: make(match, inside) };
  }
  return undefined;
}

/**
 * @param {string} text
 * @param {number} from
 */
function markAt(text, from) {
  MARK.lastIndex = from;
  const [whole = "", digits, after = ""] = MARK.exec(text) ?? [];
  const number = Number(digits);
  if (!(number > 0)) return undefined;
  return { end: from + whole.length, part: { kind: /** @type {const} */ ("mark"), number, after } };
}

/**
 * Where a group stands in the text.
 * @param {RegExpExecArray} match
 * @param {number} group
 */
function groupOf(match, group) {
  const [from, to] = match.indices?.[group] ?? [0, 0];
  return { from, to };
}

/**
 * An address that stands in the text, as a link to itself.
 * @param {RegExpExecArray} match
 * @param {number} group
 * @returns {Part}
 */
function addressPart(match, group) {
  return { kind: "link", address: match[group] ?? "", parts: [{ kind: "text", ...groupOf(match, group) }] };
}
