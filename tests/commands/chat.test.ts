import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { LONGEST_TEXT } from "../../src/channel/protocol.ts";
import type { Question } from "../../src/chat.ts";
import { runChat } from "../../src/commands/chat.ts";
import { passage, quoted, scriptedBrain, staleAnswer, unknown } from "../helpers/scripted-brain.ts";
import { written, writingSteps } from "../helpers/written-answer.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const options = { clearance: ["public", "team"] } as const;
const CTRL_C = "\u0003";
const CTRL_D = "\u0004";

/** A brain that remembers what it was asked; "wait" is answered only when it is stopped. */
function listener(): { brain: ReturnType<typeof scriptedBrain>; asked: Question[] } {
  const asked: Question[] = [];
  const brain = scriptedBrain({
    answer: async (question, { signal }) => {
      asked.push(question);
      if (question.message.text === "wait") await delay(60_000, undefined, { signal });
      if (question.message.text === "break") throw new Error("The core could not do that");
      return question.message.text === "Who won?" ? unknown() : quoted();
    },
  });
  return { brain, asked };
}

function terminal(signal = new AbortController().signal): ReturnType<typeof surroundingsWith> {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  return surroundingsWith({ in: input, isTerminal: true, errIsTerminal: true, signal });
}

describe("hearth chat, with piped input", () => {
  it("answers line by line, repeats each question, and ends with the input", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("How much leave?\n\nWho won?");
    expect(await runChat(options, { ...listener(), surroundings })).toBe(0);
    expect(surroundings.said()).toMatch(
      /^› How much leave\?\n\nEverybody gets 28 days[\s\S]*\n\n› Who won\?\n\nNot in the docs\.\n\n$/,
    );
  });

  it("sends no turn along that is too long for the channel", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("How much leave?\nAnd then?\n");
    const turns: number[] = [];
    const brain = scriptedBrain({
      answer: async (question) => {
        turns.push(...question.turns.map(({ text }) => text.length));
        return quoted(passage({ text: "x".repeat(LONGEST_TEXT + 1) }));
      },
    });
    await runChat(options, { brain, surroundings });
    expect(turns).toEqual(["How much leave?".length, LONGEST_TEXT]);
  });

  it("sends the earlier turns along, until /new", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("How much leave?\nWho won?\nAnd then?\n/new\nAgain?\n");
    const { brain, asked } = listener();
    await runChat(options, { brain, surroundings });
    expect(asked.map(({ turns }) => turns.map(({ role, text }) => `${role}: ${text}`))).toEqual([
      [],
      ["user: How much leave?", "assistant: Everybody gets 28 days of annual leave."],
      [
        "user: How much leave?",
        "assistant: Everybody gets 28 days of annual leave.",
        "user: Who won?",
        "assistant: Not in the docs.",
      ],
      [],
    ]);
    expect(asked.every(({ clearance }) => clearance === options.clearance)).toBe(true);
  });

  it("goes on after a question that fails, and forgets it", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end(`break\n${"x".repeat(4_001)}\nHow much leave?\n`);
    const { brain, asked } = listener();
    expect(await runChat(options, { brain, surroundings })).toBe(0);
    expect(surroundings.complained()).toContain("could not be answered: The core could not do that");
    expect(surroundings.said()).toContain("more than 4000; shorten it");
    expect(asked.at(-1)?.turns).toEqual([]);
  });

  it("reads changed documents before each question, and says once that the source of an earlier answer changed", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("How much leave?\nWho won?\nWho won?\n");
    const { brain, asked } = listener();
    const steps: string[] = [];
    const told = scriptedBrain({
      answer: (...given) => {
        steps.push("answer");
        return brain.answer(...given);
      },
      sync: async (...given) => {
        steps.push("sync");
        return brain.sync(...given);
      },
      staleAnswers: async ({ platform, ids }) => {
        expect(platform).toBe("terminal");
        return asked.length > 1 && ids.includes(staleAnswer.id) ? [staleAnswer] : [];
      },
    });
    await runChat(options, { brain: told, surroundings });
    const news = "Of the earlier answer to “How much leave?”, the source changed since: Leave. Ask again";
    expect(surroundings.said().split(news)).toHaveLength(2);
    expect(surroundings.said()).toMatch(
      /› Who won\?\n\nNot in the docs\.\n\nOf the earlier answer[^\n]+\n\n› Who won\?/,
    );
    expect(steps).toEqual(["sync", "sync", "answer", "sync", "answer", "sync", "answer"]);
  });

  it("tells nothing of answers before /new, and goes on where the documents cannot be read", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("How much leave?\n/new\nWho won?\n");
    const { brain, asked } = listener();
    let syncs = 0;
    const failing = scriptedBrain({
      answer: (...given) => brain.answer(...given),
      sync: async (...given) => {
        syncs += 1;
        if (syncs > 1) throw new Error("The folder is gone");
        return brain.sync(...given);
      },
      staleAnswers: async ({ ids }) => (ids.includes(staleAnswer.id) && asked.length > 1 ? [staleAnswer] : []),
    });
    expect(await runChat(options, { brain: failing, surroundings })).toBe(0);
    expect(surroundings.said()).toContain("Not in the docs.");
    expect(surroundings.said()).not.toContain("earlier answer");
  });

  it("knows its commands, and says so of others", async () => {
    const surroundings = surroundingsWith();
    surroundings.in.end("/help\n/frobnicate\n/quit\nHow much leave?\n");
    const { brain, asked } = listener();
    expect(await runChat(options, { brain, surroundings })).toBe(0);
    expect(surroundings.said()).toContain("/new   forget what was said");
    expect(surroundings.said()).toContain("There is no such command");
    expect(asked).toEqual([]);
  });

  it("ends with exit code 130 when it is told to stop", async () => {
    const stop = new AbortController();
    const surroundings = surroundingsWith({ signal: stop.signal });
    const { brain, asked } = listener();
    const chatting = runChat(options, { brain, surroundings });
    surroundings.in.write("wait\n");
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    stop.abort();
    expect(await chatting).toBe(130);
  });
});

describe("hearth chat, in a terminal", () => {
  it("prompts, answers, and ends with Ctrl-D", async () => {
    const surroundings = terminal();
    const { brain, asked } = listener();
    const chatting = runChat(options, { brain, surroundings });
    await vi.waitFor(() => expect(surroundings.said()).toContain("› "));
    surroundings.in.write("How much leave?\r");
    await vi.waitFor(() => expect(stripVTControlCharacters(surroundings.said())).toMatch(/28 days[\s\S]*› $/));
    surroundings.in.write(CTRL_D);
    expect(await chatting).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it("stops the question in hand with Ctrl-C, and ends with Ctrl-C at the prompt", async () => {
    const surroundings = terminal();
    const { brain, asked } = listener();
    const chatting = runChat(options, { brain, surroundings });
    await vi.waitFor(() => expect(surroundings.said()).toContain("› "));
    surroundings.in.write("wait\r");
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    surroundings.in.write(CTRL_C);
    await vi.waitFor(() => expect(stripVTControlCharacters(surroundings.said())).toMatch(/Stopped\.[\s\S]*› $/));
    surroundings.in.write("How much leave?\r");
    await vi.waitFor(() => expect(asked).toHaveLength(2));
    expect(asked[1]?.turns).toEqual([]);
    await vi.waitFor(() => expect(stripVTControlCharacters(surroundings.said())).toMatch(/28 days[\s\S]*› $/));
    surroundings.in.write(CTRL_C);
    expect(await chatting).toBe(0);
  });

  it("shows an answer as it is written; stopped with Ctrl-C, what was written stands and is remembered", async () => {
    const surroundings = terminal();
    const asked: Question[] = [];
    const brain = scriptedBrain({
      answer: async (question, { signal, onProgress }) => {
        asked.push(question);
        for (const step of writingSteps.slice(0, asked.length === 1 ? 5 : 6)) onProgress?.(step);
        if (asked.length === 1) await delay(60_000, undefined, { signal });
        return written();
      },
    });
    const said = () => stripVTControlCharacters(surroundings.said());
    const chatting = runChat(options, { brain, surroundings });
    await vi.waitFor(() => expect(said()).toContain("› "));
    surroundings.in.write("How much leave?\r");
    await vi.waitFor(() => expect(said()).toMatch(/before ten\. \[2\]\n[^]*You get 28 days a year \[1\]\.$/));
    surroundings.in.write(CTRL_C);
    await vi.waitFor(() => expect(said()).toMatch(/\nStopped\.\n\n\[1\] Leave > Annual leave[^]*› $/));
    surroundings.in.write("And then?\r");
    await vi.waitFor(() => expect(said()).toMatch(/Ask your lead first \[1\]\.\n\n\[1\] Leave[^]*› $/));
    expect(asked[1]?.turns.map(({ text }) => text)).toEqual(["How much leave?", "You get 28 days a year [1]."]);
    surroundings.in.write(CTRL_D);
    expect(await chatting).toBe(0);
  });
});
