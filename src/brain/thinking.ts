const THINKING = "<think>";
const THOUGHT = "</think>";

/** What a model has written so far without the thinking at its start, so that it only grows as the model writes on. */
export function withoutThinking(written: string): string {
  const text = written.trimStart();
  if (THINKING.startsWith(text)) return "";
  if (!text.startsWith(THINKING)) return written;
  const end = text.indexOf(THOUGHT);
  return end < 0 ? "" : text.slice(end + THOUGHT.length).trimStart();
}
