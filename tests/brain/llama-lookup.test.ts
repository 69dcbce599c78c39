import { describe, expect, it } from "vitest";
import { createLookup } from "../../src/brain/llama-lookup.ts";
import { randomFrom } from "../../src/eval/random.ts";

const tokens = (...numbers: number[]) => numbers;
const range = (from: number, length: number) => tokens(...Array.from({ length }, (_, index) => from + index));

describe("prompt lookup", () => {
  it("guesses nothing where nothing repeats", () => {
    expect(createLookup(range(0, 500)).draft()).toEqual([]);
    expect(createLookup([]).draft()).toEqual([]);
    expect(createLookup(tokens(1, 2)).draft()).toEqual([]);
  });

  it("goes on as the text went on after the same tokens before", () => {
    const lookup = createLookup([...range(100, 50), ...tokens(7, 8)]);
    lookup.push(range(110, 3));
    expect(lookup.draft().slice(0, 4)).toEqual(range(113, 4));
  });

  it("follows the longest repetition, not the latest", () => {
    const lookup = createLookup([...range(0, 40), 99, ...range(10, 3), 55, 56, 57, 58]);
    lookup.push(range(5, 8));
    expect(lookup.draft()[0]).toBe(13);
  });

  it("guesses further the longer the repetition is", () => {
    const short = createLookup(range(0, 100));
    short.push(range(20, 3));
    const long = createLookup(range(0, 100));
    long.push(range(20, 12));
    expect(long.draft().length).toBeGreaterThan(short.draft().length);
  });

  it("asks for more repetition after guesses that failed, and trusts again after one that came true", () => {
    const lookup = createLookup(range(0, 100));
    lookup.push(range(20, 4));
    expect(lookup.draft().length).toBeGreaterThan(0);
    lookup.judge(8, 0);
    expect(lookup.draft()).toEqual([]);
    lookup.push(range(24, 8));
    expect(lookup.draft().length).toBeGreaterThan(0);
    lookup.judge(8, 8);
    lookup.push(tokens(500, 1, 2, 3));
    expect(lookup.draft()[0]).toBe(4);
  });

  it("guesses seldom in noise, even of few different tokens", () => {
    const random = randomFrom(7);
    const lookup = createLookup(Array.from({ length: 400 }, () => Math.floor(random() * 12)));
    let drafted = 0;
    for (let step = 0; step < 300; step += 1) {
      const draft = lookup.draft();
      const next = tokens(Math.floor(random() * 12));
      lookup.judge(draft.length, draft[0] === next[0] ? 1 : 0);
      lookup.push(next);
      drafted += draft.length;
    }
    expect(drafted).toBeLessThan(300);
  });
});
