import { Events, GatewayIntentBits, type Client, type Message } from "discord.js";
import { WebSocket } from "ws";
import { describe, expect, it } from "vitest";
import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import { createClient, next, openClient, openEmulator } from "./bot.ts";

function scene(emulator: DiscordEmulator) {
  const guild = emulator.world.guild({ name: "Hearth" });
  const ada = emulator.world.member({ guild, name: "Ada" });
  const channel = emulator.world.channel({ guild, name: "general" });
  return { guild, ada, channel };
}

const sent = (emulator: DiscordEmulator, op: number) =>
  emulator.transcript.entries.filter((one) => one.kind === "gateway" && one.from === "bot" && one.op === op).length;

const dispatched = (emulator: DiscordEmulator, t: string) =>
  emulator.transcript.entries.filter((one) => one.kind === "gateway" && one.from === "discord" && one.t === t).length;

/** Everything that the client hears, in order. */
function ears(client: Awaited<ReturnType<typeof openClient>>["client"]): string[] {
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  return heard;
}

/** Waits until the client has heard what is said. */
async function hear(client: Client, say: () => string): Promise<void> {
  const heard = Promise.withResolvers<void>();
  const ids = new Set<string>();
  client.on(Events.MessageCreate, ({ id }) => {
    ids.add(id);
    if (ids.has(said)) heard.resolve();
  });
  const said = say();
  await heard.promise;
}

const openSocket = (emulator: DiscordEmulator): WebSocket =>
  new WebSocket(`${emulator.cdn.replace("http", "ws")}/?v=10&encoding=json`);

const identify = (emulator: DiscordEmulator, intents: number): string =>
  JSON.stringify({ op: 2, d: { token: emulator.token, intents, properties: {} } });

describe("a session", () => {
  it("is resumed after a cut connection, and gets what it missed in order", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const heard = ears(bot.client);
    emulator.gateway.disconnect(1006);
    const third = next<Message>(bot.client, Events.MessageCreate, ({ content }) => content === "three");
    for (const text of ["one", "two", "three"]) emulator.say({ by: ada, in: channel, text });
    await third;
    expect(heard).toEqual(["one", "two", "three"]);
    expect(sent(emulator, 6)).toBe(1);
    expect(sent(emulator, 2)).toBe(1);
    expect(dispatched(emulator, "RESUMED")).toBe(1);
  });

  it("is resumed when Discord asks for a reconnect", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    emulator.gateway.reconnect();
    await emulator.until(() => dispatched(emulator, "RESUMED") === 1);
    emulator.say({ by: ada, in: channel, text: "after" });
    expect((await heard).content).toBe("after");
    expect(sent(emulator, 2)).toBe(1);
  });

  it("is resumed after an invalid session that may be", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "settled" }));
    const resumed = next(bot.client, Events.ShardResume);
    emulator.gateway.invalidate(true);
    await resumed;
    expect(sent(emulator, 2)).toBe(1);
  });

  it("is begun anew after an invalid session that may not be resumed", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "settled" }));
    emulator.gateway.invalidate(false);
    await emulator.until(() => dispatched(emulator, "READY") === 2, 15_000);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "heard" }));
    expect([sent(emulator, 2), sent(emulator, 6)]).toEqual([2, 0]);
  }, 20_000);

  it("cannot be resumed once the client has left for good", async () => {
    await using emulator = await openEmulator();
    scene(emulator);
    {
      await using _ = await openClient(emulator);
    }
    await emulator.until(() => emulator.gateway.sockets === 0);
    await using _ = await openClient(emulator);
    expect(sent(emulator, 6)).toBe(0);
    expect(sent(emulator, 2)).toBe(2);
  });

  it("hears nothing on a half-open socket, and the client finds out by its heartbeat", async () => {
    await using emulator = await openEmulator({ heartbeatMs: 200 });
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const heard = ears(bot.client);
    await emulator.until(() => sent(emulator, 1) > 0);
    emulator.gateway.freeze();
    emulator.say({ by: ada, in: channel, text: "unheard" });
    expect(heard).toEqual([]);
    await next<Message>(bot.client, Events.MessageCreate);
    expect(heard).toEqual(["unheard"]);
    expect(sent(emulator, 6)).toBeGreaterThanOrEqual(1);
  });

  it("gets events again when they are redelivered, with the numbers they had", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const numbers: number[] = [];
    bot.client.on(Events.Raw, (packet: { t: string; s: number }) => {
      if (packet.t === "MESSAGE_CREATE") numbers.push(packet.s);
    });
    const first = next<Message>(bot.client, Events.MessageCreate);
    emulator.say({ by: ada, in: channel, text: "twice" });
    await first;
    const second = next<Message>(bot.client, Events.MessageCreate);
    emulator.gateway.redeliver(1);
    emulator.say({ by: ada, in: channel, text: "once" });
    await second;
    const [s = 0] = numbers;
    expect(numbers).toEqual([s, s, s + 1]);
  });
});

describe("IDENTIFY", () => {
  it("is refused twice within the spacing", async () => {
    await using emulator = await openEmulator({ identifySpacingMs: 60_000 });
    scene(emulator);
    await using _ = await openClient(emulator);
    const socket = openSocket(emulator);
    const refused = new Promise<void>((resolve) => {
      socket.on("message", (data: Buffer) => {
        if (data.toString("utf8") === '{"op":9,"d":false}') resolve();
      });
    });
    socket.once("open", () => socket.send(identify(emulator, 1)));
    await refused;
    socket.terminate();
    expect(dispatched(emulator, "READY")).toBe(1);
  });

  it("resets the token beyond the day's limit, of which /gateway/bot tells the rest", async () => {
    await using emulator = await openEmulator({ identifiesPerDay: 1 });
    scene(emulator);
    const get = async () => {
      const answer = await fetch(`${emulator.api}/v10/gateway/bot`, {
        headers: { authorization: `Bot ${emulator.token}`, "user-agent": "test" },
      });
      return { status: answer.status, body: JSON.stringify(await answer.json()) };
    };
    expect((await get()).body).toContain('"remaining":1');
    await using _ = await openClient(emulator);
    expect((await get()).body).toContain('"remaining":0');
    const socket = openSocket(emulator);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    socket.once("open", () => socket.send(identify(emulator, 1)));
    expect(await closed).toBe(4004);
    expect((await get()).status).toBe(401);
  });
});

describe("a close that is fatal", () => {
  const closing = async (emulator: DiscordEmulator, intents: GatewayIntentBits[]) => {
    const client = createClient(emulator, { intents });
    const error = await client.login(emulator.token).then(
      () => undefined,
      (reason: unknown) => (reason instanceof Error ? reason : undefined),
    );
    await client.destroy();
    const close = emulator.transcript.entries.findLast(
      (one) => one.kind === "gateway" && one.from === "discord" && one.what === "close",
    );
    return { error, code: close?.kind === "gateway" ? close.code : undefined };
  };

  it("comes for intents that the application was not given", async () => {
    await using emulator = await openEmulator({ flags: 0 });
    const { error, code } = await closing(emulator, [GatewayIntentBits.Guilds, GatewayIntentBits.MessageContent]);
    expect(code).toBe(4014);
    expect(error?.message).toMatch(/intents/);
  });

  it("comes for intents that do not exist", async () => {
    await using emulator = await openEmulator();
    const socket = openSocket(emulator);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    socket.once("open", () => socket.send(identify(emulator, 1 << 30)));
    expect(await closed).toBe(4013);
  });

  it("comes when the token is revoked, and REST refuses it too", async () => {
    await using emulator = await openEmulator();
    scene(emulator);
    const bot = await openClient(emulator);
    const invalidated = next<undefined>(bot.client, Events.ShardDisconnect);
    emulator.world.revokeToken();
    await invalidated;
    const answer = await fetch(`${emulator.api}/v10/users/@me`, {
      headers: { authorization: `Bot ${emulator.token}`, "user-agent": "test" },
    });
    expect(answer.status).toBe(401);
    await bot[Symbol.asyncDispose]();
  });

  it("comes for what nobody may send", async () => {
    await using emulator = await openEmulator();
    const closeOf = async (text: string): Promise<number> => {
      const socket = openSocket(emulator);
      socket.once("open", () => socket.send(text));
      return new Promise((resolve) => socket.once("close", resolve));
    };
    expect(await closeOf("{")).toBe(4002);
    expect(await closeOf(JSON.stringify({ op: 1, d: "x".repeat(5000) }))).toBe(4002);
    expect(await closeOf(JSON.stringify({ op: 77 }))).toBe(4001);
    expect(await closeOf(JSON.stringify({ op: 3, d: {} }))).toBe(4003);
    expect(await closeOf(JSON.stringify({ op: 2, d: { token: "no" } }))).toBe(4004);
  });
});

describe("a client that does too much or comes at a bad time", () => {
  it("is closed after 120 packets in a minute", async () => {
    await using emulator = await openEmulator();
    const socket = openSocket(emulator);
    const closed = new Promise<number>((resolve) => socket.once("close", resolve));
    socket.once("open", () => {
      for (let i = 0; i <= 120; i += 1) socket.send('{"op":1,"d":null}');
    });
    expect(await closed).toBe(4008);
  });

  it("is refused at the handshake, and comes again", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const errors: string[] = [];
    bot.client.on(Events.ShardError, ({ message }) => errors.push(message));
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "settled" }));
    emulator.gateway.refuse(503);
    emulator.gateway.disconnect(1006);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "later" }));
    expect(errors).toEqual(["Unexpected server response: 503"]);
    expect(emulator.gateway.sessions).toBe(1);
  }, 20_000);

  it("must begin anew after a close that ends the session", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "settled" }));
    emulator.gateway.disconnect(4009);
    await emulator.until(() => dispatched(emulator, "READY") === 2, 15_000);
    await hear(bot.client, () => emulator.say({ by: ada, in: channel, text: "heard" }));
    expect(dispatched(emulator, "RESUMED")).toBe(0);
  }, 20_000);
});

describe("what a session hears", () => {
  it("is empty without MESSAGE_CONTENT, but for DMs, mentions and replies", async () => {
    await using emulator = await openEmulator({ flags: 0 });
    const { ada, channel } = scene(emulator);
    const dm = emulator.world.dm({ with: ada });
    await using bot = await openClient(emulator, {
      intents: [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages],
    });
    const heard = ears(bot.client);
    const there = await bot.client.channels.fetch(channel);
    const own = there?.isSendable() === true ? await there.send("mine") : undefined;
    emulator.say({ by: ada, in: channel, text: "secret" });
    emulator.say({ by: ada, in: channel, text: "asked", mentionsBot: true });
    emulator.say({ by: ada, in: channel, text: "reply", replyTo: own?.id ?? "" });
    emulator.say({ by: ada, in: channel, text: "quiet reply", replyTo: own?.id ?? "", replyPings: false });
    const last = next<Message>(bot.client, Events.MessageCreate, ({ content }) => content === "private");
    emulator.say({ by: ada, in: dm, text: "private" });
    await last;
    expect(heard).toEqual(["mine", "", `<@${emulator.bot}> asked`, "reply", "", "private"]);
  });

  it("ends with what the bot may see", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel } = scene(emulator);
    const hidden = emulator.world.channel({
      guild,
      name: "hidden",
      overwrites: [
        { of: guild, deny: ["VIEW_CHANNEL"] },
        { of: ada, allow: ["VIEW_CHANNEL"] },
      ],
    });
    await using bot = await openClient(emulator);
    const heard = ears(bot.client);
    emulator.say({ by: ada, in: hidden, text: "hidden" });
    emulator.world.setOverwrite({ channel: hidden, of: emulator.bot, allow: ["VIEW_CHANNEL"] });
    emulator.say({ by: ada, in: hidden, text: "shown" });
    const last = next<Message>(bot.client, Events.MessageCreate, ({ content }) => content === "end");
    emulator.say({ by: ada, in: channel, text: "end" });
    await last;
    expect(heard).toEqual(["shown", "end"]);
  });

  it("tells of roles, members, channels and guilds as they change", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const names: string[] = [];
    for (const event of [
      Events.GuildRoleCreate,
      Events.GuildMemberUpdate,
      Events.GuildMemberRemove,
      Events.ChannelUpdate,
      Events.ChannelDelete,
      Events.GuildUnavailable,
      Events.GuildAvailable,
      Events.GuildDelete,
    ] as const)
      bot.client.on(event, () => names.push(event));
    await bot.client.guilds.cache.get(guild)?.members.fetch();
    const role = emulator.world.role({ guild, name: "staff", permissions: ["MANAGE_MESSAGES"] });
    emulator.world.addRole({ guild, user: ada, role });
    emulator.world.setOverwrite({ channel, of: role, deny: ["SEND_MESSAGES"] });
    emulator.world.kick({ guild, user: ada });
    emulator.world.deleteChannel({ channel });
    emulator.world.setAvailable({ guild, available: false });
    emulator.world.setAvailable({ guild, available: true });
    const left = next(bot.client, Events.GuildDelete);
    emulator.world.kickBot({ guild });
    await left;
    expect(names).toEqual([
      "roleCreate",
      "guildMemberUpdate",
      "channelUpdate",
      "guildMemberRemove",
      "channelDelete",
      "guildUnavailable",
      "guildAvailable",
      "guildDelete",
    ]);
  });

  it("survives a packet that cannot be read", async () => {
    await using emulator = await openEmulator();
    const { ada, channel } = scene(emulator);
    await using bot = await openClient(emulator);
    bot.client.on(Events.Error, () => undefined);
    const heard = next<Message>(bot.client, Events.MessageCreate);
    emulator.gateway.garble();
    emulator.say({ by: ada, in: channel, text: "still here" });
    expect((await heard).content).toBe("still here");
  });
});
