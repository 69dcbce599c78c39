import { describe, expect, it } from "vitest";
import { readDocuments } from "../../../src/knowledge/read/read.ts";
import { readMarkdown } from "../../../src/knowledge/read/markdown.ts";

const read = (text: string) => readMarkdown(text, { fileName: "guides/time-off.md" });
const blocks = (text: string) => read(text).blocks.map(({ kind, text: words }) => [kind, words]);
const bytes = (text: string) => new TextEncoder().encode(text);

describe("front matter", () => {
  it("gives title and url, and its lines still count", () => {
    const document = read("---\ntitle: Time off\nurl: https://acme.example/off\ndraft: no\n---\n\nHello.\n");
    expect(document).toEqual({
      title: "Time off",
      url: "https://acme.example/off",
      blocks: [{ kind: "paragraph", text: "Hello.", lines: [7, 7] }],
    });
  });

  it("is read with a byte order mark and with the line ends of Windows", async () => {
    const [document] = await readDocuments(bytes("\uFEFF---\r\ntitle: Time off\r\n---\r\nHello.\r\n"), {
      path: "a.md",
    });
    expect(document).toEqual({ title: "Time off", blocks: [{ kind: "paragraph", text: "Hello.", lines: [4, 4] }] });
  });

  it("takes a number for a title, and nothing that is no address for one", () => {
    expect(read("---\ntitle: 2026\nurl: javascript:alert(1)\n---\nHello.")).toMatchObject({ title: "2026" });
    expect(read("---\nurl: javascript:alert(1)\n---\nHello.")).not.toHaveProperty("url");
    expect(read("---\nurl: https://a.example/ b\n---\nHello.")).not.toHaveProperty("url");
  });

  it("loses no text where it is broken, empty, or only text between two rules", () => {
    const broken = read("---\ntitle: [a\n---\n# Real title\n\nHello.");
    expect(broken.title).toBe("Real title");
    expect(broken.blocks.at(-1)).toEqual({ kind: "paragraph", text: "Hello.", lines: [6, 6] });
    expect(blocks("---\n---\nHello.\n\n---\n\nBye.").map(([, text]) => text)).toEqual(["Hello.", "Bye."]);
    expect(blocks("---\n\nHello, reader\n\n---\n\nBye.").map(([, text]) => text)).toEqual(["Hello, reader", "Bye."]);
    expect(blocks("---\n- one\n- two\n\n---\n\nBye.").map(([, text]) => text)).toEqual(["- one\n- two", "Bye."]);
  });

  it("is no front matter further down", () => {
    expect(read("Hello.\n\n---\ntitle: No\n---\n").title).toBe("Time off");
  });
});

describe("headings", () => {
  it("are read in both ways of writing, as words without marks", () => {
    const text = "Time *off*\nworks\n===\n\n## [Sick](a.md) `leave_days` &amp; snake_case_name ##\n\nHello.";
    expect(read(text).blocks.slice(0, 2)).toEqual([
      { kind: "heading", level: 1, text: "Time off works", lines: [1, 3] },
      { kind: "heading", level: 2, text: "Sick leave_days & snake_case_name", lines: [5, 5] },
    ]);
    expect(read(text).title).toBe("Time off works");
  });

  it("name their own anchor", () => {
    expect(read("## Sick leave {#kränk.1}").blocks).toMatchObject([{ text: "Sick leave", anchor: "kränk.1" }]);
    expect(read("## Braces {a} here").blocks).toMatchObject([{ text: "Braces {a} here" }]);
  });

  it("use link targets that are written further down", () => {
    expect(read("# See [the guide][g]\n\n[g]: guide.md").title).toBe("See the guide");
  });

  it("that hold a picture only are no title", () => {
    expect(read('# <img src="logo.png">\n\nHello.').title).toBe("Time off");
    expect(read("# ![Acme](logo.png)\n\nHello.").title).toBe("Acme");
  });
});

describe("blocks", () => {
  it("keep their Markdown and their lines", () => {
    const text =
      "- one\n  - two\n\n    more of two\n\n```js\nlet a = `b`;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> quoted\n> text\n";
    expect(read(text).blocks).toEqual([
      { kind: "list", text: "- one\n  - two\n\n    more of two", lines: [1, 4] },
      { kind: "code", text: "```js\nlet a = `b`;\n```", lines: [6, 8] },
      { kind: "table", text: "| a | b |\n|---|---|\n| 1 | 2 |", lines: [10, 12] },
      { kind: "paragraph", text: "quoted\ntext", lines: [14, 15] },
    ]);
  });

  it("count lone carriage returns as line ends", () => {
    expect(read("# Title\r\rOne.\r\rTwo.").blocks).toEqual([
      { kind: "heading", level: 1, text: "Title", lines: [1, 1] },
      { kind: "paragraph", text: "One.", lines: [3, 3] },
      { kind: "paragraph", text: "Two.", lines: [5, 5] },
    ]);
  });

  it("may stand a little in, and keep their own indent", () => {
    expect(blocks("  - one\n    - two\n  - three")).toEqual([["list", "- one\n  - two\n- three"]]);
    expect(blocks("  ```\n  a\n    b\n  ```")).toEqual([["code", "```\na\n  b\n```"]]);
  });

  it("give a table's rows their bars", () => {
    expect(blocks("a | b\n--|--\n1 | 2 \\|")).toEqual([["table", "| a | b |\n| --|-- |\n| 1 | 2 \\| |"]]);
  });

  it("keep a fence within a fence, and indented code", () => {
    const nested = "````md\n```js\nx\n```\n````";
    expect(blocks(nested)).toEqual([["code", nested]]);
    expect(blocks("Text.\n\n    a\n    ```\n    b")[1]).toEqual(["code", "````\na\n```\nb\n````"]);
  });

  it("drop tags and comments from text, never from code", () => {
    expect(
      blocks("Press <kbd>Ctrl</kbd><!-- x\ny --> or `<b>`<br>now, a <b and 3 > 2. See <https://a.example/x>."),
    ).toEqual([["paragraph", "Press Ctrl or `<b>` now, a  2. See https://a.example/x."]]);
    expect(blocks("- run\n\n  ~~~\n  <name> ![x](y)\n  ~~~\n- mail <a@b.example>")).toEqual([
      ["list", "- run\n\n  ~~~\n  <name> ![x](y)\n  ~~~\n- mail a@b.example"],
    ]);
    expect(blocks("A comment that <!-- is never closed stays.")).toEqual([
      ["paragraph", "A comment that <!-- is never closed stays."],
    ]);
    expect(blocks("A ![fox (red)](fox_(red).png) and ![].")).toEqual([["paragraph", "A fox (red) and ![]."]]);
  });

  it("read HTML within Markdown, with the lines of the file", () => {
    const text =
      "Hello.\n\n<details>\n<summary>More</summary>\n\nInner **text**.\n\n</details>\n\n<ul>\n<li>a</li>\n</ul>\n";
    expect(read(text).blocks).toEqual([
      { kind: "paragraph", text: "Hello.", lines: [1, 1] },
      { kind: "paragraph", text: "More", lines: [4, 4] },
      { kind: "paragraph", text: "Inner **text**.", lines: [6, 6] },
      { kind: "list", text: "- a", lines: [10, 12] },
    ]);
  });

  it("drop the mark of a callout", () => {
    expect(blocks("> [!NOTE]\n> Mind the gap.")).toEqual([["paragraph", "Mind the gap."]]);
  });
});

describe("what is for site builders", () => {
  it("leaves out MDX imports and exports, and no sentence that begins alike", () => {
    const text =
      'import Box from "@site/box";\nimport { a, b } from "./x"\nimport "./style.css";\nexport const x = 1;\n\n' +
      "import your contacts from the old phone first.\n\nexport default settings before you leave.\n";
    expect(blocks(text)).toEqual([
      ["paragraph", "import your contacts from the old phone first."],
      ["paragraph", "export default settings before you leave."],
    ]);
    expect(read(text).blocks[0]?.lines).toEqual([6, 6]);
  });

  it("shows the words of template tags, and hides the rest of them", () => {
    expect(blocks('Ask in {% slack_channel "help" %}{%- endif -%} or [here]({% page "about/us/" %}).')).toEqual([
      ["paragraph", "Ask in help or [here](about/us/)."],
    ]);
    expect(blocks("An open {% tag stays.")).toEqual([["paragraph", "An open {% tag stays."]]);
    expect(blocks('Before.\n\n{% include "steps.html"\nsteps: 3\nlast: 4 %}\n\nAfter.')).toEqual([
      ["paragraph", "Before."],
      ["paragraph", "After."],
    ]);
    expect(blocks("An open {% tag.\n\nAn end %} far away.")).toHaveLength(2);
  });

  it("hides comments over lines, but not from a fence, and not when they never end", () => {
    expect(blocks("A.\n\n{% comment %}\nsecret\n{% endcomment %}\n\nB. {% comment %}x{% endcomment %}")).toEqual([
      ["paragraph", "A."],
      ["paragraph", "B."],
    ]);
    const fence = "```\n{% comment %}\n{{ x }}\n{% endcomment %}\n```";
    expect(blocks(`{% if a %}\n\n${fence}`)).toEqual([["code", fence]]);
    expect(blocks("{% comment %}\n\nStays.").at(-1)).toEqual(["paragraph", "Stays."]);
  });

  it("leaves fences alone, also those that show another fence's beginning", () => {
    const fence = "```md\n```js\n{% tag %}\n:::tip\n```";
    expect(blocks(`{% x %}\n\n${fence}`)).toEqual([["code", fence]]);
  });

  it("shows an admonition's title and text", () => {
    expect(blocks(":::tip Good to know\n\nText.\n\n:::")).toEqual([
      ["paragraph", "Good to know"],
      ["paragraph", "Text."],
    ]);
    expect(blocks(":::note[My title]\nText.\n:::\n\n  :::{warning}\n\n::::")).toEqual([
      ["paragraph", "My title\nText."],
    ]);
  });
});

describe("dates", () => {
  it("come from the front matter, the last change before the first writing", () => {
    expect(read("---\ndate: 2024-05-01\nupdated: 2026-11-02 10:12\n---\nHello.").date).toBe("2026-11-02T10:12:00.000Z");
    expect(read("---\ndate: 2024-05-01T09:00:00+02:00\n---\nHello.").date).toBe("2024-05-01T07:00:00.000Z");
    expect(read("---\nlast_update:\n  date: May 3, 2024\n---\nHello.").date).toBe("2024-05-03T00:00:00.000Z");
  });

  it("are none where none is written", () => {
    for (const date of ["tomorrow", "2024-13-45", "5", "[2024-05-01]"])
      expect(read(`---\ndate: ${date}\n---\nHello.`)).not.toHaveProperty("date");
  });
});

describe("wiki links", () => {
  it("are shown as their words, in text, headings and tables", () => {
    expect(
      blocks(
        "# About [[People/Jane Doe|Jane]]\n\nSee [[Time off#Sick leave]], ![[Budget.xlsx]], ![[map.png|300]] and [[#Here]].\n\n| a |\n|---|\n| [[A\\|shown]] |",
      ),
    ).toEqual([
      ["heading", "About Jane"],
      ["paragraph", "See Time off > Sick leave, Budget.xlsx, map.png and Here."],
      ["table", "| a |\n|---|\n| shown |"],
    ]);
  });

  it("are no code, no tests of a shell, and no words of other links", () => {
    for (const text of ["Use `[[x]]`.", "Run [[ -f x ]].", "As in [[1]](https://a.example).", "An [[open link."])
      expect(blocks(text)).toEqual([["paragraph", text]]);
    expect(read("# Use `[[x]]`").title).toBe("Use [[x]]");
    expect(blocks("```\n[[x]]\n```")).toEqual([["code", "```\n[[x]]\n```"]]);
  });
});

describe("footnotes", () => {
  it("keep their text, also where it is one word or an address", () => {
    expect(blocks("One[^1], two[^2].\n\n[^1]: https://a.example\n[^2]: Second\n  goes on.")).toEqual([
      ["paragraph", "One[^1], two[^2]."],
      ["paragraph", "[^1]: https://a.example"],
      ["paragraph", "[^2]: Second\n  goes on."],
    ]);
  });
});

describe("hostile input", () => {
  const size = 2_000_000;
  const hostile: Readonly<Record<string, string>> = {
    backticks: "` ".repeat(size / 2),
    brackets: "[".repeat(size),
    pictures: "![".repeat(size / 2),
    "picture targets": "![](".repeat(size / 4),
    "angle brackets": "<a ".repeat(size / 3),
    comments: "x <!-- ".repeat(size / 7),
    "template tags": "{% ".repeat(size / 3),
    "a tag of white space": `{%${" ".repeat(size)}x`,
    imports: `import ${' from "a";'.repeat(size / 10)}x`,
    "a heading of white space": `# a${" ".repeat(size)}b`,
    "a heading of stars": `# ${"*a ".repeat(size / 3)}`,
    "a front matter of keys": `---\n${Array.from({ length: size / 10 }, (_, key) => `k${key}: v`).join("\n")}\n---\n`,
    "blank lines": "\n".repeat(size),
    quotations: "> a\n".repeat(size / 4),
  };
  // Quadratic time would be minutes here; the limit is wide so that a busy machine does not fail it.
  for (const [name, text] of Object.entries(hostile)) {
    it(`is read in time by its length: ${name}`, { timeout: 20_000 }, () => {
      expect(read(text).title).not.toBe("");
    });
  }
});
