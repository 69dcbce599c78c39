// Measures the Discord adapter with the whole program on the emulator, counted from the emulator's transcript:
//   acks    how soon slash commands are acknowledged while a model writes for others
//   storm   questions under reconnects of mixed kinds, events that come again, and SIGKILL of edge and core: none lost, none doubled
//   memory  how much the edge grows with each message of others that it sees
// Run: npx node bench/discord.ts [acks|storm|memory|all] [questions, 10000] [reconnects, 200] [kills, 50]
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { openDiscordEmulator, type DiscordEmulator } from "../emulators/discord/emulator.ts";
import { childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../tests/helpers/hearth.ts";
import { median, percentile } from "./figures.ts";
import { makeStorm, QUESTIONS_ASKED } from "./storm.ts";

const PART = process.argv[2] ?? "all";
const QUESTIONS = Number(process.argv[3] ?? 10_000);
const RECONNECTS = Number(process.argv[4] ?? 200);
const KILLS = Number(process.argv[5] ?? 50);
const COMMANDS = 300;
const MESSAGES = 20_000;
const PEOPLE = 200;
const CHANNELS = 10;
const REPLY = z.object({ message_reference: z.object({ message_id: z.string() }) });

const token = ["A".repeat(24), "B".repeat(6), "C".repeat(38)].join(".");
if (PART === "acks" || PART === "all") await measureAcks();
if (PART === "storm" || PART === "all") await measureStorm();
if (PART === "memory" || PART === "all") await measureMemory();

interface World {
  readonly emulator: DiscordEmulator;
  readonly running: Running;
  readonly people: readonly string[];
  readonly channels: readonly string[];
}

/** Hearth in a guild with people and channels, ready to answer. */
async function inWorld(model: string, work: (world: World) => Promise<void>): Promise<void> {
  await using emulator = await openDiscordEmulator({ token, rates: "wide", historyCap: 2_000 });
  const guild = emulator.world.guild({ name: "Acme" });
  const people = Array.from({ length: PEOPLE }, (_, number) => {
    const user = emulator.world.user({ name: `person${number}` });
    emulator.world.member({ guild, user });
    return user;
  });
  const channels = Array.from({ length: CHANNELS }, (_, number) =>
    emulator.world.channel({ guild, name: `channel-${number}` }),
  );
  using place = scratch({
    ...DOCUMENTS,
    // It writes all the time, and what it writes is not carried, so that answers stay short.
    "puppet.json": JSON.stringify({ answers: ["word ".repeat(400)], tokensPerSecond: 40 }),
    "config/hearth.yaml": [
      "documents: [{ folder: docs }]",
      `discord: { api: "${emulator.api}", cdn: "${emulator.cdn}" }`,
      `model: { ${model} }`,
    ].join("\n"),
  });
  await using running = hearth(["start", "--port", "0"], { cwd: place.folder, env: { DISCORD_TOKEN: token } });
  await running.says(/Ctrl-C stops/, 120_000);
  await emulator.until(() => emulator.gateway.sessions > 0 && emulator.commands().length > 0, 60_000);
  await work({ emulator, running, people, channels });
  const { violations } = emulator.transcript;
  console.log(`  ${violations.length} requests that Discord would not take, or that came before a Retry-After ended`);
  for (const { method, path, why } of violations.slice(0, 5)) console.log(`    ${method} ${path}: ${why}`);
  if (violations.length > 0) process.exitCode = 1;
}

async function measureAcks(): Promise<void> {
  await inWorld('use: "puppet:puppet.json", write: always', async ({ emulator, people, channels }) => {
    const [channel = ""] = channels;
    const after: number[] = [];
    for (let number = 0; number < COMMANDS; number += 1) {
      const by = people[number % people.length] ?? "";
      // The model's queue is never empty.
      if (number % 10 === 0) emulator.say({ by, in: channel, text: QUESTIONS_ASKED[0], mentionsBot: true });
      const asked = emulator.slash({
        by: people[(number + 7) % people.length] ?? "",
        in: channel,
        name: number % 2 === 0 ? "ask" : "docs",
        options: number % 2 === 0 ? { question: QUESTIONS_ASKED[1] } : { query: "trains" },
      });
      await emulator.until(() => asked.acknowledgedAfter !== undefined || asked.state === "late", 10_000);
      after.push(asked.acknowledgedAfter ?? 3_000);
      await delay(30);
    }
    const shown = [median(after), percentile(after, 0.99), Math.max(...after)].map((time) => time.toFixed(0));
    console.log(
      `${COMMANDS} commands acknowledged while a model writes, median / p99 / longest: ${shown.join(" / ")} ms`,
    );
  });
}

async function measureStorm(): Promise<void> {
  await inWorld("use: none", async ({ emulator, running, people, channels }) => {
    const { gateway } = emulator;
    await makeStorm({
      running,
      people,
      channels,
      questions: QUESTIONS,
      reconnects: RECONNECTS,
      kills: KILLS,
      ask: (question) => emulator.say({ ...question, mentionsBot: true }),
      answers: createCounter(emulator),
      isConnected: () => gateway.sessions > 0,
      troubles: [
        ...[1006, 4000, 4009, 1000].map((code) => () => gateway.disconnect(code)),
        () => gateway.reconnect(),
        () => gateway.invalidate(true),
        () => gateway.invalidate(false),
        () => gateway.garble(),
        () => gateway.redeliver(50),
      ],
    });
  });
}

/** Counts the messages that reply to each question; what was counted once is not looked at again. */
function createCounter({ transcript }: DiscordEmulator): () => ReadonlyMap<string, number> {
  const replies = new Map<string, Set<string>>();
  const counts = new Map<string, number>();
  let looked = 0;
  return () => {
    for (; looked < transcript.entries.length; looked += 1) {
      const entry = transcript.entries[looked];
      if (entry?.kind !== "rest" || entry.method !== "POST" || entry.message === undefined) continue;
      const { success, data } = REPLY.safeParse(entry.body);
      if (!success) continue;
      const question = data.message_reference.message_id;
      const made = replies.get(question) ?? new Set();
      replies.set(question, made.add(entry.message));
      counts.set(question, made.size);
    }
    return counts;
  };
}

async function measureMemory(): Promise<void> {
  await inWorld("use: none", async ({ emulator, running, people, channels }) => {
    const edge = childrenOf(running.child)["edge"];
    if (edge === undefined) throw new Error("There is no edge");
    const points: { readonly messages: number; readonly bytes: number }[] = [];
    for (let messages = 1; messages <= MESSAGES; messages += 1) {
      const by = people[messages % people.length] ?? "";
      emulator.say({
        by,
        in: channels[messages % channels.length] ?? "",
        text: `Something ${messages} ${"said ".repeat(40)}`,
      });
      if (messages % 20 === 0) await delay(10);
      if (messages % 1_000 === 0) {
        await delay(500);
        points.push({ messages, bytes: residentBytes(edge) });
      }
    }
    const late = points.filter(({ messages }) => messages > MESSAGES / 4);
    const first = late[0]?.bytes ?? 0;
    const last = late.at(-1)?.bytes ?? 0;
    console.log(
      `${MESSAGES} messages of others: the edge holds ${(last / 1e6).toFixed(0)} MB, ${slope(late).toFixed(0)} bytes more a message ` +
        `(after the first ${MESSAGES / 4}: ${((last - first) / 1e6).toFixed(1)} MB)`,
    );
  });
}

/** By how much memory grows with each message: the line of least squares. */
function slope(points: readonly { readonly messages: number; readonly bytes: number }[]): number {
  const meanX = points.reduce((sum, { messages }) => sum + messages, 0) / points.length;
  const meanY = points.reduce((sum, { bytes }) => sum + bytes, 0) / points.length;
  const over = points.reduce((sum, { messages, bytes }) => sum + (messages - meanX) * (bytes - meanY), 0);
  return over / points.reduce((sum, { messages }) => sum + (messages - meanX) ** 2, 0);
}

function residentBytes(pid: number): number {
  const [, kilobytes = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kilobytes) * 1024;
}
