import { describe, expect, it } from "vitest";
import { confidence, signsOf } from "../../src/brain/confidence.ts";
import type { Hit } from "../../src/chat.ts";
import { rankHits } from "../../src/knowledge/ranking.ts";
import { termsOf, weigh } from "../../src/knowledge/terms.ts";
import { passage } from "../helpers/scripted-brain.ts";

/** What a search would have found: `known` words stand in two of a hundred passages, the others nowhere. */
function found(question: string, texts: readonly string[]) {
  const text = texts.join(" ").toLowerCase();
  const terms = termsOf(question, []).map((term) =>
    weigh(term, { count: text.includes(term.stem) ? 2 : 0, total: 100 }),
  );
  const hits: Hit[] = texts.map((words, place) => ({
    passage: passage({ id: `${place}#0`, documentId: `${place}`, title: "T", headings: [], text: words }),
    score: 1,
  }));
  return { terms, hits: rankHits(hits, terms) };
}
const rooms = Array.from({ length: 40 }, (_, number) => `Room ${number} has chairs.`);

describe("signsOf", () => {
  it("sees how much of the question the best passages hold", () => {
    const whole = signsOf(found("garage key deposit", ["The garage key needs a deposit."]));
    const half = signsOf(found("garage key deposit", ["The garage is old.", "A yard is new.", "The desk is red."]));
    expect(whole.evidence).toBeGreaterThan(half.evidence);
    expect(half.evidence).toBeGreaterThan(0);
  });

  it("sees whether one document stands out", () => {
    const one = signsOf(found("garage chairs", [...rooms, "The garage has chairs."]));
    const all = signsOf(found("room chairs", rooms));
    expect(one.standsOut).toBeGreaterThan(all.standsOut);
    expect(one.fallsOff).toBeGreaterThan(all.fallsOff);
  });

  it("counts names and things that stand nowhere, not doings, numbers or words of grammar", () => {
    expect(signsOf(found("garage hovercraft zeppelin", ["The garage."])).unknown).toBe(2);
    expect(signsOf(found("is the garage reopening quickly in 2031", ["The garage."])).unknown).toBe(0);
  });

  it("gives finite numbers whatever was found", () => {
    for (const given of [found("", []), found("garage", []), found("the", [""]), found("garage", ["", "garage"])]) {
      const signs = signsOf(given);
      for (const value of [...Object.values(signs), confidence(signs)]) expect(Number.isFinite(value)).toBe(true);
    }
  });
});

describe("confidence", () => {
  const byWords = { evidence: 1, standsOut: 1, fallsOff: 1, unknown: 1 };
  const byMeaning = { ...byWords, near: 0.5, lost: 0.5 };

  it("grows with what speaks for an answer, and falls with what speaks against one", () => {
    for (const signs of [byWords, byMeaning]) {
      for (const name of ["evidence", "standsOut"] as const) {
        expect(confidence({ ...signs, [name]: signs[name] + 0.5 })).toBeGreaterThan(confidence(signs));
      }
      expect(confidence({ ...signs, unknown: 2 })).toBeLessThan(confidence(signs));
    }
    expect(confidence({ ...byWords, fallsOff: 1.5 })).toBeGreaterThan(confidence(byWords));
    expect(confidence({ ...byMeaning, near: 1 })).toBeGreaterThan(confidence(byMeaning));
    expect(confidence({ ...byMeaning, lost: 1 })).toBeLessThan(confidence(byMeaning));
  });

  it("has no sign to go by where nothing was found", () => {
    const none = signsOf({ hits: [], terms: [] });
    expect(none).toEqual({ evidence: 0, standsOut: 0, fallsOff: 0, unknown: 0 });
    expect(confidence(none)).toBeLessThan(0);
    expect(confidence({ ...none, near: 0, lost: 0 })).toBeLessThan(0);
  });

  it("does not depend on how a search counts its scores", () => {
    const given = found("garage chairs", [...rooms, "The garage has chairs."]);
    const hits = given.hits.map((hit) => ({ ...hit, score: hit.score / 7 + 3 }));
    expect(signsOf({ ...given, hits })).toEqual(signsOf(given));
  });
});
