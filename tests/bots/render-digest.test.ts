import { describe, expect, it } from "vitest";
import type { Digested } from "../../src/brain/channel-brain.ts";
import { digestText, renderDigest } from "../../src/bots/render-digest.ts";

const url = (id: string) => `https://discord.com/channels/1/2/${id}`;

/** A digest with whatever a test cares about. */
function digested(of: Partial<Digested> = {}): Digested {
  return {
    id: "d1",
    kind: "picked",
    from: "2026-11-27T08:00:00.000Z",
    to: "2026-11-28T08:00:00.000Z",
    messages: 40,
    people: 3,
    groups: [
      {
        kind: "decision",
        lines: [{ text: "We ship on Monday.", author: "Ann", sources: [{ id: "1", url: url("1") }] }],
      },
      {
        kind: "action",
        title: "Release",
        lines: [
          {
            text: "Send the list.",
            owner: "Bob",
            due: "3 December",
            sources: [
              { id: "2", url: url("2") },
              { id: "1", url: url("1") },
            ],
          },
        ],
      },
    ],
    ...of,
  };
}

const render = (of: Partial<Digested> = {}, kind: "digest" | "catch-up" | "summary" = "digest") =>
  renderDigest(digested(of), { linkHosts: ["wiki.acme.example"], kind, zone: "Europe/Berlin" });

describe("a digest", () => {
  it("says where it comes late, also where nothing was said", () => {
    const settings = { linkHosts: [], kind: "digest", zone: "UTC" } as const;
    expect(renderDigest(digested(), { ...settings, isLate: true })).toContain("It comes late");
    expect(renderDigest(digested({ groups: [] }), { ...settings, isLate: true })).toContain("It comes late");
    expect(renderDigest(digested(), settings)).not.toContain("late");
  });

  it("says what it is of and how it was made, and links each line to its messages", () => {
    expect(render()).toBe(
      [
        "**Digest, 27 Nov 2026, 09:00, to 28 Nov 2026, 09:00 (Europe/Berlin)**",
        "*Key messages of 40 messages by 3 people, picked in people's own words; no model wrote this.*",
        "",
        "**Decisions**",
        `- Ann: We ship on Monday. [1](${url("1")})`,
        "",
        "**To do: Release**",
        `- Send the list. (Bob, by 3 December) [2](${url("2")}) [1](${url("1")})`,
      ].join("\n"),
    );
  });

  it("names the model that wrote it, and a puppet as one", () => {
    const model = { kind: "llama", name: "qwen3-4b" } as const;
    expect(render({ kind: "written", model })).toMatch(
      /\*Written by qwen3-4b from 40 messages by 3 people; each line was checked/,
    );
    expect(render({ kind: "written", model: { kind: "puppet", name: "Puppet" } })).toMatch(/^\*\*Puppet \(a puppet/);
  });

  it("is called what was asked for, and of one day says the day once", () => {
    expect(render({ to: "2026-11-27T16:30:00.000Z" }, "catch-up")).toMatch(
      /^\*\*What you missed, 27 Nov 2026, 09:00, to 17:30 \(Europe\/Berlin\)\*\*/,
    );
    expect(render({}, "summary")).toMatch(/^\*\*Summary/);
  });

  it("says so where nothing was said, or nothing of note", () => {
    expect(render({ groups: [], messages: 0 })).toMatch(/\n\nNothing was said\.$/);
    expect(render({ groups: [], messages: 1 })).toMatch(/\n\nNothing of note was said \(1 message\)\.$/);
  });

  it("pings nobody, makes no link of its own, and lets nothing out of its line", () => {
    const text =
      "# Look <@42> @everyone\n- [pay](https://evil.example/x) https://wiki.acme.example/a <!here> ![p](https://evil.example/p.png)";
    const line = { text, author: "<@99>[x](https://evil.example)", sources: [{ id: "1", url: url("1") }] } as const;
    const shown = render({ groups: [{ kind: "topic", title: "@here <#1>\n# T", lines: [line] }] });
    expect(shown).not.toMatch(/<@|<!|<#|@everyone|@here|\]\(https:\/\/evil|!\[|https:\/\/evil/);
    expect(shown).toContain("https://wiki.acme.example/a");
    expect(shown.split("\n").filter((one) => one.startsWith("- "))).toHaveLength(1);
    expect(shown.split("\n").filter((one) => one.startsWith("#"))).toEqual([]);
  });

  it("has a text for the record without its links", () => {
    expect(digestText(digested())).toBe(
      "Decisions:\n- Ann: We ship on Monday.\nTo do:\n- Send the list. (Bob, by 3 December)",
    );
  });
});
