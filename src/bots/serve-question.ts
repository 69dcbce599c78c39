import type { Job } from "./inbox.ts";
import type { Reply } from "./platform.ts";
import { Dropped, Stopped, type Answering, type Signals } from "./serve-answering.ts";
import { endOfJob } from "./serve-end.ts";
import { keepAnswer, type End } from "./serve-keep.ts";
import { healSoon } from "./serve-stale.ts";
import { isOwn } from "./serve-ticket.ts";
import { Undeliverable } from "./undeliverable.ts";

/** What is on its way when its question goes may still arrive for so long: only what is known to be there can be taken away. */
const ARRIVES_MS = 5_000;
/** What a digest says is tried to be sent for so long; then it is made anew, for its messages may be gone, and who may read them may too. */
const TRUE_MS = 30_000;

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
    const end = await endOfJob(job, reply, options);
    await bring({ job, end, reply }, options);
    const kind = end === "nothing" ? end : (end.answered?.answer.kind ?? job.asked.wanted?.kind);
    log.info({ job: job.job, answer: kind, ms: Math.round(performance.now() - begun) }, "answered");
  } catch (error) {
    if (closing.aborted) return "left";
    const isGone = signal.reason instanceof Dropped || (signal.reason instanceof Stopped && isOwn(job));
    const isOver = error instanceof Undeliverable || isGone;
    if (!isOver) {
      log.warn({ job: job.job, err: error }, "an answer could not be brought to the platform; it is tried again");
      return "again";
    }
    log.info({ job: job.job, err: error }, "nobody is there any more to be answered");
    if (reply && isGone) await takeAway(job, reply, options);
    if (error instanceof Undeliverable && job.asked.says !== undefined) options.talk.untold(job.asked);
  }
  return isDone(job.job, options) ? "done" : "again";
}

/** Brings an end to the platform, and keeps what is to be kept of it. */
async function bring(
  { job, end, reply }: { readonly job: Job; readonly end: End | "nothing"; readonly reply: Reply },
  options: Answering & Signals,
): Promise<void> {
  const { inbox, talk, signal, closing } = options;
  if (end === "nothing") {
    // What an earlier try sent is not to be seen any more.
    if (inbox.sendings(job.job).length > 0) await reply.abandon({ signal: closing });
    return;
  }
  const untilOld = job.asked.wanted ? [AbortSignal.timeout(TRUE_MS)] : [];
  const posted = await reply.finish(end.content, { signal: AbortSignal.any([unlessStopped(signal), ...untilOld]) });
  // It may have been deleted while the last state was on its way.
  if (signal.reason instanceof Dropped) throw signal.reason;
  await keepAnswer(job.job, { end, posted }, options);
  if (end.answered) await healSoon(end.answered.id, options, { signal: closing });
  // A message may have been deleted while the digest was on its way.
  const given = end.standing?.digest && inbox.given({ job: job.job });
  if (given) talk.lookAt([given], { isForgotten: true });
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
