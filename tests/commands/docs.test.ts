import { describe, expect, it, vi } from "vitest";
import { runDocs, runExplain } from "../../src/commands/docs.ts";
import { scriptedBrain } from "../helpers/scripted-brain.ts";
import { surroundings as surroundingsWith } from "../helpers/surroundings.ts";

const report = { added: 1, changed: 0, removed: 0, unchanged: 1, failed: [], seconds: 0.2 };

describe("hearth docs", () => {
  it("syncs and reports, with exit code 0 when everything was read", async () => {
    const surroundings = surroundingsWith();
    expect(await runDocs("sync", { brain: scriptedBrain({ sync: async () => report }), surroundings })).toBe(0);
    expect(surroundings.said()).toBe(
      "Changes    1 added, 0 changed, 0 removed, 1 unchanged, in 0.2 s\nIndex      2 documents, 7 passages\n",
    );
  });

  it("gives exit code 1 and names what could not be read", async () => {
    const surroundings = surroundingsWith();
    const failed = [{ path: "locked.md", reason: "it cannot be read (no permission)" }];
    const brain = scriptedBrain({ sync: async () => ({ ...report, failed }) });
    expect(await runDocs("sync", { brain, surroundings })).toBe(1);
    expect(surroundings.said()).toContain("locked.md: it cannot be read (no permission)");
  });

  it("says what the index holds without reading anything", async () => {
    const surroundings = surroundingsWith();
    const sync = vi.fn(async () => report);
    expect(await runDocs("status", { brain: scriptedBrain({ sync }), surroundings })).toBe(0);
    expect(surroundings.said()).toMatch(/^Index {6}2 documents, 7 passages\nSearch {5}.*\nCore {7}sealed/);
    expect(sync).not.toHaveBeenCalled();
  });
});

describe("hearth docs explain", () => {
  it("says in words why a file is not read, with exit code 1", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain();
    expect(await runExplain({ path: "/documents/a.md", json: false }, { brain, surroundings })).toBe(1);
    expect(surroundings.said()).toBe(
      "/documents/a.md  is not read\nBecause    there is no such file\nCure       correct the path\n",
    );
  });

  it("says where a document stands for a question", async () => {
    const surroundings = surroundingsWith();
    const brain = scriptedBrain({
      explain: async (path, { question }) => {
        expect([path, question]).toEqual(["/documents/leave.md", "annual zebra"]);
        return {
          kind: "read",
          path: "leave.md",
          folder: "/documents",
          documents: [{ path: "leave.md", audience: "team", modifiedAt: "2026-11-24T09:00:00.000Z", passages: 3 }],
          question: {
            place: 2,
            of: 40,
            headings: ["Leave", "Annual leave"],
            similarity: 0.613,
            words: [
              { word: "annual", rarity: 0.8, has: true },
              { word: "zebra", rarity: 1, has: false },
            ],
          },
        };
      },
    });
    const asked = { path: "/documents/leave.md", question: "annual zebra", json: false };
    expect(await runExplain(asked, { brain, surroundings })).toBe(0);
    expect(surroundings.said()).toBe(
      [
        "leave.md  is read: 3 passages",
        "Folder     /documents",
        "Document   for team, of 2026-11-24",
        "Found      its best passage is number 2 of 40: Leave > Annual leave",
        "Meaning    0.61 (cosine of question and passage)",
        "Has        annual",
        "Lacks      zebra",
        "",
      ].join("\n"),
    );
  });
});

describe("hearth docs sync --dry-run", () => {
  it("names what would change, and changes nothing", async () => {
    const surroundings = surroundingsWith();
    const sync = vi.fn(async () => report);
    const brain = scriptedBrain({
      sync,
      plan: async () => ({
        report: { ...report, failed: [{ path: "locked.md", reason: "it cannot be read (no permission)" }] },
        changes: [{ kind: "added", id: "1", path: "new.md" }],
      }),
    });
    expect(await runDocs("plan", { brain, surroundings })).toBe(1);
    expect(surroundings.said()).toBe(
      [
        "Would be   1 added, 0 changed, 0 removed, 1 unchanged; nothing was written",
        "added      new.md",
        "Not read   1 file",
        "           locked.md: it cannot be read (no permission)",
        "",
      ].join("\n"),
    );
    expect(sync).not.toHaveBeenCalled();
  });
});
