import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/chat.ts";
import { cutPassages, MOST_WORDS } from "../../src/knowledge/passages.ts";
import { readMarkdown } from "../../src/knowledge/read/markdown.ts";
import { countWords } from "../../src/knowledge/split-block.ts";
import { randomFrom } from "../../src/eval/random.ts";

const cut = (markdown: string, urlTemplate?: string, path = "guides/my page.md"): Passage[] =>
  cutPassages(readMarkdown(markdown, { fileName: path }), {
    documentId: "a".repeat(32),
    path,
    ...(urlTemplate !== undefined && { urlTemplate }),
  });
const words = (count: number, word = "word") =>
  Array.from({ length: count }, (_, place) => `${word}${place}`).join(" ");

describe("cutPassages", () => {
  it("cuts at headings and keeps the way down to each", () => {
    const passages = cut("# Handbook\n\nHello.\n\n## Leave\n\nA.\n\n### Sick\n\nB.\n\n## Travel\n\nC.");
    expect(passages.map(({ title, headings, text }) => [title, ...headings, text])).toEqual([
      ["Handbook", "Hello."],
      ["Handbook", "Leave", "A."],
      ["Handbook", "Leave", "Sick", "B."],
      ["Handbook", "Travel", "C."],
    ]);
    expect(passages.map(({ id }) => id)).toEqual(passages.map((_, place) => `${"a".repeat(32)}#${place}`));
  });

  it("takes headings that skip a level, or go up again, as they come", () => {
    const passages = cut("### Deep\n\nA.\n\n# Top\n\nB.\n\n#### Deeper\n\nC.\n\n## Middle\n\nD.");
    expect(passages.map(({ headings }) => headings)).toEqual([["Deep"], [], ["Deeper"], ["Middle"]]);
  });

  it("makes anchors as GitHub does, also for a heading that comes twice", () => {
    const passages = cut("# T\n\n## Sick & tired?\n\nA.\n\n## Sick & tired?\n\nB.\n\n## Über `npm run`\n\nC.");
    expect(passages.map(({ anchor }) => anchor)).toEqual(["sick--tired", "sick--tired-1", "über-npm-run"]);
  });

  it("takes a heading's own anchor, which does not count as made from its words", () => {
    const passages = cut("# T\n\n## Sick leave {#sick}\n\nA.\n\n## Sick leave\n\nB.");
    expect(passages.map(({ anchor, headings }) => [anchor, headings])).toEqual([
      ["sick", ["Sick leave"]],
      ["sick-leave", ["Sick leave"]],
    ]);
  });

  it("says on which lines of the file each stands", () => {
    const passages = cut("---\ntitle: T\n---\n# T\n\nOne\ntwo.\n\n## S\n\nThree.\n");
    expect(passages.map(({ lines }) => lines)).toEqual([
      [6, 7],
      [11, 11],
    ]);
  });

  it("keeps a heading without text unless what follows stands below it", () => {
    expect(cut("# T\n\n## A\n\n### B\n\nText.\n\n## C\n").map(({ headings, text }) => [headings, text])).toEqual([
      [["A", "B"], "Text."],
      [["C"], ""],
    ]);
  });

  it("knows an empty file by its name", () => {
    expect(cut("", undefined, "guides/how_to-go.md")).toMatchObject([
      { title: "How to go", text: "", headings: [], anchor: "", lines: [1, 1] },
    ]);
    expect(cut("# Only a title")).toMatchObject([{ title: "Only a title", text: "" }]);
  });

  it("cuts a long section between its paragraphs", () => {
    const passages = cut(`# T\n\n${Array.from({ length: 6 }, () => words(80)).join("\n\n")}`);
    expect(passages.length).toBeGreaterThan(2);
    for (const { text } of passages) expect(text).toMatch(/^word0 [\s\S]* word79$/);
  });

  it("keeps code and tables whole while they fit", () => {
    const code = `\`\`\`\n${words(200)}\n\`\`\``;
    const row = (number: number) => `| ${number} | a |`;
    const table = `| Plan | Price |\n|---|---|\n${Array.from({ length: 30 }, (_, number) => row(number)).join("\n")}`;
    const texts = cut(`# T\n\n${words(100)}\n\n${code}\n\n${words(100)}\n\n${table}`).map(({ text }) => text);
    expect(texts.some((text) => text.includes(code))).toBe(true);
    expect(texts.some((text) => text.includes(table))).toBe(true);
  });

  it("keeps a list with the line that leads into it", () => {
    const list = Array.from({ length: 40 }, (_, number) => `- item number ${number} of it`).join("\n");
    const passages = cut(`# T\n\n${words(150)}\n\nYou need:\n\n${list}`);
    expect(passages.map(({ text }) => text.includes("You need:"))).toEqual([
      false,
      ...passages.slice(1).map(() => true),
    ]);
    const alone = cut(`# T\n\nYou need:\n\n${list}`);
    for (const { text } of alone) expect(text).toMatch(/^You need:\s+- item/);
  });

  it("makes links from the folder's template", () => {
    const template = "https://docs.acme.example/{stem}/?file={path}#{anchor}";
    const [first, second] = cut("# T\n\nA.\n\n## Ünder\n\nB.", template);
    expect(first?.url).toBe("https://docs.acme.example/guides/my%20page/?file=guides/my%20page.md#t");
    expect(second?.url).toBe("https://docs.acme.example/guides/my%20page/?file=guides/my%20page.md#%C3%BCnder");
    expect(cut("No heading.", template)[0]?.url).toBe(
      "https://docs.acme.example/guides/my%20page/?file=guides/my%20page.md",
    );
    expect(cut("# T\n\nA.")[0]).not.toHaveProperty("url");
  });

  it("cannot be talked into another link by a file's name", () => {
    const [passage] = cut("A.", "https://acme.example/{path}", "$& {anchor} #x?y=%2e\\@evil.md");
    expect(passage?.url).toBe("https://acme.example/%24%26%20%7Banchor%7D%20%23x%3Fy%3D%252e%5C%40evil.md");
  });

  it("takes the document's own address before the template, and one fragment only", () => {
    const front = "---\nurl: https://intranet.acme.example/travel#top\n---\n";
    const [first, second] = cut(`${front}A.\n\n## Trains\n\nB.`, "https://x.example/{path}");
    expect(first?.url).toBe("https://intranet.acme.example/travel#top");
    expect(second?.url).toBe("https://intranet.acme.example/travel#trains");
  });

  it("loses no word, keeps the order and the size, and points into the file, whatever it is given", () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const markdown = randomDocument(seed);
      const passages = cut(markdown);
      const found = passages.flatMap(({ headings, text }) => [...headings, text].join(" ").match(/\bw\d+\b/g) ?? []);
      // The title is known with every passage, wherever it stands.
      const title: readonly string[] = passages[0]?.title.match(/\bw\d+\b/g) ?? [];
      const written = markdown.match(/\bw\d+\b/g) ?? [];
      const isText = (word: string) => !title.includes(word);
      expect([...new Set(found)].filter(isText), `seed ${seed}`).toEqual(written.filter(isText));
      for (const { text, lines } of passages) {
        expect(countWords(text), `seed ${seed}`).toBeLessThanOrEqual(MOST_WORDS);
        expect(lines[0], `seed ${seed}`).toBeGreaterThanOrEqual(1);
        expect(lines[1], `seed ${seed}`).toBeGreaterThanOrEqual(lines[0]);
        expect(lines[1], `seed ${seed}`).toBeLessThanOrEqual(markdown.split("\n").length);
        const stretch = markdown
          .split("\n")
          .slice(lines[0] - 1, lines[1])
          .join("\n");
        const [own] = text.replace(/^.*:\n|^.*\|\n\|---.*\n/, "").match(/\bw\d+\b/) ?? [];
        if (own !== undefined && passages.length > 1) expect(stretch, `seed ${seed}`).toContain(own);
      }
    }
  });
});

/** Markdown of all kinds of blocks, in which every word is numbered. */
function randomDocument(seed: number): string {
  const random = randomFrom(seed);
  let number = 0;
  const some = (most: number, glue = " ") => {
    const count = 1 + Math.floor(random() * most);
    return Array.from({ length: count }, () => `w${(number += 1)}${random() < 0.1 ? "." : ""}`).join(glue);
  };
  const lines = (most: number, line: () => string) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, line).join("\n");
  const kinds = [
    () => `${"#".repeat(1 + Math.floor(random() * 6))} ${some(6)}`,
    () => some(400),
    () => lines(60, () => some(12)),
    () => `${some(8)}:`,
    () => lines(40, () => `- ${some(20)}`),
    () => lines(30, () => `1. ${some(10)}\n   - ${some(30)}`),
    () => `\`\`\`js\n${lines(120, () => `${" ".repeat(Math.floor(random() * 4))}${some(8)}`)}\n\`\`\``,
    () => `| ${some(1)} | b |\n|---|---|\n${lines(80, () => `| ${some(5)} | ${some(3)} |`)}`,
    () => `> ${some(50)}`,
    () => `<p>\n${some(20)}\n</p>`,
    () => some(600, "\n"),
  ];
  const pick = () => kinds[Math.floor(random() * kinds.length)]?.() ?? "";
  return Array.from({ length: 1 + Math.floor(random() * 15) }, pick).join("\n\n");
}
