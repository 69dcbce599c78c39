import { describe, expect, it } from "vitest";
import { renderStale } from "../../../src/bots/terminal/stale-report.ts";
import { staleAnswer } from "../../helpers/scripted-brain.ts";

const plain = { columns: Infinity, colors: false };

describe("renderStale", () => {
  it("names the question in short and the sources that changed or went", () => {
    expect(renderStale({ question: "How much leave?", sources: staleAnswer.sources }, plain)).toBe(
      "Of the earlier answer to “How much leave?”, the source changed since: Leave. Ask again to see what the documents say now.\n",
    );
    const sources = [
      ...staleAnswer.sources,
      { title: "Press", path: "press.md", change: "removed" },
      { title: "Sick\u001B[2J leave", path: "sick.md", change: "changed" },
    ] as const;
    expect(renderStale({ question: "x".repeat(70), sources }, plain)).toBe(
      `Of the earlier answer to “${"x".repeat(60)} …”, the source changed since: Leave, Sick leave; the source is no longer there: Press. ` +
        "Ask again to see what the documents say now.\n",
    );
  });

  it("keeps to the columns, and lets nothing drive the terminal", () => {
    const shown = renderStale(
      { question: "\u001B[2Jhow\nmuch?", sources: staleAnswer.sources },
      { columns: 40, colors: false },
    );
    expect(shown.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    expect(shown.split("\n").filter((line) => line.length > 40)).toEqual([]);
  });
});
