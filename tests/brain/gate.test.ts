import { describe, expect, it } from "vitest";
import { gate, gateCode } from "../../src/brain/gate.ts";
import { withoutUnseen } from "../../src/unseen.ts";
import { randomFrom } from "../../src/eval/random.ts";

const passages = [
  {
    text: "See [the page](https://team.example/a?b=1) and https://team.example/plain. Ask docs.team.example or it@team.example, or set app.yml.",
    url: "https://team.example/handbook",
  },
];
const gated = (text: string) => gate(text, passages);

describe("gate", () => {
  const cases: readonly (readonly [name: string, given: string, shown: string])[] = [
    [
      "keeps an address that stands so in a passage",
      "See https://team.example/a?b=1.",
      "See https://team.example/a?b=1.",
    ],
    ["keeps the passage's own address", "See https://team.example/handbook", "See https://team.example/handbook"],
    ["shows another address as code", "See https://evil.example/?q=1.", "See `https://evil.example/?q=1`."],
    [
      "shows an address that only begins so as code",
      "https://team.example/plain.evil",
      "`https://team.example/plain.evil`",
    ],
    [
      "shows an address with more behind it as code",
      "https://team.example/a?b=1&s=x",
      "`https://team.example/a?b=1&s=x`",
    ],
    ["shows an address with a name in it as code", "https://me@team.example/a", "`https://me@team.example/a`"],
    [
      "shows other schemes as code",
      "javascript:alert(1) ftp://evil.example",
      "`javascript:alert(1`) `ftp://evil.example`",
    ],
    ["keeps a host that stands in a passage", "Ask docs.team.example.", "Ask docs.team.example."],
    ["shows another host as code", "Ask evil.example or www.evil.example", "Ask `evil.example` or `www.evil.example`"],
    ["takes the address from a link", "[click here](https://evil.example/?s=1)", "click here"],
    ["writes a known address out", "[click](https://team.example/plain)", "click https://team.example/plain"],
    ["takes the address from a picture", "![seen](https://evil.example/p.png)", "seen"],
    ["takes the address from a mark", "So it is [1](https://evil.example)", "So it is 1"],
    ["takes Slack's links apart", "<https://evil.example|https://team.example/plain>", "`https://evil.example`"],
    ["shows HTML as code", 'Hi <img src=x onerror="a()"> <b>you</b>', 'Hi `<img src=x onerror="a()">` `<b>`you`</b>`'],
    ["parts what could open a tag", "if a <b then c", "if a < b then c"],
    ["leaves comparisons alone", "a < 5 and b > 3", "a < 5 and b > 3"],
    ["mentions nobody by everybody's name", "@everyone @here @channel", "@ everyone @ here @ channel"],
    ["mentions nobody in full width", "＠everyone", "@ everyone"],
    ["mentions nobody through something unseen", "@\u200beveryone @every\u2060one", "@ everyone @ everyone"],
    ["mentions nobody in Slack's way", "<!channel> <!here|here> <!subteam^S01>", "channel here subteam^S01"],
    ["mentions nobody by number", "<@100200300> <@!1> <@&2> <#C12|general>", "@100200300 @!1 @&2 #C12"],
    ["shows no command and no time of a chat", "</ban:1> <t:1700000000:R>", "/ban:1 t:1700000000:R"],
    ["keeps a mail address that stands in a passage", "Write to it@team.example.", "Write to it@team.example."],
    ["shows another mail address as code", "Write to it@evil.example.", "Write to `it@evil.example`."],
    ["keeps versions, times and short forms", "e.g. 3.5 at 10:30, v1.2.3", "e.g. 3.5 at 10:30, v1.2.3"],
    ["opens no fence", "```sh\nrm", "sh\nrm"],
    ["opens no code", "this `is open", "this is open"],
    ["keeps code that is closed, addresses and all", "run `curl https://x.example`", "run `curl https://x.example`"],
    ["begins with no heading and no quotation", "# Big\n> said", "Big\nsaid"],
  ];
  it.each(cases)("%s", (_, given, shown) => {
    expect(gated(given)).toBe(shown);
  });

  it("gives back unchanged what has been through it", () => {
    for (const [, given] of cases) expect(gated(gated(given))).toBe(gated(given));
  });

  it("never lets a mention, a tag or a foreign link through, whatever is put together", () => {
    const random = randomFrom(9);
    const parts = [
      "<",
      ">",
      "@",
      "everyone",
      "!channel",
      "`",
      "](",
      "[",
      ")",
      "https://",
      "evil.example",
      "/x",
      " ",
      "\u200b",
      "\u202e",
      "<b>",
      "|",
      "here",
      "＠",
      "\n",
      "```",
      "www.",
    ];
    for (let round = 0; round < 3_000; round += 1) {
      const given = Array.from({ length: 8 }, () => parts[Math.floor(random() * parts.length)]).join("");
      const outside = gated(given).replaceAll(/`[^`\n]*`/g, " ; ");
      expect(outside, given).not.toMatch(
        /@(?:everyone|here)\b|<[!@#/a-z]|https?:\/\/\S|www\.\w|evil\.example|[\u200b\u202e]/,
      );
    }
  });

  it("takes no long time over text full of brackets", () => {
    for (const part of ["[", "](", "<", "<!", "`", "a.", "https://"]) {
      const length = gated(part.repeat(20_000)).length;
      expect(length).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("withoutUnseen", () => {
  it("removes tags, direction marks, fillers, controls and runs of shapes", () => {
    expect(withoutUnseen("a\u{e0041}b\u202ec\u2066d\u00ade\u3164f\u0007g\ufeffh")).toBe("abcdefgh");
    expect(withoutUnseen("x\ufe01\ufe02\u{e0100}y\ufff9")).toBe("xy");
    expect(withoutUnseen("a\ufe0fb\u200dc\u200cd")).toBe("abcd");
    expect(withoutUnseen("\ud800 lone")).toBe("\ufffd lone");
  });

  it("keeps joiners and shapes where they do something", () => {
    for (const text of ["👨‍👩‍👧", "❤️", "1️⃣", "👩🏽‍💻", "می‌خواهم", "क्‍ष", "naïve — ok\n\tyes"]) {
      expect(withoutUnseen(text)).toBe(text);
    }
  });
});

describe("gateCode", () => {
  it("holds no fence of its own and nothing unseen", () => {
    expect(gateCode("a\n```\nb\u200b\n~~~~")).toBe("a\n\nb\n");
  });
});
