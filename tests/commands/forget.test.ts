import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { ChatMessage, Conversation } from "../../src/chat.ts";
import { checkForget, runForget } from "../../src/commands/forget.ts";
import { silentLog } from "../../src/log.ts";
import { openMemory } from "../../src/memory/sqlite.ts";
import { hearth, scratch } from "../helpers/hearth.ts";
import { scriptedBrain } from "../helpers/scripted-brain.ts";
import { surroundings } from "../helpers/surroundings.ts";

const GUILD = "112233445566778899";
const OTHER = "998877665544332211";
const log = silentLog();

const inGuild = (space: string): Conversation => ({ platform: "discord", space, channel: "223344556677889900" });
const said = (space: string, id: string): ChatMessage => ({
  id,
  conversation: inGuild(space),
  author: { id: "334455667788990011", name: "ann", isBot: false },
  text: "How much leave do we get?",
  sentAt: new Date().toISOString(),
});

function fill(data: string): void {
  using memory = openMemory({ path: join(data, "memory.sqlite"), log });
  memory.keep([said(GUILD, "1"), said(GUILD, "2"), said(OTHER, "3")]);
  using inbox = openInbox({ path: join(data, "edge/inbox.sqlite"), log });
  for (const space of [GUILD, OTHER]) {
    const conversation = inGuild(space);
    inbox.give({
      answerId: `answer in ${space}`,
      job: "job",
      platform: "discord",
      conversation,
      askedId: "1",
      askerId: "334455667788990011",
      seenBy: "place",
      posted: [{ id: `9${space}`, conversation }],
      givenAt: Date.now(),
    });
  }
}

async function forget(cwd: string, ...words: readonly string[]) {
  await using program = hearth(["forget", "--platform", "discord", ...words], { cwd });
  const code = await program.ended;
  return { code, ...program.said };
}

describe("hearth forget", () => {
  it("deletes what is kept of one server, and nothing of another", async () => {
    using place = scratch();
    const data = join(place.folder, "data");
    fill(data);
    const { code, out, err } = await forget(place.folder, "--space", GUILD);
    expect(err).toBe("");
    expect(out).toMatch(/^Deleted +2 messages[^]* 0 records[^]* 1 row of the inbox[^]*Not /);
    expect(code).toBe(0);
    using memory = openMemory({ path: join(data, "memory.sqlite"), log });
    const left = (space: string) => memory.forget({ platform: "discord", space });
    expect([left(GUILD), left(OTHER)]).toEqual([0, 1]);
    using inbox = openInbox({ path: join(data, "edge/inbox.sqlite"), log });
    expect(inbox.given({ answerId: `answer in ${GUILD}` })).toBeUndefined();
    expect(inbox.given({ answerId: `answer in ${OTHER}` })).toBeDefined();
  });

  it("says that nothing was kept, and makes no inbox for that", async () => {
    using place = scratch();
    const { code, out } = await forget(place.folder, "--space", GUILD, "--person", OTHER);
    expect(out).toMatch(/^Deleted +0 messages[^]* 0 rows of the inbox/);
    expect(code).toBe(0);
    expect(existsSync(join(place.folder, "data/edge"))).toBe(false);
  });

  it("refuses while a running Hearth has the files, which would still hold what it says is deleted", () => {
    using place = scratch();
    using memory = openMemory({ path: join(place.folder, "memory.sqlite"), log });
    memory.keep([said(GUILD, "1")]);
    const folders = { data: place.folder, edgeFolder: join(place.folder, "edge") };
    expect(() => checkForget({ platform: "discord", space: GUILD }, folders)).toThrow(
      /^A running Hearth has .*memory\.sqlite; stop it first/,
    );
  });

  it("knows what ids look like on Slack, where a person is one together with a workspace", async () => {
    using place = scratch();
    const folders = { data: place.folder, edgeFolder: join(place.folder, "edge") };
    const forgotten: unknown[] = [];
    const brain = scriptedBrain({
      forget: async (of) => {
        forgotten.push(of);
        return { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
      },
    });
    const of = { platform: "slack", space: "T0ACME" } as const;
    for (const more of [{}, { channel: "C0GENERAL" }, { person: "U0ADA" }, { person: "T0OTHER:U0ADA" }]) {
      checkForget({ ...of, ...more }, folders);
      await runForget({ ...of, ...more }, { brain, folders, log, surroundings: surroundings() });
    }
    expect(forgotten).toEqual([
      of,
      { ...of, channel: "C0GENERAL" },
      { ...of, askerId: "T0ACME:U0ADA" },
      { ...of, askerId: "T0OTHER:U0ADA" },
    ]);
    expect(() => checkForget({ ...of, channel: "general" }, folders)).toThrow(
      /^--channel "general" is no id; a workspace's begins with T/,
    );
    expect(() => checkForget({ platform: "slack", space: "@me" }, folders)).toThrow(/^--space "@me" is no id/);
  });

  it("refuses what is no id", async () => {
    using place = scratch();
    const { code, err } = await forget(place.folder, "--space", "Acme");
    expect(err).toContain('--space "Acme" is no id');
    expect(code).toBe(2);
  });
});
