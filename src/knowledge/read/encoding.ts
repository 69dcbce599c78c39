import { analyse } from "chardet";
import iconv from "iconv-lite";
import {
  CENTRAL,
  GREEK,
  HEBREW,
  ARABIC,
  RUSSIAN,
  SERBIAN,
  THAI,
  TURKISH,
  BALTIC,
  UKRAINIAN,
  VIETNAMESE,
  WESTERN,
  fitOf,
} from "./alphabets.ts";

/** Bytes that are looked at to tell the encoding: the first lines that are not plain ASCII, together so long. */
const SAMPLE_BYTES = 20_000;
/** A declaration stands at the top. */
const DECLARED_WITHIN = 1_024;
/** What the detector's opinion counts beside how well the letters fit, both from 0 to 1. */
const OPINION = 0.5;
/** How well a text fits that an East Asian encoding has no letter missing for; the detector knows the frequent ones. */
const EAST_ASIAN_FIT = 0.75;

interface Candidate {
  readonly encoding: string;
  /** What the detector calls this encoding or one that has the same letters. */
  readonly opinions: readonly string[];
  /** Letters outside ASCII of the languages that are written in it; none where the detector alone knows them. */
  readonly alphabets: readonly string[];
}

const CANDIDATES: readonly Candidate[] = [
  { encoding: "windows-1252", opinions: ["ISO-8859-1", "windows-1252"], alphabets: WESTERN },
  { encoding: "windows-1250", opinions: ["ISO-8859-2", "windows-1250"], alphabets: CENTRAL },
  { encoding: "iso-8859-2", opinions: ["ISO-8859-2", "windows-1250"], alphabets: CENTRAL },
  { encoding: "windows-1254", opinions: ["ISO-8859-9", "windows-1254"], alphabets: TURKISH },
  { encoding: "windows-1257", opinions: ["windows-1257"], alphabets: BALTIC },
  { encoding: "windows-1258", opinions: ["windows-1258"], alphabets: VIETNAMESE },
  { encoding: "windows-1251", opinions: ["windows-1251"], alphabets: [RUSSIAN, UKRAINIAN, SERBIAN] },
  { encoding: "koi8-u", opinions: ["KOI8-R"], alphabets: [RUSSIAN, UKRAINIAN] },
  { encoding: "iso-8859-5", opinions: ["ISO-8859-5"], alphabets: [RUSSIAN, SERBIAN] },
  { encoding: "ibm866", opinions: [], alphabets: [RUSSIAN] },
  { encoding: "windows-1253", opinions: ["ISO-8859-7", "windows-1253"], alphabets: [GREEK] },
  { encoding: "iso-8859-7", opinions: ["ISO-8859-7", "windows-1253"], alphabets: [GREEK] },
  { encoding: "windows-1255", opinions: ["ISO-8859-8", "windows-1255"], alphabets: [HEBREW] },
  { encoding: "windows-1256", opinions: ["windows-1256"], alphabets: [ARABIC] },
  { encoding: "iso-8859-6", opinions: ["ISO-8859-6"], alphabets: [ARABIC] },
  { encoding: "windows-874", opinions: ["windows-874"], alphabets: [THAI] },
  { encoding: "shift_jis", opinions: ["Shift_JIS"], alphabets: [] },
  { encoding: "euc-jp", opinions: ["EUC-JP"], alphabets: [] },
  { encoding: "gb18030", opinions: ["GB18030"], alphabets: [] },
  { encoding: "big5", opinions: ["Big5"], alphabets: [] },
  { encoding: "euc-kr", opinions: ["EUC-KR"], alphabets: [] },
];

/**
 * The text of bytes in whatever encoding: what a byte order mark says, else UTF-8 where it is that, else what the text declares of
 * itself (`<meta charset>`, an XML declaration), else what its letters fit best, Windows-1252 where nothing tells. Zero bytes that
 * are left in the text say that it was none.
 */
export function decodeBytes(bytes: Uint8Array): string {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) return decodeAs(bytes, marked) ?? "";
  if (bytes.includes(0)) return decodeUnmarkedUnicode(bytes) ?? decodeUtf8(bytes);
  const text = decodeUtf8(bytes);
  if (isUtf8(bytes, text)) return bytes.includes(0x1b) ? (decodeEscaped(bytes) ?? text) : text;
  const declared = declaredEncoding(bytes);
  const isDeclared = declared !== undefined && !/^utf-?(?:8|16|32)/i.test(declared);
  return (isDeclared ? decodeAs(bytes, declared) : undefined) ?? decodeAs(bytes, fittingEncoding(bytes)) ?? text;
}

/** Of text that is not in Unicode. */
function fittingEncoding(bytes: Uint8Array): string {
  const sample = sampleOf(bytes);
  const opinions = new Map(analyse(sample).map(({ name, confidence }) => [name as string, confidence / 100]));
  let best = { encoding: "windows-1252", fit: -1 };
  for (const { encoding, opinions: names, alphabets } of CANDIDATES) {
    const opinion = Math.max(0, ...names.map((name) => opinions.get(name) ?? 0));
    const fit = OPINION * opinion + fitWith({ encoding, alphabets }, sample);
    if (fit > best.fit) best = { encoding, fit };
  }
  return best.encoding;
}

function fitWith({ encoding, alphabets }: Omit<Candidate, "opinions">, sample: Uint8Array): number {
  if (alphabets.length > 0) return fitOf(decodeAs(sample, encoding) ?? "", alphabets);
  return isStrictly(sample, encoding) ? EAST_ASIAN_FIT : 0;
}

/** Whole lines only, so that no letter of several bytes is cut. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length <= SAMPLE_BYTES) return bytes;
  const sample: number[] = [];
  let from = 0;
  while (from < bytes.length && sample.length < SAMPLE_BYTES) {
    const end = bytes.indexOf(0x0a, from);
    const line = bytes.subarray(from, end < 0 ? bytes.length : end + 1).subarray(0, SAMPLE_BYTES);
    if (line.some((byte) => byte > 0x7f)) for (const byte of line) sample.push(byte);
    from += Math.max(1, line.length);
  }
  return Uint8Array.from(sample);
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0 && bytes.length % 4 === 0) return "utf-32le";
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return "utf-32be";
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}

/** UTF-16 or UTF-32 without a mark: the one in which it has no letter that no text has. */
function decodeUnmarkedUnicode(bytes: Uint8Array): string | undefined {
  for (const [encoding, unit] of [
    ["utf-32le", 4],
    ["utf-32be", 4],
    ["utf-16le", 2],
    ["utf-16be", 2],
  ] as const) {
    const text = bytes.length % unit === 0 ? decodeAs(bytes, encoding) : undefined;
    const isText = text !== undefined && !/[^\P{C}\t\n\f\r\u00AD\p{Cf}]|\uFFFD/u.test(text);
    // A letter or two of a rare script may come of any few bytes.
    if (isText && /[\s\w]/.test(text)) return text;
  }
  return undefined;
}

/** ISO-2022-JP, which is plain ASCII with escapes. */
function decodeEscaped(bytes: Uint8Array): string | undefined {
  const text = decodeAs(bytes, "iso-2022-jp");
  return text === undefined || text.includes("\uFFFD") || !/[^\0-\x7F]/.test(text) ? undefined : text;
}

function declaredEncoding(bytes: Uint8Array): string | undefined {
  const top = new TextDecoder("latin1").decode(bytes.subarray(0, DECLARED_WITHIN));
  const named =
    /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/i.exec(top) ??
    /<meta\s[^>]*?charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(top);
  return named?.[1];
}

/** Undefined where there is no encoding of that name. */
function decodeAs(bytes: Uint8Array, encoding: string): string | undefined {
  try {
    return new TextDecoder(encoding).decode(bytes);
  } catch {
    // The web has no UTF-32, nor what DOS and the Macintosh had.
    return iconv.encodingExists(encoding) ? iconv.decode(bytes, encoding) : undefined;
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder("utf-8").decode(bytes);
}

/** Whether it is UTF-8, for the most part at least: a few bad bytes do not make a text another encoding. */
function isUtf8(bytes: Uint8Array, text: string): boolean {
  if (isStrictly(bytes, "utf-8")) return true;
  let bad = 0;
  for (let at = text.indexOf("\uFFFD"); at >= 0; at = text.indexOf("\uFFFD", at + 1)) bad += 1;
  let first = 0;
  for (const byte of bytes) if (byte >= 0xc2 && byte <= 0xf4) first += 1;
  return bad * 2 < first;
}

function isStrictly(bytes: Uint8Array, encoding: string): boolean {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
