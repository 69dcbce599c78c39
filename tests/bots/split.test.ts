import { describe, expect, it } from "vitest";
import { splitMarkdown } from "../../src/bots/split.ts";
import { randomFrom } from "../../src/eval/random.ts";

const sentence = "Everybody gets 28 days of annual leave a year, and asks the lead two weeks before.";
const lines = (count: number, line = (number: number) => `line ${number}`) =>
  Array.from({ length: count }, (_, number) => line(number)).join("\n");

/** Fences, bold and links are as many open as closed. */
function isWhole(piece: string): boolean {
  let fence: string | undefined;
  for (const line of piece.split("\n")) {
    const marks = /^(?:[ \t]*>)*[ \t]*(`{3,}|~{3,})/.exec(line)?.[1];
    if (marks === undefined) continue;
    if (fence === undefined) fence = marks;
    else if (marks.startsWith(fence) && line.trim().endsWith(marks)) fence = undefined;
  }
  return fence === undefined;
}

describe("splitMarkdown", () => {
  it("leaves what fits as it is, and makes nothing of nothing", () => {
    const text = `# Leave\n\n${sentence}\n\n- one\n- two\n\n\`\`\`sh\nls\n\`\`\``;
    expect(splitMarkdown(text, 2_000)).toEqual([text]);
    expect(splitMarkdown(" \n\n ", 2_000)).toEqual([]);
  });

  it("cuts between paragraphs first, and keeps a heading with what stands below it", () => {
    const paragraph = `${sentence} ${sentence}`;
    expect(splitMarkdown(`${paragraph}\n\n## Sick leave\n\n${paragraph}`, 200)).toEqual([
      paragraph,
      `## Sick leave\n\n${paragraph}`,
    ]);
  });

  it("cuts a long paragraph between lines, then sentences, then words", () => {
    expect(splitMarkdown(`${sentence}\n${sentence}`, 130)).toEqual([sentence, sentence]);
    expect(splitMarkdown(`${sentence} ${sentence}`, 130)).toEqual([sentence, sentence]);
    const words = splitMarkdown("word ".repeat(60).trim(), 104);
    expect(words).toEqual([21, 21, 18].map((count) => "word ".repeat(count).trim()));
  });

  it("cuts where there is no space too, and parts no picture and no accent", () => {
    const family = "👨‍👩‍👧‍👦";
    for (const text of [family.repeat(40), "é".repeat(150), "語".repeat(250), "x".repeat(250)]) {
      const pieces = splitMarkdown(text, 100);
      expect(pieces.join("")).toBe(text);
      for (const piece of pieces) {
        expect(piece.length).toBeLessThanOrEqual(100);
        expect(piece.isWellFormed()).toBe(true);
        expect(piece).not.toMatch(/^[\u0301\u200d]|\u200d$/);
      }
    }
  });

  it("cuts sentences that have no spaces between them", () => {
    const text = "年次有給休暇は二十八日です。".repeat(10);
    for (const piece of splitMarkdown(text, 100)) expect(piece).toMatch(/です。$/);
  });

  it("closes a fence and opens it again with its language", () => {
    const text = `Before.\n\n\`\`\`ts title="x"\n${lines(40)}\n\`\`\`\n\nAfter.`;
    const pieces = splitMarkdown(text, 150);
    expect(pieces.length).toBeGreaterThan(2);
    for (const piece of pieces.slice(0, -1)) expect(piece).toMatch(/```ts\nline \d+\n[^`]*```$/);
    expect(
      pieces
        .join("\n")
        .replaceAll(/```\w*\n/g, "")
        .match(/line \d+/g),
    ).toEqual(lines(40).split("\n"));
    expect(pieces.at(-1)).toMatch(/After\.$/);
  });

  it("keeps a fence whole where it fits a piece, inside a quote too, and closes one that was left open", () => {
    const fence = `\`\`\`\n${lines(8)}\n\`\`\``;
    expect(splitMarkdown(`${sentence}\n\n${fence}`, 120)).toEqual([sentence, fence]);
    const quoted = splitMarkdown(`> \`\`\`sh\n${lines(30, (number) => `> line ${number}`)}\n> \`\`\``, 120);
    expect(quoted.length).toBeGreaterThan(2);
    for (const piece of quoted) expect(piece).toMatch(/^> ```sh\n> line[^`]*\n> ```$/);
    expect(splitMarkdown("```sh\nls", 100)).toEqual(["```sh\nls\n```"]);
  });

  it("takes a fence of more marks, or of tildes, for what it is", () => {
    const text = `\`\`\`\`md\n\`\`\`\n${lines(20)}\n\`\`\`\n\`\`\`\`\n\n~~~\n${lines(20)}\n~~~`;
    for (const piece of splitMarkdown(text, 100)) expect(piece).toMatch(/^(````md\n[^]*\n````|~~~\n[^]*\n~~~)$/);
  });

  it("gives each part of a long table its header", () => {
    const header = "| place | days |\n|---|---:|";
    const pieces = splitMarkdown(`${header}\n${lines(30, (number) => `| place ${number} | ${number} |`)}`, 150);
    expect(pieces.length).toBeGreaterThan(3);
    for (const piece of pieces) expect(piece.startsWith(`${header}\n| place `)).toBe(true);
    expect(pieces.join("\n").match(/place \d+/g)).toHaveLength(30);
  });

  it("keeps list items whole, and begins no piece with a marker that was none", () => {
    const item = `- ${sentence}\n  and more of it`;
    expect(splitMarkdown(`${item}\n${item}\n${item}`, 230)).toEqual([`${item}\n${item}`, item]);
    const sums = splitMarkdown("1 - 2 ".repeat(60).trim(), 100);
    for (const piece of sums) expect(piece).not.toMatch(/^- /);
  });

  it("keeps quotes quotes", () => {
    const pieces = splitMarkdown(`> ${`${sentence} `.repeat(5).trim()}`, 130);
    expect(pieces).toEqual(Array.from({ length: 5 }, () => `> ${sentence}`));
  });

  it("keeps a link and code whole where they fit, and otherwise cuts them into links and code", () => {
    const link = `[the handbook of the team](https://team.example/${"a".repeat(40)})`;
    const pieces = splitMarkdown(`${"word ".repeat(10)}${link} ${"word ".repeat(10)}`, 100);
    expect(pieces.filter((piece) => piece.includes(link))).toHaveLength(1);
    const long = splitMarkdown(`[${"many words ".repeat(30).trim()}](https://team.example/x)`, 100);
    for (const piece of long) expect(piece).toMatch(/^\[[a-z ]+\]\(https:\/\/team\.example\/x\)$/);
    const strong = splitMarkdown(`**${"many words ".repeat(30).trim()}**`, 100);
    for (const piece of strong) expect(piece).toMatch(/^\*\*[a-z ]+\*\*$/);
    const code = splitMarkdown(`\`${"x".repeat(300)}\``, 100);
    for (const piece of code) expect(piece).toMatch(/^`x+`$/);
  });

  it("loses nothing and keeps to the limit, whatever it is given", () => {
    const random = randomFrom(11);
    for (let round = 0; round < 400; round += 1) {
      const most = 100 + Math.floor(random() * 400);
      const text = randomMarkdown(random);
      const pieces = splitMarkdown(text, most);
      expect(missing(text, pieces.join("\n")), text).toBe(0);
      for (const piece of pieces) {
        expect(piece.length, text).toBeLessThanOrEqual(most);
        expect(piece.trim(), text).not.toBe("");
        expect(isWhole(piece), piece).toBe(true);
        expect(piece.isWellFormed()).toBe(true);
      }
      for (const link of text.match(/\[[^[\]]*\]\(https:[^()\s]*\)/g) ?? []) {
        if (link.length <= most && !/^.*```/m.test(text))
          expect(
            pieces.some((piece) => piece.includes(link)),
            `${link}\n${text}`,
          ).toBe(true);
      }
    }
  });

  it("takes no long time over text that looks like something without end", () => {
    for (const part of ["[", "](", "**", "`", "```\n", "> ", "|", "| - |\n", "- ", "https://", "x", "# ", "\n", " "]) {
      const text = part.repeat(Math.ceil(200_000 / part.length));
      const pieces = splitMarkdown(text, 2_000);
      expect(pieces.every((piece) => piece.length <= 2_000)).toBe(true);
    }
  });
});

/** Letters of a text that are not in another one, in order. */
function missing(text: string, pieces: string): number {
  const letters = (of: string) => Array.from(of.replaceAll(/[^\p{L}\p{N}]/gu, ""));
  let at = 0;
  const there = letters(pieces);
  let lost = 0;
  for (const letter of letters(text)) {
    const found = there.indexOf(letter, at);
    if (found === -1) lost += 1;
    else at = found + 1;
  }
  return lost;
}

function randomMarkdown(random: () => number): string {
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error("Nothing to pick from");
    return item;
  };
  let count = 0;
  const word = () => `w${(count += 1)}${pick(["", "ä", "語語", "🙂", "-", ".", "!", "x".repeat(30)])}`;
  const many = (most: number, make: () => string, between: string) =>
    Array.from({ length: 1 + Math.floor(random() * most) }, make).join(between);
  const inline = (): string =>
    pick([
      word,
      word,
      word,
      () => `[${many(5, word, " ")}](https://team.example/${word()})`,
      () => `**${many(5, word, " ")}**`,
      () => `\`${many(5, word, " ")}\``,
      () => `https://team.example/${word()}`,
    ])();
  const text = () => many(40, inline, " ");
  const blocks: readonly (() => string)[] = [
    text,
    () => many(4, text, "\n"),
    () => `## ${many(5, word, " ")}`,
    () => many(8, () => `${pick(["- ", "  - ", "1. "])}${text()}`, "\n"),
    () => many(5, () => `> ${text()}`, "\n"),
    () =>
      `${pick(["```", "```ts", "~~~"])}\n${many(30, () => many(6, word, "  "), "\n")}`.replace(
        /^(```|~~~)[^]*$/,
        (all, marks) => `${all}\n${marks}`,
      ),
    () => `| a | b |\n|---|---|\n${many(20, () => `| ${word()} | ${word()} |`, "\n")}`,
    () => "x".repeat(Math.floor(random() * 700)),
  ];
  return many(8, () => pick(blocks)(), pick(["\n\n", "\n\n", "\n"]));
}
