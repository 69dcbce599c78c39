/** Chinese and Japanese are written without spaces. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303F\uFF00-\uFFEF]/u;

const LONGEST_WORD = 60;

/** How words that stand in two lines are written in one: those that a document has elsewhere, with and without a hyphen. */
export interface Words {
  readonly plain: ReadonlySet<string>;
  readonly hyphened: ReadonlySet<string>;
}

/** The words within lines; what stands at the end of one may be only the half of a word. */
export function wordsIn(lines: Iterable<string>): Words {
  const plain = new Set<string>();
  const hyphened = new Set<string>();
  for (const line of lines) {
    for (const [word] of line
      .toLowerCase()
      .matchAll(/[\p{L}\p{M}\p{N}]+(?:-[\p{L}\p{M}\p{N}]+)*(?![\p{L}\p{M}\p{N}-]*$)/gu)) {
      (word.includes("-") ? hyphened : plain).add(word);
    }
  }
  return { plain, hyphened };
}

/** Two lines of a paragraph as one: with a space, and without the hyphen where a word was parted. */
export function joinLines(text: string, next: string, words: Words): string {
  const [start, end] = [
    /([\p{L}\p{M}]+)[-\u2010\u00AD]$/u.exec(text.slice(-LONGEST_WORD)),
    /^[\p{Ll}\p{M}]+/u.exec(next),
  ];
  if (start && end) {
    const first = start[1]?.toLowerCase() ?? "";
    const isOwn = words.hyphened.has(`${first}-${end[0]}`) && !words.plain.has(first + end[0]);
    return isOwn && !text.endsWith("\u00AD") ? text + next : text.slice(0, -1) + next;
  }
  const isUnspaced = UNSPACED.test(text.at(-1) ?? "") && UNSPACED.test(next.charAt(0));
  // A line may break after a dash or a slash within an address.
  const isBroken = /\w[-/_]$/.test(text.slice(-2)) && /^\S/.test(next);
  return text + (isUnspaced || isBroken ? "" : " ") + next;
}
