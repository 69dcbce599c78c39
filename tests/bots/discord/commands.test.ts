import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS, hashOf } from "../../../src/bots/discord/commands.ts";
import { SUMMARISE } from "../../../src/bots/discord/talk-commands.ts";
import { LONGEST_WORDS } from "../../../src/bots/docs-choices.ts";
import { readCustomId, shareId, unrateId } from "../../../src/bots/pressed.ts";

describe("the commands", () => {
  it("are those that there is something behind", () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(names.slice(0, 5)).toEqual(["ask", "docs", "privacy", "status", "forget"]);
    expect(names.slice(5)).toEqual(["memory", "digest", "catchup", SUMMARISE]);
  });

  it("are offered in servers, those that are not about a channel in direct messages too, and installed in servers alone", () => {
    for (const { name, contexts, integration_types: types } of COMMANDS) {
      expect(contexts).toEqual(["ask", "docs", "privacy", "status", "forget"].includes(name) ? [0, 1] : [0]);
      expect(types).toEqual([0]);
    }
  });

  it("stand in the manual, each of them", () => {
    const manual = readFileSync(new URL("../../../docs/discord.md", import.meta.url), "utf8");
    const isMissing = (name: string) => !manual.includes(`| \`/${name}`) && !manual.includes(`| **${name}**`);
    expect(COMMANDS.map(({ name }) => name).filter(isMissing)).toEqual([]);
  });

  it("come to another hash when one of them changes", () => {
    const [first, ...rest] = COMMANDS;
    if (!first) throw new Error("There is no command");
    expect(hashOf(COMMANDS)).toBe(hashOf([...COMMANDS]));
    expect(hashOf([{ ...first, name: "other" }, ...rest])).not.toBe(hashOf(COMMANDS));
  });
});

describe("a button's id", () => {
  it.each([
    ["h1:stop:0abc9z", { kind: "stop", job: "0abc9z" }],
    ["h1:up:00000000-0000-4000-8000-0000000000a1", { kind: "up", answerId: "00000000-0000-4000-8000-0000000000a1" }],
    ["h1:why:a1", { kind: "why", answerId: "a1" }],
    ["h1:share:sick leave: who pays?", { kind: "share", words: "sick leave: who pays?" }],
    ["h1:stop:../x", undefined],
    ["h1:stop:", undefined],
    ["h1:up:a b", undefined],
    ["h1:delete:a1", undefined],
    ["h2:up:a1", undefined],
    ["", undefined],
  ])("%j says %j", (id, pressed) => {
    expect(readCustomId(id)).toEqual(pressed);
  });

  it("fits Discord's 100 characters with the longest words, and is read as it was made", () => {
    const words = "ß".repeat(LONGEST_WORDS);
    expect(shareId(words).length).toBeLessThanOrEqual(100);
    expect(readCustomId(shareId(words))).toEqual({ kind: "share", words });
    expect(readCustomId(unrateId("a1"))).toEqual({ kind: "unrate", answerId: "a1" });
  });
});
