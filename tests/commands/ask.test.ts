import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import type { Question } from "../../src/chat.ts";
import { runAsk, type AskOptions } from "../../src/commands/ask.ts";
import { UserError } from "../../src/user-error.ts";
import { passage, quoted, readyStatus, scriptedBrain, unknown } from "../helpers/scripted-brain.ts";
import { smol, written, writingSteps } from "../helpers/written-answer.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const clearance = ["public", "team"] as const;
const question: AskOptions = { question: " How much leave? ", json: false, clearance };

/** A brain whose model writes, and that tells each step. */
const writer = scriptedBrain({
  status: async () => ({
    ...readyStatus,
    model: { kind: "ready", model: smol, writes: true, why: "Writing is forced.", waiting: 0 },
  }),
  answer: async (_question, { onProgress }) => {
    for (const step of writingSteps) onProgress?.(step);
    return written();
  },
});

describe("hearth ask", () => {
  it("brings the index up to date before it asks, and says so on standard error", async () => {
    const surroundings = surroundingsWith();
    const calls: string[] = [];
    const brain = scriptedBrain({
      sync: async () => {
        calls.push("sync");
        return { added: 2, changed: 0, removed: 0, unchanged: 0, failed: [], seconds: 0.5 };
      },
      answer: async ({ message, clearance: given, turns }) => {
        calls.push(message.text);
        expect({ given, turns, platform: message.conversation.platform }).toEqual({
          given: clearance,
          turns: [],
          platform: "terminal",
        });
        return quoted();
      },
    });
    expect(await runAsk(question, { brain, surroundings })).toBe(0);
    expect(calls).toEqual(["sync", "How much leave?"]);
    expect(surroundings.said()).toMatch(
      /^Everybody gets 28 days of annual leave\.\n\nLeave > Annual leave\n {2}leave\.md:3/,
    );
    expect(surroundings.complained()).toBe("2 documents up to date (2 new) in 0.5 s.\n");
  });

  it("says nothing on a terminal when nothing changed", async () => {
    const surroundings = surroundingsWith({ errIsTerminal: true });
    await runAsk(question, { brain: scriptedBrain(), surroundings });
    expect(surroundings.complained()).toBe("");
  });

  it("draws a progress bar on a terminal while documents are read, and none elsewhere", async () => {
    for (const errIsTerminal of [true, false]) {
      const surroundings = surroundingsWith({ errIsTerminal });
      const reading = Promise.withResolvers<void>();
      const brain = scriptedBrain({
        sync: async () => {
          if (errIsTerminal) await reading.promise;
          return { added: 40, changed: 0, removed: 0, unchanged: 0, failed: [], seconds: 0.5 };
        },
        status: async () => ({ ...readyStatus, sync: { kind: "reading", done: 7, total: 40 } }),
      });
      const asking = runAsk(question, { brain, surroundings });
      if (errIsTerminal) await vi.waitFor(() => expect(surroundings.complained()).toContain("7 of 40 documents"));
      reading.resolve();
      expect(await asking).toBe(0);
      expect(surroundings.complained().includes("of 40 documents")).toBe(errIsTerminal);
    }
  });

  it("gives exit code 1 for what is not in the docs", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain({ answer: async () => unknown(passage()) });
    expect(await runAsk(question, { brain, surroundings })).toBe(1);
    expect(surroundings.said()).toMatch(/^Not in the docs\.\n\nNearest:\n {2}Leave > Annual leave/);
  });

  it("prints one JSON object with answer, passages, scores and timings", async () => {
    const surroundings = surroundingsWith();
    await runAsk({ ...question, json: true }, { brain: scriptedBrain(), surroundings });
    expect(surroundings.said().trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(surroundings.said())).toEqual({
      id: quoted().id,
      question: "How much leave?",
      answered: true,
      answer: {
        kind: "quoted",
        text: "Everybody gets 28 days of annual leave.",
        quotes: [{ passage: 0, text: "Everybody gets 28 days of annual leave.", ranges: [[0, 39]] }],
      },
      passages: [
        {
          number: 1,
          path: "leave.md",
          title: "Leave",
          headings: ["Annual leave"],
          anchor: "annual-leave",
          lines: [3, 5],
          score: 12.5,
          text: passage().text,
        },
      ],
      timings: { sync: expect.any(Number), search: 3, answer: 1, total: expect.any(Number) },
    });
  });

  it("prints page and date of a passage as JSON, and which passages disagree", async () => {
    const surroundings = surroundingsWith();
    const dated = passage({ lines: [0, 0], page: 3, modifiedAt: "2024-01-02T08:00:00.000Z" });
    const { answer } = quoted(dated);
    if (answer.kind !== "quoted") throw new Error("It is quoted");
    const disagreeing = {
      ...quoted(dated),
      answer: { ...answer, passages: [dated, passage()], conflicts: [[0, 1]] },
    } as const;
    await runAsk(
      { ...question, json: true },
      { brain: scriptedBrain({ answer: async () => disagreeing }), surroundings },
    );
    expect(JSON.parse(surroundings.said())).toMatchObject({
      answer: { conflicts: [[0, 1]] },
      passages: [{ lines: [0, 0], page: 3, modifiedAt: "2024-01-02T08:00:00.000Z" }, { number: 2 }],
    });
  });

  it("shows quotes, then sentences as they are written, then sources in a terminal; elsewhere the final answer alone", async () => {
    const terminal = surroundingsWith({ isTerminal: true, errIsTerminal: true });
    expect(await runAsk(question, { brain: writer, surroundings: terminal })).toBe(0);
    expect(terminal.said()).toMatch(
      /^Everybody gets[^]*\nSmolLM2-135M is writing …\n[^]*\nYou get 28 days a year \[1\]\.[^]*\n\[2\] Sick leave/,
    );
    const piped = surroundingsWith();
    await runAsk(question, { brain: writer, surroundings: piped });
    expect(piped.said()).toMatch(/^You get 28 days a year \[1\]\. Ask your lead first \[1\]\.\n\nQuoted:\n/);
    expect(piped.said()).not.toContain("is writing");
  });

  it("says how the answer came about with --why", async () => {
    for (const isTerminal of [true, false]) {
      const surroundings = surroundingsWith({ isTerminal });
      await runAsk({ ...question, why: true }, { brain: writer, surroundings });
      expect(surroundings.said()).toMatch(/\n\nWhy\?\n {2}Model {7}SmolLM2-135M, file 0123456789ab\n/);
    }
  });

  it("prints a written answer as JSON with its text, quotes, numbered passages and how it was written", async () => {
    const surroundings = surroundingsWith({ isTerminal: true });
    await runAsk({ ...question, json: true, why: true }, { brain: writer, surroundings });
    expect(surroundings.said().trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(surroundings.said())).toMatchObject({
      answered: true,
      answer: {
        kind: "cited",
        text: "You get 28 days a year [1]. Ask your lead first [1].",
        quotes: [{ passage: 1, text: "Tell your lead before ten." }],
      },
      passages: [
        { number: 1, path: "leave.md" },
        { number: 2, path: "sick.md" },
      ],
      writing: { kind: "written", model: smol, tokens: { reused: 800 }, sentences: { kept: 2, dropped: 1 } },
      timings: { waiting: 1234, writing: 4000 },
    });
  });

  it("ends the line it stands in when Ctrl-C stops it while sentences are written", async () => {
    const stop = new AbortController();
    const surroundings = surroundingsWith({ isTerminal: true, signal: stop.signal });
    const brain = scriptedBrain({
      answer: (_question, { signal, onProgress }) => {
        for (const step of writingSteps) onProgress?.(step);
        stop.abort();
        return delay(60_000, quoted(), { signal });
      },
    });
    expect(await runAsk(question, { brain, surroundings })).toBe(130);
    expect(surroundings.said()).toMatch(/Ask your lead first \[1\]\.\n$/);
  });

  it("prints what is nearest as JSON where it is not in the docs", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain({ answer: async () => unknown(passage()) });
    await runAsk({ ...question, json: true }, { brain, surroundings });
    expect(JSON.parse(surroundings.said())).toMatchObject({
      answered: false,
      answer: { kind: "unknown", text: "", quotes: [] },
      passages: [{ path: "leave.md", score: null }],
    });
  });

  it("refuses an empty question, one that is too long, and both a question and a file", async () => {
    const given = { brain: scriptedBrain(), surroundings: surroundingsWith() };
    await expect(runAsk({ ...question, question: " " }, given)).rejects.toThrow("Nothing was asked");
    await expect(runAsk({ json: false, clearance }, given)).rejects.toThrow(UserError);
    await expect(runAsk({ ...question, question: "x".repeat(5_000) }, given)).rejects.toThrow("more than 4000");
    await expect(runAsk({ ...question, jsonl: "-" }, given)).rejects.toThrow("leave one of them out");
  });

  it("says why the documents could not be read", async () => {
    const brain = scriptedBrain({
      sync: () => Promise.reject(new Error("The core could not do that")),
      status: async () => ({ ...readyStatus, sync: { kind: "failed", reason: "The folder docs cannot be read" } }),
    });
    const asking = runAsk(question, { brain, surroundings: surroundingsWith() });
    await expect(asking).rejects.toThrow(new UserError("The folder docs cannot be read"));
  });

  it("says that a question is asked again", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain({
      answer: async (_question, { onProgress }) => {
        onProgress?.({ kind: "searching" });
        onProgress?.({ kind: "asking-again" });
        return quoted();
      },
    });
    await runAsk(question, { brain, surroundings });
    expect(surroundings.complained().match(/asked again/g)).toHaveLength(1);
  });

  it("gives exit code 130 when Ctrl-C stops it, and passes every other failure on", async () => {
    const stop = new AbortController();
    const brain = scriptedBrain({ answer: (_question, { signal }) => delay(60_000, quoted(), { signal }) });
    const asking = runAsk(question, { brain, surroundings: surroundingsWith({ signal: stop.signal }) });
    stop.abort();
    expect(await asking).toBe(130);
    const broken = scriptedBrain({ answer: () => Promise.reject(new Error("broken")) });
    await expect(runAsk(question, { brain: broken, surroundings: surroundingsWith() })).rejects.toThrow("broken");
  });
});

describe("hearth ask --jsonl", () => {
  const file = { jsonl: "-", json: false, clearance };
  const rows = [
    { id: "q1", question: "How much leave?" },
    { id: "q2", question: "And when sick?", history: [{ role: "user", text: "How much leave?" }] },
    { id: "q3", question: "Who won?" },
  ];
  const content = rows.map((row) => JSON.stringify(row)).join("\n");

  it("writes one line of JSON for each question in the file's order, and nothing else, on standard output", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end(content);
    const asked: Question[] = [];
    const brain = scriptedBrain({
      answer: async (given) => {
        asked.push(given);
        return given.message.text === "Who won?" ? unknown(passage()) : quoted();
      },
    });
    expect(await runAsk(file, { brain, surroundings })).toBe(0);
    const lines = surroundings.said().trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        id: "q1",
        answered: true,
        kind: "quoted",
        answer: "Everybody gets 28 days of annual leave.",
        citations: ["leave.md"],
        passages: [expect.objectContaining({ path: "leave.md", score: null })],
        results: [expect.objectContaining({ path: "leave.md", text: passage().text, score: 12.5, lines: [3, 5] })],
        timings: { search: 3, answer: 1, total: expect.any(Number) },
      },
      expect.objectContaining({ id: "q2", answered: true }),
      expect.objectContaining({ id: "q3", answered: false, answer: "", citations: [] }),
    ]);
    expect(asked.map(({ turns }) => turns)).toEqual([[], rows[1]?.history, []]);
    expect(surroundings.complained()).toMatch(/3 questions in [\d.]+ s\.\n$/);
  });

  it("adds how each answer was written", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end(content);
    expect(await runAsk(file, { brain: writer, surroundings })).toBe(0);
    expect(JSON.parse(surroundings.said().split("\n")[0] ?? "")).toMatchObject({
      kind: "cited",
      answer: "You get 28 days a year [1]. Ask your lead first [1].",
      writing: { model: { name: "SmolLM2-135M" }, sentences: { dropped: 1 } },
      timings: { waiting: 1234, writing: 4000 },
    });
  });

  it("asks nothing when a line is bad", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end(`${content}\n{"id": "q4"}`);
    const answer = vi.fn(async () => quoted());
    const sync = vi.fn(async () => scriptedBrain().sync({ signal: surroundings.signal }));
    const brain = scriptedBrain({ answer, sync });
    await expect(runAsk(file, { brain, surroundings })).rejects.toThrow("standard input:4: question is missing");
    expect(answer).not.toHaveBeenCalled();
    expect(sync).not.toHaveBeenCalled();
    expect(surroundings.said()).toBe("");
  });

  it("leaves what was done when Ctrl-C stops it", async () => {
    const stop = new AbortController();
    const surroundings = surroundingsWith({ signal: stop.signal });
    surroundings.in.end(content);
    const brain = scriptedBrain({
      answer: async ({ message }, { signal }) => {
        if (message.text === "And when sick?") stop.abort();
        signal.throwIfAborted();
        return quoted();
      },
    });
    expect(await runAsk(file, { brain, surroundings })).toBe(130);
    expect(surroundings.said().trimEnd().split("\n")).toHaveLength(1);
    expect(surroundings.complained()).toContain("Stopped after 1 of 3 questions.");
  });

  it("waits for a slow reader before it asks on", async () => {
    const surroundings = surroundingsWith();
    const slow = surroundings.out;
    slow.removeAllListeners("data").pause();
    const many = Array.from({ length: 40 }, (_, index) => ({ id: index, question: "How much leave?" }));
    surroundings.in.end(many.map((row) => JSON.stringify(row)).join("\n"));
    const answer = vi.fn(async () => quoted(passage({ text: `Yes. ${"x".repeat(8_000)}` })));
    const running = runAsk(file, { brain: scriptedBrain({ answer }), surroundings });
    await vi.waitFor(() => expect(slow.writableNeedDrain).toBe(true));
    expect(answer.mock.calls.length).toBeLessThan(20);
    slow.resume();
    expect(await running).toBe(0);
    expect(answer).toHaveBeenCalledTimes(40);
  });

  it("shows how far it is on a terminal", async () => {
    const surroundings = surroundingsWith({ errIsTerminal: true });
    surroundings.in.end(content);
    const last = Promise.withResolvers<void>();
    const brain = scriptedBrain({
      answer: async ({ message }) => {
        if (message.text === "Who won?") await last.promise;
        return quoted();
      },
    });
    const running = runAsk(file, { brain, surroundings });
    await vi.waitFor(() => expect(surroundings.complained()).toMatch(/2 of 3 questions/));
    last.resolve();
    expect(await running).toBe(0);
  });
});
