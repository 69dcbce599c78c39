// Measures the Slack adapter with the whole program on the emulator, in Socket Mode, counted from the emulator's transcript:
//   acks    how soon events and commands are acknowledged while a model writes for others
//   storm   questions that come 1 to 4 times each in mixed order, under reconnects of mixed kinds and SIGKILL of edge and core
//   stream  how often one answer updates what is shown, while a model writes it
// Run: npx node bench/slack.ts [acks|storm|stream|all] [questions, 10000] [reconnects, 200] [kills, 50]
import { setTimeout as delay } from "node:timers/promises";
import { openSlackEmulator, type SlackEmulator } from "../emulators/slack/emulator.ts";
import { DOCUMENTS, hearth, scratch, type Running } from "../tests/helpers/hearth.ts";
import { median, percentile } from "./figures.ts";
import { makeStorm, QUESTIONS_ASKED } from "./storm.ts";

const PART = process.argv[2] ?? "all";
const QUESTIONS = Number(process.argv[3] ?? 10_000);
const RECONNECTS = Number(process.argv[4] ?? 200);
const KILLS = Number(process.argv[5] ?? 50);
const COMMANDS = 300;
const PEOPLE = 200;
const CHANNELS = 10;
/** Each of the last so many events comes once more, now and then. */
const AGAIN = 30;
const WRITES = 'use: "puppet:puppet.json", write: always';

if (PART === "acks" || PART === "all") await measureAcks();
if (PART === "storm" || PART === "all") await measureStorm();
if (PART === "stream" || PART === "all") await measureStream();

interface World {
  readonly emulator: SlackEmulator;
  readonly running: Running;
  readonly bot: string;
  readonly people: readonly string[];
  readonly channels: readonly string[];
}

/** Hearth in a workspace with people and channels, ready to answer. */
async function inWorld(
  { model, rates }: { readonly model: string; readonly rates: "slack" | "wide" },
  work: (world: World) => Promise<void>,
): Promise<void> {
  await using emulator = await openSlackEmulator({ rates });
  const workspace = emulator.world.workspace({ name: "Acme" });
  const people = Array.from({ length: PEOPLE }, (_, number) =>
    emulator.world.user({ team: workspace.id, name: `person${number}` }),
  );
  const channels = Array.from({ length: CHANNELS }, (_, number) =>
    emulator.world.channel({ team: workspace.id, name: `channel-${number}`, members: people }),
  );
  using place = scratch({
    ...DOCUMENTS,
    "puppet.json": JSON.stringify({
      answers: ["Everybody gets 28 days of annual leave a year. ".repeat(12), "word ".repeat(400)],
      tokensPerSecond: 40,
    }),
    "config/hearth.yaml": `documents: [{ folder: docs }]\nslack: { api: "${emulator.api}" }\nmodel: { ${model} }\n`,
  });
  const env = { SLACK_BOT_TOKEN: workspace.token, SLACK_APP_TOKEN: emulator.appToken };
  await using running = hearth(["start", "--port", "0"], { cwd: place.folder, env });
  await running.says(/Ctrl-C stops/, 120_000);
  await emulator.until(() => emulator.sockets.open().length > 0, 60_000);
  await delay(2_000);
  await work({ emulator, running, bot: workspace.bot, people, channels });
  const { violations } = emulator.transcript;
  console.log(`  ${violations.length} requests that Slack would not take, or that came before a Retry-After ended`);
  for (const { method, why } of violations.slice(0, 5)) console.log(`    ${method}: ${why}`);
  if (violations.length > 0) process.exitCode = 1;
}

async function measureAcks(): Promise<void> {
  await inWorld({ model: WRITES, rates: "wide" }, async ({ emulator, bot, people, channels }) => {
    const [channel = ""] = channels;
    for (let number = 0; number < COMMANDS; number += 1) {
      const by = people[number % people.length] ?? "";
      // The model's queue is never empty.
      if (number % 10 === 0) emulator.say({ by, in: channel, text: `<@${bot}> ${QUESTIONS_ASKED[0]}` });
      const other = people[(number + 7) % people.length] ?? "";
      await emulator.slash({ by: other, in: channel, command: "/ask", text: QUESTIONS_ASKED[1] });
      await delay(30);
    }
    const after = emulator.transcript.entries.flatMap((entry) =>
      entry.kind === "delivery" ? [entry.ackedAt === undefined ? 3_000 : entry.ackedAt - entry.at] : [],
    );
    const shown = [median(after), percentile(after, 0.99), Math.max(...after)].map((time) => time.toFixed(0));
    console.log(
      `${after.length} events and commands acknowledged while a model writes, median / p99 / longest: ${shown.join(" / ")} ms`,
    );
  });
}

async function measureStorm(): Promise<void> {
  await inWorld({ model: "use: none", rates: "wide" }, async ({ emulator, running, bot, people, channels }) => {
    const { sockets, deliveries } = emulator;
    const again = setInterval(() => void deliveries.redeliver(AGAIN), 2_000);
    try {
      await makeStorm({
        running,
        people,
        channels,
        questions: QUESTIONS,
        reconnects: RECONNECTS,
        kills: KILLS,
        ask: ({ text, ...question }) => emulator.say({ ...question, text: `<@${bot}> ${text}` }),
        answers: createCounter(emulator),
        isConnected: () => sockets.open().length > 0,
        troubles: [
          () => sockets.drop(),
          () => sockets.disconnect("refresh_requested"),
          () => sockets.disconnect("warning"),
          () => sockets.refuse(503),
          () => sockets.drop(),
        ],
      });
    } finally {
      clearInterval(again);
    }
  });
}

/** Counts the messages that answer in each thread; what was counted once is not looked at again. */
function createCounter({ transcript }: SlackEmulator): () => ReadonlyMap<string, number> {
  const posted = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  let looked = 0;
  return () => {
    for (; looked < transcript.entries.length; looked += 1) {
      const entry = transcript.entries[looked];
      if (entry?.kind !== "api" || !["chat.postMessage", "chat.startStream"].includes(entry.method)) continue;
      const thread = entry.args["thread_ts"];
      if (entry.ts === undefined || typeof thread !== "string") continue;
      const made = posted.get(thread) ?? new Set();
      posted.set(thread, made.add(entry.ts));
      counts.set(thread, made.size);
    }
    return counts;
  };
}

async function measureStream(): Promise<void> {
  await inWorld({ model: WRITES, rates: "slack" }, async ({ emulator, bot, people, channels }) => {
    const [by = "", channel = ""] = [people[0], channels[0]];
    const asked = emulator.say({ by, in: channel, text: `<@${bot}> ${QUESTIONS_ASKED[0]}` });
    await emulator.until(
      () =>
        emulator
          .visible({ to: by, in: channel, thread: asked })
          .some(({ actions }) => actions.some((action) => action.startsWith("h1:why"))),
      120_000,
    );
    const calls = emulator.transcript.entries.flatMap((entry) =>
      entry.kind === "api" && /^chat\.(?:appendStream|update|startStream|stopStream)$/.test(entry.method)
        ? [entry]
        : [],
    );
    const gaps = calls.slice(1).map(({ at }, index) => at - (calls[index]?.at ?? 0));
    console.log(
      `one answer took ${calls.length} updates, at least ${Math.min(...gaps).toFixed(0)} ms apart: ${calls.map(({ method }) => method.slice(5)).join(", ")}`,
    );
  });
}
