import { describe, expect, it } from "vitest";
import { readable, sentencesOf } from "../../src/knowledge/sentences.ts";

const texts = (markdown: string) => sentencesOf(markdown).map(({ text }) => text);

describe("sentencesOf", () => {
  it("cuts a paragraph into whole sentences, whose ranges are those very words", () => {
    const markdown = "Leave is **28 days**. Ask your [lead](people.md) first!\n\nThen book it.";
    const sentences = sentencesOf(markdown);
    expect(sentences.map(({ text }) => text)).toEqual(["Leave is 28 days.", "Ask your lead first!", "Then book it."]);
    expect(sentences.map(({ range }) => markdown.slice(...range))).toEqual([
      "Leave is **28 days**.",
      "Ask your [lead](people.md) first!",
      "Then book it.",
    ]);
  });

  it("does not end a sentence inside a link, a web address, code, or after an abbreviation", () => {
    expect(texts("See [What is this? Why?](a.md) for more. It costs e.g. ten euros.")).toEqual([
      "See What is this? Why? for more.",
      "It costs e.g. ten euros.",
    ]);
    expect(texts("Open https://acme.example/a?b=c.d now. Run `npm run x. y` twice.")).toHaveLength(2);
  });

  it("reads on over the end of a line", () => {
    expect(texts("Ask first (see\n[Badges](b.md) for how). The\nOffice is closed on\nMonday.")).toEqual([
      "Ask first (see Badges for how).",
      "The Office is closed on Monday.",
    ]);
  });

  it("gives a list item its lead-in, and a nested one its parent", () => {
    const markdown = "You need:\n\n- a badge\n- a laptop\n  - with a charger";
    expect(sentencesOf(markdown).map(({ kind, text, context }) => [kind, text, context?.text])).toEqual([
      ["sentence", "You need:", undefined],
      ["item", "a badge", "You need:"],
      ["item", "a laptop", "You need:"],
      ["item", "with a charger", "a laptop"],
    ]);
  });

  it("gives a table row with its header", () => {
    const markdown = "| Plan | Price |\n|---|---|\n| Small | 9 EUR |\n| Large | |";
    const rows = sentencesOf(markdown);
    expect(rows.map(({ text }) => text)).toEqual(["Plan: Small; Price: 9 EUR", "Plan: Large"]);
    expect(rows.map(({ context }) => context && markdown.slice(...context.range))).toEqual(
      Array(2).fill("| Plan | Price |"),
    );
  });

  it("shows the lines of a fence without its marks, and knows what leads into it", () => {
    const [, code] = sentencesOf("Run this:\n\n```sh\nnpm test\n\nnpm start\n```");
    expect(code).toMatchObject({ kind: "code", text: "npm test\n\nnpm start", context: { text: "Run this:" } });
    expect(sentencesOf("~~~\nnever closed").at(0)?.text).toBe("never closed");
  });

  it("keeps a fence whole", () => {
    expect(sentencesOf("Run this:\n\n```sh\nnpm test. Now\n```\n\nDone.").map(({ kind }) => kind)).toEqual([
      "sentence",
      "code",
      "sentence",
    ]);
  });

  it("knows sentences of other scripts", () => {
    expect(texts("年假是二十八天。先问主管。")).toEqual(["年假是二十八天。", "先问主管。"]);
  });

  it("does not end a sentence within a number, a version or an address", () => {
    expect(texts("It takes 3.5 hours. Use v2.0 now. See acme.example/a. Mail a.b@acme.example today.")).toEqual([
      "It takes 3.5 hours.",
      "Use v2.0 now.",
      "See acme.example/a.",
      "Mail a.b@acme.example today.",
    ]);
  });

  it("takes a line behind an item, without a blank line, for the item's own", () => {
    expect(texts("- a badge that opens\nall doors\n- a laptop\n\nThen come in.")).toEqual([
      "a badge that opens all doors",
      "a laptop",
      "Then come in.",
    ]);
  });

  it("does not take code within a line for a fence, nor a fence in a fence for its end", () => {
    expect(texts("```npm test``` runs all. Then go on.")).toEqual(["npm test runs all.", "Then go on."]);
    expect(sentencesOf("```md\n```js\nx\n```\nDone.").map(({ kind }) => kind)).toEqual(["code", "sentence"]);
  });

  it("keeps what a cell says, also where it begins like an item", () => {
    const markdown = "| Change | a\\|b |\n| --- | --- |\n| - 5 | 1. May |";
    expect(texts(markdown)).toEqual(["Change: - 5; a|b: 1. May"]);
  });

  it("takes time by the length of what it is given", { timeout: 20_000 }, () => {
    const odd = ["[", "![](", "`a", "**a", "|-", "- a\n", "| a |\n", "a. ", "\n", "<", "_a ", "https://"];
    for (const mark of odd) expect(sentencesOf(mark.repeat(20_000 / mark.length))).toBeInstanceOf(Array);
  });

  it("finds nothing in nothing", () => {
    expect(sentencesOf("\n\n---\n")).toEqual([]);
  });
});

describe("readable", () => {
  it("leaves the words and drops the marks", () => {
    expect(readable("- *Do* **not** use `rm -rf` on [this](x), ![a fox](f.png) or snake_case_names\\!")).toBe(
      "Do not use rm -rf on this, a fox or snake_case_names!",
    );
  });
});
