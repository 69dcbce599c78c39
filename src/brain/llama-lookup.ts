/** Tokens that must repeat before what followed them last time is guessed to follow again. */
const GRAM = 3;
/** Earlier places of the same tokens that are compared. */
const PLACES = 8;
/** A match longer than this says nothing more. */
const LONGEST_MATCH = 16;
const SHORTEST_DRAFT = 4;
const LONGEST_DRAFT = 20;
/** Every draft that fails asks for this many more repeated tokens before the next. */
const DOUBT = 2;

/** Guesses at what comes next in a text that copies from itself, as an answer copies from its documents. */
export interface Lookup<Token extends number = number> {
  /** Adds tokens at the end of the text. */
  push(tokens: readonly Token[]): void;
  /** What may follow; empty where nothing repeats, or where guesses have failed of late. */
  draft(): readonly Token[];
  /** Says how many tokens of a draft came true. */
  judge(drafted: number, accepted: number): void;
}

/**
 * Prompt lookup decoding (https://github.com/apoorvumang/prompt-lookup-decoding): the longest recent repetition of the last tokens,
 * continued. How long a draft is, and how much must repeat first, follows from how the last ones fared, so that text which repeats
 * nothing costs nothing.
 */
export function createLookup<Token extends number>(text: readonly Token[]): Lookup<Token> {
  const tokens: Token[] = [];
  const places = new Map<string, number[]>();
  let doubt = 0;

  const push = (added: readonly Token[]) => {
    for (const token of added) {
      tokens.push(token);
      if (tokens.length < GRAM) continue;
      const key = tokens.slice(-GRAM).join(" ");
      const before = places.get(key) ?? [];
      places.set(key, [...before.slice(1 - PLACES), tokens.length]);
    }
  };
  push(text);

  return {
    push,
    draft() {
      const key = tokens.slice(-GRAM).join(" ");
      const earlier = (places.get(key) ?? []).filter((place) => place < tokens.length);
      const matches = earlier.map((place) => ({ place, length: matchLength(tokens, place) }));
      const best = matches.reduceRight<(typeof matches)[number] | undefined>(
        (one, other) => (one && one.length >= other.length ? one : other),
        undefined,
      );
      if (!best || best.length < GRAM + doubt) return [];
      const length = Math.min(LONGEST_DRAFT, Math.max(SHORTEST_DRAFT, best.length * 2));
      return tokens.slice(best.place, best.place + length);
    },
    judge(drafted, accepted) {
      if (drafted === 0) return;
      doubt = accepted * 2 >= drafted ? 0 : Math.min(LONGEST_MATCH - GRAM, doubt + DOUBT);
    },
  };
}

/** How many tokens before `place` are the same as those at the end. */
function matchLength(tokens: readonly number[], place: number): number {
  let length = GRAM;
  while (length < LONGEST_MATCH && place - length > 0 && tokens[place - length - 1] === tokens.at(-length - 1)) {
    length += 1;
  }
  return length;
}
