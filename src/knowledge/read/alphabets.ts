/** Letters outside ASCII, one string a language. */
export const WESTERN: readonly string[] = [
  "äöüß",
  "àâæçéèêëîïôùûüÿœ",
  "áéíóúñü¿¡ªº",
  "àèéìíîòóùú",
  "ãáàâçéêíóôõúªº",
  "åäö",
  "æøå",
  "ëéïóüèê",
  "àçèéíïòóúü·",
  "äöõüšž",
  "áðéíóúýþæö",
  "£¥¢±µ²³¹¼½¾¿¡ªº¬÷¶",
];
export const CENTRAL: readonly string[] = [
  "áčďéěíňóřšťúůýž",
  "ąćęłńóśźż",
  "áéíóöőúüű",
  "ăâîşţ",
  "čćđšž",
  "áäčďéíĺľňóôŕšťúýž",
];
export const TURKISH: readonly string[] = ["çğıöşüâîûi̇"];
export const BALTIC: readonly string[] = ["ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž"];
export const VIETNAMESE: readonly string[] = ["ăâđêôơưàáéèíìóòúùãẽ"];
export const RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё";
export const UKRAINIAN = "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя";
export const SERBIAN = "абвгдђежзијклљмнњопрстћуфхцчџш";
export const GREEK = "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ";
export const HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת";
export const ARABIC = "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىي،ـ؛؟ًٌٍَُِّْ";
export const THAI = Array.from({ length: 0x5b }, (_, index) => String.fromCodePoint(0x0e01 + index)).join("");

/** Quotation marks, dashes and signs that stand in any language. */
const NEUTRAL = /[“”„‘’‚–—…«»€§°©®\u00A0×·•]/;
const THAI_CONSONANT = /[\u0E01-\u0E2E]/;
/** Thai marks above and below, which need a letter before them, and vowels that need one behind. */
const THAI_MARK = /\u0E31|[\u0E34-\u0E3A]|[\u0E47-\u0E4E]/;
const THAI_FIRST_VOWEL = /[\u0E40-\u0E44]/;

/**
 * How well a text's letters outside ASCII fit one language: the share of them that its alphabet has, less those that stand where
 * none would (a capital within a word, a sign beside a letter). At most 1; a half where there are no letters to tell.
 */
export function fitOf(text: string, alphabets: readonly string[]): number {
  const counts = new Map<string, number>();
  let letters = 0;
  let wrong = 0;
  const characters = Array.from(text);
  for (const [index, character] of characters.entries()) {
    if (character < "\x80" || NEUTRAL.test(character)) continue;
    letters += 1;
    if (isMisplaced(character, { before: characters[index - 1] ?? " ", after: characters[index + 1] ?? " " }))
      wrong += 1;
    const small = character.toLowerCase();
    counts.set(small, (counts.get(small) ?? 0) + 1);
  }
  if (letters === 0) return 0.5;
  const known = alphabets.map((alphabet) => {
    let sum = 0;
    for (const letter of new Set(alphabet)) sum += counts.get(letter) ?? 0;
    return sum;
  });
  return (Math.max(...known) - wrong) / letters;
}

/** Scripts of which no letter stands right beside a Latin one. */
const NOT_LATIN = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Hebrew}\p{Script=Arabic}]/u;

function isMisplaced(
  character: string,
  { before, after }: { readonly before: string; readonly after: string },
): boolean {
  if (NOT_LATIN.test(character) && /[a-z]/i.test(before + after)) return true;
  if (/\p{Lu}/u.test(character)) return /\p{Ll}/u.test(before);
  if (/[\p{S}\p{C}]/u.test(character)) return /\p{L}/u.test(before + after);
  if (THAI_MARK.test(character)) return !THAI_CONSONANT.test(before) && !THAI_MARK.test(before);
  return THAI_FIRST_VOWEL.test(character) && !THAI_CONSONANT.test(after);
}
