import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { populate, startHttpApp } from "./bolt-app.ts";

describe("Slack over HTTP, with Bolt as it is", () => {
  it("meets the challenge, and brings events, commands and clicks with a signature", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    await using _ = await startHttpApp(
      slack,
      (app) => {
        app.event("app_mention", async ({ say, event }) => {
          const button = {
            type: "button",
            action_id: "why",
            text: { type: "plain_text", text: "Why?" },
            value: "42",
          } as const;
          await say({ text: "See", thread_ts: event.ts, blocks: [{ type: "actions", elements: [button] }] });
        });
        app.action("why", async ({ ack, respond, action }) => {
          await ack();
          await respond({ text: `because ${"value" in action ? action.value : ""}`, replace_original: false });
        });
        app.command("/ask", async ({ ack, command }) => ack(`you asked ${command.text}`));
      },
      acme,
    );
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> hi` });
    const answer = await slack.until(() => slack.visible({ to: ada, in: general, thread: ts })[1]);
    expect(answer.actions).toEqual(["why"]);
    expect(await slack.press({ by: ada, in: general, message: answer.ts, action: "why" })).toMatchObject({
      kind: "acked",
    });
    expect(await slack.slash({ by: ada, in: general, command: "/ask", text: "this" })).toMatchObject({ kind: "acked" });
    const seen = await slack.until(() => {
      const all = slack.visible({ to: ada, in: general }).filter(({ ephemeral }) => ephemeral);
      return all.length === 2 && all;
    });
    expect(seen.map(({ text }) => text).toSorted()).toEqual(["because 42", "you asked this"]);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("tells a stale, a wrong and a missing signature from a right one, and one from the future that Bolt takes", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    await using _ = await startHttpApp(slack, () => undefined, acme);
    const body = {
      type: "event_callback",
      team_id: acme.id,
      event: { type: "message", channel: general, user: ada, text: "forged", ts: "1.1" },
    };
    expect(await slack.http.forge(body, { age: 301 })).toBe(401);
    expect(await slack.http.forge(body, { secret: "another" })).toBe(401);
    expect(await slack.http.forge(body, { headers: { "x-slack-signature": undefined } })).toBe(401);
    expect(await slack.http.forge(body, { age: -3600 })).toBe(200);
    slack.say({ by: ada, in: general, text: "hello" });
    await slack.until(() =>
      slack.transcript.entries.some((one) => one.kind === "delivery" && one.ackedAt !== undefined),
    );
    expect(await slack.http.replay()).toBe(200);
  });

  it("comes again after an error, with the number and the reason, and not where the app says no", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { ackMs: 200, redeliverMs: [10, 20, 30] } });
    const { acme, ada, general } = populate(slack);
    const { createServer } = await import("node:http");
    const asked: (string | string[] | undefined)[][] = [];
    let noRetry = false;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += String(part)));
      request.on("end", () => {
        if (body.includes("challenge")) return response.end(JSON.parse(body).challenge);
        asked.push([request.headers["x-slack-retry-num"], request.headers["x-slack-retry-reason"]]);
        return response.writeHead(500, noRetry ? { "x-slack-no-retry": "1" } : {}).end();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    expect(await slack.http.connect(`http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`)).toBe(
      true,
    );
    slack.say({ by: ada, in: general, text: "hello" });
    await slack.until(() => asked.length === 4);
    expect(asked).toEqual([
      [undefined, undefined],
      ["1", "http_error"],
      ["2", "http_error"],
      ["3", "http_error"],
    ]);
    noRetry = true;
    slack.say({ by: ada, in: general, text: "again" });
    await slack.until(
      () => slack.transcript.entries.filter((one) => one.kind === "delivery" && one.status === 500).length === 5,
    );
    slack.http.disconnect();
    server.closeAllConnections();
    server.close();
    expect(acme.token).toContain("xoxb-");
    expect(asked).toHaveLength(5);
  });
});
