import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Revision } from "../../src/bots/inbox.ts";
import { silentLog } from "../../src/log.ts";
import { START } from "../contracts/inbox.ts";

const conversation = { platform: "discord", space: "G1", channel: "C1" } as const;
const open = (path = ":memory:") => openInbox({ path, log: silentLog(), now: () => START });
const edit = (id: string, text: string): Revision => ({ conversation, ids: [id], text });

describe("edits and deletions", () => {
  it("wait in order, over a restart too, until the core knows of them", () => {
    const path = join(mkdtempSync(join(tmpdir(), "hearth-test-")), "inbox.sqlite");
    const gone = { conversation: { ...conversation, thread: "T1" }, ids: ["M2", "M3"] };
    {
      using inbox = open(path);
      inbox.revise(edit("M1", "Other words."));
      inbox.revise(gone);
    }
    using inbox = open(path);
    const waiting = inbox.revisions("discord");
    expect(waiting.map(({ revision }) => revision)).toEqual([edit("M1", "Other words."), gone]);
    expect(inbox.revisions("slack")).toEqual([]);
    inbox.revised(waiting[0]?.number ?? 0);
    expect(inbox.revisions("discord").map(({ revision }) => revision)).toEqual([gone]);
  });

  it("overtake what the same message said in between, and only that", () => {
    using inbox = open();
    inbox.revise(edit("M1", "first"));
    inbox.revise(edit("M2", "other"));
    inbox.revise(edit("M1", "second"));
    inbox.revise({ conversation, ids: ["M2", "M3"] });
    inbox.revise({ conversation, ids: ["M3"] });
    expect(inbox.revisions("discord").map(({ revision: { ids, text } }) => [ids.join(" "), text])).toEqual([
      ["M1", "second"],
      ["M2 M3", undefined],
      ["M3", undefined],
    ]);
  });

  it("leave no byte of an edit behind once it is told, overtaken by a deletion, or forgotten", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    using inbox = open(join(folder, "inbox.sqlite"));
    const bytes = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name)).toString("latin1"))
        .join();
    const canary = (word: string) => `The ${word} canary ${"x".repeat(300)}`;
    const number = inbox.revise(edit("M1", canary("quartz")));
    inbox.revise(edit("M2", canary("basalt")));
    inbox.revise(edit("M3", canary("feldspar")));
    expect(bytes()).toMatch(/quartz/);
    inbox.revised(number);
    await expect.poll(bytes, { timeout: 10_000 }).not.toMatch(/quartz/);
    inbox.revise({ conversation, ids: ["M2"] });
    expect(bytes()).not.toMatch(/basalt/);
    inbox.forget({ platform: "discord", space: "G1", askerId: "U1" });
    expect(bytes()).not.toMatch(/feldspar/);
    inbox.revise(edit("M4", canary("gneiss")));
    inbox.forgetHeard(conversation);
    expect(bytes()).not.toMatch(/gneiss/);
    expect(inbox.revisions("discord")).toHaveLength(1);
  }, 30_000);
});
