import { describe, expect, it } from "vitest";
import type { Block } from "../../src/knowledge/document.ts";
import { countWords, sizeOf, splitBlock } from "../../src/knowledge/split-block.ts";

const block = (kind: Block["kind"], text: string, first = 1): Block => ({
  kind,
  text,
  lines: [first, first + text.split("\n").length - 1],
});
const split = (whole: Block, most: number, leadIn?: string) =>
  splitBlock(whole, { most, leadIn }).map(({ block: piece }) => piece);
const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => line(number)).join("\n");

describe("countWords", () => {
  it("counts stretches between white space, and words where no spaces are written", () => {
    expect(countWords("")).toBe(0);
    expect(countWords(" one-two  three\nfour ")).toBe(3);
    expect(countWords("员工每年有年假")).toBeGreaterThan(2);
    expect(countWords("พนักงานลาพักร้อน")).toBeGreaterThan(1);
  });

  it("counts a word the same whatever script stands beside it", () => {
    expect(countWords("a/b/c and d-e-f")).toBe(3);
    expect(countWords("a/b/c and d-e-f 年")).toBe(4);
  });

  it("takes endless words for more than one", () => {
    expect(sizeOf("x".repeat(8_000))).toBe(100);
    expect(sizeOf("a few short words")).toBe(4);
  });
});

describe("splitBlock", () => {
  it("gives back as it is what fits", () => {
    const table = block("table", "| a | b |\n|---|---|\n| 1 | 2 |");
    expect(split(table, 20)).toEqual([table]);
  });

  it("cuts code between its lines, keeps their indent, and repeats the fence", () => {
    const code = block("code", `\`\`\`py\ndef f():\n${lines(20, (number) => `    step ${number}`)}\n\`\`\``, 10);
    const pieces = split(code, 15);
    expect(pieces.length).toBeGreaterThan(2);
    for (const { text } of pieces) expect(text).toMatch(/^```py\n[\s\S]*\n```$/);
    expect(pieces[1]?.text).toMatch(/^```py\n {4}step/);
    expect(pieces[0]?.lines[0]).toBe(11);
    expect(pieces.map(({ lines: [first] }) => first).slice(1)).toEqual(
      pieces.map(({ lines: [, last] }) => last + 1).slice(0, -1),
    );
    expect(pieces.at(-1)?.lines[1]).toBe(31);
  });

  it("ends every piece of a fence that was never ended", () => {
    const pieces = split(block("code", `~~~~\n${lines(30, (number) => `line ${number}`)}`), 20);
    for (const { text } of pieces) expect(text).toMatch(/^~~~~\n[\s\S]*\n~~~~$/);
    expect(pieces.at(-1)?.text).toContain("line 29");
  });

  it("does not repeat an opening line that is longer than code", () => {
    const pieces = split(block("code", `\`\`\`js ${"title ".repeat(400)}\n${lines(100, () => "x y z")}\n\`\`\``), 250);
    for (const { text } of pieces) expect(sizeOf(text)).toBeLessThanOrEqual(250);
  });

  it("cuts a table between rows, each piece with the header and its own lines", () => {
    const table = block(
      "table",
      `| Plan | Price |\n|---|---|\n${lines(20, (number) => `| P${number} | ${number} |`)}`,
      5,
    );
    const pieces = split(table, 31);
    for (const { text } of pieces) expect(text.startsWith("| Plan | Price |\n|---|---|\n| P")).toBe(true);
    expect(pieces[0]?.lines[0]).toBe(7);
    expect(pieces.at(-1)?.lines[1]).toBe(26);
    expect(pieces.flatMap(({ text }) => text.match(/P\d+/g) ?? [])).toHaveLength(20);
  });

  it("does not repeat a header that would fill a passage by itself", () => {
    const wide = lines(3, () => `| ${"cell | ".repeat(200)}`);
    for (const { text } of split(block("table", wide), 250)) expect(countWords(text)).toBeLessThanOrEqual(250);
  });

  it("cuts a list between items, with its lead-in on all pieces but the first", () => {
    const list = block(
      "list",
      lines(12, (number) => `- item ${number}\n  more of it`),
    );
    const pieces = split(list, 20, "You need:");
    expect(pieces[0]?.text).toMatch(/^- item 0/);
    for (const { text } of pieces.slice(1)) expect(text).toMatch(/^You need:\n- item \d+\n {2}more/);
    for (const { text } of pieces) expect(countWords(text)).toBeLessThanOrEqual(20);
  });

  it("cuts an item that is too long between its lines", () => {
    const item = block("list", `- step\n${lines(20, (number) => `  line number ${number}`)}`);
    const pieces = split(item, 20);
    expect(pieces.flatMap(({ text }) => text.split("\n"))).toHaveLength(21);
  });

  it("cuts text between sentences", () => {
    const text = Array.from({ length: 30 }, (_, number) => `This is sentence ${number}.`).join(" ");
    for (const piece of split(block("paragraph", text), 20)) expect(piece.text).toMatch(/^This .*\.$/);
  });

  it("cuts an endless line between words, and without words between letters, and loses none", () => {
    const sentence = Array.from({ length: 700 }, (_, number) => `word${number}`).join(" ");
    const words = split(block("paragraph", sentence), 250);
    expect(words.map(({ text }) => text).join(" ")).toBe(sentence);
    const letters = "😀".repeat(20_000);
    const slices = split(block("paragraph", letters), 250);
    expect(slices.length).toBeGreaterThan(1);
    expect(slices.map(({ text }) => text).join("")).toBe(letters);
    for (const { text } of slices) expect(text.isWellFormed()).toBe(true);
  });

  it("cuts one endless line of code without breaking it in two within a piece", () => {
    const line = Array.from({ length: 40 }, (_, number) => `token${number}`).join(" ");
    const pieces = split(block("code", `\`\`\`\n${line}\n\`\`\``), 20);
    for (const { text } of pieces) expect(text.split("\n")).toHaveLength(3);
  });

  it("cuts writing without spaces", () => {
    const text = "年假是二十八天并且需要主管批准，".repeat(200);
    const pieces = split(block("paragraph", text), 250);
    expect(pieces.map((piece) => piece.text).join("")).toBe(text);
    for (const piece of pieces) expect(countWords(piece.text)).toBeLessThanOrEqual(250);
  });

  it("gives the lines of the whole where its text stands on other lines than in the file", () => {
    const made: Block = { kind: "list", text: lines(100, (number) => `- item ${number}`), lines: [4, 9] };
    for (const piece of split(made, 50)) expect(piece.lines).toEqual([4, 9]);
  });
});
