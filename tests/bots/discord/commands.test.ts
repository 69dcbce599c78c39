import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { COMMANDS, hashOf } from "../../../src/bots/discord/commands.ts";
import { LONGEST_WORDS } from "../../../src/bots/docs-choices.ts";
import { readCustomId, shareId, unrateId } from "../../../src/bots/pressed.ts";

describe("the commands", () => {
  it("are those that there is something behind", () => {
    expect(COMMANDS.map(({ name }) => name)).toEqual(["ask", "docs", "privacy", "status", "forget"]);
  });

  it("are offered in servers and in direct messages with the bot, and installed in servers alone", () => {
    for (const { contexts, integration_types: types } of COMMANDS) {
      expect(contexts).toEqual([0, 1]);
      expect(types).toEqual([0]);
    }
  });

  it("stand in the manual, each of them", () => {
    const manual = readFileSync(new URL("../../../docs/discord.md", import.meta.url), "utf8");
    expect(COMMANDS.filter(({ name }) => !manual.includes(`| \`/${name}`)).map(({ name }) => name)).toEqual([]);
  });

  it("keep to what Discord takes", () => {
    for (const command of COMMANDS) {
      expect(command.name).toMatch(/^[a-z]{1,32}$/);
      const texts = [command.description, ...(command.options ?? []).map(({ description }) => description)];
      expect(texts.filter((text) => text.length === 0 || text.length > 100)).toEqual([]);
      for (const option of command.options ?? []) {
        const choices = "choices" in option ? (option.choices ?? []) : [];
        expect(choices.map(({ name }) => name.length).filter((length) => length > 100)).toEqual([]);
      }
    }
  });

  it("come to another hash when one of them changes", () => {
    const [first, ...rest] = COMMANDS;
    if (!first) throw new Error("There is no command");
    expect(hashOf(COMMANDS)).toBe(hashOf([...COMMANDS]));
    expect(hashOf([{ ...first, description: "Something else" }, ...rest])).not.toBe(hashOf(COMMANDS));
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
