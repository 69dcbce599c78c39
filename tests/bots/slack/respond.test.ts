import { describe, expect, it } from "vitest";
import { respond } from "../../../src/bots/slack/respond.ts";
import { toMessage } from "../../../src/bots/slack/to-slack.ts";
import { interacting } from "./interacting.ts";

describe("an answer at a command's own address", () => {
  it("unfolds no link and makes no name a mention", async () => {
    await using world = await interacting();
    const { slack, ada, general } = world;
    const act = await slack.slash({ by: ada, in: general, command: "/hearth", text: "help" });
    const address = act.responseUrl ?? "";
    const body = toMessage({ markdown: "See https://example.com/leave", buttons: [] });
    const api = new URL(slack.api).href;
    const signal = AbortSignal.timeout(5_000);
    expect(await respond({ address, openedAt: Date.now() }, body, { api, isPrivate: false, signal })).toBe(true);
    const said = slack.transcript.entries.filter((one) => one.kind === "response").at(-1);
    expect(said?.body).toMatchObject({ unfurl_links: false, unfurl_media: false, parse: "none" });
  });
});
