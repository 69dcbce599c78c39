import { describe, expect, it } from "vitest";
import type { Brain } from "../../src/brain/brain.ts";
import type { Question } from "../../src/chat.ts";

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

const signal = AbortSignal.timeout(30_000);
const everything = { clearance: ["public", "team"], signal } as const;

/**
 * What every Brain must do, in this process or behind a socket. `open` gives one that has read two documents: `leave.md` (team),
 * which says under "Annual leave" that people get 28 days of annual leave, and `press.md` (public).
 */
export function describeBrain(name: string, open: () => Promise<Brain & AsyncDisposable>): void {
  describe(name, () => {
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
