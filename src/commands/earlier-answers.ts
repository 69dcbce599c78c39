import { setTimeout as delay } from "node:timers/promises";
import { renderStale } from "../bots/terminal/stale-report.ts";
import type { Brain } from "../brain/brain.ts";
import { lookOf, type Surroundings } from "./command.ts";

/** How long a question waits for changed documents to be read; longer reading goes on beside it. */
const CATCH_UP_MS = 1_000;
/** Answers that are followed, the latest: the core is asked about so many at once at most. */
const MOST_ANSWERS = 1_000;

/** The answers of one conversation in the terminal, while it lasts. */
export interface EarlierAnswers {
  add(answer: { readonly id: string; readonly question: string }): void;
  clear(): void;
  /** Lets changed documents be read, for a moment. Never throws: what is wrong with them is told elsewhere. */
  catchUp(options: { readonly signal: AbortSignal }): Promise<void>;
  /** What is to be said of answers whose sources have changed since; each is told once. Empty where there is nothing. */
  changed(): Promise<string>;
}

/** Follows the answers that are added, so that a person learns of those that no longer stand. */
export function followEarlierAnswers(brain: Brain, surroundings: Surroundings): EarlierAnswers {
  const questions = new Map<string, string>();
  return {
    add: ({ id, question }) => {
      questions.set(id, question);
      for (const oldest of [...questions.keys()].slice(0, -MOST_ANSWERS)) questions.delete(oldest);
    },
    clear: () => questions.clear(),
    async catchUp({ signal }) {
      const done = new AbortController();
      const either = AbortSignal.any([signal, done.signal]);
      const sync = brain.sync({ signal: surroundings.signal }).catch(() => {});
      await Promise.race([sync, delay(CATCH_UP_MS, undefined, { signal: either }).catch(() => {})]);
      done.abort();
    },
    async changed() {
      if (questions.size === 0) return "";
      const { signal } = surroundings;
      const of = { platform: "terminal", ids: [...questions.keys()] } as const;
      const stale = await brain.staleAnswers(of, { signal }).catch(() => []);
      return stale
        .map(({ id, sources }) => {
          const question = questions.get(id) ?? "";
          questions.delete(id);
          return `${renderStale({ question, sources }, lookOf(surroundings))}\n`;
        })
        .join("");
    },
  };
}
