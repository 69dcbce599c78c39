import type { Passage } from "../chat.ts";
import { gateLink, gateMarkdown } from "./gate.ts";
import { LONGEST_OWN_TEXT } from "./dialect.ts";

/** Passages of a look-up by words. */
export const MOST_PASSAGES = 4;
/** How much of its room a passage's words take, before links and quotation marks are added to them. */
const EXCERPT = 0.67;
const GAP = "\n\n";
/** Stands where a line no longer fits. */
const MORE = "> …";
const LONGEST_TRAIL = 120;
/** Room for who shares it. */
const ROOM_BESIDE = 60;

/** The place of a passage, linked where people can read it. Markdown. Pure. */
export function placeText({ title, headings, url }: Pick<Passage, "title" | "headings" | "url">): string {
  return gateLink(shorten([title, ...headings].join(" › "), LONGEST_TRAIL), url);
}

/** Passages with their places and as much as fits of what they say. Markdown of at most 2,000 characters. Pure. */
export function passagesText(
  passages: readonly Passage[],
  { linkHosts }: { readonly linkHosts: readonly string[] },
): string {
  const room = Math.floor((LONGEST_OWN_TEXT - ROOM_BESIDE) / Math.max(1, passages.length)) - GAP.length;
  return passages.map((passage) => passageIn(passage, { room, linkHosts })).join(GAP);
}

function passageIn(
  passage: Passage,
  { room, linkHosts }: { readonly room: number; readonly linkHosts: readonly string[] },
): string {
  const { title, headings, url, text } = passage;
  const linked = `**${placeText(passage)}**`;
  // An address may be as long as a message.
  const shown = [linked.length <= room / 2 ? linked : `**${placeText({ title, headings })}**`];
  const allowed = { hosts: linkHosts, urls: url === undefined ? [] : [url] };
  let left = room - (shown[0]?.length ?? 0) - MORE.length - 1;
  // On lines of their own, so that no block of the excerpt opens in it and ends outside.
  for (const line of shorten(text.trim(), Math.floor(room * EXCERPT)).split("\n")) {
    const plain = line.trim().replace(/^(?:#{1,6}|-#|>+)\s+/, "");
    if (plain === "" || /^(?:`{3,}|~{3,})/.test(plain)) continue;
    const quoted = `> ${gateMarkdown(plain, allowed)}`;
    left -= quoted.length + 1;
    if (left < 0) return [...shown, MORE].join("\n");
    shown.push(quoted);
  }
  return shown.join("\n");
}

/** At most so many characters, cut between words. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1).toWellFormed();
  return `${cut.replace(/\s+\S*$/, "").trimEnd()}…`;
}
