import { toJsonLine } from "../bots/terminal/plain.ts";
import { digest, digestText, logLength } from "../brain/digest.ts";
import { indexTalk, type TalkIndex } from "../memory/recall-index.ts";
import { recall } from "../memory/recall.ts";
import { readChatQuestions, readSegments, type ChatQuestion, type ChatSegment } from "./chats-folder.ts";
import type { Surroundings } from "./command.ts";
import { checkOut, writeResults } from "./eval-results.ts";
import { INTERRUPTED_EXIT } from "./interrupted.ts";
import { syncBar } from "./sync-bar.ts";
import { write } from "./write.ts";

/** Messages that an answer from memory cites, at most. */
const MOST_CITED = 5;
/** Where less of a question's subject is talked about, nothing is answered. */
const LEAST_COVERED = 0.4;

interface ChatsOptions {
  /** The folder. */
  readonly jsonl: string;
  readonly out?: string;
}

/** `hearth digest`: a line of JSON for each stretch. The exit code is 0, or 130 after Ctrl-C. Throws a UserError for a mistake in the folder. */
export async function runDigest(
  { share, ...options }: ChatsOptions & { readonly share: number },
  surroundings: Surroundings,
): Promise<number> {
  if (options.out !== undefined) checkOut(options.out);
  const segments = await readSegments(options.jsonl);
  return answerAll(segments, { options, surroundings, noun: "stretches", toRecord: (one) => digestRecord(one, share) });
}

/** `hearth recall`: a line of JSON for each question, as `runDigest`. */
export async function runRecall(options: ChatsOptions, surroundings: Surroundings): Promise<number> {
  if (options.out !== undefined) checkOut(options.out);
  const questions = await readChatQuestions(options.jsonl);
  const indexes = new Map<string, TalkIndex>();
  const indexOf = ({ channel, before }: ChatQuestion) => {
    const key = `${channel} ${before.length}`;
    const index = indexes.get(key) ?? indexTalk(before);
    indexes.set(key, index);
    return index;
  };
  const toRecord = (question: ChatQuestion) => recallRecord(question, indexOf(question));
  return answerAll(questions, { options, surroundings, noun: "questions", toRecord });
}

function digestRecord({ id, messages }: ChatSegment, share: number): object {
  const made = digest(messages, { characters: Math.floor(share * logLength(messages)) });
  const lines = made.groups.flatMap(({ kind, title, lines: own }) =>
    own.map((line) => ({ section: kind, ...(title !== undefined && { topic: title }), ...line })),
  );
  return { id, kind: made.kind, digest: digestText(made), lines };
}

function recallRecord({ id, question, askedAt }: ChatQuestion, index: TalkIndex): object {
  const { found, coverage, span } = recall(question, index, { now: askedAt, limit: MOST_CITED });
  const cited = found.map(({ message }) => message.id);
  return {
    id,
    answer: found.map(({ message }) => `${message.author.name}: ${message.text}`).join("\n"),
    answered: cited.length > 0 && coverage >= LEAST_COVERED,
    cited_msg_ids: cited,
    coverage: Math.round(coverage * 100) / 100,
    ...(span && { from: new Date(span.from).toISOString(), to: new Date(span.to).toISOString() }),
  };
}

async function answerAll<Item>(
  items: readonly Item[],
  {
    options,
    surroundings,
    noun,
    toRecord,
  }: { options: ChatsOptions; surroundings: Surroundings; noun: string; toRecord: (item: Item) => object },
): Promise<number> {
  const { out, err, errIsTerminal, signal } = surroundings;
  const label = noun === "questions" ? "Asking" : "Digesting";
  using bar = syncBar({ to: err, visible: errIsTerminal, label, noun });
  const startedAt = performance.now();
  let [kept, done] = ["", 0];
  for (const item of items) {
    if (signal.aborted) break;
    bar.update({ done, total: items.length });
    const line = toJsonLine(toRecord(item));
    if (options.out === undefined) await write(out, line, { signal });
    else kept += line;
    done += 1;
    // Lets a signal and the bar be heard between two long channels.
    await new Promise((resolve) => setImmediate(resolve));
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
