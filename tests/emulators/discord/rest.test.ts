import { Events, RateLimitError, type Client, type MessageCreateOptions, type SendableChannels } from "discord.js";
import { describe, expect, it } from "vitest";
import type { DiscordEmulator } from "../../../emulators/discord/emulator.ts";
import type { RestEntry } from "../../../emulators/discord/transcript.ts";
import { openClient, openEmulator } from "./bot.ts";

function scene(emulator: DiscordEmulator) {
  const guild = emulator.world.guild({ name: "Hearth" });
  const ada = emulator.world.member({ guild, name: "Ada" });
  const channel = emulator.world.channel({ guild, name: "general" });
  return { guild, ada, channel };
}

async function place(client: Client, id: string): Promise<SendableChannels> {
  const channel = await client.channels.fetch(id);
  if (channel?.isSendable() !== true) throw new Error("The channel takes no messages");
  return channel;
}

/** A request as no client of ours would make it. */
async function ask(
  emulator: DiscordEmulator,
  line: string,
  body?: unknown,
): Promise<{ status: number; code: unknown }> {
  const [method = "", path = ""] = line.split(" ");
  const answer = await fetch(`${emulator.api}/v10${path}`, {
    method,
    headers: {
      authorization: `Bot ${emulator.token}`,
      "user-agent": "DiscordBot (test, 1)",
      "content-type": "application/json",
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  const read: { code?: unknown } = text === "" ? {} : JSON.parse(text);
  return { status: answer.status, code: read.code };
}

const requests = (emulator: DiscordEmulator, method: string, path: RegExp): RestEntry[] =>
  emulator.transcript.entries.filter(
    (one): one is RestEntry => one.kind === "rest" && one.method === method && path.test(one.path),
  );

describe("a request that is wrong", () => {
  it("is refused with 400 and recorded", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    const messages = `POST /channels/${channel}/messages`;
    const button = { type: 2, style: 1, label: "b", custom_id: "b" };
    const wrongs: readonly (readonly [line: string, body?: unknown])[] = [
      ["GET /no/such/path"],
      [`PUT /channels/${channel}/messages`],
      [messages, { content: "x", colour: "red" }],
      [messages, { content: "x".repeat(2001) }],
      [messages, { content: "x", nonce: "n".repeat(26) }],
      [messages, { content: "x", allowed_mentions: { parse: ["users"], users: ["1576225078612328448"] } }],
      [messages, { content: "x", embeds: [{ title: "t".repeat(257) }] }],
      [
        messages,
        {
          content: "x",
          components: [
            { type: 1, components: Array.from({ length: 6 }, (_, i) => ({ ...button, custom_id: `b${i}` })) },
          ],
        },
      ],
      [messages, { content: "x", components: [{ type: 1, components: [{ ...button, custom_id: "c".repeat(101) }] }] }],
      [messages, { content: "x", components: [{ type: 1, components: [button, button] }] }],
      [messages, { content: "x", components: [button] }],
      [`GET /channels/${channel}/messages?limit=101`],
      [`GET /channels/${channel}/messages?before=1&after=2`],
      [`GET /channels/${channel}/messages?since=1`],
      [`PUT /applications/${emulator.application}/commands`, [{ name: "Ask", description: "x" }]],
      [`PUT /applications/${emulator.application}/commands`, [{ name: "ask", description: "" }]],
    ];
    for (const [line, body] of wrongs)
      expect([line, body, (await ask(emulator, line, body)).status]).toEqual([line, body, 400]);
    expect(emulator.transcript.violations.length).toBe(wrongs.length);
    expect(emulator.history(channel)).toEqual([]);
  });

  it("is recorded when it came before Retry-After had ended", async () => {
    await using emulator = await openEmulator({ rates: "discord" });
    const { channel } = scene(emulator);
    const line = `POST /channels/${channel}/messages`;
    const answers = [];
    for (let i = 0; i < 7; i += 1) answers.push((await ask(emulator, line, { content: `m${i}` })).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429]);
    expect(emulator.transcript.violations.map(({ why }) => why)).toEqual([
      "A request came before Retry-After had ended",
    ]);
    expect(emulator.history(channel).length).toBe(5);
  });

  it("is no violation where it is only refused for want of rights", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel } = scene(emulator);
    const hidden = emulator.world.channel({
      guild,
      name: "hidden",
      overwrites: [{ of: guild, deny: ["VIEW_CHANNEL"] }],
    });
    const quiet = emulator.world.channel({
      guild,
      name: "quiet",
      overwrites: [{ of: emulator.bot, deny: ["SEND_MESSAGES"] }],
    });
    const blind = emulator.world.channel({
      guild,
      name: "blind",
      overwrites: [{ of: emulator.bot, deny: ["READ_MESSAGE_HISTORY"] }],
    });
    const others = emulator.say({ by: ada, in: channel, text: "mine" });
    emulator.say({ by: ada, in: blind, text: "unread" });
    expect(await ask(emulator, `GET /channels/${hidden}/messages`)).toEqual({ status: 403, code: 50_001 });
    expect(await ask(emulator, `POST /channels/${quiet}/messages`, { content: "x" })).toEqual({
      status: 403,
      code: 50_013,
    });
    expect(await ask(emulator, `GET /channels/${blind}/messages`)).toEqual({ status: 200, code: undefined });
    expect(await ask(emulator, `PATCH /channels/${channel}/messages/${others}`, { content: "x" })).toEqual({
      status: 403,
      code: 50_005,
    });
    expect(await ask(emulator, `DELETE /channels/${channel}/messages/${others}`)).toEqual({
      status: 403,
      code: 50_013,
    });
    expect(await ask(emulator, "GET /channels/1576225078612328999")).toEqual({ status: 404, code: 10_003 });
    expect(await ask(emulator, `POST /channels/${channel}/messages`, { content: "" })).toEqual({
      status: 400,
      code: 50_006,
    });
    expect(emulator.transcript.violations).toEqual([]);
  });
});

describe("limits and faults", () => {
  it("are waited out by the real client", async () => {
    await using emulator = await openEmulator({
      rates: {
        global: 50,
        other: { limit: 100, seconds: 1 },
        routes: { "POST /channels/{channel}/messages": { limit: 2, seconds: 0.3 } },
      },
    });
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    await Promise.all(Array.from({ length: 7 }, (_, i) => there.send(`m${i}`)));
    expect(emulator.history(channel).length).toBe(7);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("can be a 429 of any scope, which the client sits out", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: [{ retryAfter: 0.2, scope: "shared" }] });
    await there.send("later");
    const [first, second] = requests(emulator, "POST", /\/messages$/);
    expect([first?.status, second?.status]).toEqual([429, 200]);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(200);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("can lose the answer but not the effect, which a nonce makes harmless", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: ["commit-then-reset"] });
    const insist = async (message: MessageCreateOptions): Promise<void> => {
      try {
        await there.send(message);
      } catch {
        await there.send(message);
      }
    };
    await insist({ content: "once", nonce: "j:0", enforceNonce: true });
    expect(emulator.history(channel).map(({ content }) => content)).toEqual(["once"]);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: ["commit-then-reset"] });
    await insist({ content: "twice" });
    expect(emulator.history(channel).map(({ content }) => content)).toEqual(["once", "twice", "twice"]);
  });

  it("can be server errors, cut connections and answers that never come", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator, {
      rest: { api: emulator.api, version: "10", cdn: emulator.cdn, timeout: 300 },
    });
    const there = await place(bot.client, channel);
    const plan = emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: [500, "timeout"] });
    await there.send("at last");
    expect(plan.left).toBe(0);
    expect(requests(emulator, "POST", /\/messages$/).length).toBe(3);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: [403] });
    await expect(there.send("no")).rejects.toMatchObject({ status: 403 });
    expect(emulator.history(channel).length).toBe(1);
  });

  it("can be left to the caller", async () => {
    await using emulator = await openEmulator();
    const { channel } = scene(emulator);
    await using bot = await openClient(emulator, {
      rest: { api: emulator.api, version: "10", rejectOnRateLimit: () => true },
    });
    const there = await place(bot.client, channel);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: [{ retryAfter: 30, scope: "global" }] });
    await expect(there.send("x")).rejects.toBeInstanceOf(RateLimitError);
  });
});

describe("pings", () => {
  it("are those that Discord's defaults and allowed_mentions make", async () => {
    await using emulator = await openEmulator();
    const guild = emulator.world.guild({
      name: "Hearth",
      botRights: ["VIEW_CHANNEL", "SEND_MESSAGES", "READ_MESSAGE_HISTORY", "MENTION_EVERYONE"],
    });
    const ada = emulator.world.member({ guild, name: "Ada" });
    const role = emulator.world.role({ guild, name: "staff" });
    const channel = emulator.world.channel({ guild, name: "general" });
    await using bot = await openClient(emulator);
    const there = await place(bot.client, channel);
    const asked = emulator.say({ by: ada, in: channel, text: "?" });
    const content = `@everyone <@&${role}> <@${ada}>`;
    const nobody = { parse: [], repliedUser: false };
    const message = await there.send({ content, allowedMentions: nobody });
    await there.send({ content });
    await there.send({ content: "x", reply: { messageReference: asked } });
    await there.send({ content: "x", reply: { messageReference: asked }, allowedMentions: nobody });
    await message.edit({ content: `${content}!` });
    const made = [...requests(emulator, "POST", /\/messages$/), ...requests(emulator, "PATCH", /./)].map((one) =>
      emulator.pings(one),
    );
    const none = { everyone: false, roles: [], users: [] };
    const all = { everyone: true, roles: [role], users: [ada] };
    expect(made).toEqual([none, all, { ...none, users: [ada] }, none, all]);
  });
});

describe("threads, posts and DMs", () => {
  it("are made, written in, archived and listed", async () => {
    await using emulator = await openEmulator();
    const { guild, ada, channel } = scene(emulator);
    const forum = emulator.world.channel({ guild, name: "help", type: "forum" });
    await using bot = await openClient(emulator);
    const asked = emulator.say({ by: ada, in: channel, text: "long" });
    const there = await bot.client.channels.fetch(channel);
    if (there?.isTextBased() !== true || !("threads" in there)) throw new Error("No threads here");
    const message = await there.messages.fetch(asked);
    const thread = await message.startThread({ name: "answer" });
    expect(thread.id).toBe(asked);
    await expect(
      bot.client.rest.post(`/channels/${channel}/messages/${asked}/threads`, { body: { name: "again" } }),
    ).rejects.toMatchObject({ code: 160_004 });
    await thread.send("in here");
    const post = emulator.world.thread({ in: forum, name: "A post", by: ada });
    emulator.say({ by: ada, in: post, text: "help me", mentionsBot: true });
    const active = await bot.client.guilds.cache.get(guild)?.channels.fetchActiveThreads();
    expect(active?.threads.map(({ name }) => name).sort()).toEqual(["A post", "answer"]);
    emulator.world.archive({ thread: thread.id });
    emulator.say({ by: ada, in: thread.id, text: "wakes it" });
    await thread.send("awake");
    expect(emulator.history(thread.id).map(({ content }) => content)).toEqual(["in here", "wakes it", "awake"]);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("ask for their own rights", async () => {
    await using emulator = await openEmulator();
    const guild = emulator.world.guild({
      name: "Hearth",
      botRights: ["VIEW_CHANNEL", "SEND_MESSAGES", "READ_MESSAGE_HISTORY"],
      everyone: [],
    });
    const ada = emulator.world.member({ guild, name: "Ada" });
    const open = {
      allow: ["VIEW_CHANNEL", "SEND_MESSAGES", "SEND_MESSAGES_IN_THREADS", "READ_MESSAGE_HISTORY"],
    } as const;
    const channel = emulator.world.channel({ guild, name: "general", overwrites: [{ of: ada, ...open }] });
    const asked = emulator.say({ by: ada, in: channel, text: "?" });
    expect(await ask(emulator, `POST /channels/${channel}/messages/${asked}/threads`, { name: "t" })).toEqual({
      status: 403,
      code: 50_013,
    });
    const thread = emulator.world.thread({ in: channel, name: "t", by: ada, from: asked });
    expect(await ask(emulator, `POST /channels/${thread}/messages`, { content: "x" })).toEqual({
      status: 403,
      code: 50_013,
    });
    const secret = emulator.world.thread({ in: channel, name: "s", by: ada, private: true });
    expect(await ask(emulator, `GET /channels/${secret}`)).toEqual({ status: 403, code: 50_001 });
    emulator.world.addToThread({ thread: secret, user: emulator.bot });
    expect((await ask(emulator, `GET /channels/${secret}`)).status).toBe(200);
  });

  it("reach a person directly, unless they have closed their DMs", async () => {
    await using emulator = await openEmulator();
    const { ada } = scene(emulator);
    const shut = emulator.world.user({ name: "Shut", closedDms: true });
    await using bot = await openClient(emulator);
    const heard = new Promise<string>((resolve) =>
      bot.client.on(Events.MessageCreate, ({ content, author }) => {
        if (author.id === ada) resolve(content);
      }),
    );
    await (await bot.client.users.fetch(ada)).send("hello");
    const dm = emulator.world.dm({ with: ada });
    expect(emulator.visible({ to: ada, in: dm }).map(({ content }) => content)).toEqual(["hello"]);
    emulator.say({ by: ada, in: dm, text: "hello yourself" });
    expect(await heard).toBe("hello yourself");
    await expect(bot.client.users.fetch(shut).then((user) => user.send("x"))).rejects.toMatchObject({ code: 50_007 });
  });
});
