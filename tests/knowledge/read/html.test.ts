import { describe, expect, it } from "vitest";
import { readHtml } from "../../../src/knowledge/read/html.ts";

const read = (text: string) => readHtml(text, { fileName: "time-off.html" });
const blocks = (text: string) => read(text).blocks.map(({ kind, text: words }) => [kind, words]);
const texts = (text: string) => read(text).blocks.map((block) => block.text);

describe("readHtml", () => {
  it("takes the title of the page, else its first heading, else its file's name", () => {
    expect(read("<title>Time &amp; off</title><h1>Other</h1>").title).toBe("Time & off");
    expect(read("<h1>First\n<small>one</small></h1>").title).toBe("First one");
    expect(read("<p>Text<svg><title>Icon</title></svg></p>").title).toBe("Time off");
  });

  it("reads headings with their anchor, paragraphs and their lines", () => {
    const page =
      '<html><body>\n<h2 id="sick">Sick &amp; tired</h2>\n<p>One <b>bold</b>\nword.</p>\n<div>Two<br>three</div>\nFour\n</body></html>';
    expect(read(page).blocks).toEqual([
      { kind: "heading", level: 2, text: "Sick & tired", anchor: "sick", lines: [2, 2] },
      { kind: "paragraph", text: "One bold word.", lines: [3, 4] },
      { kind: "paragraph", text: "Two three", lines: [5, 5] },
      { kind: "paragraph", text: "Four", lines: [6, 6] },
    ]);
  });

  it("reads the main part only, where the page says which it is, with its notes", () => {
    const page =
      "<header>Logo</header><nav>Menu</nav><main><nav>Crumbs</nav><p>Text.</p><aside>A note.</aside><form>Search</form></main><footer>Legal</footer>";
    expect(texts(page)).toEqual(["Text.", "A note."]);
    expect(texts('<p>Out</p><div role="main">In</div>')).toEqual(["In"]);
    expect(texts("<p>No main part.</p>")).toEqual(["No main part."]);
  });

  it("reads the heading that stands in an article's header", () => {
    expect(texts("<article><header><h1>Title</h1><p>Lead.</p></header><p>Text.</p></article>")).toEqual([
      "Title",
      "Lead.",
      "Text.",
    ]);
  });

  it("reads every article of a page of articles", () => {
    expect(texts("<article>One.</article><p>Ad.</p><article>Two.</article>")).toEqual(["One.", "Two."]);
  });

  it("leaves out what no reader sees", () => {
    const page =
      '<p>Seen<script>x()</script><style>p{}</style><span hidden>H</span><span style="display: none">D</span></p><p aria-hidden="true">A</p><template>T</template><button>Copy</button>';
    expect(texts(page)).toEqual(["Seen"]);
  });

  it("leaves out a heading's link to itself, and reads one that is a button", () => {
    expect(texts('<h2>Leave<a href="#leave">¶</a></h2><h3><button>More</button></h3>')).toEqual(["Leave", "More"]);
    expect(texts('<p>See <a href="#note">note 1</a>.</p>')).toEqual(["See note 1."]);
  });

  it("keeps the lines of preformatted text, whatever it holds", () => {
    expect(blocks("<pre>\n  a\n\n   b  \n</pre>")).toEqual([["code", "```\n  a\n\n   b\n```"]]);
    expect(blocks("<pre><div>a</div><div>b<br>c</div></pre>")).toEqual([["code", "```\na\nb\nc\n```"]]);
    expect(blocks("<pre>```\nx\n```</pre>")).toEqual([["code", "````\n```\nx\n```\n````"]]);
    expect(blocks("<pre> </pre>")).toEqual([]);
  });

  it("reads lists, also in lists, in the order of the page", () => {
    const page = '<ol start="3"><li>One<ul><li>a</li><li>b</li></ul>after</li><li><p>Two</p>and</li><li></li></ol>';
    expect(blocks(page)).toEqual([["list", "3. One\n   - a\n   - b\n   after\n4. Two and"]]);
    expect(blocks("<ul><li>One</li><ul><li>loose</li></ul>text</ul>")).toEqual([["list", "- One\n  - loose\n- text"]]);
  });

  it("reads tables with their caption, and keeps columns where cells span several", () => {
    const page = '<table><caption>Prices</caption><tr><th>Plan<th>A|B<th>C</tr><tr><td colspan="2">x<td>y</tr></table>';
    expect(blocks(page)).toEqual([
      ["paragraph", "Prices"],
      ["table", "| Plan | A\\|B | C |\n| --- | --- | --- |\n| x |  | y |"],
    ]);
  });

  it("reads through a table that only lays the page out", () => {
    expect(blocks("<table><tr><td>Left</td><td><h2>Right</h2>Text<ul><li>a</ul></td></tr></table>")).toEqual([
      ["paragraph", "Left"],
      ["heading", "Right"],
      ["paragraph", "Text"],
      ["list", "- a"],
    ]);
  });

  it("keeps words apart that stand in blocks of their own", () => {
    expect(texts("<ul><li><p>One</p>two<div>three</div></li></ul>")).toEqual(["- One two three"]);
    expect(texts("<p>o<b>n</b>e</p>two<dl><dt>three<dd>four</dl>")).toEqual(["one", "two", "three", "four"]);
  });

  it("reads what is not closed, and nothing out of nothing", () => {
    expect(texts("<p>One<p>Two <b>bold")).toEqual(["One", "Two bold"]);
    expect(read("")).toEqual({ title: "Time off", blocks: [] });
  });

  it("refuses a page that is nested too deep to be one, in lists and open blocks alike", () => {
    for (const tag of ["<div>", "<ul><li>", "<table><tr><td>", "<b>", "<a><p>"]) {
      expect(() => read(tag.repeat(10_000) + "x")).toThrow("nested more than 2000 deep");
    }
    expect(texts(`${"<div>".repeat(1_900)}deep`)).toEqual(["deep"]);
    expect(texts(`${"<ul><li>".repeat(900)}deep`)[0]).toContain("deep");
  });

  it("reads five megabytes of a page", { timeout: 20_000 }, () => {
    expect(read("<h2>Part</h2><p>Some <i>words</i> of it.</p>\n".repeat(100_000)).blocks).toHaveLength(200_000);
  });

  const size = 2_000_000;
  const hostile: Readonly<Record<string, string>> = {
    "white space in code": `<pre>a${" ".repeat(size)}b</pre>`,
    "angle brackets": "<".repeat(size),
    entities: "&#x".repeat(size / 3),
    comments: "<!--".repeat(size / 4),
    "inline tags": "<b>a</b>".repeat(size / 8),
    items: `<ul>${"<li>a".repeat(size / 5)}`,
  };
  for (const [name, text] of Object.entries(hostile)) {
    it(`is read in time by its length: ${name}`, { timeout: 20_000 }, () => {
      expect(read(text).title).toBe("Time off");
    });
  }
});
