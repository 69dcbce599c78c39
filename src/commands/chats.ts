import { toJsonLine } from "../bots/terminal/plain.ts";
import type { Brain } from "../brain/brain.ts";
import type { Digested } from "../brain/channel-brain.ts";
import { digestText } from "../brain/digest.ts";
import { readersOf, type Answer, type Passage, type TalkPlace } from "../chat.ts";
import { spanIn } from "../memory/dates.ts";
import { readChatQuestions, readSegments, type ChatQuestion, type ChatSegment } from "./chats-folder.ts";
import { hearAll, placeFor, stretchOf } from "./chats-hear.ts";
import type { Surroundings } from "./command.ts";
import { checkOut, writeResults } from "./eval-results.ts";
import { INTERRUPTED_EXIT } from "./interrupted.ts";
import { syncBar } from "./sync-bar.ts";
import { write } from "./write.ts";

interface ChatsOptions {
  /** The folder. */
  readonly jsonl: string;
  readonly out?: string;
}

/** A brain that keeps nothing for longer than the command, and what is around it. */
interface ChatsWorld {
  readonly brain: Pick<Brain, "keepTalk" | "dropTalk" | "hear" | "digest" | "answer">;
  readonly surroundings: Surroundings;
}

/** `hearth digest`: a line of JSON for each stretch. The exit code is 0, or 130 after Ctrl-C. Throws a UserError for a mistake in the folder. */
export async function runDigest(
  { share, ...options }: ChatsOptions & { readonly share: number },
  { brain, surroundings }: ChatsWorld,
): Promise<number> {
  if (options.out !== undefined) checkOut(options.out);
  const segments = await readSegments(options.jsonl);
  const { signal } = surroundings;
  const toRecord = async ({ id, messages }: ChatSegment) => {
    const place = placeFor(`stretch ${id}`);
    await hearAll(messages, { brain, place, signal });
    const digested = await brain.digest({ place, ...stretchOf(messages), share }, { signal });
    await brain.dropTalk(place, { signal });
    return digestRecord(id, digested);
  };
  return answerAll(segments, { options, surroundings, noun: "stretches", toRecord });
}

/** `hearth recall`: a line of JSON for each question, as `runDigest`. */
export async function runRecall(options: ChatsOptions, { brain, surroundings }: ChatsWorld): Promise<number> {
  if (options.out !== undefined) checkOut(options.out);
  const questions = await readChatQuestions(options.jsonl);
  const { signal } = surroundings;
  const heard = new Map<string, number>();
  const toRecord = async (question: ChatQuestion) => {
    const { channel, before } = question;
    const place = placeFor(channel);
    const known = heard.get(channel) ?? Infinity;
    // What was said later must not be known.
    if (known > before.length) await brain.dropTalk(place, { signal });
    await hearAll(before.slice(known > before.length ? 0 : known), { brain, place, signal });
    heard.set(channel, before.length);
    const { answer } = await brain.answer(asQuestion(question, place), { signal });
    return recallRecord(question, answer);
  };
  return answerAll(questions, { options, surroundings, noun: "questions", toRecord });
}

function digestRecord(id: string, { kind, model, groups }: Digested): object {
  const lines = groups.flatMap(({ kind: section, title, lines: own }) =>
    own.map(({ sources, ...line }) => ({
      section,
      ...(title !== undefined && { topic: title }),
      ...line,
      ids: sources.map((source) => source.id),
    })),
  );
  return { id, kind, ...(model && { model: model.name }), digest: digestText({ groups }), lines };
}

/** The question as somebody would ask it in the channel. */
function asQuestion({ id, question, askedAt }: ChatQuestion, place: TalkPlace): Parameters<Brain["answer"]>[0] {
  const readers = [readersOf(place)];
  const author = { id: "asker", name: "asker", isBot: false };
  const message = { id: `question ${id}`, conversation: place, author, text: question };
  return {
    message: { ...message, sentAt: new Date(askedAt).toISOString() },
    turns: [],
    clearance: readers,
    talk: readers,
  };
}

function recallRecord({ id, question, askedAt }: ChatQuestion, answer: Answer): object {
  const span = spanIn(question, { now: askedAt });
  return {
    id,
    answer: answerText(answer),
    answered: answer.kind !== "unknown",
    cited_msg_ids: passagesOf(answer).flatMap(({ id: passageId, documentId, said }) =>
      said ? [passageId.slice(documentId.length + 1)] : [],
    ),
    ...(span && { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() }),
  };
}

function answerText(answer: Answer): string {
  if (answer.kind === "cited" || answer.kind === "plain") return answer.text;
  if (answer.kind === "unknown") return "";
  const by = ({ passage }: { readonly passage: number }) => answer.passages[passage]?.said?.by ?? "";
  return answer.quotes.map((quote) => `${by(quote)}: ${quote.text}`).join("\n");
}

/** What an answer is taken from, or what it names as nearest. */
function passagesOf(answer: Answer): readonly Passage[] {
  if (answer.kind === "plain") return [];
  return answer.kind === "unknown" ? answer.nearest : answer.passages;
}

async function answerAll<Item>(
  items: readonly Item[],
  {
    options,
    surroundings,
    noun,
    toRecord,
  }: { options: ChatsOptions; surroundings: Surroundings; noun: string; toRecord: (item: Item) => Promise<object> },
): Promise<number> {
  const { out, err, errIsTerminal, signal } = surroundings;
  const label = noun === "questions" ? "Asking" : "Digesting";
  using bar = syncBar({ to: err, visible: errIsTerminal, label, noun });
  const startedAt = performance.now();
  let [kept, done] = ["", 0];
  for (const item of items) {
    if (signal.aborted) break;
    bar.update({ done, total: items.length });
    const record = await orStopped(toRecord(item), signal);
    if (!record) break;
    const line = toJsonLine(record);
    if (options.out === undefined) await write(out, line, { signal });
    else kept += line;
    done += 1;
  }
  bar.stop();
  if (signal.aborted) {
    err.write(`Stopped after ${done} of ${items.length} ${noun}.\n`);
    return INTERRUPTED_EXIT;
  }
  if (options.out !== undefined) writeResults(options.out, kept);
  err.write(`${items.length} ${noun} in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`);
  return 0;
}

/** What a question or a stretch comes to; undefined once it is to be stopped. */
async function orStopped(record: Promise<object>, signal: AbortSignal): Promise<object | undefined> {
  try {
    return await record;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
