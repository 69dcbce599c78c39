import { describe, expect, it } from "vitest";
import { describeMeaning } from "../../../src/bots/terminal/meaning-report.ts";

const model = { kind: "transformers", name: "e5-\u001B[2Jsmall" } as const;

describe("describeMeaning", () => {
  it("says by what passages are found, how far that is, and why not", () => {
    expect(describeMeaning({ kind: "none" })).toBe(
      "found by words only (no embedding model; hearth models list shows them)",
    );
    expect(describeMeaning({ kind: "embedding", model, done: 120, total: 3_000 })).toBe(
      "found by words; by meaning too: 120 of 3000 passages so far (e5-small)",
    );
    expect(describeMeaning({ kind: "ready", model })).toBe("found by words and by meaning (e5-small)");
    expect(describeMeaning({ kind: "failed", model, why: "its file is damaged" })).toBe(
      "found by words only, as e5-small cannot be used: its file is damaged.",
    );
  });
});
