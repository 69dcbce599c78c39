import { describe, expect, it } from "vitest";
import { openDiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { openDiscord } from "../../../src/bots/discord/discord.ts";
import { identifyGap } from "../../../src/bots/discord/identify-pace.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { createLog, silentLog } from "../../../src/log.ts";
import { UserError } from "../../../src/user-error.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import {
  type DiscordWorld,
  eventually,
  makeAcme,
  openDiscordWorld,
  recordingDesk,
  settingsFor,
} from "./discord-world.ts";

/** Asks, and waits until it arrives. */
async function ask(world: DiscordWorld, text: string): Promise<void> {
  world.emulator.say({ by: world.acme.ann, in: world.acme.general, text, mentionsBot: true });
  await world.question(text);
}

const identifies = ({ emulator }: Pick<DiscordWorld, "emulator">): number[] =>
  emulator.transcript.entries.flatMap((entry) =>
    entry.kind === "gateway" && entry.from === "bot" && entry.op === 2 ? [entry.at] : [],
  );

describe("the connection", () => {
  it.each<[string, (world: DiscordWorld) => void]>([
    ["op 7", ({ emulator }) => emulator.gateway.reconnect()],
    ["op 9 that may be resumed", ({ emulator }) => emulator.gateway.invalidate(true)],
    ["close code 4000", ({ emulator }) => emulator.gateway.disconnect(4000)],
    ["close code 4001", ({ emulator }) => emulator.gateway.disconnect(4001)],
    ["a cut", ({ emulator }) => emulator.gateway.disconnect(1006)],
    [
      "a server that refuses for a while",
      ({ emulator }) => {
        emulator.gateway.refuse(503, 2);
        emulator.gateway.disconnect(1006);
      },
    ],
  ])("resumes after %s, and misses nothing", async (_, fault) => {
    await using world = await openDiscordWorld();
    await ask(world, "before");
    fault(world);
    for (const text of ["one", "two"])
      world.emulator.say({ by: world.acme.ann, in: world.acme.general, text, mentionsBot: true });
    await eventually(() => world.desk.asked.length === 3, 10_000);
    await eventually(() => world.discord.counts().resumes === 1);
    expect(identifies(world)).toHaveLength(1);
    await ask(world, "after");
    expect(world.desk.asked).toHaveLength(4);
  });

  it.each<[string, (world: DiscordWorld) => void]>([
    ["op 9 that may not be resumed", ({ emulator }) => emulator.gateway.invalidate(false)],
    ["close code 1000", ({ emulator }) => emulator.gateway.disconnect(1000)],
    ["close code 4009", ({ emulator }) => emulator.gateway.disconnect(4009)],
    ["close code 4007", ({ emulator }) => emulator.gateway.disconnect(4007)],
  ])(
    "begins anew after %s, five seconds after the last time, and reads what it missed",
    async (_, fault) => {
      await using world = await openDiscordWorld();
      await ask(world, "before");
      fault(world);
      for (const text of ["one", "two"])
        world.emulator.say({ by: world.acme.ann, in: world.acme.general, text, mentionsBot: true });
      await eventually(() => world.desk.asked.length === 3, 20_000);
      const [first = 0, second = 0, ...more] = identifies(world);
      expect(more).toEqual([]);
      expect(second - first).toBeGreaterThanOrEqual(5_000);
      expect(world.desk.asked.map(({ message }) => message.text)).toEqual(["before", "one", "two"]);
    },
    30_000,
  );

  it("survives a storm of closings with one IDENTIFY, and loses and doubles nothing", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, discord } = world;
    for (let n = 0; n < 8; n++) {
      emulator.say({ by: acme.ann, in: acme.general, text: `q${n}`, mentionsBot: true });
      emulator.gateway.disconnect([1006, 4000, 4002][n % 3] ?? 1006);
      emulator.say({ by: acme.bob, in: acme.general, text: `r${n}`, mentionsBot: true });
      await eventually(() => discord.counts().resumes === n + 1, 10_000);
    }
    await ask(world, "after");
    expect(identifies(world)).toHaveLength(1);
    expect(world.desk.asked).toHaveLength(17);
  });

  it("leaves a socket at whose other end nobody is", async () => {
    await using world = await openDiscordWorld({ emulator: { heartbeatMs: 1_500 }, options: { acknowledgedMs: 200 } });
    await ask(world, "before");
    world.emulator.gateway.freeze();
    world.emulator.say({ by: world.acme.ann, in: world.acme.general, text: "unheard", mentionsBot: true });
    await eventually(() => world.desk.asked.length === 2, 10_000);
    expect(world.discord.counts().halfOpen).toBe(1);
    expect(identifies(world)).toHaveLength(1);
  });

  it.each([
    ["no JSON", '{"op":0,"t":"MESSAGE_CREATE","s":'],
    ["an event without a body", '{"op":0,"t":"MESSAGE_CREATE","s":4,"d":null}'],
    ["an event of another shape", '{"op":0,"t":"GUILD_CREATE","s":4,"d":{"id":5}}'],
    ["a channel that is none", '{"op":0,"t":"CHANNEL_UPDATE","s":4,"d":{"id":[]}}'],
    ["an unknown event", '{"op":0,"t":"NEVER_HEARD_OF","s":4,"d":{}}'],
    ["an unknown op", '{"op":99,"d":{}}'],
    ["an invalid session without a word", '{"op":9}'],
    ["a hello without an interval", '{"op":10,"d":null}'],
    ["nothing", "null"],
  ])("survives %s", async (_, packet) => {
    await using world = await openDiscordWorld();
    await ask(world, "before");
    world.emulator.gateway.garble(packet);
    await ask(world, "after");
    expect(world.desk.asked).toHaveLength(2);
    expect(world.discord.state()).toEqual({ kind: "connected" });
  });

  it("counts what it could not understand", async () => {
    await using world = await openDiscordWorld();
    world.emulator.gateway.garble('{"op":0,"t":"MESSAGE_CREATE","s":4,"d":{"id":"x"}}');
    await eventually(() => world.discord.counts().malformed > 0);
  });

  it("that comes to nothing is told to the owner", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "warn", process: "edge", to: { write: (line) => void lines.push(line) } });
    await using world = await openDiscordWorld({ options: { log } });
    world.emulator.gateway.refuse(503, 100);
    world.emulator.gateway.disconnect(1006);
    await eventually(() => lines.some((line) => line.includes("comes to nothing")), 10_000);
    expect(world.discord.state()).toEqual({ kind: "connecting" });
  });

  it("is not made again after it was closed", async () => {
    await using world = await openDiscordWorld();
    await ask(world, "before");
    world.emulator.gateway.disconnect(4000);
    await world.discord[Symbol.asyncDispose]();
    await expect(eventually(() => world.emulator.gateway.sockets > 0, 1_500)).rejects.toThrow("not there");
  });

  it("is tried until Discord is there", async () => {
    await using emulator = await openDiscordEmulator({ rates: "wide" });
    makeAcme(emulator);
    emulator.rest.fail({ method: "GET", path: "/gateway/bot", sequence: ["reset", 502, "reset"] });
    emulator.gateway.refuse(503, 1);
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    await using discord = await openDiscord({ ...parts(), settings: settingsFor(emulator), inbox });
    await discord.start(recordingDesk(inbox), { signal: AbortSignal.timeout(20_000) });
    expect(discord.state()).toEqual({ kind: "connected" });
  }, 30_000);
});

const parts = () => ({ brain: scriptedBrain(), log: silentLog(), version: "0.0.0", linkHosts: [] });

describe("what only the owner can mend", () => {
  it.each([
    ["a token that is good no more", { token: "other.token.altogether" }, {}, /Bot, Reset Token/],
    ["the message content intent", {}, { flags: 1 << 15 }, /"Message Content Intent".*write "messageContent: false"/],
    ["the members intent", { members: true }, { flags: 1 << 19 }, /"Server Members Intent"|"members: false"/],
  ])("ends the start with a sentence that says what to click: %s", async (_, settings, options, sentence) => {
    await using emulator = await openDiscordEmulator({ rates: "wide", ...options });
    makeAcme(emulator);
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    await using discord = await openDiscord({ ...parts(), settings: settingsFor(emulator, settings), inbox });
    const starting = discord.start(recordingDesk(inbox), { signal: AbortSignal.timeout(10_000) });
    await expect(starting).rejects.toThrow(sentence);
    await expect(starting).rejects.toBeInstanceOf(UserError);
    expect(discord.state()).toMatchObject({ kind: "stopped", why: expect.stringMatching(sentence) });
    await expect(eventually(() => identifies({ emulator }).length > 1, 1_000)).rejects.toThrow("not there");
  });

  it("stops Discord later, and takes what waits there out", async () => {
    await using world = await openDiscordWorld();
    world.emulator.world.revokeToken();
    await eventually(() => world.discord.state().kind === "stopped");
    expect(world.discord.state()).toMatchObject({ why: expect.stringContaining("Reset Token") });
    expect(world.desk.lefts).toEqual([undefined]);
  });

  it("stops Discord as soon as a request is answered 401", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, discord } = world;
    emulator.rest.fail({ method: "GET", path: /\/members\//, sequence: [401] });
    const dm = emulator.world.dm({ with: acme.ann });
    emulator.say({ by: acme.ann, in: dm, text: "how?" });
    await discord.clearance(await world.question("how?"), { signal: AbortSignal.timeout(5_000) });
    await eventually(() => discord.state().kind === "stopped");
    expect(world.desk.lefts).toEqual([undefined]);
    await eventually(() => emulator.gateway.sockets === 0);
  });

  it("says what is missing where the message content intent is not wanted", async () => {
    const lines: string[] = [];
    const log = createLog({ level: "info", process: "edge", to: { write: (line) => void lines.push(line) } });
    await using world = await openDiscordWorld({
      emulator: { flags: 0 },
      settings: { messageContent: false },
      options: { log },
    });
    expect(lines.join("")).toContain("follow-ups in a thread need a mention");
    const [identify] = world.emulator.transcript.entries.flatMap((entry) =>
      entry.kind === "gateway" && entry.op === 2 ? [entry.d] : [],
    );
    expect(identify).toMatchObject({ intents: (1 << 0) | (1 << 9) | (1 << 12) });
  });

  it.each([4012, 4013, 4014])("stops Discord at close code %i, and nothing is dropped", async (code) => {
    await using world = await openDiscordWorld();
    world.emulator.gateway.disconnect(code);
    await eventually(() => world.discord.state().kind === "stopped");
    expect(world.desk.lefts).toEqual([]);
  });
});

describe("IDENTIFY", () => {
  const now = 1_000_000_000;
  const every = (count: number, ms: number) => Array.from({ length: count }, (_, n) => now - (count - n) * ms);

  it.each([
    ["is five seconds apart", every(1, 1_000), 5_000],
    ["waits longer after twenty in ten minutes", every(20, 6_000), 15_000],
    ["waits a minute after forty in ten minutes", every(40, 6_000), 60_000],
    ["waits two minutes after two hundred in a day", every(200, 200_000), 120_000],
  ])("%s", (_, times, least) => {
    expect(identifyGap(times, now)).toBeGreaterThanOrEqual(least);
  });

  it("stays below sixty in ten minutes and a thousand in a day, whatever happens", () => {
    const times: number[] = [];
    for (let at = 0; at < 24 * 3_600_000; at += identifyGap(times, at)) times.push(at);
    expect(times.length).toBeLessThan(1_000);
    expect(times.filter((time) => time < 600_000).length).toBeLessThanOrEqual(60);
  });
});
