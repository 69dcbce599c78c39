import { describe, expect, it } from "vitest";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { populate, startSocketApp } from "./bolt-app.ts";

/** Redeliveries within a test's patience. */
const SOON = { ackMs: 150, redeliverMs: [10, 30, 60] };

describe("Slack in Socket Mode, with Bolt as it is", () => {
  it("brings a mention twice under different event ids, and shows the answer", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const ids: string[] = [];
    await using bolt = await startSocketApp(
      slack,
      (app) => {
        app.event("app_mention", async ({ event, say, body }) => {
          ids.push(body.event_id);
          await say({ text: `Hello <@${event.user}>`, thread_ts: event.ts });
        });
        app.message(async ({ body }) => void ids.push(body.event_id));
      },
      acme,
    );
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> where is the runbook?` });
    const answer = await slack.until(() => slack.visible({ to: ada, in: general, thread: ts })[1]);
    expect(answer).toMatchObject({ by: acme.bot, thread: ts, text: `Hello <@${ada}>`, pings: { users: [ada] } });
    await slack.until(() => ids.length === 2);
    expect(new Set(ids).size).toBe(2);
    expect(slack.transcript.violations).toEqual([]);
    expect(bolt.app).toBeDefined();
  });

  it("delivers an event again that was not acknowledged in time, under the same id", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: SOON });
    const { acme, ada } = populate(slack);
    const seen: { id: string; num: number | undefined; reason: string | undefined }[] = [];
    await using _ = await startSocketApp(slack, (app) => app.event("message", async () => undefined), acme);
    slack.sockets.freeze();
    slack.say({ by: ada, in: slack.world.dm({ with: [ada] }), text: "hello" });
    await slack.until(() =>
      slack.transcript.entries.some((one) => one.kind === "delivery" && one.failed === "timeout"),
    );
    slack.sockets.thaw();
    const acked = await slack.until(() =>
      slack.transcript.entries.find((one) => one.kind === "delivery" && one.ackedAt !== undefined),
    );
    const all = slack.transcript.entries.filter((one) => one.kind === "delivery");
    expect(new Set(all.map(({ eventId }) => eventId)).size).toBe(1);
    expect(acked).toMatchObject({ attempt: 1 });
    expect(seen).toEqual([]);
  });

  it("gives each payload to one of several sockets", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const got = { first: 0, second: 0 };
    await using _first = await startSocketApp(slack, (app) => app.message(async () => void (got.first += 1)), acme);
    await using _second = await startSocketApp(slack, (app) => app.message(async () => void (got.second += 1)), acme);
    for (const text of ["one", "two", "three", "four"]) slack.say({ by: ada, in: general, text });
    await slack.until(() => got.first + got.second === 4);
    expect(got).toEqual({ first: 2, second: 2 });
  });

  it("lets Bolt come back after a refresh and after a cut connection", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { redeliverMs: [50, 300, 900] } });
    const { acme, ada, general } = populate(slack);
    const texts: (string | undefined)[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ message }) => void texts.push("text" in message ? message.text : undefined)),
      { token: acme.token, pingTimeoutMs: 200 },
    );
    const [first] = slack.sockets.open();
    slack.sockets.disconnect("refresh_requested");
    await slack.until(() => slack.sockets.open().some((one) => one !== first));
    slack.sockets.drop();
    slack.say({ by: ada, in: general, text: "said while nobody listened" });
    await slack.until(() => texts.length === 1);
    expect(slack.transcript.calls("apps.connections.open")).toHaveLength(3);
  });

  it("refuses a ticket that was used, and says what is no acknowledgement", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const answer = await fetch(`${slack.api}apps.connections.open`, {
      method: "POST",
      headers: { authorization: `Bearer ${slack.appToken}` },
    });
    const { url } = Object(await answer.json());
    const first = new WebSocket(url);
    await slack.until(() => slack.sockets.open().length === 1);
    const second = new WebSocket(url);
    await new Promise((resolve) => second.addEventListener("error", resolve));
    first.send(JSON.stringify({ envelope_id: "never" }));
    first.send("not JSON");
    // Node's own WebSocket asks a second time before it gives up.
    const whys = (): string[] => [...new Set(slack.transcript.violations.map(({ why }) => why))];
    await slack.until(() => whys().length === 3);
    expect(whys()).toEqual([
      "connected with a ticket that is used up or was never given",
      "acknowledged an envelope that never was",
      "sent what is no acknowledgement",
    ]);
    first.close();
  });

  it("redelivers copies in any order where a test asks for it", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const ids: string[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ body }) => void ids.push(body.event_id)),
      acme,
    );
    slack.deliveries.disorder({ copies: () => 3, delayMs: () => Math.random() * 5 });
    slack.say({ by: ada, in: general, text: "once" });
    await slack.until(() => ids.length === 3);
    expect(new Set(ids).size).toBe(1);
  });

  it("tells of a workspace that is too busy without an inner event, which Bolt cannot read", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { ackMs: 50, redeliverMs: [] } });
    const { acme } = populate(slack);
    const failed = new Promise((resolve) => process.once("unhandledRejection", resolve));
    await using _ = await startSocketApp(slack, () => undefined, acme);
    await slack.deliveries.limit(acme.id);
    expect(String(await failed)).toContain("reading 'type'");
  });

  it("survives garbled frames, refusals and a link that was switched off", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const texts: string[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ message }) => void texts.push(message.ts)),
      { token: acme.token, pingTimeoutMs: 200 },
    );
    slack.sockets.garble("{ not JSON");
    slack.sockets.garble(Buffer.from([0, 1, 2]));
    slack.say({ by: ada, in: general, text: "still here" });
    await slack.until(() => texts.length === 1);
    slack.world.setSocketMode(false);
    slack.sockets.disconnect("link_disabled");
    const refused = await slack.until(() =>
      slack.transcript.calls("apps.connections.open").find(({ error }) => error !== undefined),
    );
    expect(refused.error).toBe("forbidden_team");
    slack.world.setSocketMode(true);
    await slack.until(() => slack.sockets.open().length > 0);
    slack.say({ by: ada, in: general, text: "back" });
    await slack.until(() => texts.length === 2);
  });

  it("brings the last events once more, with the ids that they had", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const seen: [string, number | undefined][] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ body, context }) => void seen.push([body.event_id, context.retryNum])),
      acme,
    );
    slack.say({ by: ada, in: general, text: "once" });
    await slack.until(() => seen.length === 1);
    await slack.deliveries.redeliver(1);
    await slack.until(() => seen.length === 2);
    expect(seen[1]).toEqual([seen[0]?.[0], 1]);
  });

  it("is asked again for a connection after a 503, an error and a 429", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const texts: string[] = [];
    slack.rest.fail({
      method: "apps.connections.open",
      sequence: [503, { error: "internal_error" }, { retryAfter: 1 }],
    });
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ message }) => void texts.push(message.ts)),
      { token: acme.token, pingTimeoutMs: 200 },
    );
    expect(slack.transcript.calls("apps.connections.open").map(({ status }) => status)).toEqual([503, 200, 429, 200]);
    slack.say({ by: ada, in: general, text: "hello" });
    await slack.until(() => texts.length === 1);
  });

  it("redelivers what a receiver could not write down before it acknowledged", async () => {
    await using slack = await openSlackEmulator({ rates: "wide", bounds: { ackMs: 80, redeliverMs: [10, 10, 10] } });
    const { acme, ada, general } = populate(slack);
    const came: (number | undefined)[] = [];
    await using bolt = await startSocketApp(slack, (app) => app.message(async () => undefined), acme);
    const process = bolt.app.processEvent.bind(bolt.app);
    bolt.app.processEvent = async (event) => {
      came.push(event.retryNum);
      if (came.length < 3) throw new Error("the disk is full");
      await process(event);
    };
    slack.say({ by: ada, in: general, text: "do not lose me" });
    await slack.until(() =>
      slack.transcript.entries.some((one) => one.kind === "delivery" && one.ackedAt !== undefined),
    );
    expect(came).toEqual([0, 1, 2]);
  });

  it("refuses connections at the handshake as often as it is told", async () => {
    await using slack = await openSlackEmulator({ rates: "wide" });
    const { acme, ada, general } = populate(slack);
    const texts: string[] = [];
    await using _ = await startSocketApp(
      slack,
      (app) => app.message(async ({ message }) => void texts.push(message.ts)),
      { token: acme.token, pingTimeoutMs: 200 },
    );
    slack.sockets.refuse(503, 2);
    slack.sockets.drop();
    await slack.until(() => slack.sockets.open().length === 0);
    await slack.until(() => slack.sockets.open().length === 1);
    expect(slack.transcript.calls("apps.connections.open").length).toBeGreaterThan(2);
    // Only when it hears something is Bolt connected; stopped before, it rejects with nothing and nobody there to catch it.
    slack.say({ by: ada, in: general, text: "hello" });
    await slack.until(() => texts.length === 1);
  });
});
