import { describe, expect, it } from "vitest";
import type { Brain, StaleAnswer } from "../../src/brain/brain.ts";
import type { Question } from "../../src/chat.ts";
import type { ReadBrain } from "../helpers/read-brain.ts";

/** A question as the terminal would ask it. */
export function asked(text: string, turns: Question["turns"] = []): Question {
  return {
    message: {
      id: "question-1",
      conversation: { platform: "terminal", space: "local", channel: "test" },
      author: { id: "owner", name: "owner", isBot: false },
      text,
      sentAt: "2026-11-24T09:00:00.000Z",
    },
    turns,
    clearance: ["public", "team"],
  };
}

const signal = AbortSignal.timeout(300_000);
const everything = { clearance: ["public", "team"], signal } as const;

/**
 * What every Brain must do, in this process or behind a socket. `open` gives one that has read two documents: `leave.md` (team),
 * which says under "Annual leave" that people get 28 days of annual leave, and `press.md` (public).
 */
export function describeBrain(name: string, open: () => Promise<ReadBrain>): void {
  describe(name, () => {
    describeAnswering(open);
    describeHealing(open);
  });
}

function describeAnswering(open: () => Promise<ReadBrain>): void {
  describe("answering", { timeout: 60_000 }, () => {
    it("answers with the sentence that holds the answer, as it stands in the document", async () => {
      await using brain = await open();
      const { answer, hits } = await brain.answer(asked("How many days of annual leave do we get?"), { signal });
      expect(answer.kind).toBe("quoted");
      if (answer.kind !== "quoted") return;
      const [quote] = answer.quotes;
      const passage = answer.passages[quote.passage];
      expect(quote.text).toContain("28 days");
      expect(passage?.path).toBe("leave.md");
      const [range] = quote.ranges;
      expect(passage?.text.slice(...(range ?? []))).toContain("28 days");
      expect(hits[0]?.passage.path).toBe("leave.md");
    });

    it("says that it does not know what no document holds", async () => {
      await using brain = await open();
      const { answer } = await brain.answer(asked("What is the airspeed velocity of an unladen swallow?"), { signal });
      expect(answer.kind).toBe("unknown");
    });

    it("keeps a document from those who may not read it, in answers, lookups and whole", async () => {
      await using brain = await open();
      const clearance = ["public"] as const;
      const question = { ...asked("How many days of annual leave do we get?"), clearance };
      const { answer, hits } = await brain.answer(question, { signal });
      expect(JSON.stringify({ answer, hits })).not.toContain("28 days");
      const found = await brain.lookup("annual leave", { clearance, limit: 10, signal });
      expect(found.map(({ passage }) => passage.path)).not.toContain("leave.md");
      const [hit] = await brain.lookup("annual leave", { ...everything, limit: 1 });
      expect(hit?.passage.path).toBe("leave.md");
      expect(await brain.document(hit?.passage.documentId ?? "", { clearance, signal })).toEqual([]);
    });

    it("refuses a clearance of nothing rather than showing everything", async () => {
      await using brain = await open();
      await expect(brain.lookup("leave", { clearance: [], limit: 5, signal })).rejects.toThrow();
    });

    it("finds passages while the last word is being typed", async () => {
      await using brain = await open();
      const found = await brain.lookup("annual lea", { ...everything, limit: 5 });
      expect(found[0]?.passage.headings).toContain("Annual leave");
    });

    it("gives a whole document in order", async () => {
      await using brain = await open();
      const [hit] = await brain.lookup("annual leave", { ...everything, limit: 1 });
      const passages = await brain.document(hit?.passage.documentId ?? "", everything);
      expect(passages.length).toBeGreaterThan(1);
      expect(passages.map(({ id }) => Number(id.split("#")[1]))).toEqual(passages.map((_, index) => index));
      expect(await brain.document("0".repeat(32), everything)).toEqual([]);
    });

    it("counts what it has read", async () => {
      await using brain = await open();
      const report = await brain.sync({ signal });
      expect(report).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 2, failed: [] });
      expect(await brain.status({ signal })).toMatchObject({ documents: 2, sync: { kind: "current" }, failed: [] });
    });

    it("stops when the signal says so", async () => {
      await using brain = await open();
      const aborted = AbortSignal.abort(new Error("no longer wanted"));
      await expect(brain.answer(asked("How many days of leave?"), { signal: aborted })).rejects.toThrow(
        "no longer wanted",
      );
    });
  });
}

const PATIENT = { timeout: 20_000 };
const LEAVE = "team/leave.md";
const HOW_MANY = "How many days of annual leave do we get?";

/** Asks, as a message of its own, what the documents answer; gives the answer's id. */
async function ask(brain: Brain, text: string, messageId: string): Promise<string> {
  const question = asked(text);
  const message = { ...question.message, id: messageId };
  const { id, answer } = await brain.answer({ ...question, message }, { signal });
  expect(answer.kind).toBe("quoted");
  return id;
}

/** What became of the sources of some answers, as "what happened: where". */
async function staleOf(brain: Brain, ...ids: string[]): Promise<string[]> {
  const stale = await brain.staleAnswers({ platform: "terminal", ids }, { signal });
  return stale.flatMap(({ sources }) => sources.map(({ change, path, title }) => `${change}: ${path} (${title})`));
}

function describeHealing(open: () => Promise<ReadBrain>): void {
  describe("healing", { timeout: 60_000 }, () => {
    it("knows an answer as stale once its sentence has changed, and no longer when it stands there again", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const other = await ask(brain, "Who writes to the press office?", "m2");
      expect(id).not.toBe(other);
      expect(await staleOf(brain, id, other)).toEqual([]);
      await brain.write(LEAVE, "# Leave\n\n## Annual leave\n\nEverybody gets 30 days of annual leave a year.\n");
      expect(await staleOf(brain, id, other)).toEqual(["changed: leave.md (Leave)"]);
      await brain.write(LEAVE, "# Time off\n\nEverybody gets 28 days\nof annual leave a year.  And a birthday.\n");
      expect(await staleOf(brain, id, other)).toEqual([]);
    });

    it("leaves an answer alone when other sentences of its document change, or the document is moved", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const text = "# Leave\n\nNew words.\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year.\n";
      await brain.write(LEAVE, text);
      await brain.write("team/people/holidays.md", text);
      await brain.remove(LEAVE);
      expect(await staleOf(brain, id)).toEqual([]);
      await brain.write("team/people/holidays.md", "# Leave\n\nGone.\n");
      expect(await staleOf(brain, id)).toEqual(["changed: people/holidays.md (Leave)"]);
    });

    it("knows an answer as stale when its document is gone, and no longer when that comes back", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      expect(await staleOf(brain, id)).toEqual(["removed: leave.md (Leave)"]);
      await brain.write(LEAVE, "# Leave\n\nEverybody gets 28 days of annual leave a year.\n");
      expect(await staleOf(brain, id)).toEqual([]);
    });

    it("says nothing of answers of another platform, or that it does not know", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      expect(await brain.staleAnswers({ platform: "web", ids: [id, "nobody"] }, { signal })).toEqual([]);
    });

    it("tells who watches a platform: where, which message, who had asked, what changed; and each answer once", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const second = await ask(brain, "Who writes to the press office?", "m2");
      await brain.remove(LEAVE);
      const ending = new AbortController();
      const told: StaleAnswer[] = [];
      const onStale = async (stale: StaleAnswer) => void told.push(stale);
      const watching = brain.watchAnswers({ platform: "terminal" }, { signal: ending.signal, onStale });
      await expect.poll(() => told, PATIENT).toHaveLength(1);
      expect(told[0]).toEqual({
        id,
        answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
        conversation: { platform: "terminal", space: "local", channel: "test" },
        messageId: "m1",
        askerId: "owner",
        sources: [{ title: "Leave", path: "leave.md", change: "removed" }],
      });
      await brain.write("open/press.md", "# Press\n\nNobody writes to the press office.\n");
      await expect.poll(() => told.map((stale) => stale.id), PATIENT).toEqual([id, second]);
      ending.abort();
      await watching;
    });

    it("tells again what could not be told", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      const failing = new AbortController();
      const failed = Promise.withResolvers<void>();
      const watching = brain.watchAnswers(
        { platform: "terminal" },
        {
          signal: failing.signal,
          onStale: async () => {
            failed.resolve();
            throw new Error("The platform is down");
          },
        },
      );
      await failed.promise;
      failing.abort();
      await watching;
      const ending = new AbortController();
      const told = Promise.withResolvers<string>();
      const onStale = async (stale: StaleAnswer) => told.resolve(stale.id);
      const again = brain.watchAnswers({ platform: "terminal" }, { signal: ending.signal, onStale });
      expect(await told.promise).toBe(id);
      ending.abort();
      await again;
    });

    it("forgets answers by place, asker and time", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      const local = { platform: "terminal", space: "local" } as const;
      const others = [
        { ...local, platform: "web" },
        { ...local, channel: "other" },
        { ...local, askerId: "somebody" },
        { ...local, thread: "thread" },
        { ...local, since: "2999-01-01T00:00:00.000Z" },
      ] as const;
      for (const scope of others) expect(await brain.forgetAnswers(scope, { signal })).toBe(0);
      expect(await staleOf(brain, id)).toHaveLength(1);
      expect(await brain.forgetAnswers({ ...local, channel: "test", askerId: "owner" }, { signal })).toBe(1);
      expect(await staleOf(brain, id)).toEqual([]);
    });
  });
}
