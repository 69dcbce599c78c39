import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type DiscordEmulator, openDiscordEmulator } from "../../../emulators/discord/emulator.ts";
import type { Brain } from "../../../src/brain/brain.ts";
import { openDiscord } from "../../../src/bots/discord/discord.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../../src/bots/inbox.ts";
import { createDesk } from "../../../src/bots/serve.ts";
import { silentLog } from "../../../src/log.ts";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { twoQuoted, written, writingStep } from "../../helpers/written-answer.ts";
import { type Acme, eventually, makeAcme, settingsFor } from "./discord-world.ts";

interface Whole extends AsyncDisposable {
  readonly emulator: DiscordEmulator;
  readonly acme: Acme;
}

/** Hearth on an emulator, without its core. */
async function open(emulator: DiscordEmulator, inbox: Inbox, script: Partial<Brain>): Promise<AsyncDisposable> {
  const stack = new AsyncDisposableStack();
  const parts = { brain: scriptedBrain(script), log: silentLog() };
  const settings = settingsFor(emulator);
  const discord = stack.use(await openDiscord({ ...parts, settings, inbox, version: "0.0.0", linkHosts: [] }));
  const desk = stack.use(
    createDesk({ ...parts, inbox, platforms: [discord], settings: { ...settings, linkHosts: [] } }),
  );
  await desk.start({ signal: AbortSignal.timeout(60_000) });
  return stack;
}

async function whole(script: Partial<Brain>): Promise<Whole> {
  const stack = new AsyncDisposableStack();
  const emulator = stack.use(await openDiscordEmulator({ rates: "wide" }));
  const acme = makeAcme(emulator);
  const inbox = stack.use(openInbox({ path: ":memory:", log: silentLog() }));
  stack.use(await open(emulator, inbox, script));
  return { emulator, acme, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const own = ({ emulator, acme }: Whole) =>
  emulator.history(acme.general).filter(({ author }) => author === emulator.bot);

describe("a question on Discord", () => {
  it("is answered with the quotes first, then with what is written, in one message", async () => {
    const step = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    await using world = await whole({
      async answer(_, { onProgress }) {
        onProgress?.({ kind: "searching" });
        onProgress?.({ kind: "quoted", answer: twoQuoted });
        await step.promise;
        onProgress?.(writingStep("You get 28 days a year [1]."));
        await end.promise;
        return written();
      },
    });
    const { emulator, acme } = world;
    const asked = emulator.say({ by: acme.ann, in: acme.general, text: "how much leave?", mentionsBot: true });
    const [quoted] = await eventually(() => own(world).length > 0 && own(world));
    expect(quoted).toMatchObject({ replyTo: asked, flags: 4 });
    expect(quoted?.content).toContain("Everybody gets 28 days of annual leave.");
    expect(quoted?.components.map(({ label }) => label)).toEqual(["Stop"]);
    step.resolve();
    await eventually(() => own(world)[0]?.content.includes("You get 28 days a year"));
    end.resolve();
    await eventually(() => own(world)[0]?.content.includes("Ask your lead first"));
    const [answer, ...more] = own(world);
    expect(more).toEqual([]);
    expect(answer?.components.map(({ label, emoji }) => label ?? emoji)).toEqual(["👍", "👎", "Why?"]);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("that is deleted while it is being answered gets none", async () => {
    const begun = Promise.withResolvers<void>();
    await using world = await whole({
      async answer(_, { signal }) {
        begun.resolve();
        await delay(10_000, undefined, { signal });
        return written();
      },
    });
    const { emulator, acme } = world;
    const asked = emulator.say({ by: acme.ann, in: acme.general, text: "how?", mentionsBot: true });
    await begun.promise;
    emulator.remove({ message: asked, in: acme.general });
    emulator.say({ by: acme.bob, in: acme.general, text: "hello" });
    await expect(eventually(() => own(world).length > 0, 1_000)).rejects.toThrow("not there");
  });

  it("that is deleted while its answer is written takes what was shown away", async () => {
    await using world = await whole({
      async answer(_, { onProgress, signal }) {
        onProgress?.({ kind: "quoted", answer: twoQuoted });
        await delay(60_000, undefined, { signal });
        return written();
      },
    });
    const { emulator, acme } = world;
    const asked = emulator.say({ by: acme.ann, in: acme.general, text: "how?", mentionsBot: true });
    await eventually(() => own(world).length > 0);
    emulator.remove({ message: asked, in: acme.general });
    await eventually(() => own(world).length === 0);
    expect(emulator.transcript.violations).toEqual([]);
  });

  it("that was being answered when Hearth stopped is answered after it started again, once", async () => {
    await using emulator = await openDiscordEmulator({ rates: "wide" });
    const acme = makeAcme(emulator);
    const world: Whole = { emulator, acme, [Symbol.asyncDispose]: async () => {} };
    using inbox = openInbox({ path: ":memory:", log: silentLog() });
    const first = await open(emulator, inbox, {
      async answer(_, { onProgress, signal }) {
        onProgress?.({ kind: "quoted", answer: twoQuoted });
        await delay(60_000, undefined, { signal });
        return written();
      },
    });
    emulator.say({ by: acme.ann, in: acme.general, text: "how?", mentionsBot: true });
    await eventually(() => own(world).length > 0);
    await first[Symbol.asyncDispose]();
    expect(inbox.open("discord")).toHaveLength(1);
    inbox.note("discord", "identified", "[]");
    await using second = await open(emulator, inbox, { answer: async () => written() });
    await eventually(() => own(world)[0]?.content.includes("Ask your lead first"));
    expect(own(world)).toHaveLength(1);
    expect(second).toBeDefined();
    await eventually(() => inbox.open("discord").length === 0);
  }, 30_000);
});
