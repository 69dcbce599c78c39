import { describe, expect, it } from "vitest";
import { statusReport, syncLine, syncReport } from "../../../src/bots/terminal/docs-report.ts";
import { readyStatus } from "../../helpers/scripted-brain.ts";

const report = { added: 1, changed: 2, removed: 0, unchanged: 9, failed: [], seconds: 1.25 };
const failed = [{ path: "no\u001B[2J.md", reason: "it cannot be read (no permission)" }];

describe("syncReport", () => {
  it("counts what changed and what the index holds", () => {
    expect(syncReport(report, { documents: 12, passages: 1 })).toBe(
      "Changes    1 added, 2 changed, 0 removed, 9 unchanged, in 1.3 s\nIndex      12 documents, 1 passage\n",
    );
  });

  it("names every document that could not be read, with the reason, safely", () => {
    expect(syncReport({ ...report, failed }, readyStatus)).toContain(
      "Not read   1 file\n           no.md: it cannot be read (no permission)\n",
    );
  });
});

describe("statusReport", () => {
  it("says what the index holds, whether the core is sealed, and that no model writes", () => {
    expect(statusReport(readyStatus)).toBe(
      "Index      2 documents, 7 passages\n" +
        "Search     found by words only (no embedding model; hearth models list shows them)\nCore       sealed: it has no network, only lo (by unshare)\n" +
        "Model      no model is configured: the answers are the sentences of the documents themselves, quoted\n",
    );
  });

  it("says by which model passages are found, and names what could not be read", () => {
    const meaning = { kind: "ready", model: { kind: "transformers", name: "e5-small" } } as const;
    const shown = statusReport({ ...readyStatus, meaning, failed });
    expect(shown).toContain("Search     found by words and by meaning (e5-small)\n");
    expect(shown).toContain("Not read   1 file\n           no.md: it cannot be read (no permission)\n");
  });

  it("says why the core is not sealed, and the cure", () => {
    const seal = { kind: "not sealed", interfaces: ["eth0"], why: "only Linux has it", cure: "Use Linux" } as const;
    expect(statusReport({ ...readyStatus, seal })).toContain("not sealed: only Linux has it. Use Linux.");
  });
});

describe("syncLine", () => {
  it("names only what changed", () => {
    expect(syncLine(report)).toBe("12 documents up to date (1 new, 2 changed) in 1.3 s.");
    expect(syncLine({ ...report, added: 0, changed: 0 })).toBe("9 documents up to date in 1.3 s.");
  });

  it("says how to learn which files were not read", () => {
    expect(syncLine({ ...report, failed })).toContain("1 file not read, hearth docs sync says why");
  });

  it("says what Hearth reads where there is nothing", () => {
    const nothing = { ...report, added: 0, changed: 0, unchanged: 0 };
    expect(syncLine(nothing)).toContain("No documents were found");
  });
});
