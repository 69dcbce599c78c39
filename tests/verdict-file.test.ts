import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { UserError } from "../src/user-error.ts";
import { readVerdict, saveVerdict, verdictFile, verdictKey } from "../src/verdict-file.ts";
import { scratch } from "./helpers/hearth.ts";

const verdict = { wins: true, why: "The model writes", questions: 40, at: "2026-11-24T10:00:00.000Z" };
const small = { modelHash: "aa", promptHash: "p1" };

describe("verdicts", () => {
  it("are kept for one model with one prompt, in the data folder, for its owner only", () => {
    using place = scratch();
    expect(readVerdict(place.folder, small)).toBeUndefined();
    saveVerdict(place.folder, small, verdict);
    saveVerdict(place.folder, { ...small, promptHash: "p2" }, { ...verdict, wins: false });
    expect(readVerdict(place.folder, small)).toEqual(verdict);
    expect(readVerdict(place.folder, { ...small, promptHash: "p2" })?.wins).toBe(false);
    expect(readVerdict(place.folder, { ...small, modelHash: "bb" })).toBeUndefined();
    expect(readdirSync(join(place.folder, "models"))).toEqual(["verdicts.json"]);
    expect(statSync(verdictFile(place.folder)).mode & 0o077).toBe(0);
  });

  it("give way to newer ones", () => {
    using place = scratch();
    saveVerdict(place.folder, small, verdict);
    saveVerdict(place.folder, small, { ...verdict, wins: false, why: "The quoted answer stands" });
    expect(readVerdict(place.folder, small)).toMatchObject({ wins: false, why: "The quoted answer stands" });
  });

  it("that cannot be read are said with the cure", () => {
    using place = scratch({ "models/verdicts.json": "[]" });
    expect(() => readVerdict(place.folder, small)).toThrow(UserError);
    expect(() => readVerdict(place.folder, small)).toThrow("remove it, and measure the model again");
  });
});

describe("verdictKey", () => {
  it("is the hash of a model's file, or what a server calls the model", () => {
    expect(verdictKey({ kind: "llama", name: "small", hash: "ab" })).toBe("ab");
    expect(verdictKey({ kind: "openai", name: "small" })).toBe("openai:small");
  });
});
