import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pacedProgress } from "../../../src/bots/web/paced-progress.ts";
import type { Progress } from "../../../src/brain/brain.ts";
import { writingStep } from "../../helpers/written-answer.ts";

describe("paced progress", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("passes the first state of a growing text at once, and then the latest, at most ten times a second", () => {
    const sent: Progress[] = [];
    using paced = pacedProgress((progress) => void sent.push(progress));
    for (let at = 1; at <= 100; at += 1) {
      paced.tell(writingStep("word ".repeat(at)));
      vi.advanceTimersByTime(10);
    }
    expect(sent[0]).toEqual(writingStep("word "));
    vi.advanceTimersByTime(1_000);
    expect(sent.at(-1)).toEqual(writingStep("word ".repeat(100)));
    expect(sent.length).toBeGreaterThan(5);
    expect(sent.length).toBeLessThanOrEqual(11);
  });

  it("passes everything else at once and in its order", () => {
    const sent: Progress[] = [];
    using paced = pacedProgress((progress) => void sent.push(progress));
    const steps = [
      writingStep("One."),
      writingStep("One. Two."),
      { kind: "asking-again" },
      { kind: "searching" },
    ] as const;
    for (const step of steps) paced.tell(step);
    expect(sent).toEqual(steps);
  });

  it("sends nothing once it is disposed of", () => {
    const sent: Progress[] = [];
    const paced = pacedProgress((progress) => void sent.push(progress));
    paced.tell(writingStep("One."));
    paced.tell(writingStep("One. Two."));
    paced[Symbol.dispose]();
    vi.advanceTimersByTime(1_000);
    expect(sent).toEqual([writingStep("One.")]);
  });
});
