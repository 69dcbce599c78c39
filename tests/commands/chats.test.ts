import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runDigest, runRecall } from "../../src/commands/chats.ts";
import { readChatQuestions, readSegments } from "../../src/commands/chats-folder.ts";
import { hearth, scratch } from "../helpers/hearth.ts";
import { readBrain, type ReadBrain } from "../helpers/read-brain.ts";
import { surroundings } from "../helpers/surroundings.ts";

const jsonl = (...rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join("\n");
const at = (minutes: number) => new Date(Date.parse("2026-11-02T09:00:00Z") + minutes * 60_000).toISOString();

const MESSAGES = [
  { id: "1", author: "ann", ts: at(0), text: "which colour do we take for the new logo?" },
  { id: "2", author: "bob", ts: at(1), text: "[AGREED] the logo will be green, it prints well", reactions: 2 },
  { id: "3", author: "cem", ts: at(2), text: "I'll send the files to the printer tomorrow", reply_to: "2" },
  { id: "4", author: "ann", ts: at(3), text: "the brand book is at https://example.org/brand" },
  { id: "5", author: "ann", ts: at(90), text: "the printer wants 300 dpi, by the way" },
];
const SEGMENT = { id: "s1", channel: "design", from_id: "1", to_id: "4", title: "Logo" };
const QUESTION = {
  id: "q1",
  channel: "design",
  after_id: "4",
  asked_at: at(10),
  question: "what did we decide about the logo?",
};
const FOLDER = {
  "design.jsonl": jsonl(...MESSAGES),
  "segments.jsonl": jsonl(SEGMENT),
  "memory_questions.jsonl": jsonl(QUESTION, { ...QUESTION, id: "q2", question: "how many dpi does the printer want?" }),
};

interface Row {
  readonly id: string;
  readonly digest: string;
  readonly lines: readonly { readonly ids: readonly string[]; readonly text: string }[];
  readonly cited_msg_ids: readonly string[];
}

const rows = (text: string): Row[] =>
  text
    .trim()
    .split("\n")
    .map((line): Row => JSON.parse(line));

let brain: ReadBrain;
beforeAll(async () => {
  brain = await readBrain();
}, 60_000);
afterAll(() => brain[Symbol.asyncDispose]());

describe("runDigest", { timeout: 60_000 }, () => {
  it("writes a line for each stretch, with the messages of each line of it", async () => {
    using place = scratch(FOLDER);
    const world = surroundings();
    expect(await runDigest({ jsonl: place.folder, share: 1 }, { brain, surroundings: world })).toBe(0);
    const [row] = rows(world.said());
    expect(row).toMatchObject({ id: "s1", kind: "picked" });
    expect(row?.digest).toContain("- bob: the logo will be green, it prints well");
    expect(row?.lines).toContainEqual({
      section: "decision",
      author: "bob",
      text: "the logo will be green, it prints well",
      ids: ["2"],
    });
    expect(world.said()).not.toContain("300 dpi");
    expect(world.complained()).toMatch(/^1 stretches in/);
  });

  it("keeps to the share of the log", async () => {
    using place = scratch(FOLDER);
    const world = surroundings();
    await runDigest({ jsonl: place.folder, share: 0.5 }, { brain, surroundings: world });
    const log = MESSAGES.slice(0, 4)
      .map(({ author, text }) => `${author}: ${text}\n`)
      .join("");
    expect(rows(world.said())[0]?.digest.length).toBeLessThanOrEqual(log.length / 2);
  });

  it("writes to a file, whole or not at all", async () => {
    using place = scratch(FOLDER);
    const world = surroundings();
    const out = join(place.folder, "digests");
    await runDigest({ jsonl: place.folder, share: 1, out }, { brain, surroundings: world });
    expect(world.said()).toBe("");
    expect(rows(readFileSync(out, "utf8"))[0]).toMatchObject({ id: "s1" });
  });

  it("stops when it is told to", async () => {
    using place = scratch(FOLDER);
    const world = surroundings({ signal: AbortSignal.abort() });
    expect(await runDigest({ jsonl: place.folder, share: 1 }, { brain, surroundings: world })).toBe(130);
    expect(world.complained()).toBe("Stopped after 0 of 1 stretches.\n");
  });
});

describe("runRecall", { timeout: 60_000 }, () => {
  it("cites messages from before the question, at most five", async () => {
    using place = scratch(FOLDER);
    const world = surroundings();
    expect(await runRecall({ jsonl: place.folder }, { brain, surroundings: world })).toBe(0);
    const [decided, unknown] = rows(world.said());
    expect(decided).toMatchObject({ id: "q1", answered: true, cited_msg_ids: expect.arrayContaining(["2"]) });
    expect(unknown?.cited_msg_ids).not.toContain("5");
  });
});

describe("a folder of chats", () => {
  const refused = async (files: Partial<typeof FOLDER>, read = readSegments) => {
    using place = scratch({ ...FOLDER, ...files });
    return await read(place.folder).then(
      () => "read",
      (error: unknown) => (error instanceof Error ? error.message.replaceAll(`${place.folder}/`, "") : ""),
    );
  };

  it("is refused with file, line and cure", async () => {
    const [first] = MESSAGES;
    expect(await refused({ "design.jsonl": `${jsonl(...MESSAGES)}\n{"id": "6"` })).toMatch(
      /^design\.jsonl:6: this is not JSON; /,
    );
    expect(await refused({ "design.jsonl": jsonl({ ...first, ts: "yesterday" }) })).toMatch(
      /^design\.jsonl:1: ts must be a time/,
    );
    expect(await refused({ "design.jsonl": jsonl(...MESSAGES, MESSAGES[0] ?? {}) })).toMatch(
      /^design\.jsonl:6: line 1 has the same id/,
    );
    expect(await refused({ "segments.jsonl": jsonl({ ...SEGMENT, to_id: "9" }) })).toBe(
      'segments.jsonl:1: to_id "9" is no message of design.jsonl; correct it',
    );
    expect(await refused({ "segments.jsonl": jsonl({ ...SEGMENT, from_id: "4", to_id: "1" }) })).toMatch(
      /to_id comes before from_id/,
    );
    expect(await refused({ "segments.jsonl": jsonl({ ...SEGMENT, channel: "sales" }) })).toMatch(
      /no file sales\.jsonl/,
    );
    const questions = (folder: string) => readChatQuestions(folder).then(() => []);
    expect(await refused({ "memory_questions.jsonl": jsonl({ ...QUESTION, question: " " }) }, questions)).toMatch(
      /^memory_questions\.jsonl:1: question is empty/,
    );
  });

  it("repeats no words of a line that it refuses", async () => {
    expect(await refused({ "design.jsonl": '{"text": "secret plans"' })).not.toContain("secret");
  });
});

describe("the command line", { timeout: 120_000 }, () => {
  it("names a folder that is not there, in one sentence, with exit code 2", async () => {
    using place = scratch();
    await using program = hearth(["digest", "--jsonl", "nowhere"], { cwd: place.folder });
    expect(await program.ended).toBe(2);
    expect(program.said.err.trim().split("\n")).toHaveLength(1);
    expect(program.said.err).toContain("nowhere/segments.jsonl");
  });

  it("answers from a sealed core of its own, which keeps nothing", async () => {
    using place = scratch(FOLDER);
    const words = ["recall", "--jsonl", ".", "--no-embeddings", "--data", "data"];
    await using program = hearth(words, { cwd: place.folder });
    expect(await program.ended).toBe(0);
    expect(rows(program.said.out)[0]).toMatchObject({ id: "q1", answered: true });
    const kept = readdirSync(join(place.folder, "data"), { recursive: true, encoding: "utf8" });
    expect(kept.filter((name) => /talk|digests/.test(name))).toEqual([]);
  });

  it("lets a model write that is named, and says so of each digest", async () => {
    const note = "cem sends the files to the printer tomorrow, the logo will be green";
    const script = JSON.stringify({ answers: [`- ${note} [2, 3]`] });
    using place = scratch({ ...FOLDER, "script.txt": script });
    const words = ["digest", "--jsonl", ".", "--no-embeddings", "--data", "data", "--share", "1"];
    const model = ["--write", "always", "--model", "puppet:script.txt"];
    await using program = hearth([...words, ...model], { cwd: place.folder });
    expect(await program.ended, program.said.err).toBe(0);
    const [row] = rows(program.said.out);
    expect(row).toMatchObject({ kind: "written", model: "puppet" });
    expect(row?.lines.map(({ text }) => text)).toContain(note);
  });
});

const chats = fileURLToPath(new URL("../../../shared/eval/chats", import.meta.url));
if (!existsSync(chats)) console.warn(`SKIPPED: ${chats} is not there, so nothing was tried on real chats`);

describe.skipIf(!existsSync(chats))("over real chats", { timeout: 120_000 }, () => {
  const read = <Known>(file: string) =>
    readFileSync(join(chats, file), "utf8")
      .trim()
      .split("\n")
      .map((line): Known => JSON.parse(line));

  it("a digest of a tenth of the log holds 45 % of the facts, each line with its messages", async () => {
    const world = surroundings();
    await runDigest({ jsonl: chats, share: 0.1 }, { brain, surroundings: world });
    const made = new Map(rows(world.said()).map((row) => [row.id, row]));
    const segments = read<{ id: string; facts: { keys: string[] }[] }>("segments.jsonl");
    const facts = segments.flatMap(({ id, facts: own }) => own.map(({ keys }) => ({ id, keys })));
    const digestOf = (id: string) => (made.get(id)?.digest ?? "").replaceAll(/\s+/g, " ");
    const present = facts.filter(({ id, keys }) => keys.every((key) => new RegExp(key, "i").test(digestOf(id))));
    expect(present.length / facts.length).toBeGreaterThan(0.45);
    const messages = new Map(
      (await readSegments(chats)).flatMap(({ messages: own }) => own.map(({ id, text }) => [id, text] as const)),
    );
    for (const { lines } of made.values()) {
      for (const { ids, text } of lines) {
        expect(messages.get(ids[0] ?? "")?.replaceAll(/\s+/g, " ")).toContain(text.replace(/…$/, ""));
        expect(ids.every((id) => messages.has(id))).toBe(true);
      }
    }
  });

  it("recall cites the right message for 60 % of the memory questions", async () => {
    const world = surroundings();
    await runRecall({ jsonl: chats }, { brain, surroundings: world });
    const made = new Map(rows(world.said()).map((row) => [row.id, row.cited_msg_ids]));
    const asked = read<{ id: string; answerable: boolean; gold_msg_ids: string[] }>("memory_questions.jsonl").filter(
      ({ answerable }) => answerable,
    );
    const right = asked.filter(({ id, gold_msg_ids: gold }) => made.get(id)?.some((cited) => gold.includes(cited)));
    expect(right.length / asked.length).toBeGreaterThanOrEqual(0.6);
    for (const cited of made.values()) expect(cited.length).toBeLessThanOrEqual(5);
  });
});
