import { rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DOCUMENTS, hearth, scratch } from "../helpers/hearth.ts";

const WHERE = ["--docs", "docs", "--data", "data"];

/** Runs a command to its end, with what is typed into it. */
async function run(folder: string, words: readonly string[], typed = "") {
  await using running = hearth([...words, ...WHERE], { cwd: folder });
  running.child.stdin?.end(typed);
  return { code: await running.ended, ...running.said };
}

describe.concurrent("journey: the terminal", { timeout: 60_000 }, () => {
  it("answers a question with its place, and says with its exit code what is not in the docs", async () => {
    using place = scratch(DOCUMENTS);
    const answer = await run(place.folder, ["ask", "How many days of annual leave do we get?"]);
    expect(answer.out).toContain("Everybody gets 28 days of annual leave a year.");
    expect(answer.out).toContain("Leave > Annual leave\n  leave.md:7");
    expect(answer.err).toMatch(/^2 documents up to date \(2 new\) in [\d.]+ s\.\n$/);
    expect(answer.code).toBe(0);
    const unknown = await run(place.folder, ["ask", "Who won the football championship in 1974?"]);
    expect(unknown.out).toMatch(/^Not in the docs\./);
    expect(unknown.code).toBe(1);
  });

  it("answers as JSON with passages, lines and timings", async () => {
    using place = scratch(DOCUMENTS);
    const { out } = await run(place.folder, ["ask", "Which receipts need approval?", "--json"]);
    expect(JSON.parse(out)).toMatchObject({
      answered: true,
      answer: { kind: "quoted", text: expect.stringContaining("50 EUR") },
      passages: [{ path: "expenses.md", headings: ["Receipts"], lines: [5, 5], score: expect.any(Number) }],
      timings: { search: expect.any(Number), total: expect.any(Number) },
    });
  });

  it("answers a file of questions, one line of JSON each, in order and with their earlier turns", async () => {
    using place = scratch(DOCUMENTS);
    const history = [{ role: "user", text: "When do I need a doctor's note for sick leave?" }];
    const questions = [
      { id: "b", question: "How many days of annual leave do we get?" },
      { id: "a", question: "And by when do I tell my lead?", history },
      { id: "c", question: "Who won the football championship in 1974?" },
    ];
    place.write("questions.jsonl", questions.map((line) => JSON.stringify(line)).join("\n"));
    const { out, err, code } = await run(place.folder, ["ask", "--jsonl", "questions.jsonl"]);
    const lines = out
      .trimEnd()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toMatchObject([
      { id: "b", answered: true, answer: expect.stringContaining("28 days"), citations: ["leave.md"] },
      { id: "a", answered: true, answer: expect.stringContaining("ten in the morning") },
      { id: "c", answered: false, answer: "", citations: [] },
    ]);
    expect(err).toMatch(/3 questions in [\d.]+ s\./);
    expect(code).toBe(0);
    const found = await run(place.folder, ["lookup", "--jsonl", "questions.jsonl"]);
    const first = expect.objectContaining({ path: "leave.md", text: expect.stringContaining("28 days") });
    expect(JSON.parse(found.out.split("\n")[0] ?? "")).toMatchObject({
      id: "b",
      results: expect.arrayContaining([first]),
    });
  });

  it("looks words up before the last one is finished", async () => {
    using place = scratch(DOCUMENTS);
    const { out, code } = await run(place.folder, ["lookup", "sick", "lea", "--limit", "1"]);
    expect(out).toMatch(/^Leave > Sick leave\n {2}leave\.md:11\n {2}Tell your lead/);
    expect(code).toBe(0);
  });

  it("chats: follows up, forgets on /new, and ends with its input", async () => {
    using place = scratch(DOCUMENTS);
    const typed = "When do I need a doctor's note for sick leave?\nAnd by when do I tell my lead?\n/new\n/quit\n";
    const { out, code } = await run(place.folder, ["chat"], typed);
    expect(out).toMatch(
      /› When do I need[\s\S]*from the fourth day on[\s\S]*› And by when[\s\S]*before ten in the morning/,
    );
    expect(out).toContain("A new conversation.");
    expect(code).toBe(0);
  });

  it("syncs and says what changed, and what the index holds without reading anything", async () => {
    using place = scratch(DOCUMENTS);
    expect((await run(place.folder, ["docs", "sync"])).out).toContain("2 added, 0 changed, 0 removed, 0 unchanged");
    place.write("docs/parking.md", "# Parking\n");
    place.write("docs/expenses.md", "# Expenses\n\nNo more.\n");
    rmSync(join(place.folder, "docs/leave.md"));
    expect((await run(place.folder, ["docs", "sync"])).out).toContain("1 added, 1 changed, 1 removed, 0 unchanged");
    const status = await run(place.folder, ["docs", "status"]);
    expect(status.out).toMatch(
      /^Index +2 documents, 2 passages\nSearch +found by words only \(.*\)\nCore +(?:sealed|not sealed)/,
    );
    expect(status.code).toBe(0);
  });

  it("names mistakes in one sentence each, and ends with 2", async () => {
    using place = scratch({ ...DOCUMENTS, "questions.jsonl": '{"id": 1, "question": "Why?"}\n{"id": 2}\n' });
    const mistakes = [
      [["ask"], 'hearth: Nothing was asked; write the question in quotes: hearth ask "…"'],
      [
        ["ask", "--jsonl", "questions.jsonl"],
        "hearth: questions.jsonl:2: question is missing; write the question as text",
      ],
      [["aks", "why"], 'hearth: There is no command "aks"; hearth --help lists them, and hearth ask "…" answers'],
    ] as const;
    for (const [words, sentence] of mistakes) {
      const { code, err, out } = await run(place.folder, words);
      expect({ code, err, out }).toEqual({ code: 2, err: `${sentence}\n`, out: "" });
    }
  });
});

describe.concurrent("journey: the seal", { timeout: 60_000 }, () => {
  const withoutTools = { PATH: "/nonexistent" };

  it("runs unsealed without tokens, and says so with the cure", async () => {
    using place = scratch(DOCUMENTS);
    await using running = hearth(["start", "--port", "0", ...WHERE], { cwd: place.folder, env: withoutTools });
    await running.says(/Ctrl-C stops/);
    expect(running.said.out).toMatch(/Core +not sealed: .*\. Install bubblewrap/);
  });

  it("refuses to run unsealed with a token, unless the configuration says so", async () => {
    using place = scratch(DOCUMENTS);
    const token = ["CANARY".repeat(4), "CANARY", "CANARY".repeat(6)].join(".");
    const env = { ...withoutTools, DISCORD_TOKEN: token };
    await using refused = hearth(["start", "--port", "0", ...WHERE], { cwd: place.folder, env });
    expect(await refused.ended).toBe(2);
    expect(refused.said.out).toMatch(/^hearth: A token for Discord is set but the core is not sealed/);
    expect(refused.said.out).not.toContain("http://");
    expect(refused.said.out + refused.said.err).not.toContain("CANARY");
    // Nothing listens there: Discord is away, and the page is served all the same.
    place.write("config/hearth.yaml", 'seal: off\ndiscord:\n  api: "http://127.0.0.1:9/api"\n');
    await using allowed = hearth(["start", "--port", "0", ...WHERE], { cwd: place.folder, env });
    await allowed.says(/Ctrl-C stops/);
    expect(allowed.said.out).toMatch(/Core +not sealed: the configuration says seal: off/);
  });
});
