import type { Audience, Question, Turn } from "../../chat.ts";

/** What somebody typed, as a question. `id` and `sentAt` (ISO 8601) are the caller's, so that this is pure. */
export function fromTerminal(
  text: string,
  options: {
    readonly id: string;
    readonly sentAt: string;
    readonly turns: readonly Turn[];
    readonly clearance: readonly Audience[];
  },
): Question {
  const { id, sentAt, turns, clearance } = options;
  return {
    message: {
      id,
      conversation: { platform: "terminal", space: "local", channel: "terminal" },
      author: { id: "owner", name: "owner", isBot: false },
      text,
      sentAt,
    },
    turns,
    clearance,
  };
}
