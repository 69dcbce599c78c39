import type { Brain } from "../brain/brain.ts";
import { LONGEST_TEXT, type Audience } from "../chat.ts";
import type { Log } from "../log.ts";
import { humansFor, type HumanSettings } from "./ask-human.ts";
import type { Inbox, Job } from "./inbox.ts";
import type { Asked, ChatPlatform, Content, Reply } from "./platform.ts";
import { answerText, renderAnswer } from "./render.ts";
import {
  afterProgress,
  apologyWords,
  failureWords,
  renderGrowing,
  renderStanding,
  stoppedWords,
  tooLongWords,
  type Standing,
} from "./render-states.ts";
import { fetchFiles } from "./serve-files.ts";
import { keepAnswer, type End } from "./serve-keep.ts";
import { Undeliverable } from "./undeliverable.ts";

/** What is on its way when its question goes may still arrive for so long: only what is known to be there can be taken away. */
const ARRIVES_MS = 5_000;

/** The asker stopped it: what is there stands. */
export class Stopped extends Error {
  override readonly name = "Stopped";
}

/** The question is gone, or the place that it was asked in. */
export class Dropped extends Error {
  override readonly name = "Dropped";
}

/** What the owner chose about answers. */
export interface AnsweringSettings extends HumanSettings {
  readonly linkHosts: readonly string[];
  /** Questions older than so many hours get an apology instead of an answer. */
  readonly apologyHours: number;
}

/** What it takes to answer. */
export interface Answering {
  readonly platform: ChatPlatform;
  readonly brain: Pick<Brain, "answer" | "turns" | "remember">;
  readonly inbox: Pick<Inbox, "give" | "given" | "openJob" | "sendings" | "done">;
  readonly settings: AnsweringSettings;
  readonly log: Log;
  /** Milliseconds. */
  readonly now: () => number;
}

interface Signals {
  /** Comes when the question is stopped or dropped, and when Hearth closes. */
  readonly signal: AbortSignal;
  readonly closing: AbortSignal;
}

/**
 * Answers a question to its end. "again": the platform could not be reached, and the question stays in the inbox; "left": so it does,
 * since Hearth closes. Never rejects.
 */
export async function answerQuestion(
  job: Job,
  replyTo: () => Reply,
  options: Answering & Signals,
): Promise<"done" | "again" | "left"> {
  const { log, signal, closing } = options;
  const begun = performance.now();
  let reply: Reply | undefined;
  try {
    reply = replyTo();
    const end = isTooOld(job, options) ? apology(options) : await endOf(job, reply, options);
    const posted = await reply.finish(end.content, { signal: unlessStopped(signal) });
    // It may have been deleted while the last state was on its way.
    if (signal.reason instanceof Dropped) throw signal.reason;
    await keepAnswer(job.job, { end, posted }, options);
    log.info(
      { job: job.job, answer: end.answered?.answer.kind, ms: Math.round(performance.now() - begun) },
      "answered",
    );
  } catch (error) {
    if (closing.aborted) return "left";
    const isOver = error instanceof Undeliverable || signal.reason instanceof Dropped;
    if (!isOver) {
      log.warn({ job: job.job, err: error }, "an answer could not be brought to the platform; it is tried again");
      return "again";
    }
    log.info({ job: job.job, err: error }, "nobody is there any more to be answered");
    if (reply && signal.reason instanceof Dropped) await takeAway(job, reply, options);
  }
  return isDone(job.job, options) ? "done" : "again";
}

/** Takes away what was shown of an answer to a question that is gone. Never rejects. */
export async function takeAway(
  { job }: Job,
  reply: Reply,
  { log, closing }: Pick<Answering & Signals, "log" | "closing">,
): Promise<void> {
  try {
    await reply.abandon({ signal: closing });
  } catch (error) {
    if (!closing.aborted) log.warn({ job, err: error }, "what was said to a question that is gone still stands");
  }
}

/** Whether the inbox took it; a full disk must not end the process. */
export function isDone(job: string, { inbox, log }: Pick<Answering, "inbox" | "log">): boolean {
  try {
    inbox.done(job);
    return true;
  } catch (error) {
    log.error({ job, err: error }, "the inbox could not be told that a question is done with");
    return false;
  }
}

function isTooOld({ asked, acceptedAt }: Job, { settings, now }: Answering): boolean {
  const sentAt = Date.parse(asked.message.sentAt);
  return now() - Math.min(acceptedAt, Number.isNaN(sentAt) ? acceptedAt : sentAt) > settings.apologyHours * 60 * 60_000;
}

function apology({ settings }: Answering): End {
  return { content: plain(apologyWords(settings.apologyHours)) };
}

/** How it ends: with an answer, with what there was when it was stopped, or with a sentence that says that something broke. */
async function endOf(job: Job, reply: Reply, options: Answering & Signals): Promise<End> {
  const { platform, brain, settings, log, signal } = options;
  let standing: Standing = { note: "" };
  try {
    const clearance = await platform.clearance(job.asked, { signal });
    const { files, unread } = await fetchFiles(job.asked.files, { platform, signal });
    const ask = async () => {
      const turns = await brain.turns(turnsOf(job.asked, options), { signal });
      return brain.answer(questionOf(job.asked, { turns, clearance, files }), {
        signal,
        onProgress(progress) {
          standing = afterProgress(standing, progress);
          const [markdown, grows] = [renderStanding(standing, settings), renderGrowing(standing, settings)];
          if (markdown !== "") reply.show({ markdown, grows, buttons: [{ kind: "stop", job: job.job }] });
        },
      });
    };
    const answered = await ask().catch((error: unknown) => {
      signal.throwIfAborted();
      log.error({ job: job.job, err: error }, "a question could not be answered");
    });
    if (!answered) return { content: plain(failureWords()) };
    const canAskHuman =
      job.asked.seenBy === "place" && humansFor(settings, job.asked.message.conversation) !== undefined;
    const isTooLong = job.asked.message.text.length > LONGEST_TEXT;
    const note = isTooLong ? { note: tooLongWords() } : {};
    const content = renderAnswer(answered, { ...settings, canAskHuman, unread, ...note });
    return { content, answered, said: answerText(answered.answer) };
  } catch (error) {
    if (!(signal.reason instanceof Stopped)) throw error;
    const said = standing.writing?.text ?? standing.quoted?.quotes.map(({ text }) => text).join("\n");
    return { content: plain(stoppedWords(standing, settings)), ...(said !== undefined && { said }) };
  }
}

/** A question as the core takes it. */
export function questionOf(
  { message }: Asked,
  given: {
    readonly turns: Awaited<ReturnType<Brain["turns"]>>;
    readonly clearance: readonly Audience[];
    readonly files: Awaited<ReturnType<typeof fetchFiles>>["files"];
  },
): Parameters<Brain["answer"]>[0] {
  const { turns, clearance, files } = given;
  // The beginning of what is too long to be a question is answered, rather than nothing.
  const text = message.text.slice(0, LONGEST_TEXT).toWellFormed();
  return { message: { ...message, text }, turns, clearance, ...(files.length > 0 && { files }) };
}

/** Whoever replies to a later part of an answer means all of it, which is kept by its first. */
export function turnsOf(
  { platform, message }: Asked,
  { inbox }: { readonly inbox: Pick<Inbox, "given"> },
): Parameters<Brain["turns"]>[0] {
  const { conversation, replyTo } = message;
  if (replyTo === undefined) return { conversation };
  return { conversation, replyTo: inbox.given({ platform, messageId: replyTo })?.posted[0].id ?? replyTo };
}

/** A signal that does not come when the asker stops: what is there is still to be shown. Nor at once when the question is gone. */
function unlessStopped(signal: AbortSignal): AbortSignal {
  const ended = new AbortController();
  const end = () => {
    if (signal.reason instanceof Dropped) setTimeout(() => ended.abort(signal.reason), ARRIVES_MS).unref();
    else if (!(signal.reason instanceof Stopped)) ended.abort(signal.reason);
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
  return ended.signal;
}

function plain(markdown: string): Content {
  return { markdown, buttons: [] };
}
