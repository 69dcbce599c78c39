import { aborted } from "../../src/abort.ts";
import type { Answered, Brain, BrainStatus, StaleAnswer } from "../../src/brain/brain.ts";
import type { Passage } from "../../src/chat.ts";

/** A passage with whatever a test cares about. */
export function passage(given: Partial<Passage> = {}): Passage {
  return {
    id: `${"a".repeat(32)}#0`,
    documentId: "a".repeat(32),
    path: "leave.md",
    title: "Leave",
    headings: ["Annual leave"],
    anchor: "annual-leave",
    lines: [3, 5],
    text: "Everybody gets 28 days of annual leave. Ask your lead first.",
    ...given,
  };
}

/** The answer whose one quote is the given stretch of the passage's text (by default its first sentence). */
export function quoted(from: Passage = passage(), quote = from.text.split(/(?<=\.)\s/)[0] ?? ""): Answered {
  const start = from.text.indexOf(quote);
  return {
    id: "00000000-0000-4000-8000-0000000000a1",
    answer: {
      kind: "quoted",
      quotes: [{ passage: 0, text: quote, ranges: [[start, start + quote.length]] }],
      passages: [from],
    },
    hits: [{ passage: from, score: 12.5 }],
    timings: { search: 3, answer: 1 },
  };
}

/** The answer that the documents do not hold it. */
export function unknown(...nearest: readonly Passage[]): Answered {
  return {
    id: "00000000-0000-4000-8000-0000000000a2",
    answer: { kind: "unknown", nearest },
    hits: [],
    timings: { search: 3, answer: 1 },
  };
}

/** What becomes of the first answer once its sentence has changed. */
export const staleAnswer: StaleAnswer = {
  id: quoted().id,
  answeredAt: "2026-11-24T09:00:00.000Z",
  conversation: { platform: "web", space: "local", channel: "page" },
  messageId: "question-1",
  askerId: "reader",
  sources: [{ title: "Leave", path: "leave.md", change: "changed" }],
};

export const readyStatus: BrainStatus = {
  documents: 2,
  passages: 7,
  sync: { kind: "current", at: "2026-11-24T09:00:00.000Z", seconds: 0.4 },
  meaning: { kind: "none" },
  failed: [],
  seal: { kind: "sealed", interfaces: ["lo"], by: "unshare" },
  model: { kind: "none" },
};

/** A brain that says what the test gives it; anything not given has a harmless answer. */
export function scriptedBrain(script: Partial<Brain> = {}): Brain {
  return {
    answer: async () => quoted(),
    lookup: async () => [{ passage: passage(), score: 1 }],
    document: async () => [passage()],
    sync: async () => ({ added: 0, changed: 0, removed: 0, unchanged: 2, failed: [], seconds: 0.1 }),
    plan: async () => ({
      report: { added: 0, changed: 0, removed: 0, unchanged: 2, failed: [], seconds: 0.1 },
      changes: [],
    }),
    explain: async (path) => ({ kind: "not read", path, why: "there is no such file", cure: "correct the path" }),
    status: async () => readyStatus,
    staleAnswers: async () => [],
    watchAnswers: (_of, { signal }) => aborted(signal),
    forgetAnswers: async () => 0,
    remember: async () => {},
    turns: async () => [],
    revise: async () => 0,
    why: async () => undefined,
    rate: async () => {},
    forget: async () => ({ messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 }),
    keepTalk: async (place, { by, days }) => ({ ...place, by, days, since: "2026-11-24T09:00:00.000Z", messages: 0 }),
    dropTalk: async () => ({ messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 }),
    keptTalk: async () => [],
    hear: async (messages) => messages.length,
    optOut: async () => ({ messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 }),
    digest: async ({ from = "2026-11-24T09:00:00.000Z", to }) => ({
      id: "00000000-0000-4000-8000-0000000000d1",
      kind: "picked",
      from,
      to,
      messages: 0,
      people: 0,
      groups: [],
    }),
    digestNow: async () => undefined,
    ...script,
  };
}
