import { describe, expect, it } from "vitest";
import { gateLine, gateLink, gateMarkdown } from "../../src/bots/gate.ts";
import { randomFrom } from "../../src/eval/random.ts";

const allowed = { hosts: ["docs.team.example"], urls: ["https://wiki.example/leave?id=1"] };
const gated = (text: string) => gateMarkdown(text, allowed);

describe("what goes to a platform", () => {
  const cases: readonly (readonly [name: string, given: string, shown: string])[] = [
    [
      "keeps a link to a host on the list",
      "See [it](https://docs.team.example/a).",
      "See [it](https://docs.team.example/a).",
    ],
    [
      "keeps an address of a host on the list",
      "See https://docs.team.example/a?b=1.",
      "See https://docs.team.example/a?b=1.",
    ],
    ["keeps the address of a passage", "https://wiki.example/leave?id=1", "https://wiki.example/leave?id=1"],
    ["keeps no address that only begins so", "https://wiki.example/leave?id=12", "`wiki.example/leave?id=12`"],
    ["keeps no address that is not encrypted", "http://docs.team.example/a", "`docs.team.example/a`"],
    [
      "keeps no address with a name in it",
      "https://docs.team.example@evil.example/x",
      "`docs.team.example@evil.example/x`",
    ],
    [
      "keeps no address that programs read differently",
      "https://docs.team.example\\@evil.example",
      "`docs.team.example\\@evil.example`",
    ],
    ["keeps no other port", "https://docs.team.example:8443/a", "`docs.team.example:8443/a`"],
    [
      "shows another address without its scheme",
      "Get it: http://a.evil.example/s.exe!",
      "Get it: `a.evil.example/s.exe`!",
    ],
    ["shows another link's address", "[here](https://evil.example/x)", "here (`evil.example/x`)"],
    ["shows no picture", "![x](https://evil.example/p.png) and ![y](https://docs.team.example/p.png)", "x and y"],
    [
      "takes links of another place apart",
      'See [it][1]\n\n[1]: https://evil.example/x "t"',
      'See [it][1]\n\n1: `evil.example/x` "t"',
    ],
    ["takes Slack's links apart", "<https://evil.example|https://docs.team.example>", "`evil.example`"],
    ["takes an address out of angle brackets", "<https://docs.team.example/a>", "https://docs.team.example/a"],
    [
      "shows a bare host as code",
      "Go to evil.example/x now, or www.evil.example.",
      "Go to `evil.example/x` now, or `www.evil.example`.",
    ],
    ["shows a host by number as code", "at 10.0.0.1:80/x", "at `10.0.0.1:80/x`"],
    ["shows a mail address as code", "(it@evil.example)", "(`it@evil.example`)"],
    ["shows other schemes as code", "javascript:alert discord://x/y", "`javascript:alert` `x/y`"],
    ["takes the scheme from code", "run `curl https://evil.example/x`", "run `curl evil.example/x`"],
    ["keeps an allowed address in code", "`curl https://docs.team.example/x`", "`curl https://docs.team.example/x`"],
    ["takes the scheme from a fence", "```sh\ncurl https://evil.example\n```", "```sh\ncurl evil.example\n```"],
    [
      "leaves no scheme behind within another",
      "hthttps://tps://evil.example https:x:////evil.example",
      "`evil.example` `https:evil.example`",
    ],
    [
      "leaves names, versions and short forms alone",
      "e.g. config.yaml, v1.2.3, Node.js, 3.5, a.m. and i.e. process.js",
      "e.g. config.yaml, v1.2.3, Node.js, 3.5, a.m. and i.e. process.js",
    ],
    [
      "makes plain what only looks different",
      "https：//evil.example ｅｖｉｌ．ｅｘａｍｐｌｅ 𝐞𝐯𝐢𝐥.𝐞𝐱𝐚𝐦𝐩𝐥𝐞",
      "`evil.example` `evil.example` `evil.example`",
    ],
    [
      "mentions nobody",
      "@everyone @here <@1> <@!1> <@&2> <#3> </ban:1> <t:1:R> <id:home> <:x:1>",
      "@ everyone @ here @1 @!1 @&2 #3 /ban:1 t:1:R id:home :x:1",
    ],
    ["mentions nobody in code either", "`@everyone <@1>`", "`@ everyone @1`"],
    [
      "mentions nobody by what is left of something else",
      "@[everyone](https://evil.example)",
      "@ everyone (`evil.example`)",
    ],
    ["shows HTML as code", "<b>you</b> <img src=x>", "`<b>`you`</b>` `<img src=x>`"],
    ["leaves comparisons alone", "a < 5 and b > 3, x <= y", "a < 5 and b > 3, x <= y"],
    ["removes what is never seen", "a\u{e0041}b\u202ec\u200bd\ufe01\ufe01\ufe01", "abcd"],
    ["removes secrets", "Sure: xoxb-0000-ABC, xapp-1-A and xoxe.xoxp-1-x", "Sure: [removed], [removed] and [removed]"],
    ["removes tokens of bots", `${"M".repeat(24)}.${"a".repeat(6)}.${"b".repeat(38)}`, "[removed]"],
    ["lets no quote swallow what follows", ">>> said\nand more", "> said\nand more"],
    ["closes what is open", "this `is open", "this is open"],
    ["makes every fence one that all clients know", "~~~~ts x\na\n```\nb\n~~~~", "```ts\na\n\nb\n```"],
    [
      "keeps Markdown",
      "# Leave\n\n**28 days** a _year_ [1][2]:\n- one\n- two\n\n> said",
      "# Leave\n\n**28 days** a _year_ [1][2]:\n- one\n- two\n\n> said",
    ],
    ["keeps marks in the middle of words", "snake_case_name and 2*3*4", "snake_case_name and 2*3*4"],
    [
      "leaves brackets of a sentence alone",
      "It is (see https://docs.team.example/a).",
      "It is (see https://docs.team.example/a).",
    ],
  ];
  it.each(cases)("%s", (_, given, shown) => {
    expect(gated(given)).toBe(shown);
  });

  it("leaves out of a model's words the addresses that it was not given", () => {
    const texts = ["Use the portal http://vpn.team.example/get, or ask in forum.team.example."];
    const written = (text: string) => gateMarkdown(text, { ...allowed, texts });
    expect(written("Use http://vpn.team.example/get or forum.team.example.")).toBe(
      "Use `vpn.team.example/get` or `forum.team.example`.",
    );
    expect(written("Use https://evil.example/x, `https://evil.example/x` or www.evil.example!")).toBe(
      "Use [link removed], `link removed` or [link removed]!",
    );
    expect(written("[here](https://evil.example/x) or evil.example/x")).toBe("here or [link removed]");
    expect(written("Ask first.Then go to https://docs.team.example/a.")).toBe(
      "Ask `first.Then` go to https://docs.team.example/a.",
    );
  });

  it("stays as it is once it has been through", () => {
    for (const [, given] of cases) expect(gated(gated(given))).toBe(gated(given));
  });

  it("lets nothing through, whatever is put together", () => {
    const random = randomFrom(21);
    const parts = [
      ...Array.from('<>@`[]()!:/.\\|\n "'),
      "```",
      "~~~",
      "everyone",
      "here",
      "](",
      "https://",
      "http:",
      "//",
      "evil.example",
      "docs.team.example",
      "/x",
      "\u200b",
      "\u202e",
      "<b>",
      "<@",
      "1>",
      "xoxb-",
      "x",
      "＠",
      "：",
      "[1]: ",
      "**",
    ];
    for (let round = 0; round < 20_000; round += 1) {
      const given = Array.from({ length: 9 }, () => parts[Math.floor(random() * parts.length)]).join("");
      const shown = gated(given);
      expect(shown, JSON.stringify(given)).not.toMatch(
        /https?:\/\/(?!docs\.team\.example(?:\/|$))[^ \n]*evil\.example|@(?:everyone|here)\b|<[@#][!&]?\w+>|<\/\w+:\d+>|<(?:t|id):|xoxb-|!\[[^\]\n]*\]\([^()\n`]*\)|[\u200b\u202e]/,
      );
      const outside = shown.replaceAll(/```[^]*?```|`[^`\n]+`|https:\/\/docs\.team\.example\/\S*/g, " ");
      expect(outside, JSON.stringify([given, shown])).not.toMatch(/evil\.example(?![\w-]|\.\w)|http:\/\/|<[a-z]/);
    }
  });

  it("takes no long time over text that looks like something without end", () => {
    const parts = [
      "[",
      "](",
      "[a](",
      "<",
      "<a",
      "`",
      "``",
      "a.",
      "a.b ",
      "https://",
      "://",
      ":/",
      "x",
      "xox",
      "@",
      "-",
      "<!",
      "]:",
      "![",
      "M",
      "![a](b ",
      "*",
      "_",
      "> ",
      "\\`",
      ". ",
    ];
    for (const part of parts) {
      const text = part.repeat(Math.ceil(200_000 / part.length));
      const begun = performance.now();
      gated(text);
      gateLine(text);
      // Anything that grows with the square takes minutes; a busy machine does not.
      expect([part, performance.now() - begun < 20_000]).toEqual([part, true]);
    }
  });
});

describe("a title or a name", () => {
  it("stays on its line and marks nothing up", () => {
    expect(gateLine("  # Leave\n@everyone [x](https://evil.example/p) `ls`")).toBe(
      "Leave @ everyone (x)(`evil.example/p`) ls",
    );
    expect(gateLine("report\u202egpj.exe")).toBe("reportgpj.exe");
    expect(gateLine("README.md")).toBe("`README.md`");
    expect(gateLine("Release 1.2, config.yaml")).toBe("Release 1.2, config.yaml");
  });

  it("becomes a link where the passage has an encrypted address", () => {
    expect(gateLink("Leave [2026]", "https://wiki.example/a_(b)")).toBe(
      "[Leave (2026)](https://wiki.example/a_%28b%29)",
    );
    expect(gateLink("README.md", "https://wiki.example/a")).toBe("[README.md](https://wiki.example/a)");
    expect(gateLink("Leave", "http://wiki.example/a")).toBe("Leave");
    expect(gateLink("Leave", "https://me@wiki.example/a")).toBe("Leave");
    expect(gateLink("Leave", undefined)).toBe("Leave");
    expect(gateLink("Leave", "https://wiki.example/a 'b' ü")).toBe(
      "[Leave](https://wiki.example/a%20%27b%27%20%C3%BC)",
    );
  });
});
