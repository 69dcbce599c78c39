import { describe, expect, it } from "vitest";
import type { Hit } from "../../src/chat.ts";
import { bm25, countWordsOf, hasStem, rankHits, shareOf } from "../../src/knowledge/ranking.ts";
import { termsOf, weigh } from "../../src/knowledge/terms.ts";
import { passage } from "../helpers/scripted-brain.ts";

const hit = (id: string, text: string, given: Parameters<typeof passage>[0] = {}): Hit => ({
  passage: passage({ id: `${id}#0`, documentId: id, path: `${id}.md`, title: "T", headings: [], text, ...given }),
  score: 1,
});
const terms = (question: string) => termsOf(question, []).map((term) => weigh(term, { count: 2, total: 100 }));
const order = (question: string, ...hits: readonly Hit[]) =>
  rankHits(hits, terms(question)).map(({ passage: { path } }) => path);

describe("rankHits", () => {
  it("puts the passage first that has more of the question", () => {
    expect(order("garage key deposit", hit("a", "The garage."), hit("b", "A deposit for the garage key."))).toEqual([
      "b.md",
      "a.md",
    ]);
  });

  it("prefers a word in the heading to one in the text", () => {
    const headed = hit("b", "Twenty euros.", { headings: ["Deposit"] });
    expect(order("deposit", hit("a", "A deposit is due at once."), headed)[0]).toBe("b.md");
  });

  it("prefers many different words to one that comes often", () => {
    const often = hit("a", "Garage garage garage garage garage.");
    expect(order("garage key", often, hit("b", "The key of the garage."))[0]).toBe("b.md");
  });

  it("prefers a passage whose document says more about it", () => {
    const [one, other] = ["The garage closes.", "The garage opens."];
    const alone = hit("a", one);
    const first = hit("b", one, { id: "b#0" });
    const second = hit("b", other, { id: "b#1" });
    expect(rankHits([alone, first, second], terms("garage"))[0]?.passage.documentId).toBe("b");
  });

  it("gives every hit once, best first, and the same for the same", () => {
    const hits = Array.from({ length: 30 }, (_, place) => hit(String(place), `${"garage ".repeat(place % 7)}key`));
    const ranked = rankHits(hits, terms("garage key"));
    expect(new Set(ranked.map(({ passage: { id } }) => id)).size).toBe(30);
    expect(ranked.map(({ score }) => score)).toEqual(ranked.map(({ score }) => score).toSorted((a, b) => b - a));
    expect(rankHits(hits, terms("garage key"))).toEqual(ranked);
  });

  it("ranks nothing, and by no words, without a number that is none", () => {
    expect(rankHits([], terms("garage"))).toEqual([]);
    for (const { score } of rankHits([hit("a", "Text."), hit("b", "")], [])) expect(score).toBe(0);
  });
});

describe("bm25", () => {
  it("grows with how often a word stands there, ever less", () => {
    const [term] = terms("garage");
    const scores = [0, 1, 2, 3].map((count) =>
      bm25(countWordsOf(hit("a", `${"garage ".repeat(count)}${"other ".repeat(10 - count)}`)), term ? [term] : []),
    );
    const [none = 0, one = 0, two = 0, three = 0] = scores;
    expect(none).toBe(0);
    expect(one).toBeGreaterThan(0);
    expect(two - one).toBeLessThan(one);
    expect(three - two).toBeLessThan(two - one);
  });

  it("is worth less in a long passage, and for a related word", () => {
    const short = countWordsOf(hit("a", "The boss."));
    const long = countWordsOf(hit("b", `The boss ${"and others ".repeat(80)}`));
    const related = countWordsOf(hit("c", "The manager."));
    expect(bm25(short, terms("boss"))).toBeGreaterThan(bm25(long, terms("boss")));
    expect(bm25(related, terms("boss"))).toBeGreaterThan(0);
    expect(bm25(related, terms("boss"))).toBeLessThan(bm25(short, terms("boss")));
  });
});

describe("shareOf", () => {
  it("is one for the word itself, a half for a related one, none for neither", () => {
    const [boss] = terms("boss");
    if (!boss) throw new Error("no term");
    const has = (text: string) => (stem: string) => hasStem(countWordsOf(hit("a", text)), stem);
    expect(shareOf(boss, has("Ask the boss and the manager."))).toBe(1);
    expect(shareOf(boss, has("Ask the managers."))).toBe(0.5);
    expect(shareOf(boss, has("Ask nobody."))).toBe(0);
  });
});
