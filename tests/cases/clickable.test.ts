import { describe, expect, it } from "vitest";
import { clickableHosts, normalised } from "./clickable.ts";

const discord = (text: string) => clickableHosts(text, { bare: false });
const slack = (text: string) => clickableHosts(text, { bare: true });

describe("what clients make clickable", () => {
  it.each([
    ["https://evil.example/x", "evil.example"],
    ["HTTPS://EVIL.example", "evil.example"],
    ["[words](https://evil.example/?a=b)", "evil.example"],
    ["<https://evil.example|docs>", "evil.example"],
    ["https://docs.acme.example@evil.example/x", "evil.example"],
    ["mailto:eve@evil.example", "evil.example"],
    ["see https://evil.example.", "evil.example"],
  ])("is in %s", (text, host) => {
    expect(discord(text)).toContain(host);
  });

  it("is a host without a scheme on Slack alone", () => {
    expect(discord("go to evil.example now")).toEqual([]);
    expect(slack("go to evil.example now")).toEqual(["evil.example"]);
  });

  it.each(["`https://evil.example`", "```\nhttps://evil.example\n```", "``https://evil.example``", "evil dot example"])(
    "is not in %s",
    (text) => {
      expect(slack(text)).toEqual([]);
    },
  );

  it("shows when a fence is closed before", () => {
    expect(discord("```\ncode\n```\nhttps://evil.example")).toEqual(["evil.example"]);
  });

  it("names each host once", () => {
    expect(discord("https://a.example/1 https://a.example/2 https://b.example")).toEqual(["a.example", "b.example"]);
  });
});

describe("normalising", () => {
  it("takes out what is not seen, and makes of look-alikes what they stand for", () => {
    expect(normalised("ev\u200bil\u202e.exam\uff50le\u{E0041}")).toBe("evil.example");
  });
});
