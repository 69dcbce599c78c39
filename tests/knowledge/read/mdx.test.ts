import { describe, expect, it } from "vitest";
import { readMarkdown } from "../../../src/knowledge/read/markdown.ts";

const blocks = (text: string, fileName = "guide.mdx") =>
  readMarkdown(text, { fileName }).blocks.map(({ kind, text: words }) => [kind, words]);
const texts = (text: string, fileName?: string) => blocks(text, fileName).map(([, words]) => words);

describe("MDX", () => {
  it("has no imports and exports, over as many lines as they take", () => {
    const text =
      "import Tabs from '@theme/Tabs';\nimport {\n  One,\n  Two,\n} from './x';\nexport const meta = {\n  a: [1, { b: 2 }],\n};\n\n" +
      "Text.\n\nimport your contacts first.\n\nexport const never = {\n\nStays.\n";
    expect(texts(text)).toEqual(["Text.", "import your contacts first.", "Stays."]);
    expect(readMarkdown(text, { fileName: "a.mdx" }).blocks[0]?.lines).toEqual([10, 10]);
  });

  it("shows components as their text and titles, however deep it stands in", () => {
    const text =
      '<Tabs groupId="os">\n  <TabItem value="mac" label="macOS" default>\n\n    Run the *installer*.\n\n    ```sh\n    brew {x} <Foo title="y">\n    ```\n\n' +
      '    - one\n      - two\n\n    ### Deep\n\n  </TabItem>\n  <TabItem value="linux">\n    Use apt.\n  </TabItem>\n</Tabs>\n\n' +
      '<Card\n  title="Next"\n  icon={<Icon name="x" onClick={() => a > b} />}\n>\n  Read on.\n</Card>\n\n<Video src="x.mp4" />\n\nPress <Kbd>Ctrl</Kbd> now.\n';
    expect(blocks(text)).toEqual([
      ["paragraph", "macOS"],
      ["paragraph", "Run the *installer*."],
      ["code", '```sh\nbrew {x} <Foo title="y">\n```'],
      ["list", "- one\n  - two"],
      ["heading", "Deep"],
      ["paragraph", "linux\nUse apt."],
      ["paragraph", "Next"],
      ["paragraph", "Read on."],
      ["paragraph", "Press Ctrl now."],
    ]);
  });

  it("keeps what describes the fields of an interface", () => {
    expect(texts('<ParamField body="user.name" type="string" required>\n  The name.\n</ParamField>')).toEqual([
      "user.name: string\nThe name.",
    ]);
  });

  it("drops expressions but for the text in them, not in code and not the anchors of headings", () => {
    expect(
      texts(
        "Hello {props.name}{' '}and {\"you\"} {/* hidden\ncomment */}`{code}` {items.map((i) => <li>{i}</li>)}here.",
      ),
    ).toEqual(["Hello  and you \n`{code}` here."]);
    expect(readMarkdown("## Install {#install}", { fileName: "a.mdx" }).blocks[0]).toMatchObject({
      text: "Install",
      anchor: "install",
    });
    expect(texts("An {open brace stays, and so does \\{this}.")).toEqual([
      "An {open brace stays, and so does \\{this}.",
    ]);
    expect(texts('<div style={{ color: "red" }} className="x">Red</div>')).toEqual(["Red"]);
  });

  it("is read in Markdown too, as far as components go", () => {
    expect(
      texts('<PlanNote plan="business" label="Revenue" />\n\nBraces {a} stay, and <a@b.example>.', "a.md"),
    ).toEqual(["Revenue", "Braces {a} stay, and a@b.example."]);
    expect(texts('```\n<Foo title="x">\n```\n\nUse `<Foo title="x">`.', "a.md")).toEqual([
      '```\n<Foo title="x">\n```',
      'Use `<Foo title="x">`.',
    ]);
  });

  const size = 300_000;
  const hostile: Readonly<Record<string, string>> = {
    braces: "{",
    quotes: "{'",
    comments: "{/*",
    tags: "<A ",
    attributes: '<A b="',
    expressions: "<A b={{",
    backticks: "` `` ``` ",
    imports: "import {\n",
    components: "<A>\n",
    templates: "{`${",
  };
  for (const [name, unit] of Object.entries(hostile)) {
    it(`is read in time by its length: ${name}`, { timeout: 30_000 }, () => {
      expect(readMarkdown(unit.repeat(size / unit.length), { fileName: "a.mdx" }).title).toBe("A");
    });
  }
});
