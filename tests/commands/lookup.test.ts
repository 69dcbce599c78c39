import { describe, expect, it } from "vitest";
import { runLookup, type LookupOptions } from "../../src/commands/lookup.ts";
import { readScope } from "../../src/commands/lookup-scope.ts";
import { passage, quoted, scriptedBrain } from "../helpers/scripted-brain.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const options: LookupOptions = {
  words: "annual lea",
  json: false,
  limit: 10,
  scope: {},
  clearance: ["public", "team"],
};

describe("hearth lookup", () => {
  it("lists the passages for the words, within clearance and limit", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain({
      lookup: async (words, { clearance, limit }) => {
        expect({ words, clearance, limit }).toEqual({ words: "annual lea", clearance: ["public", "team"], limit: 10 });
        return [
          { passage: passage(), score: 3 },
          { passage: passage({ path: "sick.md", title: "Sick leave", headings: [] }), score: 2 },
        ];
      },
    });
    expect(await runLookup(options, { brain, surroundings })).toBe(0);
    expect(surroundings.said()).toMatch(
      /^Leave > Annual leave\n {2}leave\.md:3\n {2}Everybody.*\n\nSick leave\n {2}sick\.md:3\n/,
    );
  });

  it("takes dates at their first instant, and refuses a day that no month has", () => {
    expect(readScope({ since: "2026-11", until: "2026-11-30" })).toEqual({
      since: "2026-11-01T00:00:00.000Z",
      until: "2026-11-30T00:00:00.000Z",
    });
    expect(() => readScope({ since: "2026-02-31" })).toThrow('--since "2026-02-31" is no date');
  });

  it("says on standard error that nothing was found, with exit code 1", async () => {
    const surroundings = surroundingsWith();
    expect(await runLookup(options, { brain: scriptedBrain({ lookup: async () => [] }), surroundings })).toBe(1);
    expect(surroundings.said()).toBe("");
    expect(surroundings.complained()).toContain("Nothing was found");
  });

  it("prints one JSON object", async () => {
    const surroundings = surroundingsWith();
    await runLookup({ ...options, json: true }, { brain: scriptedBrain(), surroundings });
    expect(JSON.parse(surroundings.said())).toMatchObject({
      words: "annual lea",
      results: [{ path: "leave.md", lines: [3, 5], score: 1, text: passage().text }],
      timings: { sync: expect.any(Number), search: expect.any(Number), total: expect.any(Number) },
    });
  });

  it("searches a question file as questions, with the earlier turns", async () => {
    const surroundings = surroundingsWith();
    const history = [{ role: "user", text: "About leave" }];
    surroundings.in.end(JSON.stringify({ id: "q1", question: "How many days?", history }));
    const brain = scriptedBrain({
      answer: async ({ message, turns }) => {
        expect([message.text, turns]).toEqual(["How many days?", history]);
        return quoted();
      },
    });
    expect(await runLookup({ ...options, words: "", jsonl: "-" }, { brain, surroundings })).toBe(0);
    expect(JSON.parse(surroundings.said())).toEqual({
      id: "q1",
      results: [expect.objectContaining({ path: "leave.md", text: passage().text, score: 12.5 })],
      timings: { search: 3, total: expect.any(Number) },
    });
  });

  it("refuses no words, both words and a file, and a limit out of range", async () => {
    const given = { brain: scriptedBrain(), surroundings: surroundingsWith() };
    await expect(runLookup({ ...options, words: " " }, given)).rejects.toThrow("no words to look up");
    await expect(runLookup({ ...options, jsonl: "-" }, given)).rejects.toThrow("leave one of them out");
    await expect(runLookup({ ...options, limit: 0 }, given)).rejects.toThrow("--limit 0 cannot be used");
    await expect(runLookup({ ...options, limit: 101 }, given)).rejects.toThrow("from 1 to 100");
    await expect(runLookup({ ...options, words: "x".repeat(4_001) }, given)).rejects.toThrow("more than 4000");
  });
});
