import { describe, expect, it } from "vitest";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import type { Given } from "../../../src/bots/platform.ts";
import { Undeliverable } from "../../../src/bots/undeliverable.ts";
import { type DiscordWorld, eventually, openDiscordWorld } from "./discord-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(20_000) });
const long = (count: number) =>
  Array.from({ length: count }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");

/** An answer that was given. */
async function give(world: DiscordWorld, markdown: string): Promise<Given> {
  const { emulator, acme, discord } = world;
  emulator.say({ by: acme.ann, in: acme.general, text: "how?", mentionsBot: true });
  const asked = await world.question("how?");
  const posted = await discord.reply(asked).finish({ markdown, buttons: [{ kind: "why", answerId: "a1" }] }, soon());
  return {
    answerId: "a1",
    job: jobOf(asked),
    platform: "discord",
    conversation: asked.message.conversation,
    askedId: asked.id,
    askerId: acme.ann,
    seenBy: "place",
    posted,
    givenAt: Date.now(),
  };
}

const own = ({ emulator, acme }: DiscordWorld) =>
  emulator.history(acme.general).filter(({ author }) => author === emulator.bot);

describe("an answer that stands", () => {
  it("gets a line below it, keeps its buttons, and the asker is told once", async () => {
    await using world = await openDiscordWorld();
    const given = await give(world, "28 days.");
    await world.discord.mark(given, "A source has changed.", soon());
    await world.discord.mark(given, "A source has changed.", soon());
    const [answer, told, ...more] = own(world);
    expect(more).toEqual([]);
    expect(answer).toMatchObject({ content: "28 days.\n\nA source has changed.", flags: 4 });
    expect(answer?.components).toHaveLength(1);
    expect(told).toMatchObject({ content: "A source has changed.", replyTo: answer?.id, mentions: [] });
    expect(world.emulator.transcript.violations).toEqual([]);
  });

  it("that has no room for a line stays, and the asker is told", async () => {
    await using world = await openDiscordWorld();
    const full = "x".repeat(1_990);
    await world.discord.mark(await give(world, full), "A source has changed.", soon());
    expect(own(world).map(({ content }) => content)).toEqual([full, "A source has changed."]);
  });

  it("is replaced by another, shorter or longer", async () => {
    await using world = await openDiscordWorld();
    const given = await give(world, long(60));
    const amended = long(100);
    const buttons = [{ kind: "up", answerId: "a2" }] as const;
    const posted = await world.discord.amend(given, { markdown: amended, buttons }, soon());
    expect(posted?.map(({ id }) => id)).toEqual(own(world).map(({ id }) => id));
    expect(posted?.every(({ url }) => url?.startsWith("https://discord.com/channels/"))).toBe(true);
    expect(
      own(world)
        .map(({ content }) => content)
        .join("\n\n"),
    ).toBe(amended);
    expect(
      own(world)
        .map(({ components }) => components.length)
        .slice(0, -1),
    ).not.toContain(1);
  });

  it("is replaced by fewer messages", async () => {
    await using world = await openDiscordWorld();
    const given = await give(world, long(60));
    const posted = await world.discord.amend(given, { markdown: "30 days.", buttons: [] }, soon());
    expect(own(world).map(({ content }) => content)).toEqual(["30 days."]);
    expect(posted).toEqual([given.posted[0]]);
    // Another try finds the others gone already.
    expect(await world.discord.amend(given, { markdown: "30 days.", buttons: [] }, soon())).toEqual(posted);
  });
});

describe("an answer that is gone", () => {
  it("is not tried again", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, discord } = world;
    const given = await give(world, "28 days.");
    emulator.remove({ message: given.posted[0].id, in: acme.general });
    await expect(discord.mark(given, "A source has changed.", soon())).rejects.toThrow(Undeliverable);
    await expect(discord.amend(given, { markdown: "30 days.", buttons: [] }, soon())).rejects.toThrow(Undeliverable);
    expect(own(world)).toEqual([]);
  });
});

describe("the question of an answer", () => {
  it("is read again as it stands now, until it is deleted", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme, discord } = world;
    const given = await give(world, "28 days.");
    emulator.edit({ message: given.askedId, in: acme.general, text: `<@${emulator.bot}> and how?` });
    expect((await discord.recall(given, soon()))?.message).toMatchObject({
      id: given.askedId,
      text: "and how?",
      conversation: given.conversation,
    });
    emulator.remove({ message: given.askedId, in: acme.general });
    expect(await discord.recall(given, soon())).toBeUndefined();
    expect(await discord.recall({ ...given, seenBy: "asker" }, soon())).toBeUndefined();
    await eventually(() => world.desk.revisions.length > 0);
  });
});
