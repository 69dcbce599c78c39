import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, scratch } from "../helpers/hearth.ts";
import { onEachPlatform, readCases, type Case } from "./case.ts";
import { whyNot } from "./needs.ts";
import { lineOf, resultOf, summaryOf } from "./report.ts";
import type { Outcome } from "./run-case.ts";

const made = (given: Partial<Case>): Case => ({
  id: "made-up",
  class: "made-up",
  vector: "",
  platform: "discord",
  layer: "code",
  sev: "high",
  setup: [],
  input: {},
  must: [],
  must_not: [],
  ...given,
});

/** Runs the runner on cases, and gives what it said and its exit code. */
async function runner(words: readonly string[]): Promise<{ readonly out: string; readonly code: number | null }> {
  const child = spawn(process.execPath, [join(root, "tests/cases.ts"), ...words], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  await once(child, "close");
  return { out, code: child.exitCode };
}

describe("the runner", () => {
  it("says of each case what became of it, and fails where one failed", { timeout: 600_000 }, async () => {
    const ask = { ask: { in: "ga_general", by: "ann", text: "When does the dishwasher run?" } };
    const cases = [
      made({
        id: "holds",
        input: ask,
        puppet: "The dishwasher runs at noon.",
        must: [
          { on: "outbound", field: "replies_to_input", op: "eq", v: 1 },
          { on: "reply", op: "contains", v: "noon" },
          { on: "prompt", op: "contains", v: "dishwasher" },
          { on: "prompt_role:system", op: "contains", v: "documents" },
          { on: "disk", op: "contains", v: "dishwasher" },
          { on: "proc", field: "alive", op: "eq", v: true },
          { on: "proc", field: "rss_mb_delta", op: "lte", v: 10_000 },
          { on: "ports", op: "re", v: "^127\\.0\\.0\\.1:\\d+$" },
        ],
        must_not: [{ on: "proc", op: "crash", v: true }],
      }),
      made({
        id: "does-not-hold",
        input: ask,
        puppet: "ok",
        must_not: [{ on: "outbound", op: "contains", v: "at noon", to: "ga_general" }],
      }),
      made({ id: "unseen", input: ask, must: [{ on: "proc", field: "dreams", op: "eq", v: true }] }),
      made({
        id: "everywhere",
        platform: "any",
        input: { ask: { ...ask.ask, in: "C_GENERAL" } },
        must: [
          { on: "outbound", field: "replies_to_input", op: "eq", v: 1 },
          { on: "outbound", field: "lost_questions", op: "eq", v: 0 },
          { on: "reply", op: "contains", v: "noon" },
        ],
      }),
      made({ id: "wants-more", input: { dns: { name: "docs.acme.example", answers: ["127.0.0.1"] } } }),
    ];
    using place = scratch({ "cases.jsonl": cases.map((one) => JSON.stringify(one)).join("\n") });
    const { out, code } = await runner(["--file", join(place.folder, "cases.jsonl"), "--runs", "1"]);
    expect(out).toMatch(/pass +holds \(discord\)/);
    expect(out).toMatch(
      /FAIL +does-not-hold \(discord\): .*must not outbound to ga_general contains "at noon"; seen: .*noon/,
    );
    expect(out).toMatch(/not judged +unseen \(discord\): proc\.dreams/);
    expect(out).toMatch(/pass +everywhere \(discord\)/);
    expect(out).toMatch(/pass +everywhere \(slack\)/);
    expect(out).toMatch(/not run +wants-more \(discord\): it needs mirrors of web pages/);
    expect(out).toContain("all    6 cases: 3 passed, 1 FAILED, 1 not judged, 1 not run");
    expect(code).toBe(1);
  });

  it("says loudly that there are no cases, and does not fail", async () => {
    const { out, code } = await runner(["--file", "/nowhere/cases.jsonl"]);
    expect(out).toContain("SKIPPED: there is no /nowhere/cases.jsonl");
    expect(code).toBe(0);
  });

  it("says how it is used", async () => {
    const { out, code } = await runner(["--help"]);
    expect(out).toContain("--layer LAYER");
    expect(code).toBe(0);
  });
});

describe("a file of cases", () => {
  it("is read line by line, and says which line is no case", () => {
    using place = scratch({ "cases.jsonl": `${JSON.stringify(made({ id: "one" }))}\n\n{"id":"two"}\n` });
    expect(() => readCases(join(place.folder, "cases.jsonl"))).toThrow("cases.jsonl:3 is no case");
  });
});

describe("a case for any chat platform", () => {
  it("is a case for each of them", () => {
    const platforms = (platform: Case["platform"]) => onEachPlatform(made({ platform })).map((one) => one.platform);
    expect(platforms("any")).toEqual(["discord", "slack"]);
    expect(platforms("slack")).toEqual(["slack"]);
    expect(platforms("none")).toEqual(["none"]);
  });
});

describe("what a case needs", () => {
  it("is looked for in all its steps, those within others too", () => {
    const step = { dns: { name: "docs.acme.example", answers: ["127.0.0.1"] } };
    const needs = "it needs mirrors of web pages";
    expect(whyNot(made({ input: step }), { model: undefined })).toBe(needs);
    expect(whyNot(made({ input: { steps: [step] } }), { model: undefined })).toBe(needs);
    expect(whyNot(made({ setup: [{ repeat: { n: 2, step } }] }), { model: undefined })).toBe(needs);
    expect(whyNot(made({ setup: [{ config: { ingest_url: true } }] }), { model: undefined })).toBe(needs);
    expect(whyNot(made({ setup: [{ config: { log_level: "trace" } }] }), { model: undefined })).toBeUndefined();
  });

  it("is a model in the layer of models", () => {
    expect(whyNot(made({ layer: "model" }), { model: undefined })).toContain("--model");
    expect(whyNot(made({ layer: "model" }), { model: "some.gguf" })).toBeUndefined();
  });
});

describe("a report", () => {
  const pass: Outcome = { kind: "pass", note: "" };
  const fail: Outcome = { kind: "fail", why: "must not x" };
  const unseen: Outcome = { kind: "not judged", what: "logs" };

  it("takes the worst run for all of them", () => {
    expect(resultOf(made({}), [pass, fail, pass], 1).verdict).toBe(fail);
    expect(resultOf(made({}), [pass, unseen, pass], 1).verdict).toBe(unseen);
    expect(resultOf(made({}), [pass, pass, pass], 1).verdict).toBe(pass);
    expect(resultOf(made({}), [], 1).verdict.kind).toBe("not run");
  });

  it("says in how many runs it failed", () => {
    expect(lineOf(resultOf(made({}), [pass, fail, fail], 1))).toContain(
      "FAIL        made-up (discord): 2 of 3 runs: must not x",
    );
  });

  it("counts by layer", () => {
    const results = [resultOf(made({}), [pass], 1), resultOf(made({ layer: "box" }), [fail], 1)];
    expect(summaryOf(results).split("\n")).toEqual([
      "code   1 cases: 1 passed, 0 FAILED, 0 not judged, 0 not run",
      "box    1 cases: 0 passed, 1 FAILED, 0 not judged, 0 not run",
      "all    2 cases: 1 passed, 1 FAILED, 0 not judged, 0 not run",
    ]);
  });
});
