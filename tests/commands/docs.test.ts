import { describe, expect, it, vi } from "vitest";
import { runDocs } from "../../src/commands/docs.ts";
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
    expect(surroundings.said()).toMatch(/^Index {6}2 documents, 7 passages\nCore {7}sealed/);
    expect(sync).not.toHaveBeenCalled();
  });
});
