import { describe, expect, it } from "vitest";
import { DISCORD } from "../../src/bots/discord/dialect.ts";
import { passagesText, placeText } from "../../src/bots/docs-text.ts";
import { whyText } from "../../src/bots/why-text.ts";
import type { Why } from "../../src/brain/brain.ts";
import { passage } from "../helpers/scripted-brain.ts";

const show = (...texts: readonly string[]) =>
  passagesText(
    texts.map((text) => passage({ text })),
    { linkHosts: ["docs.acme.example"] },
  );

describe("a passage's place", () => {
  it("is a link where it has an address, and words alone where it has none or a wrong one", () => {
    expect(placeText(passage({ url: "https://docs.acme.example/a_(b)" }))).toBe(
      "[Leave › Annual leave](https://docs.acme.example/a_%28b%29)",
    );
    expect(placeText(passage())).toBe("Leave › Annual leave");
    expect(placeText(passage({ url: "javascript:alert(1)" }))).toBe("Leave › Annual leave");
  });

  it("mentions nobody and stays short, whatever a title says", () => {
    const place = placeText(
      passage({ title: `@everyone <@112233445566778899> [x](https://evil.example) ${"t".repeat(300)}` }),
    );
    expect(place).not.toMatch(/@everyone|<@|\]\(/);
    expect(place.length).toBeLessThan(200);
  });
});

describe("passages in a message", () => {
  it("stand quoted, each line of them", () => {
    expect(show("First line.\n\nSecond line.")).toBe("**Leave › Annual leave**\n> First line.\n> Second line.");
  });

  it("lead only where links may lead", () => {
    const text = show("See https://docs.acme.example/x and https://evil.example/y.");
    expect(text).toContain("https://docs.acme.example/x");
    expect(text).not.toContain("https://evil.example");
  });

  it("open no block that swallows what follows", () => {
    const text = show("```sh\nrm -rf /\n", "# Heading\n>>> swallow");
    expect(text).not.toContain("```");
    expect(text).not.toMatch(/> (?:#|>)/);
  });

  it.each([1, 2, 4])("fit one message: %d long ones", (count) => {
    const text = show(...Array.from({ length: count }, () => "word 😀 ".repeat(1_000)));
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text.isWellFormed()).toBe(true);
    expect(text.match(/^\*\*Leave/gm)).toHaveLength(count);
  });
});

describe("a passage that grows when it is quoted", () => {
  it.each([
    ["of many short lines", { text: "x\ny\n".repeat(2_000) }],
    ["with an address as long as a message", { url: `https://docs.acme.example/${"x".repeat(1_990)}` }],
    ["of nothing but addresses", { text: "https://evil.example/y ".repeat(500) }],
  ])("is there still: one %s", (_kind, of) => {
    for (const count of [1, 4]) {
      const text = passagesText(
        Array.from({ length: count }, () => passage(of)),
        { linkHosts: [] },
      );
      expect(text.match(/^\*\*Leave › Annual leave/gm)).toHaveLength(count);
      expect(text.match(/^> ./gm)?.length).toBeGreaterThanOrEqual(count);
      expect(text.length).toBeLessThanOrEqual(1_940);
    }
  });
});

describe("why", () => {
  const considered = { ...passage({ url: `https://docs.acme.example/${"x".repeat(200)}` }), score: 1, isUsed: false };
  const why: Why = {
    id: "a1",
    answeredAt: "2026-11-24T09:00:00.000Z",
    kind: "cited",
    passages: Array.from({ length: 40 }, () => considered),
    writing: {
      kind: "written",
      model: { kind: "llama", name: "qwen3-4b", hash: "f".repeat(64) },
      promptHash: "e".repeat(64),
      tokens: { prompt: 900, reused: 300, written: 80 },
      sentences: { kept: 3, dropped: 1 },
      leftOut: { passages: 1, turns: 0 },
    },
    timings: { search: 12, answer: 3, waiting: 0, writing: 4_200 },
  };

  it("fits one message, says how many passages were left out, and what wrote it", () => {
    const text = whyText(why, { version: "0.1.0", dialect: DISCORD });
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(text).toMatch(/… and \d+ more/);
    expect(text).toMatch(/qwen3-4b, file ffffffffffff; prompt eeeeeeeeeeee, 900 tokens \(300 reused\), 80 written/);
    expect(text).toMatch(/3 kept, 1 dropped[^]*writing 4\.2 s/);
  });

  it("says why nothing was written, and that there is nothing that one may read", () => {
    const text = whyText(
      { ...why, passages: [], writing: { kind: "not written", why: "the model is being loaded" } },
      { version: "0.1.0", dialect: DISCORD },
    );
    expect(text).toContain("No passage that you may read");
    expect(text).toContain("Not written: the model is being loaded.");
  });
});
