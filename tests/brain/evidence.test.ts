import { describe, expect, it } from "vitest";
import { fingerprintOf, standingIn, takenFrom } from "../../src/brain/evidence.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { passage, quoted, unknown } from "../helpers/scripted-brain.ts";
import { twoQuoted, written } from "../helpers/written-answer.ts";

describe("a fingerprint", () => {
  it("is found exactly where the words stand, in texts that repeat themselves too", () => {
    const random = randomFrom(7);
    const letters = (length: number) => Array.from({ length }, () => "ab c"[Math.floor(random() * 4)]).join("");
    const outcomes = { found: 0, missing: 0 };
    for (let round = 0; round < 2_000; round += 1) {
      const [text, sought] = [letters(60), letters(1 + Math.floor(random() * 9))];
      const plain = (words: string) => words.replaceAll(/\s+/g, " ").trim();
      const isThere = plain(text).includes(plain(sought));
      expect(standingIn(text)(fingerprintOf(sought)), `"${sought}" in "${text}"`).toBe(isThere);
      outcomes[isThere ? "found" : "missing"] += 1;
    }
    expect(Math.min(outcomes.found, outcomes.missing)).toBeGreaterThan(200);
  });

  it("is found at the beginning, at the end and as the whole text, across other line breaks, in any script", () => {
    const stands = standingIn("年假有28天。\n\n病假   请告诉组长。");
    for (const text of ["年假有28天。", "病假 请告诉组长。", "年假有28天。 病假\n请告诉组长。"]) {
      expect(stands(fingerprintOf(text))).toBe(true);
    }
    expect(stands(fingerprintOf("年假有30天。"))).toBe(false);
    expect(stands(fingerprintOf("年".repeat(100)))).toBe(false);
  });

  it("holds no text", () => {
    expect(JSON.stringify(fingerprintOf("CANARY is the word"))).not.toMatch(/canary/i);
  });
});

describe("what an answer was taken from", () => {
  const sentence = fingerprintOf("Everybody gets 28 days of annual leave.");

  it("is the quoted sentences of each passage", () => {
    expect(takenFrom(quoted().answer)).toEqual([{ passage: passage(), stretches: [sentence] }]);
    expect(takenFrom(twoQuoted).map(({ passage: { path } }) => path)).toEqual(["leave.md", "sick.md"]);
  });

  it("is the sentences that carry what a model wrote, and the quotes beside it", () => {
    const { answer } = written({ text: "Everybody gets 28 days of annual leave [1]." });
    expect(takenFrom(answer)).toEqual([
      { passage: twoQuoted.passages[0], stretches: [sentence] },
      { passage: twoQuoted.passages[1], stretches: [fingerprintOf("Tell your lead before ten.")] },
    ]);
  });

  it("is all of a passage where it is not known which sentence carries the mark", () => {
    const { answer } = written({ text: "Leave is plentiful [1]." });
    expect(takenFrom(answer)[0]?.stretches).toEqual([fingerprintOf(passage().text)]);
  });

  it("is nothing that was only shown, and nothing where nothing was answered", () => {
    const { answer } = written({
      text: "Tell your lead before ten [2].",
      passages: twoQuotedAnd(passage({ id: "c#0" })),
    });
    expect(takenFrom(answer).map(({ passage: { path } }) => path)).toEqual(["sick.md"]);
    expect(takenFrom(unknown(passage()).answer)).toEqual([]);
    expect(takenFrom({ kind: "plain", text: "Hello." })).toEqual([]);
  });
});

function twoQuotedAnd(more: ReturnType<typeof passage>) {
  const [first, ...rest] = twoQuoted.passages;
  return [first, ...rest, more] as [ReturnType<typeof passage>, ...ReturnType<typeof passage>[]];
}
