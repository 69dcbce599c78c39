import { describe, expect, it } from "vitest";
import {
  addressedBy,
  DIRECT,
  fromMessage,
  type Place,
  plainText,
  type Surroundings,
} from "../../../src/bots/discord/from-discord.ts";
import { type DiscordMessage, readDeletion, readMessage } from "../../../src/bots/discord/message.ts";

const SELF = "800000000000000001";
const ROLE = "800000000000000002";
const ANN = { id: "100000000000000001", username: "ann", global_name: "Ann", discriminator: "0", avatar: null };
const GUILD = "200000000000000001";
const CHANNEL = "300000000000000001";

const around: Surroundings = {
  selfId: SELF,
  selfRoleId: ROLE,
  bots: [],
  hasContent: true,
  nameOf: (kind, id) => (kind === "channel" && id === CHANNEL ? "general" : undefined),
};
const channel: Place = { space: GUILD, channelId: CHANNEL, isJoined: false };
const thread: Place = { space: GUILD, channelId: "400000000000000001", parentId: CHANNEL, isJoined: false };

/** A message as the gateway brings it. */
function raw(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: "900000000000000001",
    channel_id: CHANNEL,
    guild_id: GUILD,
    type: 0,
    content: "how do I deploy?",
    author: ANN,
    member: { nick: "Ann (ops)", roles: [], joined_at: "2026-01-01T00:00:00.000000+00:00", deaf: false, mute: false },
    timestamp: "2026-11-28T12:00:00.123000+00:00",
    edited_timestamp: null,
    tts: false,
    mention_everyone: false,
    mentions: [],
    mention_roles: [],
    attachments: [],
    embeds: [],
    pinned: false,
    flags: 0,
    components: [],
    ...changes,
  };
}

function read(changes: Readonly<Record<string, unknown>> = {}): DiscordMessage {
  const message = readMessage(raw(changes));
  if (!message) throw new Error("cannot be read");
  return message;
}

const self = { id: SELF, username: "hearth", bot: true };
const mention = { content: `<@${SELF}> how do I deploy?`, mentions: [self] };
const reply = {
  type: 19,
  message_reference: { type: 0, message_id: "900000000000000000", channel_id: CHANNEL, guild_id: GUILD },
  referenced_message: raw({ id: "900000000000000000", author: self }),
};

describe("a message", () => {
  it("is read from the gateway and from REST", () => {
    expect(read()).toMatchObject({
      id: "900000000000000001",
      guildId: GUILD,
      author: { name: "Ann (ops)", isBot: false },
      sentAt: "2026-11-28T12:00:00.123Z",
    });
    expect(read({ guild_id: undefined, member: undefined }).author.name).toBe("Ann");
  });

  it("brings its files and what it replies to", () => {
    const attachment = {
      id: "1",
      filename: "plan.pdf",
      size: 12,
      url: "https://cdn.discordapp.com/a/plan.pdf",
      proxy_url: "x",
    };
    const message = read({ ...reply, attachments: [attachment] });
    expect(message.files).toEqual([{ name: "plan.pdf", bytes: 12, source: attachment.url }]);
    expect(message.replyTo).toEqual({ id: "900000000000000000", authorId: SELF });
  });

  it("says what a forwarded message says, which is no reply", () => {
    const forwarded = read({
      content: "",
      message_reference: { type: 1, message_id: "900000000000000000", channel_id: CHANNEL },
      message_snapshots: [{ message: { type: 0, content: "the plan" } }],
    });
    expect(forwarded.content).toBe("the plan");
    expect(forwarded.replyTo).toBeUndefined();
  });

  it.each([
    ["nothing", null],
    ["a list", []],
    ["no author", raw({ author: null })],
    ["an id that is none", raw({ channel_id: `${CHANNEL}' OR 1=1 --` })],
    ["an id beyond 64 bits", raw({ id: "99999999999999999999" })],
    ["a guild that is none", raw({ guild_id: "x" })],
    ["no type", raw({ type: "0" })],
    ["no time", raw({ timestamp: "yesterday" })],
  ])("with %s is not understood", (_, given) => {
    expect(readMessage(given)).toBeUndefined();
  });

  it("is deleted alone or with others", () => {
    expect(readDeletion({ id: "1", channel_id: CHANNEL, guild_id: GUILD })?.ids).toEqual(["1"]);
    expect(readDeletion({ ids: ["1", "2", "x"], channel_id: CHANNEL })?.ids).toEqual(["1", "2"]);
    expect(readDeletion({ ids: [], channel_id: CHANNEL })).toBeUndefined();
    expect(readDeletion({ id: "1" })).toBeUndefined();
  });
});

describe("Hearth is addressed", () => {
  const joined: Place = { ...thread, isJoined: true };
  it.each<[string, Record<string, unknown>, Place, Partial<Surroundings>, string | undefined]>([
    ["by its mention", mention, channel, {}, "mention"],
    ["by the mention of its own role", { mention_roles: [ROLE] }, channel, {}, "mention"],
    ["by a mention in a thread", mention, thread, {}, "mention"],
    ["by a reply to it", reply, channel, {}, "reply"],
    [
      "by whatever is written to it directly",
      { guild_id: undefined },
      { space: DIRECT, channelId: CHANNEL, isJoined: true },
      {},
      "direct",
    ],
    ["by a message in a thread that it has joined", {}, joined, {}, "thread"],
    ["by a bot that may ask", { ...mention, author: { ...ANN, bot: true } }, channel, { bots: [ANN.id] }, "mention"],
    ["by a mention where it reads only mentions", mention, channel, { hasContent: false }, "mention"],
    ["not in a thread that it was not asked into", {}, thread, {}, undefined],
    ["not in a channel without a mention", {}, channel, {}, undefined],
    ["not by everyone's mention", { content: "@everyone", mention_everyone: true }, channel, {}, undefined],
    ["not by the mention of another role", { mention_roles: ["1"] }, channel, {}, undefined],
    ["not by a reply to somebody else", { ...reply, referenced_message: raw() }, channel, {}, undefined],
    ["not by itself", { ...mention, author: self }, channel, { bots: [SELF] }, undefined],
    ["not by another bot", { ...mention, author: { ...ANN, bot: true } }, channel, {}, undefined],
    [
      "not by a bot that may ask, without a mention",
      { author: { ...ANN, bot: true } },
      joined,
      { bots: [ANN.id] },
      undefined,
    ],
    ["not by a webhook", { ...mention, webhook_id: "5" }, channel, {}, undefined],
    ["not by Discord itself", { ...mention, author: { ...ANN, system: true } }, channel, {}, undefined],
    ["not by a pin, a join or a new thread", { ...mention, type: 6 }, channel, {}, undefined],
    ["not by what arrives without its text", { content: "" }, joined, { hasContent: false }, undefined],
  ])("%s", (_, changes, place, surroundings, reason) => {
    expect(addressedBy(read(changes), place, { ...around, ...surroundings })).toBe(reason);
  });
});

describe("the question", () => {
  it("is asked where it stands, without the mention", () => {
    expect(fromMessage(read(mention), channel, around, { open: false })).toEqual({
      id: "900000000000000001",
      platform: "discord",
      message: {
        id: "900000000000000001",
        conversation: { platform: "discord", space: GUILD, channel: CHANNEL },
        author: { id: ANN.id, name: "Ann (ops)", isBot: false },
        text: "how do I deploy?",
        sentAt: "2026-11-28T12:00:00.123Z",
        url: `https://discord.com/channels/${GUILD}/${CHANNEL}/900000000000000001`,
      },
      seenBy: "place",
      files: [],
      route: { channel: CHANNEL, message: "900000000000000001" },
    });
  });

  it("in a thread or forum post belongs to the channel and the thread", () => {
    const asked = fromMessage(
      read({ ...reply, channel_id: thread.channelId, message_reference: { message_id: "9" } }),
      thread,
      around,
      { open: false },
    );
    expect(asked.message.conversation).toEqual({
      platform: "discord",
      space: GUILD,
      channel: CHANNEL,
      thread: thread.channelId,
    });
    expect(asked.message.replyTo).toBe("9");
    expect(asked.route["channel"]).toBe(thread.channelId);
  });

  it("asked directly has an address of its own kind", () => {
    const asked = fromMessage(
      read({ guild_id: undefined }),
      { space: DIRECT, channelId: CHANNEL, isJoined: true },
      around,
      { open: false },
    );
    expect(asked.message.url).toBe(`https://discord.com/channels/@me/${CHANNEL}/900000000000000001`);
  });

  it("has all of its text, so that the answer can say that only its beginning was read", () => {
    const { message } = fromMessage(
      read({ content: `<@${ANN.id}> `.repeat(1_000), mentions: [ANN] }),
      channel,
      around,
      { open: false },
    );
    expect(message.text.length).toBeGreaterThan(4_000);
  });

  it("says when its answer wants a thread", () => {
    expect(fromMessage(read(mention), channel, around, { open: true }).route["open"]).toBe("thread");
  });

  it.each([
    [`<@${SELF}>, where is it?`, "where is it?"],
    [`<@!${SELF}>`, ""],
    [`ask <@${SELF}> about <#${CHANNEL}>`, "ask about #general"],
    [`<@&${ROLE}> what does <@${ANN.id}> do?`, "what does @Ann do?"],
    ["<@5> and <@&6> in <#7>", "@unknown-user and @unknown-role in #unknown"],
    ["<:ship:12> <a:go:13> </docs search:14> <t:1767225600:R>", ":ship: :go: /docs search 2026-01-01T00:00:00Z"],
    ["`a < b` & <b>", "`a < b` & <b>"],
  ])("reads %j as people do", (content, text) => {
    expect(plainText({ content, mentions: [{ id: ANN.id, name: "Ann" }] }, around)).toBe(text);
  });
});
