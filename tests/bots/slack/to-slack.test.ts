import { describe, expect, it } from "vitest";
import { lastLine } from "../../../src/bots/slack/live-answer.ts";
import { isRespondAddress } from "../../../src/bots/slack/respond.ts";
import { isUpload } from "../../../src/bots/slack/files.ts";
import { escapeText, toMessage, toNotice } from "../../../src/bots/slack/to-slack.ts";

describe("what Hearth sends to Slack", () => {
  it("is a block of Markdown with its buttons below, and a notice without marks but those of code", () => {
    const body = toMessage({
      markdown: "**28 days** [1]\n\n> quoted\n\n[1] [Leave](https://a.example/x) · `leave.md:3`",
      buttons: [
        { kind: "up", answerId: "a1" },
        { kind: "stop", job: "j1" },
      ],
    });
    expect(body.text).toBe("28 days [1] quoted [1] Leave · `leave.md:3`");
    expect(body.blocks).toMatchObject([
      { type: "markdown" },
      { type: "actions", elements: [{ action_id: "h1:up:a1" }, { action_id: "h1:stop:j1" }] },
    ]);
  });

  it.each(["<!channel> hi", "<@U123> hi", "<!subteam^S1|@x> hi", "@here hi", "a | <!everyone>"])(
    "mentions nobody: %s",
    (markdown) => {
      expect(JSON.stringify(toMessage({ markdown, buttons: [] }))).not.toMatch(/<!|<@|@here/);
    },
  );

  it.each([
    ["see `evil.example/x` there", "see `evil.example/x` there"],
    ["```\nevil.example/x\n```", "`evil.example/x`"],
    ["[handbook](https://docs.team.example/a)", "handbook"],
    ["read https://docs.team.example/a", "read `docs.team.example/a`"],
  ])("leads nowhere from its notice: %s", (markdown, notice) => {
    expect(toMessage({ markdown, buttons: [] }).text).toBe(notice);
  });

  it("is escaped where it is Slack's own markup", () => {
    expect(escapeText("a < b && <!here>")).toBe("a &lt; b &amp;&amp; &lt;!here&gt;");
    expect(toNotice("x".repeat(1_000))).toHaveLength(300);
    expect(toNotice("```\n```")).toBe("…");
  });

  it("shows of an unfinished answer what goes on", () => {
    expect(lastLine("> a\n\n*Writing …*\n\n[1] b")).toBe("Writing …");
    expect(lastLine("nothing of Hearth's own")).toBe("is writing …");
  });
});

describe("addresses that get something from Hearth", () => {
  const api = "https://slack.com/api/";
  it.each([
    ["https://hooks.slack.com/commands/T1/1/x", true],
    ["https://hooks.slack.com.evil.example/commands", false],
    ["https://user@hooks.slack.com/commands", false],
    ["http://hooks.slack.com/commands", false],
    ["http://127.0.0.1:80/response/1", false],
  ])("are Slack's own: %s", (address, isOwn) => {
    expect(isRespondAddress(address, api)).toBe(isOwn);
  });

  it("are on this machine only where the settings say that Slack is there", () => {
    expect(isRespondAddress("http://127.0.0.1:9/response/1", "http://127.0.0.1:9/api/")).toBe(true);
    expect(isUpload("http://127.0.0.1:9/files-pri/x", "http://127.0.0.1:8/api/")).toBe(false);
    expect(isUpload("https://files.slack.com/files-pri/T1-F1/x.md", api)).toBe(true);
    expect(isUpload("https://files.slack.com.evil.example/x", api)).toBe(false);
  });
});
