import { describe, expect, it } from "vitest";
import { describeModel } from "../../../src/bots/terminal/model-report.ts";
import { puppet, smol } from "../../helpers/written-answer.ts";

describe("describeModel", () => {
  it("names the model, where it stands, whether it writes and why, and who waits", () => {
    const why = "It answered more of your questions right than the quoted sentences do.";
    const ready = { kind: "ready", model: smol, writes: true, why, waiting: 0 } as const;
    expect(describeModel(ready)).toBe(`SmolLM2-135M: ready, writes. ${why}`);
    expect(describeModel({ ...ready, waiting: 1 })).toBe(`SmolLM2-135M: ready, writes. ${why} 1 question waiting.`);
    const failed = { ...ready, kind: "failed", writes: false, why: "The file is\ncut short" } as const;
    expect(describeModel(failed)).toBe("SmolLM2-135M: failed, does not write. The file is cut short.");
  });

  it("never names a puppet without saying what it is", () => {
    const status = { kind: "ready", model: puppet, writes: true, why: "It always does.", waiting: 0 } as const;
    expect(describeModel(status)).toContain("rehearsal (a puppet: it plays given words): ready");
  });
});
