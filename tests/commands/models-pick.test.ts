import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Answered, Brain } from "../../src/brain/brain.ts";
import { gatherPassages } from "../../src/commands/gather-passages.ts";
import { runPick, type PickGiven, type PickOptions } from "../../src/commands/models-pick.ts";
import type { Changes, OpenSetting } from "../../src/commands/open-setting.ts";
import { UserError } from "../../src/user-error.ts";
import { readVerdict } from "../../src/verdict-file.ts";
import { scratch } from "../helpers/hearth.ts";
import { passage, quoted, scriptedBrain, unknown } from "../helpers/scripted-brain.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const { signal } = new AbortController();
const clearance = ["team"] as const;
const pulled = (file: string) => ({
  file,
  sha256: "a".repeat(64),
  bytes: 1,
  source: "file:x",
  pulledAt: "2026-11-24T09:00:00.000Z",
});
const LOCK = JSON.stringify({ models: { small: pulled("small.gguf"), large: pulled("large.gguf") } });

/** Fourteen documents, each with a sentence that a question can be made from. */
const passages = Array.from({ length: 14 }, (_, index) =>
  passage({
    id: `${index}#0`,
    documentId: String(index),
    path: `p${index}.md`,
    title: `Office ${"abcdefghijklmn"[index]}`,
    headings: [],
    text: `The office of the ${"abcdefghijklmn"[index]} kind has ${index + 20} desks for people who visit.`,
  }),
);

/** A brain that quotes the wrong number, and that with a model writes the right one, or a wrong one. */
function brainOf({ model, exclude = [] }: Changes): Partial<Brain> {
  const of = (text: string) => passages.find(({ title }) => text.startsWith(`${title}:`));
  return {
    lookup: async () => passages.map((found) => ({ passage: found, score: 1 })),
    answer: async ({ message: { text } }): Promise<Answered> => {
      const found = of(text);
      if (!found || exclude.includes(found.path)) return unknown();
      if (model === "none") return quoted({ ...found, text: "There are some desks." });
      const isRight = model?.endsWith("large.gguf") === true;
      return {
        id: "answer",
        answer: { kind: "cited", text: isRight ? `${found.text} [1]` : "No desks. [1]", quotes: [], passages: [found] },
        hits: [{ passage: found, score: 1 }],
        timings: { search: 1, answer: 1 },
        writing: {
          kind: "written",
          model: { kind: "llama", name: "x", hash: isRight ? "large" : "small" },
          promptHash: "p",
          tokens: { prompt: 1, reused: 0, written: 1 },
          sentences: { kept: 1, dropped: 0 },
          leftOut: { passages: 0, turns: 0 },
        },
      };
    },
  };
}

function pick(given: Partial<PickOptions>, world: Partial<PickGiven> & Pick<PickGiven, "data">) {
  const surroundings = surroundingsWith(world.surroundings ?? {});
  const opened: Changes[] = [];
  const used: string[] = [];
  const open: OpenSetting = async (changes, work) => {
    opened.push(changes);
    return work(scriptedBrain(brainOf(changes)), surroundings);
  };
  const use = async (name: string) => used.push(name) - 1;
  const ended = runPick(
    { names: [], count: 40, seconds: 20, use: false, json: false, clearance, ...given },
    { open, exclude: ["x/**"], now: () => new Date(0), use, ...world, surroundings },
  );
  return { ended, surroundings, opened, used };
}

describe("hearth models pick", () => {
  it("tries each model with the documents and without some, keeps the verdicts and names the one to use", async () => {
    using place = scratch({ "models/models.lock.json": LOCK });
    const { ended, surroundings, opened, used } = pick({}, { data: place.folder });
    expect(await ended).toBe(0);
    expect(surroundings.complained()).toContain("14 questions were made from the documents.");
    const said = surroundings.said();
    expect(said).toMatch(/^quoted answer\s+100 % \(14\/14\)\s+0 % \(0\/14\)\s+100 % \(5\/5\)\s+0\.\d\d\s+-$/m);
    expect(said).toMatch(/^large\s+100 % \(14\/14\)\s+100 % \(14\/14\)\s+100 % \(5\/5\)/m);
    expect(said).toMatch(/^small: The quoted answer stands: /m);
    expect(said).toMatch(/\nhearth models use large\n$/);
    expect(used).toEqual([]);
    expect(readVerdict(place.folder, { modelHash: "large", promptHash: "p" })?.wins).toBe(true);
    expect(readVerdict(place.folder, { modelHash: "small", promptHash: "p" })?.wins).toBe(false);
    const without = opened.filter(({ data }) => data !== undefined);
    expect(without).toHaveLength(3);
    expect(without.every(({ exclude }) => exclude?.length === 6 && exclude[0] === "x/**")).toBe(true);
    expect(new Set(without.map(({ data }) => data)).size).toBe(1);
    expect(existsSync(without[0]?.data ?? "")).toBe(false);
  });

  it("uses what it chose where it was told to, and only tries what was named", async () => {
    using place = scratch({ "models/models.lock.json": LOCK });
    const { ended, used, opened } = pick({ use: true, names: ["large"] }, { data: place.folder });
    expect(await ended).toBe(0);
    expect(used).toEqual(["large"]);
    expect(opened.some(({ model }) => model?.endsWith("small.gguf"))).toBe(false);
  });

  it("chooses none where none beats the quoted answer, or none within the time", async () => {
    using place = scratch({ "models/models.lock.json": LOCK });
    const loses = pick({ names: ["small"], use: true }, { data: place.folder });
    expect(await loses.ended).toBe(1);
    expect(loses.used).toEqual([]);
    expect(loses.surroundings.said()).toContain("No model beats the quoted answer on these questions");
    const slow = pick({ names: ["large"], seconds: 0 }, { data: place.folder });
    expect(await slow.ended).toBe(1);
    expect(slow.surroundings.said()).toContain("keeps within 0 s");
  });

  it("asks the owner's own questions where there is a file of them, and prints JSON", async () => {
    using place = scratch({ "models/models.lock.json": LOCK });
    place.write(
      "own.jsonl",
      passages
        .map(({ title }, index) =>
          JSON.stringify({ question: `${title}: how many?`, answer_keys: [`${index + 20} desks`] }),
        )
        .join("\n"),
    );
    const { ended, surroundings, opened } = pick(
      { questions: `${place.folder}/own.jsonl`, json: true },
      { data: place.folder },
    );
    expect(await ended).toBe(0);
    expect(JSON.parse(surroundings.said())).toMatchObject({ chosen: "large", seconds: 20 });
    expect(opened.map(({ data }) => data)).toEqual([undefined, undefined, undefined]);
  });

  it("says what is missing before any core is started", async () => {
    using place = scratch();
    const { ended, opened } = pick({}, { data: place.folder });
    await expect(ended).rejects.toThrow(UserError);
    await expect(pick({ names: ["other"] }, { data: place.folder }).ended).rejects.toThrow(
      'The model "other" was not pulled; hearth models pull other gets it',
    );
    expect(opened).toEqual([]);
  });

  it("stops at Ctrl-C, and leaves nothing behind", async () => {
    using place = scratch({ "models/models.lock.json": LOCK });
    const stop = new AbortController();
    stop.abort(new Error("stop"));
    const { ended } = pick({}, { data: place.folder, surroundings: surroundingsWith({ signal: stop.signal }) });
    expect(await ended).toBe(130);
  });
});

describe("gatherPassages", () => {
  it("finds its way from document to document by the words of what it found", async () => {
    const chain = Array.from({ length: 20 }, (_, index) => {
      const word = "abcdefghijklmnopqrstuvwxyz"[index] ?? "";
      const next = "abcdefghijklmnopqrstuvwxyz"[index + 1] ?? "";
      return passage({ id: `${index}`, title: index === 0 ? "the" : word.repeat(5), text: next.repeat(5) });
    });
    const lookup: Brain["lookup"] = async (words) =>
      chain.filter(({ title }) => title === words).map((found) => ({ passage: found, score: 1 }));
    const found = await gatherPassages({ lookup }, { clearance, seed: 1, signal });
    expect(found).toHaveLength(20);
  });
});
