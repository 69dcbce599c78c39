import { describe, expect, it } from "vitest";
import { variantsOf } from "../../src/words/variants.ts";
import { stemOf } from "../../src/words/words.ts";

const variants = (word: string) => variantsOf({ word, stem: stemOf(word) });
const share = (word: string, other: string) => variants(word).find(({ stem }) => stem === stemOf(other))?.share;

describe("variantsOf", () => {
  it("takes a short form for the word itself", () => {
    expect(share("pw", "password")).toBe(1);
    expect(share("hrs", "hours")).toBe(1);
  });

  it("takes a related word for less, in both directions and in every form", () => {
    expect(share("boss", "manager")).toBe(0.5);
    expect(share("managers", "boss")).toBe(0.5);
    expect(share("deleting", "remove")).toBe(0.5);
  });

  it("gives each stem once, and never the word's own", () => {
    for (const word of ["update", "leave", "max", "pay"]) {
      const stems = variants(word).map(({ stem }) => stem);
      expect(stems).toEqual([...new Set(stems)]);
      expect(stems).not.toContain(stemOf(word));
      expect(stems.length).toBeGreaterThan(0);
    }
  });

  it("knows nothing in place of other words, in any language", () => {
    for (const word of ["giraffe", "elternzeit", "年假"]) expect(variants(word)).toEqual([]);
  });
});
