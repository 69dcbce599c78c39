import type { Passage } from "../chat.ts";
import { withoutMentions } from "../mentions.ts";
import { withoutUnseen } from "../unseen.ts";

const LINKED = /!?\[([^[\]]*)\]\(\s*<?([^()\s<>]*)>?[^()]*\)/g;
const ADDRESS =
  /<?\b((?:[a-z][a-z0-9+.-]{0,30}:\/\/|www\.)[^\s<>`"“”|]*|(?:mailto|javascript|data|vbscript|tel|file):[^\s<>`"“”|]+)(?:\|[^<>\n]*)?>?/giu;
const MAIL = /[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+/gu;
const HOST =
  /(?<![\p{L}\p{N}`]|[\p{L}\p{N}_%+-]@)(?:[\p{L}\p{N}-]{1,63}\.){1,8}(?:\p{L}{2,24}|xn--[a-z0-9-]{1,59})(?:\/[^\s<>`"“”]*)?(?![\p{L}\p{N}_`]|@[\p{L}\p{N}-]+\.\p{L})/giu;
const TAG = /<(?:\/?[a-z][^<>\n]*|!--[^<>\n]*)>/gi;
const OPENING = /<(?=[/a-z!?@#&])/gi;
const LINE_START = /^[ \t]*(?:(?:#{1,6}|-#)[ \t]+|>+[ \t]*)+/gm;
/** Bold that begins here and ends in another sentence. */
const OPEN_STRONG = /(?<![^\s(])\*\*(?=[\p{L}\p{N}])(?![^*]*\*\*)/gu;
const PUNCTUATION = /[.,;:!?)\]}'*_~…]+$/;

/**
 * A sentence as it may be shown: nothing unseen, no picture, no HTML, no mention of everybody or anybody by number; an address only
 * where it stands so in one of the passages, else as code, which no client makes a link of. Pure.
 */
export function gate(text: string, passages: readonly Pick<Passage, "text" | "url">[]): string {
  const known = new Set(passages.flatMap(({ text: own, url }) => [...addressesIn(own), ...addressesIn(url ?? "")]));
  const isWritten = (address: string) => known.has(address);
  const isKnown = (address: string) => known.has(address) && isHarmless(address);
  const linked = balanced(withoutUnseen(text).replaceAll(LINE_START, "").replaceAll(OPEN_STRONG, "")).replaceAll(
    LINKED,
    (_, words: string, address: string) => (isKnown(address) ? `${words} ${address}` : words),
  );
  return outsideCode(linked, (part) => {
    const coded = withoutMentions(part).replaceAll(ADDRESS, (_, address: string) => plainAddress(address, isKnown));
    const mailed = outsideCode(coded, (rest) => rest.replaceAll(MAIL, (mail) => plainAddress(mail, isWritten)));
    const hosted = outsideCode(mailed, (rest) => rest.replaceAll(HOST, (host) => plainAddress(host, isWritten)));
    const tagless = outsideCode(hosted, (rest) => rest.replaceAll(TAG, code));
    return outsideCode(tagless, (rest) => rest.replaceAll(OPENING, "< "));
  });
}

/** A piece of code as it may be shown: nothing unseen, and no fence of its own. Pure. */
export function gateCode(text: string): string {
  return withoutUnseen(text).replaceAll(/`{3,}|~{3,}/g, "");
}

function addressesIn(text: string): string[] {
  const hosts = [...(text.match(HOST) ?? []), ...(text.match(MAIL) ?? [])];
  const addresses = [...text.matchAll(ADDRESS)].map((match) => match[1] ?? "");
  return [...addresses, ...hosts].flatMap((address) => [address, address.replace(PUNCTUATION, "")]);
}

function plainAddress(address: string, isKnown: (address: string) => boolean): string {
  const bare = address.replace(PUNCTUATION, "");
  const rest = address.slice(bare.length);
  return isKnown(bare) ? address : code(bare) + rest;
}

/** Whether an address is one to read at, without a name or password in it. */
function isHarmless(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "";
}

function code(text: string): string {
  return `\`${text}\``;
}

/** Code begun and never ended would swallow what follows, and a fence belongs on lines of its own. */
function balanced(text: string): string {
  const isBalanced = text.split("\n").every((line) => line.split("`").length % 2 === 1);
  return isBalanced && !text.includes("``") ? text : text.replaceAll("`", "");
}

function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(/(`[^`\n]*`)/)
    .map((part, place) => (place % 2 === 0 ? change(part) : part))
    .join("");
}
