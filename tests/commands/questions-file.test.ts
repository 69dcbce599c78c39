import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEvalQuestions, readQuestions } from "../../src/commands/questions-file.ts";
import { UserError } from "../../src/user-error.ts";

const { signal } = new AbortController();
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), "hearth-test-"))));
afterAll(() => rm(folder, { recursive: true }));

function read(content: string, options = { signal }): ReturnType<typeof readQuestions> {
  const input = new PassThrough();
  input.end(content);
  return readQuestions("-", { input, ...options });
}

async function refusal(reading: Promise<unknown>): Promise<string> {
  const error = await reading.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  return error instanceof UserError ? error.message : "";
}

describe("readQuestions", () => {
  it("reads a file in its order, with earlier turns, and leaves out fields it does not know", async () => {
    const path = join(folder, "questions.jsonl");
    const history = [{ role: "user", text: "About leave?" }];
    const rows = [
      { id: "b", question: "How many days?", history, gold_docs: ["x.md"] },
      { id: 1, question: "And?" },
    ];
    await writeFile(path, `\uFEFF${rows.map((row) => JSON.stringify(row)).join("\r\n")}\n\n`);
    expect(await readQuestions(path, { input: new PassThrough(), signal })).toEqual([
      { id: "b", question: "How many days?", history },
      { id: 1, question: "And?", history: [] },
    ]);
  });

  it("names the file and line of a line that is not JSON, without repeating it", async () => {
    const message = await refusal(read('{"id": "a", "question": "x"}\n\nSECRET words\n'));
    expect(message).toBe("standard input:3: this is not JSON; write one JSON object a line");
  });

  it("names line and key of what is missing or wrong", async () => {
    expect(await refusal(read('{"question": "x"}'))).toContain("standard input:1: id is missing");
    expect(await refusal(read('{"id": "a"}'))).toContain("standard input:1: question is missing");
    expect(await refusal(read('{"id": "a", "question": " "}'))).toContain("standard input:1: question is empty");
    expect(await refusal(read("[1]"))).toContain("standard input:1: this is not an object");
    expect(await refusal(read('{"id":"a","question":"x","history":[{"role":"bot","text":"y"}]}'))).toContain(
      'standard input:1: history[0].role must be "user" or "assistant"',
    );
    expect(await refusal(read(JSON.stringify({ id: "a", question: "x".repeat(4001) })))).toContain(
      "question has more than 4000 characters",
    );
  });

  it("refuses an id that comes twice, naming both lines", async () => {
    const row = '{"id": "a", "question": "x"}\n';
    expect(await refusal(read(row + row))).toBe(
      "standard input:2: line 1 has the same id; give each question an id of its own",
    );
  });

  it("says that a file is not there, or holds nothing", async () => {
    const path = join(folder, "missing.jsonl");
    expect(await refusal(readQuestions(path, { input: new PassThrough(), signal }))).toBe(
      `--jsonl "${path}": there is no such file; correct the path`,
    );
    expect(await refusal(read("\n\n"))).toContain("standard input holds no question");
  });

  it("stops waiting for standard input when the signal says so", async () => {
    const stop = new AbortController();
    const reading = readQuestions("-", { input: new PassThrough(), signal: stop.signal });
    stop.abort();
    await expect(reading).rejects.toThrow("abort");
  });
});

describe("readEvalQuestions", () => {
  function readEval(content: string): ReturnType<typeof readEvalQuestions> {
    const input = new PassThrough();
    input.end(content);
    return readEvalQuestions("-", { input, signal });
  }

  it("needs a question and one thing known of its answer, and counts lines where there is no id", async () => {
    const rows = [
      { question: "How many days?", answer_keys: ["28 days"] },
      { question: "Who won?", answerable: false },
      { question: "Where?", gold_docs: ["./a.md"], gold_quote: "in the attic" },
    ];
    const [first, second, third] = await readEval(rows.map((row) => JSON.stringify(row)).join("\n\n"));
    expect(first).toEqual({
      id: "1",
      question: "How many days?",
      history: [],
      answerable: true,
      goldGroups: [],
      goldQuotes: [],
      keys: [/28 days/i],
      keysAll: [],
      hasWeakKeys: false,
    });
    expect(second).toMatchObject({ id: "3", answerable: false, keys: [] });
    expect(third).toMatchObject({
      id: "5",
      goldGroups: [["a.md"]],
      goldQuotes: [{ doc: "a.md", quote: "in the attic" }],
    });
  });

  it("takes one document for each part where all are needed, and groups as they are given", async () => {
    const rows = [
      { id: 1, question: "x", need: "all", gold_docs: ["a.md", "b.md"] },
      {
        id: 2,
        question: "x",
        need: "all",
        gold_docs: ["a.md", "b.md", "c.md"],
        gold_groups: [["a.md"], ["b.md", "c.md"]],
      },
      { id: 3, question: "x", need: "any", gold_docs: ["a.md", "b.md"], gold_quotes: [{ doc: "/b.md", quote: "y" }] },
    ];
    const questions = await readEval(rows.map((row) => JSON.stringify(row)).join("\n"));
    expect(questions.map(({ goldGroups }) => goldGroups)).toEqual([
      [["a.md"], ["b.md"]],
      [["a.md"], ["b.md", "c.md"]],
      [["a.md", "b.md"]],
    ]);
    expect(questions[2]?.goldQuotes).toEqual([{ doc: "b.md", quote: "y" }]);
  });

  it("names line, key and cure of what cannot be used", async () => {
    const line = (given: object) => readEval(JSON.stringify({ question: "x", ...given }));
    expect(await refusal(line({}))).toBe(
      "standard input:1: answerable is missing; write true or false, or give answer_keys or gold_docs",
    );
    expect(await refusal(line({ answer_keys: ["ok", "(open"] }))).toBe(
      "standard input:1: answer_keys[1] is no regular expression; put a backslash before ( ) [ ] { } . * + ? where they are meant as they stand",
    );
    expect(await refusal(line({ answer_keys: "28" }))).toContain("answer_keys must be a list of regular expressions");
    expect(await refusal(line({ answer_keys_all: [28] }))).toContain("answer_keys_all[0] must be a regular expression");
    expect(await refusal(line({ answerable: "no" }))).toContain("answerable must be true or false");
    expect(await refusal(line({ gold_docs: "a.md" }))).toContain("gold_docs must be a list of paths");
    expect(await refusal(line({ answerable: true, need: "some" }))).toContain('need must be "any", "all" or "none"');
    expect(await refusal(line({ gold_docs: ["a"], gold_quotes: [{ doc: "a" }] }))).toContain(
      "gold_quotes[0].quote must be",
    );
    expect(await refusal(readEval('{"answerable":true}'))).toContain("question is missing");
    expect(await refusal(readEval("[1]"))).toContain("standard input:1: this is not an object");
  });

  it("names a file that is not there as a question file", async () => {
    const path = join(folder, "missing.jsonl");
    expect(await refusal(readEvalQuestions(path, { input: new PassThrough(), signal }))).toBe(
      `The question file "${path}": there is no such file; correct the path`,
    );
  });
});
