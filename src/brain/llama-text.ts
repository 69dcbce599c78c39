import { withoutThinking } from "./thinking.ts";

/** Tokens that are held back at most while they make no whole character. */
const LONGEST_CHARACTER = 8;
/** Tokens before a stretch that its spaces depend on. */
const CONTEXT = 16;

/** Makes text of tokens as they come. */
export interface TextStream<Token extends number> {
  /** Adds tokens; `stopped` where one of the stops stands in the text, which then ends before it. */
  push(tokens: readonly Token[]): { readonly stopped: boolean };
  /** All that may be shown so far: whole characters, no thinking, nothing that may become a stop. */
  shown(): string;
  /** All that was written, once it has ended. */
  whole(): string;
}

/** Text of tokens: whole characters only, without the model's thinking at its beginning, ended by the first of `stops`. */
export function createTextStream<Token extends number>(
  model: {
    detokenize(tokens: readonly Token[], specialTokens: boolean, lastTokens: readonly Token[]): string;
  },
  stops: readonly string[],
): TextStream<Token> {
  let text = "";
  let pending: Token[] = [];
  let before: Token[] = [];
  let isStopped = false;
  return {
    push(tokens) {
      if (isStopped) return { stopped: true };
      pending.push(...tokens);
      const added = model.detokenize(pending, true, before);
      if (added.endsWith("\uFFFD") && pending.length < LONGEST_CHARACTER) return { stopped: false };
      text += added;
      before = [...before, ...pending].slice(-CONTEXT);
      pending = [];
      const places = stops.map((stop) => text.indexOf(stop)).filter((place) => place !== -1);
      if (places.length > 0) {
        text = text.slice(0, Math.min(...places));
        isStopped = true;
      }
      return { stopped: isStopped };
    },
    shown: () => withoutThinking(isStopped ? text : withoutBeginning(text, stops)).trimStart(),
    whole: () => withoutThinking(text).trimStart(),
  };
}

/** The text without an end that may be the beginning of a stop. */
function withoutBeginning(text: string, stops: readonly string[]): string {
  const longest = Math.max(0, ...stops.map(({ length }) => length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(-length);
    if (stops.some((stop) => stop.startsWith(end))) return text.slice(0, -length);
  }
  return text;
}
