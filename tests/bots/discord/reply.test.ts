import { describe, expect, it } from "vitest";
import type { RestEntry } from "../../../emulators/discord/transcript.ts";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import type { Inbox } from "../../../src/bots/inbox.ts";
import type { Asked } from "../../../src/bots/platform.ts";
import { Undeliverable } from "../../../src/bots/undeliverable.ts";
import { type DiscordWorld, eventually, openDiscordWorld } from "./discord-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(20_000) });
const plain = (markdown: string) => ({ markdown, buttons: [] });

/** Something that ann asks in the general channel. */
async function ask(world: DiscordWorld, text = "how?"): Promise<Asked> {
  world.emulator.say({ by: world.acme.ann, in: world.acme.general, text, mentionsBot: true });
  return world.question(text);
}

/** What the desk wants posted of its own accord. */
function wantedPost(
  { acme }: DiscordWorld,
  id: string,
  {
    post = "here",
    channel = acme.general,
    author = acme.ann,
  }: { post?: string; channel?: string; author?: string } = {},
): Asked {
  return {
    id,
    platform: "discord",
    message: {
      id,
      conversation: { platform: "discord", space: acme.guild, channel },
      author: { id: author, name: "Hearth", isBot: true },
      text: "",
      sentAt: new Date().toISOString(),
    },
    seenBy: post === "here" ? "place" : "asker",
    files: [],
    route: { post },
  };
}

const requests = ({ emulator }: DiscordWorld, method: string, path = /\/messages/): RestEntry[] =>
  emulator.transcript.entries
    .filter((entry) => entry.kind === "rest")
    .filter((entry) => entry.method === method && path.test(entry.path));

const own = (world: DiscordWorld, channel = world.acme.general) =>
  world.emulator.history(channel).filter(({ author }) => author === world.emulator.bot);

describe("a reply", () => {
  it("is one message, edited at least 1.2 s apart, with the newest state and without pings or previews", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    const reply = world.discord.reply(asked);
    reply.show({ markdown: "first", buttons: [{ kind: "stop", job: jobOf(asked) }] });
    await eventually(() => own(world).length === 1);
    for (const state of ["second", "third", "fourth @everyone"]) reply.show(plain(state));
    await eventually(() => own(world)[0]?.content.startsWith("fourth"));
    reply.show(plain("never seen"));
    const posted = await reply.finish({ markdown: "the end", buttons: [{ kind: "why", answerId: "a1" }] }, soon());
    expect(own(world)).toEqual([
      expect.objectContaining({ id: posted[0].id, content: "the end", replyTo: asked.id, edits: 2, flags: 4 }),
    ]);
    expect(own(world)[0]?.components.map(({ label }) => label)).toEqual(["Why?"]);
    const edits = requests(world, "PATCH");
    const [post] = requests(world, "POST");
    const times = [post, ...edits].map((entry) => entry?.at ?? 0);
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual(1_200);
    for (const { body } of [...requests(world, "POST"), ...edits])
      expect(body).toMatchObject({ allowed_mentions: { parse: [], users: [], replied_user: false }, flags: 4 });
    expect(world.emulator.transcript.violations).toEqual([]);
  });

  it("takes as many messages as it needs, with the buttons below the last", async () => {
    await using world = await openDiscordWorld();
    const long = Array.from({ length: 100 }, (_, n) => `Sentence ${n} says something that is long enough.`).join(
      "\n\n",
    );
    const posted = await world.discord
      .reply(await ask(world))
      .finish({ markdown: long, buttons: [{ kind: "why", answerId: "a1" }] }, soon());
    const messages = own(world);
    expect(messages.length).toBeGreaterThan(2);
    expect(posted.map(({ id }) => id)).toEqual(messages.map(({ id }) => id));
    expect(messages.map(({ content }) => content).join("\n\n")).toBe(long);
    expect(messages.map(({ components }) => components.length)).toEqual([...messages.slice(1).map(() => 0), 1]);
    expect(messages.every(({ content }) => content.length <= 2_000)).toBe(true);
  });

  it("is shown in as many as well while it is written", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    const sentences = (count: number) =>
      Array.from({ length: count }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");
    const reply = world.discord.reply(asked);
    const stop = { kind: "stop", job: jobOf(asked) } as const;
    reply.show({ markdown: sentences(10), buttons: [stop] });
    await eventually(() => own(world).length === 1);
    reply.show({ markdown: sentences(60), buttons: [stop] });
    await eventually(() => own(world).length === 2);
    expect(
      own(world)
        .map(({ content }) => content)
        .join("\n\n"),
    ).toBe(sentences(60));
    expect(own(world).map(({ components }) => components.length)).toEqual([0, 1]);
    await reply.finish(plain("After all, it is short."), soon());
    expect(own(world).map(({ content }) => content)).toEqual(["After all, it is short."]);
  });

  it("that shows less for a while has room for its end again", async () => {
    await using world = await openDiscordWorld();
    const reply = world.discord.reply(await ask(world));
    const long = Array.from({ length: 60 }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");
    reply.show(plain(long));
    await eventually(() => own(world).length === 2);
    reply.show(plain("The search was restarted."));
    await eventually(() => own(world)[0]?.content === "The search was restarted.");
    const posted = await reply.finish(plain(long), soon());
    expect(own(world).map(({ id }) => id)).toEqual(posted.map(({ id }) => id));
    expect(
      own(world)
        .map(({ content }) => content)
        .join("\n\n"),
    ).toBe(long);
  }, 30_000);

  it("to a question that is gone is taken away, and shows no more", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    const long = Array.from({ length: 60 }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");
    world.discord.reply(asked).show(plain(long));
    const sent = () => world.inbox.sendings(jobOf(asked)).filter(({ posted }) => posted);
    await eventually(() => sent().length === 2);
    // As after a restart: what was sent stands in the inbox alone.
    const reply = world.discord.reply(asked);
    await reply.abandon(soon());
    reply.show(plain("never seen"));
    expect(own(world)).toEqual([]);
    expect(world.emulator.transcript.violations).toEqual([]);
  });

  it("is edited in a thread that was archived meanwhile", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
    emulator.say({ by: acme.ann, in: thread, text: "how?", mentionsBot: true });
    const reply = world.discord.reply(await world.question("how?"));
    reply.show(plain("soon"));
    await eventually(() => own(world, thread).length === 1);
    emulator.world.archive({ thread });
    await reply.finish(plain("done"), soon());
    expect(own(world, thread).map(({ content }) => content)).toEqual(["done"]);
  });

  it("shows typing until there is something to read", async () => {
    await using world = await openDiscordWorld();
    const reply = world.discord.reply(await ask(world));
    await eventually(() => requests(world, "POST", /\/typing$/).length === 1);
    await reply.finish(plain("done"), soon());
  });

  it("survives whatever the network does, once", async () => {
    await using world = await openDiscordWorld();
    const { emulator } = world;
    const asked = await ask(world);
    emulator.rest.fail({ method: "POST", path: /\/messages$/, sequence: ["commit-then-reset", 503, "reset"] });
    const posted = await world.discord.reply(asked).finish(plain("once"), soon());
    expect(own(world).map(({ id, content }) => [id, content])).toEqual([[posted[0].id, "once"]]);
  }, 30_000);

  it("waits as long as Discord says", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    world.emulator.rest.fail({
      method: "POST",
      path: /\/messages$/,
      sequence: [{ retryAfter: 0.8 }, { retryAfter: 0.5, scope: "global" }],
    });
    await world.discord.reply(asked).finish(plain("late"), soon());
    const [first, second, third, ...more] = requests(world, "POST", /\/messages$/);
    expect(more).toEqual([]);
    expect((second?.at ?? 0) - (first?.answeredAt ?? 0)).toBeGreaterThanOrEqual(800);
    expect((third?.at ?? 0) - (second?.answeredAt ?? 0)).toBeGreaterThanOrEqual(500);
    expect(world.discord.counts().rateLimited).toBe(2);
    expect(own(world)).toHaveLength(1);
  });
});

describe("after a kill", () => {
  /** An inbox in which nothing is written down of what became of a part, until it is told to. */
  function forgetful() {
    const memory = { isWriting: false };
    const inbox = (real: Inbox): Inbox => ({
      ...real,
      sent: (...given) => {
        if (memory.isWriting) real.sent(...given);
      },
    });
    return { memory, inbox };
  }

  it("what was being sent is sent with the same nonce, and is there once", async () => {
    const { memory, inbox } = forgetful();
    await using world = await openDiscordWorld({ inbox });
    const asked = await ask(world);
    await world.discord.reply(asked).finish(plain("as before"), soon());
    memory.isWriting = true;
    await world.restart();
    const posted = await world.discord.reply(asked).finish(plain("as it is now"), soon());
    expect(own(world).map(({ id, content }) => [id, content])).toEqual([[posted[0].id, "as it is now"]]);
    expect(requests(world, "POST", /\/messages$/)).toHaveLength(2);
  });

  it("long ago, Hearth looks for its own message first", async () => {
    const { memory, inbox } = forgetful();
    const threeMinutesAgo = () => Date.now() - 3 * 60_000;
    await using world = await openDiscordWorld({ inbox, inboxNow: threeMinutesAgo, emulator: { nonceMs: 1 } });
    const asked = await ask(world);
    await world.discord.reply(asked).finish(plain("as before"), soon());
    memory.isWriting = true;
    await world.restart();
    const posted = await world.discord.reply(asked).finish(plain("as it is now"), soon());
    expect(own(world).map(({ id, content }) => [id, content])).toEqual([[posted[0].id, "as it is now"]]);
    expect(requests(world, "POST", /\/messages$/)).toHaveLength(1);
  });

  it("long ago, what Hearth posted there for others in the same minute is not taken for its own", async () => {
    const threeMinutesAgo = () => Date.now() - 3 * 60_000;
    await using world = await openDiscordWorld({ inboxNow: threeMinutesAgo });
    const { emulator, acme, inbox } = world;
    const [one, two] = [wantedPost(world, "one"), wantedPost(world, "two")];
    for (const asked of [one, two]) inbox.plan(jobOf(asked), 0);
    // Hearth was killed right after it had posted the first.
    emulator.say({ by: emulator.bot, in: acme.general, text: "**Digest one**\n- a line", at: threeMinutesAgo() });
    await world.discord.reply(two).finish(plain("**Digest two**\n- another"), soon());
    // What begins alike is its own, and says what it says now.
    await world.discord.reply(one).finish(plain("**Digest one**\n- a line less"), soon());
    expect(own(world).map(({ content }) => content)).toEqual([
      "**Digest one**\n- a line less",
      "**Digest two**\n- another",
    ]);
  });

  it("long ago, a message with the button that stops the job is its own, whatever it says", async () => {
    const { memory, inbox } = forgetful();
    const threeMinutesAgo = () => Date.now() - 3 * 60_000;
    await using world = await openDiscordWorld({ inbox, inboxNow: threeMinutesAgo, emulator: { nonceMs: 1 } });
    const asked = wantedPost(world, "one");
    const job = jobOf(asked);
    await world.discord.reply(asked).finish({ markdown: "half of", buttons: [{ kind: "stop", job }] }, soon());
    memory.isWriting = true;
    await world.restart();
    await world.discord.reply(asked).finish(plain("all of it"), soon());
    expect(own(world).map(({ content }) => content)).toEqual(["all of it"]);
  });

  it("a state that was shown is edited, and parts that are too many go", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    const long = Array.from({ length: 60 }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");
    await world.discord.reply(asked).finish(plain(long), soon());
    expect(own(world).length).toBeGreaterThan(1);
    await world.restart();
    await world.discord.reply(asked).finish(plain("short"), soon());
    expect(own(world).map(({ content }) => content)).toEqual(["short"]);
  });
});

describe("what the desk posts of its own accord", () => {
  it("is an ordinary message that replies to nothing, once, and can be put right later", async () => {
    await using world = await openDiscordWorld();
    const asked = wantedPost(world, "digest:1@2026-11-28T09:00");
    const first = await world.discord.reply(asked).finish(plain("**Digest**\n- a line"), soon());
    await world.restart();
    expect(await world.discord.reply(asked).finish(plain("**Digest**\n- a line"), soon())).toEqual(first);
    expect(own(world).map(({ replyTo, content }) => [replyTo, content])).toEqual([[undefined, "**Digest**\n- a line"]]);
    expect(requests(world, "POST", /typing/)).toEqual([]);
    const { message, platform, seenBy } = asked;
    const given = {
      answerId: "d1",
      job: jobOf(asked),
      platform,
      conversation: message.conversation,
      askedId: message.id,
      askerId: message.author.id,
      seenBy,
      posted: first,
      givenAt: Date.now(),
    } as const;
    await world.discord.amend(given, plain("**Digest**\n- less"), soon());
    expect(own(world).map(({ content }) => content)).toEqual(["**Digest**\n- less"]);
    expect(await world.discord.recall(given, soon())).toBeUndefined();
  });

  it("goes into a private thread that is named by its id alone, and to people directly", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const thread = emulator.world.thread({
      in: acme.general,
      name: "t",
      by: acme.ann,
      private: true,
      members: [acme.ann, emulator.bot],
    });
    await world.discord.reply(wantedPost(world, "one", { channel: thread })).finish(plain("in the thread"), soon());
    const direct = wantedPost(world, "two", { post: "direct", author: acme.bob });
    const [dm] = await world.discord.reply(direct).finish(plain("to you"), soon());
    expect(own(world, thread).map(({ content }) => content)).toEqual(["in the thread"]);
    expect(own(world, emulator.world.dm({ with: acme.bob })).map(({ content }) => content)).toEqual(["to you"]);
    expect(dm.conversation.space).toBe("@me");
    expect(own(world)).toEqual([]);
  });

  it("is given up, and nobody is written to, where Hearth may not write", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    emulator.world.setOverwrite({ channel: acme.general, of: emulator.bot, deny: ["SEND_MESSAGES"] });
    await expect(world.discord.reply(wantedPost(world, "one")).finish(plain("x"), soon())).rejects.toThrow(
      Undeliverable,
    );
    expect(requests(world, "POST", /users\/@me\/channels/)).toEqual([]);
  });
});

describe("an answer that can never be there", () => {
  it("is not sent where its question was deleted, even unseen", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const seen = await ask(world, "seen");
    emulator.remove({ message: seen.id, in: acme.general });
    await eventually(() => world.desk.revisions.length === 1);
    await expect(world.discord.reply(seen).finish(plain("x"), soon())).rejects.toThrow(Undeliverable);
    const unseen = await ask(world, "unseen");
    emulator.gateway.freeze();
    emulator.remove({ message: unseen.id, in: acme.general });
    await expect(world.discord.reply(unseen).finish(plain("x"), soon())).rejects.toThrow("its question was deleted");
    expect(own(world)).toEqual([]);
  });

  it("ends where the channel is gone", async () => {
    await using world = await openDiscordWorld();
    const asked = await ask(world);
    world.emulator.world.deleteChannel({ channel: world.acme.general });
    await expect(world.discord.reply(asked).finish(plain("x"), soon())).rejects.toThrow(Undeliverable);
  });

  it("is told to the asker, once, where Hearth may not write", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const asked = await ask(world);
    emulator.world.setOverwrite({ channel: acme.general, of: acme.guild, deny: ["SEND_MESSAGES"] });
    emulator.world.setOverwrite({ channel: acme.general, of: emulator.bot, deny: ["SEND_MESSAGES"] });
    await expect(world.discord.reply(asked).finish(plain("x"), soon())).rejects.toThrow("may not write");
    await expect(world.discord.reply(asked).finish(plain("x"), soon())).rejects.toThrow("may not write");
    const dm = emulator.world.dm({ with: acme.ann });
    await eventually(() => own(world, dm).length > 0);
    expect(own(world, dm).map(({ content }) => content)).toEqual([
      expect.stringContaining(`I may not write in <#${acme.general}>`),
    ]);
  });
});

describe("a thread of its own", () => {
  it("is opened on the question where the owner wants that, and taken part in", async () => {
    await using world = await openDiscordWorld({ settings: { answerIn: "thread" } });
    const { emulator, acme } = world;
    const asked = await ask(world, "how do I *deploy* @everyone?");
    const [posted] = await world.discord.reply(asked).finish(plain("so"), soon());
    expect(posted.conversation).toEqual({
      platform: "discord",
      space: acme.guild,
      channel: acme.general,
      thread: asked.id,
    });
    expect(own(world, asked.id).map(({ content }) => content)).toEqual(["so"]);
    emulator.say({ by: acme.bob, in: asked.id, text: "and then?" });
    const next = await world.question("and then?");
    const [more] = await world.discord.reply(next).finish(plain("this"), soon());
    expect(more.conversation.thread).toBe(asked.id);
    expect(own(world)).toEqual([]);
  });

  it("that is there already is used", async () => {
    await using world = await openDiscordWorld({ settings: { answerIn: "thread" } });
    const { emulator, acme } = world;
    const asked = await ask(world);
    emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann, from: asked.id });
    const [posted] = await world.discord.reply(asked).finish(plain("so"), soon());
    expect(posted.conversation.thread).toBe(asked.id);
  });

  it("is a reply where no thread may be opened", async () => {
    await using world = await openDiscordWorld({ settings: { answerIn: "thread" } });
    const { emulator, acme } = world;
    emulator.world.setOverwrite({ channel: acme.general, of: emulator.bot, deny: ["CREATE_PUBLIC_THREADS"] });
    const asked = await ask(world);
    const [posted] = await world.discord.reply(asked).finish(plain("so"), soon());
    expect(posted.conversation.thread).toBeUndefined();
    expect(own(world).map(({ replyTo }) => replyTo)).toEqual([asked.id]);
  });
});
