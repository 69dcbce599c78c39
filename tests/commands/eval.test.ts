import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { Answered, Brain, Written } from "../../src/brain/brain.ts";
import { runEval, type EvalGiven, type EvalOptions } from "../../src/commands/eval.ts";
import type { Changes, OpenSetting } from "../../src/commands/open-setting.ts";
import { UserError } from "../../src/user-error.ts";
import { readVerdict, verdictFile } from "../../src/verdict-file.ts";
import { scratch } from "../helpers/hearth.ts";
import { passage, quoted, readyStatus, scriptedBrain, unknown } from "../helpers/scripted-brain.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const rows = Array.from({ length: 12 }, (_, index) => ({
  id: `q${index}`,
  question: `How much leave ${index}?`,
  gold_docs: ["leave.md"],
  answer_keys: ["twenty-eight"],
}));
const QUESTIONS = rows.map((row) => JSON.stringify(row)).join("\n");
const options = { file: "-", json: false, clearance: ["public", "team"] } as const;

const how: Written = {
  model: { kind: "llama", name: "small", hash: "ab" },
  promptHash: "cd",
  tokens: { prompt: 10, reused: 0, written: 5 },
  sentences: { kept: 1, dropped: 1 },
  leftOut: { passages: 0, turns: 0 },
};

/** What a model wrote below the quoted answer. */
function written(text: string): Answered {
  const answer = { kind: "cited", text, quotes: [], passages: [passage()] } as const;
  return { ...quoted(), answer, writing: { kind: "written", ...how } };
}

/** Opens a brain for each setting; a core that is not named cannot start. */
function opener(
  brains: (changes: Changes) => Partial<Brain> | undefined,
  surroundings: EvalGiven["surroundings"],
): OpenSetting & { readonly opened: Changes[] } {
  const opened: Changes[] = [];
  const open: OpenSetting = async (changes, work) => {
    opened.push(changes);
    const brain = brains(changes);
    return brain && work(scriptedBrain(brain), surroundings);
  };
  return Object.assign(open, { opened });
}

function run(
  given: Partial<EvalOptions>,
  world: Partial<EvalGiven> & {
    readonly brains?: (changes: Changes) => Partial<Brain> | undefined;
    readonly questions?: string;
  } = {},
) {
  const surroundings = surroundingsWith(world.surroundings ?? {});
  surroundings.in.end(world.questions ?? QUESTIONS);
  const open = opener(world.brains ?? (() => ({})), surroundings);
  const ended = runEval(
    { ...options, ...given },
    { open, setting: {}, writes: undefined, data: "/nowhere", now: () => new Date(0), ...world, surroundings },
  );
  return { ended, surroundings, opened: open.opened };
}

describe("hearth eval", () => {
  it("prints a table of what can be measured, and asks with the turns before", async () => {
    const turns: unknown[] = [];
    const history = [{ role: "user", text: "About leave." }];
    const questions = [
      { question: "How much leave?", history, answer_keys: ["28 days"], gold_docs: ["leave.md"] },
      { question: "Who won?", answerable: false },
    ];
    const brains = () => ({
      answer: async ({ message, turns: before }: Parameters<Brain["answer"]>[0]) => {
        turns.push(before);
        return message.text === "Who won?" ? unknown(passage()) : quoted();
      },
    });
    const { ended, surroundings } = run(
      {},
      { brains, questions: questions.map((row) => JSON.stringify(row)).join("\n") },
    );
    expect(await ended).toBe(0);
    expect(turns).toEqual([history, []]);
    const said = surroundings.said();
    expect(said).toMatch(/^2 questions, 1 of them answerable; as configured\n\n/);
    expect(said).toMatch(/^right by key in <= 60 words\s+100\.0 % {2}1 of 1$/m);
    expect(said).toMatch(/^right document cited\s+100\.0 % {2}1 of 1$/m);
    expect(said).toMatch(/^false answers\s+0\.0 % {2}0 of 1$/m);
    expect(said).toContain("Not measured, since the file has no gold_quote.");
  });

  it("compares two settings, each in a core of its own, and gives exit code 1 where a figure is worse", async () => {
    const brains = ({ write }: Changes) => ({
      answer: async () => (write === "never" ? quoted(passage({ text: "Everybody gets twenty-eight." })) : unknown()),
    });
    const { ended, surroundings, opened } = run({ against: "write=never" }, { brains });
    expect(await ended).toBe(1);
    expect(opened).toEqual([{ write: "never" }, {}]);
    expect(surroundings.said()).toContain("write=never               as configured             difference");
    expect(surroundings.said()).toMatch(/^right by key\s+100\.0 % {2}12 of 12\s+0\.0 % {2}0 of 12\s+-100\.0 points$/m);
    expect(surroundings.said()).toContain("better on 0 questions, worse on 12, p < .001: hardly chance  <- WORSE");
  });

  it("compares with results that were kept, question by question", async () => {
    using place = scratch();
    const out = join(place.folder, "results.json");
    const right = { answer: async () => quoted(passage({ text: "Everybody gets twenty-eight." })) };
    expect(await run({ out }, { brains: () => right }).ended).toBe(0);
    const same = run({ baseline: out }, { brains: () => right });
    expect(await same.ended).toBe(0);
    expect(same.surroundings.said()).toContain("the same on every question");
    const fewer = run(
      { baseline: out },
      { brains: () => right, questions: `${QUESTIONS}\n{"question":"New?","answerable":true}` },
    );
    expect(await fewer.ended).toBe(0);
    expect(fewer.surroundings.said()).toContain("12 of them are in the baseline and compared");
    const worse = run({ baseline: out, json: true }, { brains: () => ({ answer: async () => unknown() }) });
    expect(await worse.ended).toBe(1);
    const results = JSON.parse(worse.surroundings.said());
    expect(results).toMatchObject({ hearth: "eval", questions: 12, against: { setting: "as configured" } });
    expect(results.comparison).toContainEqual(expect.objectContaining({ key: "right", isWorse: true, worse: 12 }));
  });

  it("judges a model that is forced to write against the quoted answer, and keeps the verdict", async () => {
    using place = scratch();
    const brains = ({ write }: Changes) => ({
      answer: async () => (write === "never" ? quoted() : written("Everybody gets twenty-eight days [1].")),
    });
    const { ended, surroundings, opened } = run(
      {},
      { brains, writes: "always", data: place.folder, setting: { write: "always" } },
    );
    expect(await ended).toBe(0);
    expect(opened).toEqual([{ write: "never" }, {}]);
    expect(surroundings.said()).toMatch(/^sentences dropped\s+-\s+50\.0 % {2}12 of 24$/m);
    expect(surroundings.said()).toContain("The model writes: what the model wrote was right on 12 of 12 questions");
    expect(readVerdict(place.folder, { modelHash: "ab", promptHash: "cd" })).toMatchObject({
      wins: true,
      questions: 12,
    });
  });

  it("keeps no verdict where the model wrote nothing, and says why it did not", async () => {
    using place = scratch();
    const answer = async () => ({ ...quoted(), writing: { kind: "not written", why: "it is too slow" } as const });
    const { ended, surroundings } = run({}, { brains: () => ({ answer }), writes: "always", data: place.folder });
    expect(await ended).toBe(0);
    expect(surroundings.said()).toContain("12 answers were not written; most often (12): it is too slow");
    expect(surroundings.complained()).toContain("No verdict was kept");
    expect(existsSync(verdictFile(place.folder))).toBe(false);
  });

  it("has a model loaded before it counts, and says why one cannot be measured", async () => {
    const model = { model: how.model, writes: true, why: "", waiting: 0 };
    let kind: "loading" | "ready" = "loading";
    const answer = vi.fn(async () => {
      kind = "ready";
      return quoted();
    });
    const brains = () => ({ answer, status: async () => ({ ...readyStatus, model: { ...model, kind } }) });
    expect(await run({}, { brains, writes: "auto" }).ended).toBe(0);
    expect(answer).toHaveBeenCalledTimes(13);
    const failed = () => ({
      status: async () => ({
        ...readyStatus,
        model: { ...model, kind: "failed" as const, why: "The file is damaged" },
      }),
    });
    await expect(run({}, { brains: failed, writes: "auto" }).ended).rejects.toThrow(
      new UserError("The model small cannot be measured: The file is damaged"),
    );
    expect(await run({}, { brains: failed, writes: "never" }).ended).toBe(0);
  });

  it("refuses a mistake before any core is started", async () => {
    using place = scratch({ "other.json": "{}", "old.json": "" });
    const old = {
      ...JSON.parse('{"hearth":"eval","setting":"x"}'),
      outcomes: [{ id: "z", question: "Other?", answered: true, answer: "", citations: [], seconds: 1, scores: {} }],
    };
    place.write("old.json", JSON.stringify(old));
    const refused = async (given: Partial<EvalOptions>, questions?: string) => {
      const { ended, opened } = run(given, questions === undefined ? {} : { questions });
      const error: unknown = await ended.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(opened).toEqual([]);
      expect(error).toBeInstanceOf(UserError);
      return error instanceof UserError ? error.message : "";
    };
    expect(await refused({ against: "write=never", baseline: "x" })).toContain("leave one of them out");
    expect(await refused({ against: "speed=high" })).toContain("speed is not a setting");
    expect(await refused({ baseline: join(place.folder, "none.json") })).toContain("there is no such file");
    expect(await refused({ baseline: join(place.folder, "other.json") })).toContain("holds no results");
    expect(await refused({ baseline: join(place.folder, "old.json") })).toContain("none of these questions");
    expect(await refused({ out: place.folder })).toContain("is a folder");
    expect(await refused({ out: join(place.folder, "no/such/file") })).toContain("cannot be written (ENOENT)");
    expect(await refused({}, '{"question":"x"}')).toContain("standard input:1: answerable is missing");
  });

  it("gives exit code 2 where a core cannot start, which has said why", async () => {
    expect(await run({}, { brains: () => undefined }).ended).toBe(2);
    expect(await run({ against: "model=none" }, { brains: ({ model }) => (model ? undefined : {}) }).ended).toBe(2);
  });

  it("says how far it came when Ctrl-C stops it, and prints no table", async () => {
    using place = scratch();
    const stop = new AbortController();
    const out = join(place.folder, "results.json");
    const answer: Brain["answer"] = async ({ message }, { signal }) => {
      if (message.text.includes("3")) stop.abort(new Error("stop"));
      signal.throwIfAborted();
      return quoted();
    };
    const { ended, surroundings } = run(
      { out },
      { brains: () => ({ answer }), surroundings: surroundingsWith({ signal: stop.signal }) },
    );
    expect(await ended).toBe(130);
    expect(surroundings.complained()).toContain("Stopped after 3 of 12 questions.\n");
    expect(surroundings.said()).toBe("");
    expect(existsSync(out)).toBe(false);
  });

  it("draws a bar on a terminal while it asks", async () => {
    const last = Promise.withResolvers<void>();
    const answer: Brain["answer"] = async ({ message }) => {
      if (message.text.includes("11")) await last.promise;
      return quoted();
    };
    const { ended, surroundings } = run(
      {},
      { brains: () => ({ answer }), surroundings: surroundingsWith({ errIsTerminal: true }) },
    );
    await vi.waitFor(() => expect(surroundings.complained()).toMatch(/Measuring .* 11 of 12 questions/));
    last.resolve();
    expect(await ended).toBe(0);
  });

  it("keeps results for their owner only", async () => {
    using place = scratch();
    const out = join(place.folder, "results.json");
    await run({ out }).ended;
    expect(JSON.parse(readFileSync(out, "utf8")).outcomes).toHaveLength(12);
    expect(statSync(out).mode & 0o077).toBe(0);
  });
});
