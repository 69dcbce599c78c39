const CHARACTERS_A_TOKEN = 3.5;
const OTHER_CHARACTERS_A_TOKEN = 2;
const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;
const OTHERS = /[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]/gu;

/**
 * About how many tokens a text has, as the protocol has no way to ask: one for 3.5 Latin characters, one for each Chinese, Japanese
 * or Korean one, one for two of any other script. Rounded up.
 */
export function estimateTokens(text: string): number {
  const ideographs = text.match(IDEOGRAPHS)?.length ?? 0;
  const others = (text.match(OTHERS)?.length ?? 0) - ideographs;
  const latin = text.length - ideographs - others;
  return Math.ceil(ideographs + others / OTHER_CHARACTERS_A_TOKEN + latin / CHARACTERS_A_TOKEN);
}

/** Openings of what models know as special tokens: ChatML, Llama, DeepSeek, Gemma, Mistral, and the marks of thinking and tools. */
const SPECIAL =
  /<(?=[|｜])|<(?=\/?(?:s|bos|eos|pad|unk|start_of_turn|end_of_turn|think|tool_call|tool_response)>)|<(?=<\/?SYS>>)|\[(?=\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_RESULTS|TOOL_CALLS)\])/g;

/**
 * A text in which no special token of a model is written: a space breaks each. Servers read such tokens even in what a message says,
 * so that a document could end its message and begin another.
 */
export function withoutSpecialTokens(text: string): string {
  return text.replaceAll(SPECIAL, "$& ");
}
