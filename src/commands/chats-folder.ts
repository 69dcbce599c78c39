import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { z } from "zod";
import type { DigestMessage } from "../brain/digest-units.ts";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";

const text = z.string({ error: "must be text" });
const id = z.string({ error: "is missing; give each its own id, as text" }).min(1, { error: "is empty" });
const instant = z.iso.datetime({ offset: true, error: "must be a time such as 2026-11-24T09:00:00Z" });

const message = z.object({
  id,
  author: z.string({ error: "is missing; write who said it" }).min(1, { error: "is empty" }),
  ts: instant,
  text: z.string({ error: "is missing; write what was said as text" }),
  thread: text.exactOptional(),
  reply_to: text.exactOptional(),
  reactions: z.int({ error: "must be a whole number" }).min(0, { error: "must not be negative" }).exactOptional(),
  is_bot: z.boolean({ error: "must be true or false" }).exactOptional(),
  url: text.exactOptional(),
});
const segment = z.object({ id, channel: text, from_id: text, to_id: text });
const question = z.object({
  id,
  channel: text,
  after_id: text,
  asked_at: instant.exactOptional(),
  question: z
    .string({ error: "is missing; write the question as text" })
    .refine((words) => words.trim() !== "", { error: "is empty; write the question as text" }),
});

const SEGMENTS = "segments.jsonl";
const QUESTIONS = "memory_questions.jsonl";

/** A stretch of a channel to be digested. */
export interface ChatSegment {
  readonly id: string;
  readonly messages: readonly DigestMessage[];
}

/** A question asked in a channel: only what was said before it may be used. */
export interface ChatQuestion {
  readonly id: string;
  readonly question: string;
  readonly askedAt: number;
  readonly channel: string;
  readonly before: readonly DigestMessage[];
}

/**
 * The stretches of a folder of chats: `segments.jsonl` names them, `<channel>.jsonl` holds the messages. Throws a UserError with file
 * and line for the first line that cannot be used.
 */
export async function readSegments(folder: string): Promise<ChatSegment[]> {
  const rows = await readRows(folder, { file: SEGMENTS, schema: segment });
  const channels = await readChannels(folder);
  return rows.map(({ row, place }) => {
    const messages = channelOf(channels, { name: row.channel, place });
    const from = placeOf(messages, { id: row.from_id, key: "from_id", channel: row.channel, place });
    const to = placeOf(messages, { id: row.to_id, key: "to_id", channel: row.channel, place });
    if (to < from) throw new UserError(`${place}: to_id comes before from_id; exchange them`);
    return { id: row.id, messages: messages.slice(from, to + 1) };
  });
}

/** The questions of a folder of chats (`memory_questions.jsonl`), each with what was said up to its `after_id`. Throws as `readSegments` does. */
export async function readChatQuestions(folder: string): Promise<ChatQuestion[]> {
  const rows = await readRows(folder, { file: QUESTIONS, schema: question });
  const channels = await readChannels(folder);
  return rows.map(({ row, place }) => {
    const messages = channelOf(channels, { name: row.channel, place });
    const after = placeOf(messages, { id: row.after_id, key: "after_id", channel: row.channel, place });
    const before = messages.slice(0, after + 1);
    const last = Date.parse(before.at(-1)?.sentAt ?? "");
    const askedAt = row.asked_at === undefined ? last : Math.max(last, Date.parse(row.asked_at));
    return { id: row.id, question: row.question, channel: row.channel, askedAt, before };
  });
}

type Channels = ReadonlyMap<string, readonly DigestMessage[]>;

async function readChannels(folder: string): Promise<Channels> {
  const files = (await listFolder(folder)).filter(
    (name) => name.endsWith(".jsonl") && name !== SEGMENTS && name !== QUESTIONS,
  );
  const channels = new Map<string, readonly DigestMessage[]>();
  for (const file of files.toSorted()) {
    const channel = basename(file, ".jsonl");
    const rows = await readRows(folder, { file, schema: message });
    channels.set(
      channel,
      rows.map(({ row }) => toMessage(row, channel)),
    );
  }
  return channels;
}

function toMessage(row: z.output<typeof message>, channel: string): DigestMessage {
  const { author, ts, text: said, thread, reply_to: replyTo, reactions, url } = row;
  return {
    id: row.id,
    conversation: { platform: "terminal", space: "", channel, ...(thread !== undefined && { thread }) },
    // Logs of IRC do not mark bots; there their names do.
    author: { id: author, name: author, isBot: row.is_bot ?? /bot$/i.test(author) },
    text: said,
    sentAt: new Date(ts).toISOString(),
    ...(replyTo !== undefined && { replyTo }),
    ...(reactions !== undefined && { reactions }),
    ...(url !== undefined && { url }),
  };
}

async function readRows<Schema extends z.ZodType<{ readonly id: string }>>(
  folder: string,
  { file, schema }: { readonly file: string; readonly schema: Schema },
): Promise<{ readonly row: z.output<Schema>; readonly place: string }[]> {
  const path = join(folder, file);
  const seen = new Map<string, number>();
  const lines = (await readText(path)).replace(/^\uFEFF/, "").split("\n");
  return lines.flatMap((written, index) => {
    if (written.trim() === "") return [];
    const place = `${path}:${index + 1}`;
    const row = orSay(schema.safeParse(parseJson(written, place)), place);
    const before = seen.get(row.id);
    if (before !== undefined) throw new UserError(`${place}: line ${before} has the same id; give each its own id`);
    seen.set(row.id, index + 1);
    return [{ row, place }];
  });
}

function orSay<Row>(result: z.ZodSafeParseResult<Row>, place: string): Row {
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const name = issue?.path.map(String).join(".") ?? "";
  throw new UserError(
    name === "" ? `${place}: this is not an object; write {"id": …}` : `${place}: ${name} ${issue?.message}`,
  );
}

function parseJson(written: string, place: string): unknown {
  try {
    return JSON.parse(written);
  } catch {
    // What the parser says would repeat the line's own words.
    throw new UserError(`${place}: this is not JSON; write one JSON object a line`);
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw cannotRead(path, error);
  }
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    throw cannotRead(folder, error);
  }
}

function cannotRead(path: string, error: unknown): UserError {
  const code = codeOf(error);
  const why = code === "ENOENT" || code === "ENOTDIR" ? "there is no such file" : `it cannot be read (${code})`;
  return new UserError(`--jsonl: "${path}": ${why}; name a folder as docs/digests.md says`, { cause: error });
}

function channelOf(channels: Channels, { name, place }: { readonly name: string; readonly place: string }) {
  const messages = channels.get(name);
  if (messages) return messages;
  throw new UserError(`${place}: there is no file ${name}.jsonl beside it; correct channel`);
}

function placeOf(
  messages: readonly DigestMessage[],
  {
    id: sought,
    key,
    channel,
    place,
  }: { readonly id: string; readonly key: string; readonly channel: string; readonly place: string },
): number {
  const found = messages.findIndex((one) => one.id === sought);
  if (found < 0) throw new UserError(`${place}: ${key} "${sought}" is no message of ${channel}.jsonl; correct it`);
  return found;
}
