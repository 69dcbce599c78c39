import type { Passage } from "../chat.ts";

/** Characters of a name that are shown: as much as names have, and less than what could be said to people in one. */
const LONGEST_NAME = 40;
/** What may stand between the words of a name. */
const BETWEEN = /[\s_-]+[^\s_-]*$/;

/** A path as answers show it: folders and files that are named at such length are cut between words. Pure. */
export function shownPath(path: string): string {
  return path
    .split("/")
    .map((name) => {
      const [, stem = name, ending = ""] = /^(.+?)(\.[a-z0-9]{1,8})$/i.exec(name) ?? [];
      return shortened(stem) + ending;
    })
    .join("/");
}

/** A document's title as answers show it: where it is only the name of its file, it is no longer than names are. Pure. */
export function shownTitle({ title, path }: Pick<Passage, "title" | "path">): string {
  return lettersOf(path).includes(lettersOf(title)) ? shortened(title) : title;
}

function shortened(name: string): string {
  if (name.length <= LONGEST_NAME) return name;
  return `${name.slice(0, LONGEST_NAME).toWellFormed().replace(BETWEEN, "")}…`;
}

/** What makes two names the same, however their words are joined. */
function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");
}
