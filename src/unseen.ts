/** Characters that are never seen, or only by what they do to others: controls, direction marks, tags, fillers, joiners, shapes. */
const UNSEEN = /[\p{Cc}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;
/** Letters of full width, and what mentions, links and tags are made of, which some programs take for the plain ones. */
const WIDE = /[\uff03\uff0e\uff0f\uff10-\uff19\uff1c\uff1e\uff20-\uff3a\uff40-\uff5a\ufe64\ufe65\ufe6b]/g;

const PICTURE_END = /\p{Extended_Pictographic}\ufe0f?\p{Emoji_Modifier}?$/u;
const PICTURE = /^\p{Extended_Pictographic}/u;
const SHAPED = /(?:\p{Extended_Pictographic}|[0-9#*])$/u;
/** Scripts whose spelling needs joiners between letters. */
const JOINED =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}]/u;

/** Text without what is never seen, in plain letters instead of those of full width. Joiners and shapes stay where they do something. Pure. */
export function withoutUnseen(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\r\n?|[\u2028\u2029]/g, "\n")
    .replaceAll(WIDE, (character) => character.normalize("NFKC"))
    .replaceAll(UNSEEN, (character, at: number, whole: string) => {
      const before = whole.slice(Math.max(0, at - 8), at);
      const after = whole.slice(at + 1, at + 3);
      return isNeeded(character, { before, after }) ? character : "";
    });
}

function isNeeded(character: string, { before, after }: { readonly before: string; readonly after: string }): boolean {
  if (character === "\n" || character === "\t") return true;
  if (character === "\ufe0e" || character === "\ufe0f") return SHAPED.test(before);
  if (character !== "\u200c" && character !== "\u200d") return false;
  const isPicture = character === "\u200d" && PICTURE_END.test(before) && PICTURE.test(after);
  return isPicture || (JOINED.test(lastLetter(before)) && JOINED.test(after.slice(0, 1)));
}

function lastLetter(text: string): string {
  return Array.from(text).findLast((character) => !/\p{M}/u.test(character)) ?? "";
}
