import { describe, expect, it } from "vitest";
import type { TalkMessage } from "../../../src/chat.ts";
import { type DiscordWorld, openDiscordWorld } from "./discord-world.ts";

const DAY = 24 * 60 * 60_000;

async function read(
  { discord, acme }: DiscordWorld,
  of: {
    readonly channel: string;
    readonly since: number;
    readonly thread?: string;
    readonly cursor?: string;
    readonly pages?: number;
  },
): Promise<{ readonly messages: readonly TalkMessage[]; readonly cursor: string }> {
  const messages: TalkMessage[] = [];
  let [cursor, pages] = [of.cursor ?? "", 0];
  const history = discord.history(
    { platform: "discord", space: acme.guild, channel: of.channel },
    {
      since: new Date(of.since).toISOString(),
      signal: AbortSignal.timeout(30_000),
      ...(of.thread !== undefined && { thread: of.thread }),
      ...(of.cursor !== undefined && { cursor: of.cursor }),
    },
  );
  for await (const page of history) {
    messages.push(...page.messages);
    cursor = page.cursor;
    if (++pages === of.pages) break;
  }
  return { messages, cursor };
}

const texts = (messages: readonly TalkMessage[]) => messages.map(({ text }) => text);

describe("the history of a place", () => {
  it("is its channel's and its public threads', archived ones too, back to an instant", async () => {
    const now = Date.now();
    let threads: string[] = [];
    await using world = await openDiscordWorld({
      prepare(emulator, acme) {
        const say = (place: string, text: string, days: number) =>
          emulator.say({ by: acme.ann, in: place, text, at: now - days * DAY });
        say(acme.general, "too old", 9);
        say(acme.general, "in the channel", 3);
        const make = (name: string, isPrivate = false) =>
          emulator.world.thread({
            in: acme.general,
            name,
            by: acme.ann,
            private: isPrivate,
            members: [acme.ann, emulator.bot],
          });
        threads = [make("open"), make("archived"), make("long ago"), make("private", true)];
        const [open = "", archived = "", long = "", hidden = ""] = threads;
        say(open, "in an open thread", 2);
        say(archived, "in an archived thread", 4);
        say(long, "long ago", 30);
        say(hidden, "for some alone", 1);
        emulator.world.archive({ thread: archived, at: now - 3 * DAY });
        emulator.world.archive({ thread: long, at: now - 20 * DAY });
      },
    });
    const { acme } = world;
    const { messages, cursor } = await read(world, { channel: acme.general, since: now - 7 * DAY });
    expect(texts(messages)).toEqual(["in the channel", "in an archived thread", "in an open thread"]);
    expect(messages[1]?.conversation).toEqual({
      platform: "discord",
      space: acme.guild,
      channel: acme.general,
      thread: threads[1],
    });
    expect((await read(world, { channel: acme.general, since: now - 7 * DAY, cursor })).messages).toEqual([]);
    const [, , , hidden = ""] = threads;
    expect(texts((await read(world, { channel: hidden, since: now - 7 * DAY })).messages)).toEqual(["for some alone"]);
    const [open = ""] = threads;
    const alone = await read(world, { channel: acme.general, thread: open, since: now - 7 * DAY });
    expect(texts(alone.messages)).toEqual(["in an open thread"]);
  });

  it("goes on where a page ended, without a message lost or doubled", async () => {
    const now = Date.now();
    await using world = await openDiscordWorld({
      prepare(emulator, acme) {
        for (let minute = 250; minute > 0; minute--)
          emulator.say({ by: acme.ann, in: acme.general, text: `line ${minute}`, at: now - minute * 60_000 });
        const thread = emulator.world.thread({ in: acme.general, name: "more", by: acme.ann });
        for (let minute = 120; minute > 0; minute--)
          emulator.say({ by: acme.bob, in: thread, text: `thread ${minute}`, at: now - minute * 60_000 });
      },
    });
    const of = { channel: world.acme.general, since: now - DAY };
    const found: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20 && cursor !== "end"; page++) {
      const next = await read(world, { ...of, pages: 1, ...(cursor !== undefined && { cursor }) });
      found.push(...texts(next.messages));
      cursor = next.cursor;
    }
    expect(found.slice(0, 2)).toEqual(["line 1", "line 2"]);
    expect(new Set(found).size).toBe(370);
    expect(found).toHaveLength(370);
  });

  it("tells of reactions, edits and forum posts", async () => {
    let forum = "";
    await using world = await openDiscordWorld({
      prepare(emulator, acme) {
        forum = emulator.world.channel({ guild: acme.guild, name: "ideas", type: "forum" });
        const post = emulator.post({ by: acme.ann, in: forum, title: "Lunch", text: "What about noodles?" });
        for (const by of [acme.bob, acme.carl]) emulator.react({ by, in: post, message: post, emoji: "👍" });
        const other = emulator.say({ by: acme.bob, in: post, text: "Soup" });
        emulator.edit({ message: other, in: post, text: "Soup, please" });
      },
    });
    const { messages } = await read(world, { channel: forum, since: Date.now() - DAY });
    expect(messages.map(({ text, reactions, editedAt }) => [text, reactions, editedAt !== undefined])).toEqual([
      ["Soup, please", undefined, true],
      ["What about noodles?", 2, false],
    ]);
  });
});
