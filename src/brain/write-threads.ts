import type { Question } from "../chat.ts";
import type { PromptMessage } from "./engine.ts";

/** What a model was told and wrote in one conversation so far, so that a follow-up only adds to it. */
export interface Thread {
  /** The rules, and then what was asked and what was written, in turns. */
  readonly messages: readonly PromptMessage[];
  readonly tokens: number;
  /** Ids of the passages that were shown, in the order of their numbers; undefined for a number that had no room. */
  readonly shown: readonly (string | undefined)[];
}

/** Conversations that a writer remembers. */
export interface Threads {
  /** The conversation that a question goes on with, if it is remembered as the asker saw it. */
  before(question: Question): Thread | undefined;
  /** Remembers a conversation up to and with a question. */
  keep(question: Question, thread: Thread): void;
  clear(): void;
}

const MOST_THREADS = 100;

/**
 * Remembers the hundred conversations that were used last. One is found again only by the very questions that were asked in it, under
 * the same clearance: a place may hold several at once, and nobody is answered from somebody else's.
 */
export function createThreads(): Threads {
  const threads = new Map<string, Thread>();
  return {
    before(question) {
      const asked = askedBefore(question);
      return asked.length > 0 ? threads.get(keyOf(question, asked)) : undefined;
    },
    keep(question, thread) {
      const asked = askedBefore(question);
      // What the conversation was before is part of what it is now.
      threads.delete(keyOf(question, asked));
      threads.set(keyOf(question, [...asked, question.message.text]), thread);
      for (const oldest of threads.keys()) {
        if (threads.size <= MOST_THREADS) break;
        threads.delete(oldest);
      }
    },
    clear: () => threads.clear(),
  };
}

function askedBefore({ turns }: Question): string[] {
  return turns.filter(({ role }) => role === "user").map(({ text }) => text);
}

function keyOf({ message, clearance }: Question, asked: readonly string[]): string {
  const { platform, space, channel, thread = "" } = message.conversation;
  return JSON.stringify([platform, space, channel, thread, clearance.toSorted(), asked]);
}
