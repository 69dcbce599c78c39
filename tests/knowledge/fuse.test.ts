import { describe, expect, it } from "vitest";
import type { Hit } from "../../src/chat.ts";
import { fuse, fuseRanks } from "../../src/knowledge/fuse.ts";
import { collapseNearDuplicates } from "../../src/knowledge/near-duplicates.ts";
import { passage } from "../helpers/scripted-brain.ts";

function hit(id: string, score: number, given: { similarity?: number; text?: string; modifiedAt?: string } = {}): Hit {
  const { similarity, ...rest } = given;
  return { passage: passage({ id, ...rest }), score, ...(similarity !== undefined && { similarity }) };
}

const ids = (hits: readonly Hit[]) => hits.map(({ passage: { id } }) => id);

describe("fusing words and meaning", () => {
  it("puts first what both find, before what one of them finds", () => {
    const words = hit("words", 1, { similarity: 0.1 });
    const both = hit("both", 0.9, { similarity: 0.9 });
    const meaning = hit("meaning", 0, { similarity: 0.9 });
    expect(ids(fuse([words, both, meaning]))).toEqual(["both", "words", "meaning"]);
  });

  it("is the same for a model whose cosines lie close together", () => {
    const wide = [hit("a", 0.5, { similarity: 0.2 }), hit("b", 0.4, { similarity: 0.9 }), hit("c", 0.3)];
    const narrow = wide.map((one) => ({
      ...one,
      ...(one.similarity !== undefined && { similarity: 0.7 + one.similarity / 10 }),
    }));
    expect(ids(fuse(narrow))).toEqual(ids(fuse(wide)));
  });

  it("follows meaning where the words of the question say nothing", () => {
    const chance = hit("chance", 0.05, { similarity: 0.3 });
    const near = hit("near", 0, { similarity: 0.8 });
    expect(ids(fuse([chance, near]))).toEqual(["near", "chance"]);
  });

  it("keeps the order of words where nothing was compared", () => {
    expect(ids(fuse([hit("a", 2), hit("b", 1)]))).toEqual(["a", "b"]);
  });

  it("puts the newer first among equals", () => {
    const old = hit("old", 1, { modifiedAt: "2024-01-01T00:00:00.000Z" });
    const fresh = hit("fresh", 1, { modifiedAt: "2026-01-01T00:00:00.000Z" });
    expect(ids(fuse([old, fresh]))).toEqual(["fresh", "old"]);
  });
});

describe("fusing ranks", () => {
  it("counts a hit of both orders before one of a single order", () => {
    const [a, b, c] = [hit("a", 9), hit("b", 1), hit("c", 5)];
    expect(
      ids(
        fuseRanks([
          [a, b],
          [c, b],
        ]),
      ),
    ).toEqual(["b", "a", "c"]);
  });
});

describe("near-duplicates", () => {
  const text = (days: number, end: string) =>
    `Everybody who works here gets ${days} days of annual leave a year, and may take five of them over into the next year ${end}.`;

  it("are shown once, the newer in the place of the better", () => {
    const old = hit("old", 2, { text: text(28, "if the lead agrees"), modifiedAt: "2024-01-01T00:00:00.000Z" });
    const fresh = hit("fresh", 1, { text: text(28, "if the lead agrees"), modifiedAt: "2026-01-01T00:00:00.000Z" });
    const other = hit("other", 1.5, {
      text: "Tell your lead before ten in the morning when you are ill, and call again.",
    });
    expect(collapseNearDuplicates([old, other, fresh]).map(({ passage: { id }, score }) => [id, score])).toEqual([
      ["fresh", 2],
      ["other", 1.5],
    ]);
  });

  it("both stay where a number differs, since they disagree", () => {
    const hits = [
      hit("a", 2, { text: text(28, "if the lead agrees") }),
      hit("b", 1, { text: text(30, "if the lead agrees") }),
    ];
    expect(ids(collapseNearDuplicates(hits))).toEqual(["a", "b"]);
  });

  it("both stay where they are short", () => {
    expect(
      ids(collapseNearDuplicates([hit("a", 2, { text: "See above." }), hit("b", 1, { text: "See above." })])),
    ).toEqual(["a", "b"]);
  });
});
