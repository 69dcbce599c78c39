import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { fitPrompt, linesOf, MOST_PASSAGES, textsToCount, type Material } from "../../src/brain/prompt.ts";
import { readPrompts } from "../../src/brain/prompts.ts";
import { UserError } from "../../src/user-error.ts";
import { passage } from "../helpers/scripted-brain.ts";

/** Passages "0" to "5" with forty sentences each; the quote stands in the middle of the first. */
const long = (name: string) =>
  Array.from({ length: 40 }, (_, place) => `Sentence ${place} of ${name} is here.`).join(" ");
const passages = ["zero", "one", "two", "three", "four", "five"].map((name) =>
  passage({ id: `${name}#0`, title: name, headings: ["Top"], text: long(name) }),
);
const quoted = "Sentence 20 of zero is here.";
const start = long("zero").indexOf(quoted);
const material = (given: Partial<Material> = {}): Material => ({
  question: "What is it?",
  turns: [],
  passages,
  quotes: [{ passage: 0, text: quoted, ranges: [[start, start + quoted.length]] }],
  numbers: passages.map((_, place) => place + 1),
  shown: new Set(),
  ...given,
});
const countWords = (texts: readonly string[]) => texts.map((text) => text.split(/\s+/).length);
const fit = (given: Material, room: number, id = "q1") =>
  fitPrompt(given, { counts: countWords(textsToCount(given)), room, id });

describe("fitPrompt", () => {
  it("holds at most four passages, each around what is quoted from it, and the question last", () => {
    const { message, held, leftOut } = fit(material(), 4_000);
    expect(held).toEqual([0, 1, 2, 3]);
    expect(held).toHaveLength(MOST_PASSAGES);
    expect(leftOut).toEqual({ passages: 2, turns: 0 });
    expect(message).toContain("Document 1: zero > Top\n");
    expect(message).toContain(quoted);
    expect(message).toMatch(/Question: What is it\?\n[^\n]+$/);
  });

  it("holds messages as what somebody said on a day, among the data", () => {
    const said = { by: "Ann\nLee", at: "2026-11-02T09:00:00.000Z" };
    const message = passage({
      id: "talk:discord:g:c#1",
      title: "Ann, 2026-11-02",
      headings: [],
      text: "Ship on Friday.",
      said,
    });
    const fitted = fit(material({ passages: [message], numbers: [1], quotes: [] }), 1_000);
    expect(fitted.message).toMatch(
      /^<documents [0-9a-f]{6}>\nDocument 1: a chat message by Ann Lee on 2026-11-02\nShip on Friday\.\n<\/documents/,
    );
  });

  it.each([150, 200, 400, 800, 1_600])(
    "never takes more than its room of %d tokens, and counts what is left out",
    (room) => {
      const { message, tokens, held, leftOut } = fit(material(), room);
      expect(tokens).toBeLessThanOrEqual(room);
      expect(countWords([message])[0]).toBeLessThanOrEqual(room);
      expect(held.length + leftOut.passages).toBe(passages.length);
      if (held.length > 0) expect(message).toContain(quoted);
    },
  );

  it("asks the question even where nothing else fits", () => {
    const { message, held } = fit(material(), 10);
    expect(held).toEqual([]);
    expect(message).toContain("Question: What is it?");
    expect(message).not.toContain("Document");
  });

  it("shows no passage again that stands in the conversation already", () => {
    const { message, held, leftOut } = fit(material({ shown: new Set([0, 1]), numbers: [1, 2, 5, 6, 7, 8] }), 4_000);
    expect(held).toEqual([2, 3, 4, 5]);
    expect(leftOut.passages).toBe(0);
    expect(message).toContain("Document 5: two");
    expect(message).not.toContain(quoted);
  });

  it("keeps the last turns that fit, in order, and counts the others", () => {
    const turns = Array.from({ length: 40 }, (_, place) => ({
      role: place % 2 === 0 ? ("user" as const) : ("assistant" as const),
      text: `Turn ${place} says something of some length.`,
    }));
    const { message, leftOut } = fit(material({ turns }), 4_000);
    expect(leftOut.turns).toBeGreaterThan(0);
    expect(message).toContain("Answered: Turn 39");
    expect(message.indexOf("Turn 38")).toBeLessThan(message.indexOf("Turn 39"));
    expect(message).not.toContain("Turn 0 ");
  });

  it("marks documents as data by an id that no document can know", () => {
    const marks = (id: string) => fit(material(), 4_000, id).message.match(/<\/?documents [^>]*>/g);
    expect(marks("a")).toHaveLength(2);
    expect(marks("a")).not.toEqual(marks("b"));
    expect(marks("a")).toEqual(marks("a"));
  });

  it("shows nothing unseen, whoever wrote it", () => {
    const hidden = "\u{e0041}\u200b\u202e";
    const given = material({
      question: `What${hidden}?`,
      turns: [{ role: "user", text: `Hi${hidden}` }],
      passages: [passage({ title: `T${hidden}`, headings: [hidden], text: `Text ${hidden} here.` })],
      quotes: [],
    });
    expect(fit(given, 1_000).message).not.toMatch(/[\u{e0041}\u200b\u202e]/u);
  });
});

it("linesOf reads Markdown as people do", () => {
  const text = "See [this](https://a.example). **Bold** it is.\n\n- one\n- two\n\n| A | B |\n|---|---|\n| x | y |";
  const shown = linesOf({ text }).reduce((whole, line) => whole + (whole === "" ? "" : line.gap) + line.text, "");
  expect(shown).toBe("See this. Bold it is.\n- one\n- two\nA: x; B: y");
});

describe("readPrompts", () => {
  const home = fileURLToPath(new URL("../../config/prompts", import.meta.url));
  const written = (text: string | undefined) => {
    const folder = mkdtempSync(join(tmpdir(), "hearth-prompts-"));
    mkdirSync(folder, { recursive: true });
    if (text !== undefined) writeFileSync(join(folder, "answer.md"), text);
    try {
      return readPrompts(folder);
    } finally {
      rmSync(folder, { recursive: true });
    }
  };

  it("reads the rules that come with Hearth: first the rules, then examples in turns", () => {
    const { answer, version, hash } = readPrompts(home);
    expect(version).toBeGreaterThanOrEqual(1);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(answer.map(({ role }) => role)).toEqual(["system", "user", "assistant", "user", "assistant"]);
    for (const { text } of answer) expect(text).not.toBe("");
  });

  it("gives other rules another hash, and the same rules the same, whatever ends their lines", () => {
    const rules = "---\nversion: 3\n---\nBe exact.\n\n## Asked\n\nWhat?\n\n## Answered\n\nThis.\n";
    expect(written(rules)).toEqual(written(rules.replaceAll("\n", "\r\n")));
    expect(written(rules).version).toBe(3);
    expect(written(rules).hash).not.toBe(written(rules.replace("exact", "short")).hash);
  });

  it.each([undefined, "Be exact.", "---\nversion: 1\n---\n", "---\nversion: 1\n---\nBe exact.\n\n## Asked\n\n"])(
    "says what to mend in a prompt that cannot be used",
    (text) => {
      expect(() => written(text)).toThrow(UserError);
      expect(() => written(text)).toThrow(/answer\.md/);
    },
  );
});
