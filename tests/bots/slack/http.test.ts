import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Asked } from "../../../src/bots/platform.ts";
import { openReplays } from "../../../src/bots/slack/replays.ts";
import { silentLog } from "../../../src/log.ts";
import { connected, eventually } from "./slack-world.ts";

const inHttp = { settings: { mode: "http" } } as const;

describe("Slack over HTTP", () => {
  it("asks a mention once, and answers Slack before the desk has answered", async () => {
    await using world = await connected(inHttp);
    const { slack, acme, ada, general, desk } = world;
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> by http?` });
    await slack.until(
      () => slack.transcript.entries.filter((one) => one.kind === "delivery" && one.ackedAt).length >= 2,
    );
    expect(desk.asked.map(({ message }) => message.id)).toEqual([ts]);
    expect(slack.transcript.violations).toEqual([]);
  });

  it.each([
    ["with another secret", { secret: "f".repeat(32) }],
    ["from 301 seconds ago", { age: 301 }],
    ["from an hour ahead", { age: -3_600 }],
    ["without a signature", { headers: { "x-slack-signature": undefined } }],
    ["without a time", { headers: { "x-slack-request-timestamp": undefined } }],
    [
      "that says that its own certificate is looked at",
      { headers: { "x-slack-signature": undefined, "content-type": "application/x-www-form-urlencoded" } },
    ],
  ])("refuses a request %s", async (_case, forgery) => {
    await using world = await connected(inHttp);
    const { slack, acme, general, ada, desk } = world;
    const event = {
      type: "message",
      channel: general,
      user: ada,
      ts: "1700000000.000100",
      text: `<@${acme.bot}> forged`,
    };
    const body = { type: "event_callback", team_id: acme.id, event_id: "Ev1", event };
    expect(await slack.http.forge(body, forgery)).toBe(401);
    expect(desk.asked).toEqual([]);
    expect(await slack.http.forge({ ...body, event_id: "Ev2" }, {})).toBe(200);
    expect(desk.asked).toHaveLength(1);
  });

  it("takes each signed request once", async () => {
    await using world = await connected(inHttp);
    const { slack, acme, ada, general, desk } = world;
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> once` });
    await eventually(() => desk.asked.length === 1);
    await slack.until(
      () => slack.transcript.entries.filter((one) => one.kind === "delivery" && one.ackedAt).length >= 2,
    );
    expect(await slack.http.replay()).toBe(401);
    expect(desk.asked).toHaveLength(1);
  });

  it("takes no request again under a signature that says more than it has to", async () => {
    await using world = await connected(inHttp);
    const { slack, acme, ada, general, desk } = world;
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> once` });
    await eventually(() => desk.asked.length === 1);
    const { url, headers, body } = await slack.until(() => slack.http.last());
    const signed = new Headers(headers);
    signed.set("x-slack-signature", `${signed.get("x-slack-signature")}=again`);
    expect((await fetch(url, { method: "POST", headers: signed, body })).status).toBe(401);
  });

  it("is closed without harm while a request is on its way", async () => {
    await using world = await connected(inHttp);
    const { slack, acme, ada, general, desk } = world;
    const begun = Promise.withResolvers<void>();
    const real = { ...desk };
    Object.assign(desk, {
      ask(asked: Asked) {
        begun.resolve();
        return real.ask(asked);
      },
    });
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> in motion` });
    await begun.promise;
    await world.stop();
    // An exception that nobody catches fails the run.
    const failed = () => slack.transcript.entries.some((one) => one.kind === "delivery" && one.failed !== undefined);
    expect(await slack.until(failed)).toBe(true);
  });

  it("says of a request that cannot be written down that it is not", () => {
    const replays = openReplays({ path: ":memory:", log: silentLog() });
    expect(replays.add("v0=1")).toBe(true);
    replays[Symbol.dispose]();
    expect(replays.add("v0=2")).toBe(false);
  });

  it("knows after a restart which requests were taken", () => {
    const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    const path = join(folder, "edge", "slack-requests.sqlite");
    {
      using first = openReplays({ path, log: silentLog() });
      first.add("v0=1");
    }
    using second = openReplays({ path, log: silentLog() });
    expect([second.has("v0=1"), second.has("v0=2")]).toEqual([true, false]);
  });

  it("refuses changed bytes, other paths and more than Slack sends", async () => {
    await using world = await connected(inHttp);
    const { slack, acme, ada, general } = world;
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> hello` });
    const last = await slack.until(() => slack.http.last());
    const post = async (body: string, url = last.url) =>
      (await fetch(url, { method: "POST", headers: last.headers, body })).status;
    expect(await post(`${last.body} `)).toBe(401);
    expect(await post(last.body, new URL("/other", last.url).href)).toBe(404);
    expect(await post("x".repeat(1_000_001))).toBe(413);
  });
});
