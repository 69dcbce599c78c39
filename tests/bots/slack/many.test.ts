import { describe, expect, it } from "vitest";
import { SLACK_RATES as EMULATED } from "../../../emulators/slack/limits.ts";
import type { ApiEntry } from "../../../emulators/slack/transcript.ts";
import { createDesk } from "../../../src/bots/serve.ts";
import { openSlack } from "../../../src/bots/slack/slack.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { openSlackEmulator } from "../../../emulators/slack/emulator.ts";
import { SLACK_RATES } from "../../../src/bots/slack/scheduler.ts";
import { silentLog } from "../../../src/log.ts";
import { passage, quoted, scriptedBrain } from "../../helpers/scripted-brain.ts";
import { populate, settingsFor } from "./slack-world.ts";

/** A brain that quotes, writes a few sentences, each a while after the last, and ends with them. */
function writingBrain({ sentences, everyMs }: { readonly sentences: number; readonly everyMs: number }) {
  const model = { kind: "llama", name: "m" } as const;
  const { promise: open, resolve: let_ } = Promise.withResolvers<void>();
  const brain = scriptedBrain({
    async answer(_question, { onProgress }) {
      const first = quoted();
      await open;
      if (first.answer.kind !== "quoted") return first;
      onProgress?.({ kind: "quoted", answer: first.answer });
      let text = "";
      for (let i = 1; i <= sentences; i++) {
        await new Promise((resolve) => setTimeout(resolve, everyMs));
        text = `${text} Sentence ${i} [1].`.trim();
        onProgress?.({ kind: "writing", text, passages: [passage()], model });
      }
      return { ...first, id: crypto.randomUUID(), answer: { kind: "cited", text, quotes: [], passages: [passage()] } };
    },
  });
  return { brain, open: let_ };
}

/** Hearth with a real desk in an emulated Slack that keeps Slack's own rates. */
async function busy(brain: ReturnType<typeof writingBrain>["brain"]) {
  await using stack = new AsyncDisposableStack();
  const slack = stack.use(await openSlackEmulator({ rates: EMULATED }));
  const world = populate(slack);
  const inbox = stack.use(openInbox({ path: ":memory:", log: silentLog() }));
  const settings = settingsFor(slack, [world.acme.token]);
  const hearth = stack.use(
    await openSlack({ settings, inbox, brain, log: silentLog(), version: "1", linkHosts: [], rates: SLACK_RATES }),
  );
  const desk = stack.use(
    createDesk({
      brain,
      inbox,
      platforms: [hearth],
      settings: { ...settings, linkHosts: [] },
      log: silentLog(),
      queue: { atOnce: 30, mostPerPerson: 1_000 },
    }),
  );
  await desk.start({ signal: AbortSignal.timeout(60_000) });
  await hearth.caughtUp();
  const owned = stack.move();
  return { ...world, slack, inbox, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

describe("answers of a busy workspace, at Slack's own rates", () => {
  it("grow where there is room, else are edited or whole at once, and all are whole at the end", async () => {
    const { brain, open } = writingBrain({ sentences: 4, everyMs: 700 });
    await using world = await busy(brain);
    const { slack, acme, ada } = world;
    const channels = Array.from({ length: 24 }, (_, i) =>
      slack.world.channel({ team: acme.id, name: `c${i}`, members: [ada] }),
    );
    for (const channel of channels) slack.say({ by: ada, in: channel, text: `<@${acme.bot}> question` });
    await slack.until(() => world.inbox.open("slack").length === channels.length, 10_000);
    open();
    const answers = () =>
      channels.flatMap((channel) =>
        slack
          .history(channel)
          .filter(({ by, actions }) => by === acme.bot && actions.some((id) => id.startsWith("h1:why:"))),
      );
    await slack.until(() => answers().length === channels.length, 40_000);
    for (const { text, streaming } of answers()) {
      expect(text).toContain("Sentence 4 [1].");
      expect(streaming).toBe(false);
    }
    for (const channel of channels) expect(slack.history(channel).filter(({ by }) => by === acme.bot)).toHaveLength(1);
    expect(slack.transcript.calls("chat.startStream").length).toBeGreaterThan(10);
    expect(slack.transcript.violations).toEqual([]);
    expect(limited(slack.transcript.entries)).toEqual([]);
  }, 60_000);

  it("do not wait for each other's edits where there are more of them than Slack allows edits", async () => {
    const { brain, open } = writingBrain({ sentences: 1, everyMs: 300 });
    await using world = await busy(brain);
    const { slack, acme, ada, ben } = world;
    const channels = Array.from({ length: 45 }, (_, i) =>
      slack.world.channel({ team: acme.id, name: `c${i}`, members: [ada, ben] }),
    );
    const questions = channels.flatMap((channel) => [ada, ben].map((by) => ({ by, in: channel })));
    for (const question of questions) slack.say({ ...question, text: `<@${acme.bot}> question` });
    await slack.until(() => world.inbox.open("slack").length === questions.length, 10_000);
    open();
    await slack.until(() => world.inbox.open("slack").length === 0, 30_000);
    for (const channel of channels) expect(slack.history(channel).filter(({ by }) => by === acme.bot)).toHaveLength(2);
    expect(slack.transcript.calls("chat.update").length).toBeLessThanOrEqual(50);
    expect(slack.transcript.violations).toEqual([]);
  }, 60_000);

  it("takes for one answer at most one call a second, and half of what Slack allows in a minute", async () => {
    const { brain, open } = writingBrain({ sentences: 60, everyMs: 100 });
    await using world = await busy(brain);
    const { slack, acme, ada, general } = world;
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> question` });
    open();
    await slack.until(
      () => slack.history(general).some(({ actions }) => actions.some((id) => id.startsWith("h1:why:"))),
      20_000,
    );
    const appends = slack.transcript.calls("chat.appendStream");
    expect(appends.length).toBeGreaterThan(2);
    const gaps = appends.slice(1).map(({ at }, i) => at - (appends[i]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_200);
    for (const method of ["chat.startStream", "chat.stopStream", "chat.update"] as const)
      expect(slack.transcript.calls(method).length).toBeLessThanOrEqual(1);
    expect(slack.transcript.violations).toEqual([]);
  }, 60_000);
});

function limited(entries: readonly { readonly kind: string }[]): readonly unknown[] {
  return entries.filter((entry): entry is ApiEntry => entry.kind === "api" && "retryAfter" in entry);
}
