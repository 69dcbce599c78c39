// Measures the record of channels' talk with its words and vectors: storing in bulk and one by one, recall, bytes on disk beyond the
// text, and forgetting one person until no byte of theirs is left in any file (all files are read for a word of each of their messages).
// Messages are made up from a seed. Vectors come from a stand-in of the embedding model, so that its time is not in the figures; how well
// recall finds is bench/chats.ts. Run: npx node bench/talk.ts [--messages 1000000] [--channels 200] [--no-vectors]
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TalkMessage, TalkPlace } from "../src/chat.ts";
import { randomFrom } from "../src/eval/random.ts";
import { silentLog } from "../src/log.ts";
import { openTalkVectors } from "../src/memory/recall-lance.ts";
import { recallIn } from "../src/memory/recall-places.ts";
import { openTalkRecord } from "../src/memory/record-sqlite.ts";
import { createTalkMeaning, type TalkEmbedder } from "../src/memory/talk-meaning.ts";
import { median, percentile } from "./figures.ts";

const { values } = parseArgs({
  options: {
    messages: { type: "string", default: "1000000" },
    channels: { type: "string", default: "200" },
    "no-vectors": { type: "boolean", default: false },
  },
});
const [MESSAGES, CHANNELS] = [Number(values.messages), Number(values.channels)];
const BATCH = 500;
const LIVE = 5_000;
const QUESTIONS = 400;
const QUESTIONS_EVERYWHERE = 20;
const DIMENSIONS = 384;
/** One person said so much, in so many channels. */
const [THEIRS, THEIR_CHANNELS] = [Math.min(5_000, MESSAGES / 20), Math.min(20, CHANNELS)];
const DAYS = 180;
const NOW = Date.parse("2026-11-28T12:00:00Z");
const DAY = 86_400_000;

const random = randomFrom(20_261_128);
const below = (most: number) => Math.floor(random() * most);
const pick = <Item>(items: readonly Item[]): Item => {
  const item = items[below(items.length)];
  if (item === undefined) throw new Error("There is nothing to pick from");
  return item;
};
const words = Array.from({ length: 30_000 }, () => Array.from({ length: 1 + below(4) }, syllable).join(""));
/** Words as often as in a language: the n-th about 1/n as often as the first. */
const word = () => words[Math.floor(words.length ** random()) - 1] ?? "";
/** What is grammar in a language, which recall does not look for. */
const common = new Set(words.slice(0, 100));
const people = Array.from({ length: 2_000 }, (_, row) => ({
  id: String(10n ** 17n + BigInt(row) * 7_919n),
  name: `${word()}${row}`,
  isBot: row % 100 === 0,
}));
const them = { id: "423456789012345678", name: "Zuzana Q", isBot: false };
const signal = new AbortController().signal;

const folder = mkdtempSync(join(tmpdir(), "hearth-bench-"));
try {
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function measure(): Promise<void> {
  using record = openTalkRecord({ folder: join(folder, "talk"), log: silentLog() });
  const places = Array.from({ length: CHANNELS }, (_, row): TalkPlace => ({
    platform: "discord",
    space: "100200300400500600",
    channel: String(2n * 10n ** 17n + BigInt(row)),
  }));
  for (const place of places) record.keepPlace({ ...place, since: NOW - DAYS * DAY, by: "bench", days: DAYS + 1 });
  const each = Math.floor(MESSAGES / CHANNELS);
  let [text, stored, took] = [0, 0, 0];
  const some: TalkMessage[] = [];
  for (const [row, place] of places.entries()) {
    const marked = row < THEIR_CHANNELS ? Math.floor(THEIRS / THEIR_CHANNELS) : 0;
    for (let from = 0; from < each; from += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, each - from) }, (_, at) =>
        make(place, { number: from + at, of: each, marked }),
      );
      text += batch.reduce((sum, one) => sum + Buffer.byteLength(one.text), 0);
      some.push(pick(batch));
      const startedAt = performance.now();
      stored += record.keep(batch, NOW).length;
      took += (performance.now() - startedAt) / 1_000;
    }
  }
  console.log(`${stored} messages in ${CHANNELS} channels, ${(text / stored).toFixed(0)} bytes of text each`);
  console.log(`stored in bulk: ${Math.round(stored / took)} messages/s`);
  const live = Array.from({ length: LIVE }, (_, at) =>
    make(pick(places), { number: each + at, of: each + LIVE, marked: 0 }),
  );
  const single = live.map((message) => {
    const startedAt = performance.now();
    stored += record.keep([message], NOW).length;
    text += Buffer.byteLength(message.text);
    return performance.now() - startedAt;
  });
  console.log(`stored one by one: ${times(single)}`);
  await recalls(record, places, some);
  await vectors(record, { places, some, text, stored });
}

type Record = ReturnType<typeof openTalkRecord>;

async function vectors(
  record: Record,
  of: { places: readonly TalkPlace[]; some: readonly TalkMessage[]; text: number; stored: number },
): Promise<void> {
  const { places, some, text, stored } = of;
  const options = { record, embedder: standIn(), removeVectors: async () => {}, log: silentLog() };
  const opened = { folder: join(folder, "talk-index"), log: silentLog() };
  const meaning = values["no-vectors"]
    ? undefined
    : createTalkMeaning({ ...options, openVectors: (model) => openTalkVectors({ ...opened, model }) });
  try {
    const startedAt = performance.now();
    await meaning?.settled();
    if (meaning) console.log(`vectors followed in ${seconds(startedAt)} s, without the embedding model's time`);
    if (meaning) await recalls(record, places, some, meaning);
    while (record.tend(NOW)) continue;
    const [talk, index] = [bytesIn("talk"), bytesIn("talk-index")];
    const share = (bytes: number) => Math.round(bytes / stored);
    console.log(
      `on disk: ${share(talk + index - text)} bytes a message beyond its text (record and words ${share(talk - text)}, vectors ${share(index)})`,
    );
    console.log(`before: ${found()} words of one person in the files`);
    const at = performance.now();
    const gone = record.forget({ platform: "discord", space: "100200300400500600", authorId: them.id });
    const forgotten = seconds(at);
    meaning?.follow("now");
    await meaning?.settled();
    console.log(
      `forgot ${gone.reduce((sum, { ids }) => sum + ids.length, 0)} messages in ${gone.length} channels in ${forgotten} s, vectors anew after ${seconds(at)} s; ${found()} of their words left in the files`,
    );
  } finally {
    await meaning?.[Symbol.asyncDispose]();
  }
}

async function recalls(
  record: Record,
  places: readonly TalkPlace[],
  some: readonly TalkMessage[],
  meaning?: ReturnType<typeof createTalkMeaning>,
): Promise<void> {
  const ask = async (message: TalkMessage, where: readonly TalkPlace[]) => {
    const own = message.text.split(" ").filter((one) => !common.has(one));
    if (own.length === 0) own.push(word());
    const time = random() < 0.2 ? " last week" : "";
    const who = random() < 0.2 ? ` ${message.author.name}` : "";
    const text = `what did${who || " we"} decide about ${Array.from({ length: 4 }, () => pick(own)).join(" ")}${time}?`;
    const startedAt = performance.now();
    const { found: best } = await recallIn(
      { text, places: where, now: NOW },
      { record, signal, ...(meaning && { meaning }) },
    );
    return [performance.now() - startedAt, best.length] as const;
  };
  for (let warm = 0; warm < 20; warm += 1) await ask(pick(some), [pick(some).conversation]);
  const one: number[] = [];
  for (let at = 0; at < QUESTIONS; at += 1) {
    const message = pick(some);
    one.push((await ask(message, [message.conversation]))[0]);
  }
  const all: number[] = [];
  for (let at = 0; at < QUESTIONS_EVERYWHERE; at += 1) all.push((await ask(pick(some), places))[0]);
  const by = meaning ? "words and vectors" : "words";
  console.log(`recall by ${by}: in one channel ${times(one)}; in all ${places.length} at once ${times(all)}`);
}

function make(place: TalkPlace, { number, of, marked }: { number: number; of: number; marked: number }): TalkMessage {
  const isTheirs = number < marked;
  // Spread over the days, in bursts.
  const at = NOW - DAYS * DAY + Math.floor((number / of) * DAYS) * DAY + ((number * 97_003) % 36_000) * 1_000;
  const id = String(BigInt(at - 1_420_070_400_000) * 4_194_304n + BigInt(number));
  const text = Array.from({ length: 4 + below(20) }, word).join(" ");
  return {
    id,
    conversation: { ...place, ...(random() < 0.1 && { thread: String(4n * 10n ** 17n + BigInt(below(50))) }) },
    author: isTheirs ? them : pick(people),
    text: isTheirs ? `${text} ${marker(number)}` : text,
    sentAt: new Date(at).toISOString(),
    url: `https://discord.com/channels/${place.space}/${place.channel}/${id}`,
    ...(random() < 0.2 && {
      replyTo: String(BigInt(at - 1_420_070_400_000 - 60_000) * 4_194_304n + BigInt(Math.max(0, number - 1))),
    }),
    ...(random() < 0.05 && { reactions: 1 + below(5) }),
  };
}

/** A word that nobody else uses; the beginning differs too, since the word index keeps of sorted words only what differs. */
function marker(number: number): string {
  return `${number.toString(36).padStart(4, "0").split("").toReversed().join("")}qzjxq`;
}

function syllable(): string {
  return `${pick("bcdfghklmnprstvw".split(""))}${pick("aeiou".split(""))}`;
}

/** Vectors that are the same for the same text, and of no meaning. */
function standIn(): TalkEmbedder {
  const vectorOf = (text: string) => {
    let seed = 0;
    for (let at = 0; at < text.length; at += 1) seed = Math.imul(seed ^ text.charCodeAt(at), 16_777_619);
    const next = randomFrom(seed);
    const vector = Float32Array.from({ length: DIMENSIONS }, () => next() - 0.5);
    const length = Math.hypot(...vector);
    return vector.map((one) => one / length);
  };
  return {
    ready: async () => ({ id: "0123456789abcdef0123456789abcdef", dimensions: DIMENSIONS }),
    embed: async (texts) => texts.map(vectorOf),
  };
}

function filesIn(name: string): string[] {
  const own = join(folder, name);
  try {
    return readdirSync(own, { recursive: true, encoding: "utf8" })
      .map((path) => join(own, path))
      .filter((path) => statSync(path).isFile());
  } catch {
    return [];
  }
}

function bytesIn(name: string): number {
  return filesIn(name).reduce((sum, path) => sum + statSync(path).size, 0);
}

/** How often the end of a marked word stands in all the files. */
function found(): number {
  const chunk = Buffer.alloc(8 * 1024 * 1024);
  let count = 0;
  for (const path of [...filesIn("talk"), ...filesIn("talk-index")]) {
    const file = openSync(path, "r");
    for (let at = 0, read = 0; (read = readSync(file, chunk, 0, chunk.length, at)) > 0; at += Math.max(1, read - 16)) {
      const view = chunk.subarray(0, read);
      for (let next = view.indexOf("qzjxq"); next >= 0; next = view.indexOf("qzjxq", next + 1)) count += 1;
      if (read < chunk.length) break;
    }
    closeSync(file);
  }
  return count;
}

function seconds(startedAt: number): string {
  return ((performance.now() - startedAt) / 1_000).toFixed(1);
}

function times(took: readonly number[]): string {
  const show = (value: number) => value.toFixed(1);
  return `median ${show(median(took))}, p95 ${show(percentile(took, 0.95))}, p99 ${show(percentile(took, 0.99))} ms`;
}
