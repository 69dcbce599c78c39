import { describe, expect, it } from "vitest";
import { walkWorlds } from "./worlds.ts";

describe("random worlds", { timeout: 180_000 }, () => {
  it("show nobody what was said where he may not read, whatever a model says", async () => {
    const { leaks, answers, recalled, fromElsewhere } = await walkWorlds({ worlds: 80, seed: 20_261_128 });
    expect(leaks).toEqual([]);
    // Else nothing was put to the test.
    expect(answers).toBeGreaterThan(60);
    expect(recalled).toBeGreaterThan(30);
    expect(fromElsewhere).toBeGreaterThan(3);
  });
});
