import { REST } from "discord.js";
import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/bots/discord/api.ts";
import { createInteractionCarrier, doorOf } from "../../../src/bots/discord/interaction-carrier.ts";
import { createReply } from "../../../src/bots/discord/reply.ts";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import type { Asked, Reply } from "../../../src/bots/platform.ts";
import { splitMarkdown } from "../../../src/bots/split.ts";
import { Undeliverable } from "../../../src/bots/undeliverable.ts";
import { silentLog } from "../../../src/log.ts";
import { type DiscordWorld, eventually, openDiscordWorld } from "./discord-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(20_000) });
const plain = (markdown: string) => ({ markdown, buttons: [] });
const long = Array.from({ length: 60 }, (_, n) => `Sentence ${n} says something that is long enough.`).join("\n\n");

/** `/ask` as somebody uses it, and what Discord shows of it. */
async function slash(world: DiscordWorld, options: { readonly private?: boolean } = {}) {
  const { emulator, acme } = world;
  await eventually(() => emulator.commands().some(({ name }) => name === "ask"));
  const handle = emulator.slash({
    by: acme.ann,
    in: acme.general,
    name: "ask",
    options: { question: "how?", ...options },
  });
  const asked = await eventually(() => world.desk.asked.find(({ id }) => id === handle.id));
  return { handle, asked };
}

/** A reply as it would be so many minutes later. */
function replyLater({ emulator, inbox }: DiscordWorld, asked: Asked, minutes: number): Reply {
  const rest = new REST({ api: emulator.api, version: "10" }).setToken(emulator.token);
  const door = doorOf(asked);
  if (!door) throw new Error("no command");
  const job = jobOf(asked);
  const now = () => Date.now() + minutes * 60_000;
  return createReply({
    job,
    carrier: createInteractionCarrier({ api: createApi(rest), inbox, selfId: () => emulator.bot }, asked, {
      job,
      door,
      now,
    }),
    split: (markdown) => splitMarkdown(markdown, 2_000),
    isOver: () => false,
    refused: () => {},
    log: silentLog(),
    signal: AbortSignal.timeout(20_000),
  });
}

const own = ({ emulator }: DiscordWorld, channel: string) =>
  emulator.history(channel).filter(({ author }) => author === emulator.bot);

describe("the answer to a command", () => {
  it.each([false, true])("is the command's own message, and follow-ups (private: %s)", async (isPrivate) => {
    await using world = await openDiscordWorld();
    const { handle, asked } = await slash(world, { private: isPrivate });
    const reply = world.discord.reply(asked);
    reply.show(plain("first"));
    await eventually(() => handle.content === "first");
    const posted = await reply.finish(plain(long), soon());
    expect([handle.content, ...handle.followUps.map(({ content }) => content)].join("\n\n")).toBe(long);
    expect(handle.followUps.every(({ ephemeral }) => ephemeral === isPrivate)).toBe(true);
    expect(posted.map(({ id }) => id)).toEqual([handle.original?.id, ...handle.followUps.map(({ id }) => id)]);
    expect(posted.every(({ url }) => (url === undefined) === isPrivate)).toBe(true);
    expect(world.emulator.transcript.violations).toEqual([]);
  });

  it("is edited after a kill, not posted again", async () => {
    await using world = await openDiscordWorld();
    const { handle, asked } = await slash(world);
    await world.discord.reply(asked).finish(plain("once"), soon());
    await world.restart();
    await world.discord.reply(asked).finish(plain("once more"), soon());
    expect(handle.content).toBe("once more");
    expect(own(world, world.acme.general)).toHaveLength(1);
  });

  it("has its follow-ups once, though the kill came before one was written down", async () => {
    const memory = { isWriting: true };
    await using world = await openDiscordWorld({
      inbox: (real) => ({
        ...real,
        sent: (job, part, posted) => {
          if (memory.isWriting || part === 0) real.sent(job, part, posted);
        },
      }),
    });
    const { handle, asked } = await slash(world);
    memory.isWriting = false;
    await world.discord.reply(asked).finish(plain(long), soon());
    memory.isWriting = true;
    await world.restart();
    await world.discord.reply(asked).finish(plain(long), soon());
    expect([handle.content, ...handle.followUps.map(({ content }) => content)].join("\n\n")).toBe(long);
  });

  it("waits until the command is acknowledged", async () => {
    await using world = await openDiscordWorld();
    world.emulator.rest.fail({ method: "POST", path: /\/callback$/, sequence: [{ delayMs: 600 }] });
    const { handle, asked } = await slash(world);
    await world.discord.reply(asked).finish(plain("patient"), soon());
    expect(handle.content).toBe("patient");
    expect(own(world, world.acme.general)).toHaveLength(1);
  });

  it("moves to a message of its own near the end of the token, and the command says so", async () => {
    await using world = await openDiscordWorld();
    const { handle, asked } = await slash(world);
    replyLater(world, asked, 1).show(plain("soon"));
    await eventually(() => handle.content === "soon");
    const posted = await replyLater(world, asked, 14.6).finish(plain("at last"), soon());
    expect(handle.content).toContain("a message of its own");
    expect(
      own(world, world.acme.general)
        .map(({ id, content }) => [id, content])
        .at(-1),
    ).toEqual([posted[0].id, "at last"]);
    await replyLater(world, asked, 20).finish(plain("at last"), soon());
    expect(own(world, world.acme.general)).toHaveLength(2);
  });

  it("that is private moves to a direct message", async () => {
    await using world = await openDiscordWorld();
    const { handle, asked } = await slash(world, { private: true });
    handle.expire();
    const posted = await replyLater(world, asked, 15.5).finish(plain("secret"), soon());
    const dm = world.emulator.world.dm({ with: world.acme.ann });
    expect(own(world, dm).map(({ content }) => content)).toEqual(["secret"]);
    expect(posted[0].conversation).toEqual({ platform: "discord", space: "@me", channel: dm });
    expect(own(world, world.acme.general).filter(({ ephemeral }) => !ephemeral)).toEqual([]);
  });

  it("finds another way where the token is dead before its time", async () => {
    await using world = await openDiscordWorld();
    const { handle, asked } = await slash(world);
    handle.expire();
    await replyLater(world, asked, 0.2).finish(plain("anyway"), soon());
    expect(own(world, world.acme.general).at(-1)?.content).toBe("anyway");
  });

  it("ends where the asker takes no direct messages", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const shy = emulator.world.user({ name: "shy", closedDms: true });
    emulator.world.member({ guild: acme.guild, user: shy });
    await eventually(() => emulator.commands().length > 0);
    const handle = emulator.slash({
      by: shy,
      in: acme.general,
      name: "ask",
      options: { question: "how?", private: true },
    });
    const asked = await eventually(() => world.desk.asked.find(({ id }) => id === handle.id));
    handle.expire();
    await expect(replyLater(world, asked, 16).finish(plain("secret"), soon())).rejects.toThrow(Undeliverable);
  });
});
