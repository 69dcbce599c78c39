import { describe, expect, it } from "vitest";
import { earlierOf, termsOf, weigh } from "../../src/knowledge/terms.ts";
import { wordsOf } from "../../src/words/words.ts";

const stems = (text: string) => wordsOf(text).map(({ stem }) => stem);

describe("wordsOf", () => {
  it("gives forms of a word one stem, without case and accents", () => {
    expect(new Set(stems("Approval approvals APPROVED")).size).toBeLessThanOrEqual(2);
    expect(stems("claims claiming Claimed")).toEqual(["claim", "claim", "claim"]);
    expect(stems("Café cafe")).toEqual(["cafe", "cafe"]);
  });

  it("says where each word stands", () => {
    const text = "  Two words.";
    expect(wordsOf(text).map(({ start, end }) => text.slice(start, end))).toEqual(["Two", "words"]);
  });

  it("finds words where no spaces are written", () => {
    expect(stems("员工每年有年假")).toContain("年假");
    expect(stems("พนักงานลาพักร้อน").length).toBeGreaterThan(1);
  });
});

describe("termsOf", () => {
  it("counts each word once, and tells grammar and earlier words apart", () => {
    const terms = termsOf("How do I claim the claims?", ["taxi receipts"]);
    expect(terms.filter(({ stem }) => stem === "claim")).toHaveLength(1);
    expect(terms.find(({ word }) => word === "how")?.isFunction).toBe(true);
    expect(terms.filter(({ isEarlier }) => isEarlier).map(({ word }) => word)).toEqual(["taxi", "receipts"]);
  });
});

describe("weigh", () => {
  const [term] = termsOf("garage", []);
  if (!term) throw new Error("no term");

  it("gives a rarer word more weight, up to about one whatever the number of passages", () => {
    const weights = [0, 1, 10, 100].map((count) => weigh(term, { count, total: 1_000 }).weight);
    expect(weights).toEqual(weights.toSorted((one, other) => other - one));
    expect(weights[0]).toBeCloseTo(weigh(term, { count: 0, total: 100_000 }).weight, 1);
    expect(weights[0]).toBeLessThanOrEqual(1);
  });

  it("knows a word that stands nowhere", () => {
    expect(weigh(term, { count: 0, total: 10 }).isKnown).toBe(false);
    expect(weigh(term, { count: 1, total: 10 }).isKnown).toBe(true);
  });
});

describe("earlierOf", () => {
  const earlier = ["one", "two", "three"];

  it("goes back two turns for a question that points back or says little", () => {
    expect(earlierOf("does it cost anything?", earlier)).toEqual(["two", "three"]);
    expect(earlierOf("and for contractors?", earlier)).toEqual(["two", "three"]);
    expect(earlierOf("up to how much?", earlier)).toEqual(["two", "three"]);
  });

  it("leaves a new subject alone", () => {
    expect(earlierOf("where do visitors park their bikes overnight", earlier)).toEqual([]);
  });

  it("keeps the turns where no English word tells", () => {
    expect(earlierOf("wie lange dauert die Elternzeit maximal", earlier)).toEqual(["two", "three"]);
  });
});
