import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createPuppet, readPuppetScript } from "../../src/brain/puppet.ts";
import { describeEngine } from "../contracts/engine.ts";
import { scratch } from "../helpers/hearth.ts";

const signal = AbortSignal.timeout(30_000);
const asking = { messages: [{ role: "user", text: "Who are you?" }], maxTokens: 100 } as const;

describeEngine("a puppet", async () => createPuppet({ answers: ["word ".repeat(100)], tokensPerSecond: 200 }));

describe("a puppet", () => {
  it("says what it was given, one after the other and then from the beginning", async () => {
    await using puppet = createPuppet({ answers: ["One.", "Two words."] });
    const said: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) said.push((await puppet.generate(asking, { signal })).text);
    expect(said).toEqual(["One.", "Two words.", "One."]);
  });

  it("repeats its whole prompt when it is told to, as a model that was tricked would", async () => {
    await using puppet = createPuppet({ echo: true });
    expect((await puppet.generate(asking, { signal })).text).toBe("Who are you?");
  });

  it("is loading for as long as its script says, and called a puppet all the time", async () => {
    await using puppet = createPuppet({ answers: ["Hello."], loadingSeconds: 0.05 });
    expect(puppet.state()).toEqual({ kind: "loading" });
    await puppet.ready({ signal });
    expect(puppet.state()).toEqual({ kind: "ready" });
    expect(puppet.label()).toEqual({ kind: "puppet", name: "puppet" });
  });
});

describe("a puppet's script", () => {
  it("is read from a file of JSON", () => {
    using place = scratch({ "script.json": '{ "answers": ["Hello."], "tokensPerSecond": 5 }' });
    expect(readPuppetScript(`${place.folder}/script.json`)).toMatchObject({ answers: ["Hello."], tokensPerSecond: 5 });
  });

  it("adds every prompt that it is given to a file beside its script, where it is told to", async () => {
    using place = scratch({ "script.json": '{ "answers": ["Hello."], "record": "prompts.jsonl" }' });
    await using puppet = createPuppet(readPuppetScript(`${place.folder}/script.json`));
    for (let turn = 0; turn < 2; turn += 1) await puppet.generate(asking, { signal });
    const lines = readFileSync(`${place.folder}/prompts.jsonl`, "utf8").trimEnd().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual([
      { messages: asking.messages },
      { messages: asking.messages },
    ]);
  });

  it("is refused in a sentence that names the file, and the place in it", () => {
    using place = scratch({ "broken.json": "{", "wrong.json": '{ "answers": "Hello." }' });
    const read = (name: string) => () => readPuppetScript(`${place.folder}/${name}`);
    expect(read("none.json")).toThrow(/none\.json cannot be read \(ENOENT\); it is JSON such as/);
    expect(read("broken.json")).toThrow(/broken\.json is no JSON/);
    expect(read("wrong.json")).toThrow(/wrong\.json cannot be used at answers/);
  });
});
