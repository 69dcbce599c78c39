/** Pairs that a tokenizer of ours joins, first to last; a space stands for what the format writes as Ġ. */
const MERGES = [
  [" ", "t"],
  ["h", "e"],
  ["i", "n"],
  ["r", "e"],
  ["o", "n"],
  ["e", "r"],
  [" t", "he"],
  [" ", "a"],
  ["a", "t"],
  [" ", "s"],
  ["e", "n"],
  [" ", "o"],
  ["o", "u"],
  ["i", "s"],
  [" ", "w"],
  ["o", "r"],
  ["e", "s"],
  ["n", "d"],
  [" a", "nd"],
  [" ", "f"],
  ["in", "g"],
  [" o", "f"],
  // The roles of a chat are one token each, as in real vocabularies.
  ["u", "s"],
  ["us", "er"],
  ["s", "y"],
  ["sy", "s"],
  ["t", "e"],
  ["te", "m"],
  ["sys", "tem"],
  ["a", "s"],
  ["as", "s"],
  ["is", "t"],
  ["a", "n"],
  ["an", "t"],
  ["ass", "ist"],
  ["assist", "ant"],
] as const;

/** Special tokens of ChatML. They are the last of the vocabulary. */
export const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] as const;

/** The turns as ChatML writes them, in Jinja. */
export const CHAT_TEMPLATE = [
  "{% for message in messages %}",
  "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}",
  "{% endfor %}",
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
].join("");

const NORMAL = 1;
const CONTROL = 3;

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly merges: readonly string[];
}

/** A vocabulary of so many tokens: every byte, a few merges, words that no text is cut into, and the special tokens. */
export function vocabularyOf(size: number): Vocabulary {
  const shown = (text: string) => text.replaceAll(" ", "Ġ");
  const known = [...byteTokens(), ...MERGES.map((pair) => shown(pair.join("")))];
  const words = Array.from({ length: size - known.length - SPECIAL.length }, (_, index) => `Ġw${index}`);
  return {
    tokens: [...known, ...words, ...SPECIAL],
    types: Array.from({ length: size }, (_, index) => (index < size - SPECIAL.length ? NORMAL : CONTROL)),
    merges: MERGES.map((pair) => pair.map(shown).join(" ")),
  };
}

/** How the tokenizers of this kind write each byte: as itself where it can be seen, else as a letter past 255. */
function byteTokens(): string[] {
  let unseen = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isSeen = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCodePoint(isSeen ? byte : unseen++);
  });
}
