import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/user-error.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Asked } from "../../../src/bots/platform.ts";
import { openSlack } from "../../../src/bots/slack/slack.ts";
import { silentLog } from "../../../src/log.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { connected, eventually, recordingDesk, settingsFor, WIDE } from "./slack-world.ts";

describe("Slack's sockets", () => {
  it("have the next one before the last is gone when Slack asks for it", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const [first] = slack.sockets.open();
    let fewest = Infinity;
    slack.sockets.disconnect("refresh_requested", { closeAfterMs: 3_000 });
    await slack.until(() => {
      fewest = Math.min(fewest, slack.sockets.open().length);
      return slack.sockets.open().length === 1 && slack.sockets.open()[0] !== first;
    });
    expect(fewest).toBe(1);
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> after the refresh` });
    await eventually(() => desk.asked.length === 1);
    expect(slack.transcript.calls("apps.connections.open")).toHaveLength(2);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("come back after one was cut, and bring what was said meanwhile once", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    slack.sockets.refuse(503, 2);
    slack.sockets.drop();
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> while nobody listened` });
    await eventually(() => desk.asked.length === 1);
    await world.hearth().caughtUp();
    expect(desk.asked.map(({ message }) => message.id)).toEqual([ts]);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("are not waited for where they have died without a word", async () => {
    await using world = await connected({ options: { pingMs: 300 } });
    const { slack, acme, ada, general, desk } = world;
    const [first] = slack.sockets.open();
    slack.sockets.freeze();
    const begun = performance.now();
    const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> anybody there?` });
    await slack.until(() => slack.sockets.open().some((socket) => socket !== first), 15_000);
    await eventually(() => desk.asked.length === 1, 10_000);
    expect(desk.asked[0]?.message.id).toBe(ts);
    expect(performance.now() - begun).toBeLessThan(20_000);
  }, 40_000);

  it("outlive frames that are no envelopes, and an event without an inner one", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    for (const frame of [
      "{",
      "null",
      "[]",
      '{"type":"events_api"}',
      '{"type":"events_api","envelope_id":"1","payload":{}}',
    ])
      slack.sockets.garble(frame);
    await slack.deliveries.limit(acme.id);
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> still there?` });
    await eventually(() => desk.asked.length === 1);
    expect(world.hearth().counts()).toMatchObject({ connections: 1, rateLimitedEvents: 1, malformed: 4 });
    expect(slack.sockets.open()).toHaveLength(1);
  });

  it("are not acknowledged where a question cannot be written down, and bring it again", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const real = { ...desk };
    let failures = 2;
    Object.assign(desk, {
      ask: (asked: Asked) => {
        if (failures-- > 0) throw new Error("The disk is full");
        return real.ask(asked);
      },
    });
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> write this down` });
    await eventually(() => desk.asked.length === 1);
    const deliveries = slack.transcript.entries.filter((one) => one.kind === "delivery");
    expect(deliveries.some(({ failed }) => failed !== undefined)).toBe(true);
    expect(desk.asked).toHaveLength(1);
  }, 20_000);
});

it("stopping while Slack does not say hello is done at once", async () => {
  await using world = await connected();
  await world.stop();
  const { slack } = world;
  slack.rest.fail({ method: "apps.connections.open", sequence: [{ delayMs: 14_000 }] });
  const begun = performance.now();
  const starting = world.start();
  starting.catch(() => {});
  await slack.until(() => slack.transcript.calls("apps.connections.open").length === 2);
  await world.hearth()[Symbol.asyncDispose]();
  await expect(starting).rejects.toThrow();
  expect(performance.now() - begun).toBeLessThan(10_000);
}, 30_000);

describe("what only the owner can mend", () => {
  async function refusalOf(change: (world: Awaited<ReturnType<typeof connected>>) => void, tokens?: readonly string[]) {
    await using world = await connected();
    await world.stop();
    change(world);
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    await using slack = await openSlack({
      settings: settingsFor(world.slack, tokens ?? world.tokens),
      inbox,
      brain: scriptedBrain(),
      log: silentLog(),
      version: "1",
      linkHosts: [],
      rates: WIDE,
    });
    const error: unknown = await slack
      .start(recordingDesk(inbox), { signal: AbortSignal.timeout(5_000) })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(slack.state()).toMatchObject({ kind: "stopped", why: Object(error).message });
    return String(Object(error).message);
  }

  it("is a token that Slack does not know", async () => {
    expect(await refusalOf(() => {}, ["xoxb-unknown-token"])).toMatch(/does not take the token in SLACK_BOT_TOKEN_0/);
  });

  it("is a token that was revoked", async () => {
    expect(await refusalOf(({ slack, acme }) => slack.world.revoke({ team: acme.id }))).toMatch(
      /no longer takes the token/,
    );
  });

  it("is Socket Mode that is switched off", async () => {
    expect(await refusalOf(({ slack }) => slack.world.setSocketMode(false))).toMatch(/Socket Mode is switched off/);
  });

  it("is an app that is taken out while it runs: work there ends", async () => {
    await using world = await connected();
    const { slack, acme, desk } = world;
    slack.world.uninstall({ team: acme.id });
    await eventually(() => desk.lefts.length > 0);
    expect(desk.lefts).toEqual([acme.id]);
    expect(world.hearth().state()).toMatchObject({ kind: "stopped", why: expect.stringContaining("hearth forget") });
  });
});

describe("several workspaces", () => {
  it("are answered each by its own token, and one that is left does not end the others", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk, tokens } = world;
    await world.stop();
    const beta = slack.world.workspace({ name: "Beta" });
    const bob = slack.world.user({ team: beta.id, name: "bob" });
    const lobby = slack.world.channel({ team: beta.id, name: "lobby", members: [bob] });
    tokens.push(beta.token);
    await world.start();
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> one` });
    slack.say({ by: bob, in: lobby, text: `<@${beta.bot}> two` });
    await eventually(() => desk.asked.length === 2);
    for (const asked of desk.asked)
      await world
        .hearth()
        .reply(asked)
        .finish({ markdown: "Yes.", buttons: [] }, { signal: AbortSignal.timeout(5_000) });
    expect(slack.history(lobby).at(-1)).toMatchObject({ by: beta.bot, text: "Yes." });
    expect(slack.history(general).at(-1)).toMatchObject({ by: acme.bot, text: "Yes." });
    slack.world.uninstall({ team: beta.id });
    await eventually(() => desk.lefts.length > 0);
    expect(desk.lefts).toEqual([beta.id]);
    expect(world.hearth().state()).toEqual({ kind: "connected" });
  });

  it("of one organisation share channels, in which a question is asked once, and one of them may be left", async () => {
    await using world = await connected();
    const { slack, desk, tokens } = world;
    await world.stop();
    const enterprise = slack.world.enterprise({ name: "Org" });
    const north = slack.world.workspace({ name: "North", enterprise, orgInstall: true });
    const south = slack.world.workspace({ name: "South", enterprise, orgInstall: true });
    const sue = slack.world.user({ team: south.id, name: "sue" });
    const both = slack.world.channel({ team: north.id, name: "both", members: [sue] });
    slack.world.share({ channel: both, with: south.id });
    tokens.splice(0, 1, north.token);
    await world.start();
    const first = slack.say({ by: sue, in: both, text: `<@${north.bot}> live` });
    await eventually(() => desk.asked.length === 1);
    await world.stop();
    const second = slack.say({ by: sue, in: both, text: `<@${north.bot}> missed` });
    await world.start();
    expect(desk.asked.map(({ message }) => message.id)).toEqual([first, second]);
    slack.world.revokeAccess({ team: south.id });
    await eventually(() => desk.lefts.length > 0);
    expect(desk.lefts).toEqual([south.id]);
    expect(world.hearth().state()).toEqual({ kind: "connected" });
  });

  it("of one organisation are reached by one token", async () => {
    await using world = await connected();
    const { slack, desk, tokens } = world;
    await world.stop();
    const enterprise = slack.world.enterprise({ name: "Org" });
    const [north, south] = [
      slack.world.workspace({ name: "North", enterprise, orgInstall: true }),
      slack.world.workspace({ name: "South", enterprise, orgInstall: true }),
    ];
    const sue = slack.world.user({ team: south.id, name: "sue" });
    const desk_ = slack.world.channel({ team: south.id, name: "desk", members: [sue] });
    tokens.splice(0, 1, north.token);
    await world.start();
    slack.say({ by: sue, in: desk_, text: `<@${south.bot}> hello?` });
    const [asked] = await eventually(() => desk.asked.length === 1 && desk.asked);
    expect(asked?.message.conversation.space).toBe(south.id);
    if (asked)
      await world
        .hearth()
        .reply(asked)
        .finish({ markdown: "Yes.", buttons: [] }, { signal: AbortSignal.timeout(5_000) });
    expect(slack.history(desk_).at(-1)).toMatchObject({ text: "Yes." });
    expect(slack.transcript.violations).toEqual([]);
  });
});
