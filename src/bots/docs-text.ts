import type { Passage } from "../chat.ts";
import { gateLink, gateMarkdown } from "./gate.ts";
import { LONGEST_OWN_TEXT } from "./dialect.ts";

/** Passages of a look-up by words. */
export const MOST_PASSAGES = 4;
/** Room of one message for all excerpts; what stands above and between them is short. */
const EXCERPTS_ROOM = 1_300;
const LONGEST_TRAIL = 120;
/** Room for who shares it. */
const ROOM_BESIDE = 60;

/** The place of a passage, linked where people can read it. Markdown. Pure. */
export function placeText({ title, headings, url }: Pick<Passage, "title" | "headings" | "url">): string {
  return gateLink(shorten([title, ...headings].join(" › "), LONGEST_TRAIL), url);
}

/** Passages with their places and what they say. Markdown of at most 2,000 characters. Pure. */
export function passagesText(
  passages: readonly Passage[],
  { linkHosts }: { readonly linkHosts: readonly string[] },
): string {
  const room = Math.floor(EXCERPTS_ROOM / Math.max(1, passages.length));
  const shown = passages.map((passage) => {
    const urls = passage.url === undefined ? [] : [passage.url];
    // On lines of their own, so that no block of the excerpt opens in it and ends outside.
    const lines = shorten(passage.text.trim(), room).split("\n");
    const excerpt = lines
      .map((line) => line.trim())
      .filter((line) => line !== "" && !/^(?:`{3,}|~{3,})/.test(line))
      .map((line) => `> ${gateMarkdown(line.replace(/^(?:#{1,6}|-#|>+)\s+/, ""), { hosts: linkHosts, urls })}`);
    return [`**${placeText(passage)}**`, ...excerpt].join("\n");
  });
  const text: string[] = [];
  for (const one of shown) {
    if ([...text, one].join("\n\n").length <= LONGEST_OWN_TEXT - ROOM_BESIDE) text.push(one);
  }
  return text.join("\n\n");
}

/** At most so many characters, cut between words. */
function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 1).toWellFormed();
  return `${cut.replace(/\s+\S*$/, "").trimEnd()}…`;
}
