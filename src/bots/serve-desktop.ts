import { setTimeout as delay } from "node:timers/promises";
import type { Conversation } from "../chat.ts";
import type { Job } from "./inbox.ts";
import type { ChatPlatform, Reply } from "./platform.ts";
import { createQueue, type Place, type Queue, type QueueOptions, type Refused, type Work } from "./queue.ts";
import { refusalWords, waitingWords } from "./render-states.ts";
import { pauseAfter } from "./serve-again.ts";
import type { Answering, Dropped, Stopped } from "./serve-answering.ts";
import { answerQuestion, isDone, takeAway } from "./serve-question.ts";
import { isOwn, ticketOf } from "./serve-ticket.ts";

/** Questions in hand: those that wait, those that are answered, and those that are tried again in a while. */
export interface Desktop extends AsyncDisposable {
  /** Puts a question in line. One of an earlier run waits however many do. One that is in hand already stays as it is. */
  take(job: Job, options: { readonly isNew: boolean }): void;
  job(job: string): Job | undefined;
  /** Changes the text of a question that waits. */
  edit(of: { readonly conversation: Conversation; readonly id: string }, text: string): void;
  /** Ends a question: what is there stands. */
  stop(job: string, reason: Stopped): void;
  /** Ends a question that is gone, of an earlier run too: what is there is taken away. */
  drop(job: Job, reason: Dropped): void;
  waiting(): number;
}

interface Held {
  job: Job;
  readonly isNew: boolean;
  reply: Reply | undefined;
  failures: number;
}

function hold(job: Job, { isNew }: { readonly isNew: boolean }): Held {
  return { job, isNew, reply: undefined, failures: 0 };
}

/** What the desktop is made with. */
export interface DesktopOptions extends Omit<Answering, "platform"> {
  readonly platforms: readonly ChatPlatform[];
  readonly queue?: QueueOptions;
  readonly closing: AbortSignal;
}

/** A desktop in memory. */
export function createDesktop(options: DesktopOptions): Desktop {
  const queue = createQueue(options.queue);
  const held = new Map<string, Held>();
  const { enter } = createTurns(options, { queue, held });
  const lastWords = createLastWords(options);
  const close = (one: Held, markdown: string) => {
    held.delete(one.job.job);
    lastWords.say(one, markdown);
  };
  const takeBack = (one: Held) => {
    held.delete(one.job.job);
    lastWords.takeBack(one);
  };
  return {
    take(job, { isNew }) {
      // What comes while Hearth closes lies in the inbox until the next start.
      if (held.has(job.job) || options.closing.aborted) return;
      const one = hold(job, { isNew });
      held.set(job.job, one);
      const refused = enter(one);
      if (refused) close(one, refusalWords(refused));
    },
    job: (job) => held.get(job)?.job,
    edit: (of, text) => held.values().forEach((one) => editHeld(one, of, text)),
    stop(job, reason) {
      const one = held.get(job);
      // What Hearth has to say of itself, such as that talk is kept, is said.
      if (!one || one.job.asked.says !== undefined || queue.cancel(job, reason) === "running") return;
      if (isOwn(one.job)) takeBack(one);
      else close(one, "Stopped.");
    },
    drop(job, reason) {
      const one = held.get(job.job) ?? hold(job, { isNew: false });
      if (queue.cancel(job.job, reason) !== "running") takeBack(one);
    },
    waiting: () => queue.waiting(),
    async [Symbol.asyncDispose]() {
      await queue[Symbol.asyncDispose]();
      await lastWords.said();
    },
  };
}

/** Lets questions have their turns, and those again that could not be brought to their platform. */
function createTurns(
  options: DesktopOptions,
  { queue, held }: { readonly queue: Queue; readonly held: Map<string, Held> },
): { readonly enter: (one: Held) => Refused | undefined } {
  const { closing } = options;
  const work =
    (one: Held): Work =>
    async ({ signal, closing: isOver }) => {
      const signals = { platform: platformOf(one, options), signal, closing: isOver };
      // It may have been forgotten while it waited.
      const outcome = options.inbox.openJob(one.job.job)
        ? await answerQuestion(one.job, () => replyTo(one, options), { ...options, ...signals })
        : "done";
      if (outcome === "again") void later(one);
      else held.delete(one.job.job);
    };
  const enter = (one: Held) =>
    queue.add(ticketOf(one.job), work(one), {
      always: !one.isNew || one.failures > 0 || isOwn(one.job),
      ...(one.isNew && !isOwn(one.job) && { onPlace: (place: Place) => showPlace(place, { one, options }) }),
    });
  const later = async (one: Held) => {
    one.failures += 1;
    one.reply = undefined;
    await delay(pauseAfter(one.failures), undefined, { signal: closing, ref: false }).catch(() => {});
    if (!closing.aborted && held.get(one.job.job) === one) enter(one);
  };
  return { enter };
}

/** Says a last sentence to questions that have no turn, and takes back what was said to those that are gone. */
function createLastWords(options: DesktopOptions): {
  readonly say: (one: Held, markdown: string) => void;
  readonly takeBack: (one: Held) => void;
  readonly said: () => Promise<void>;
} {
  const { inbox, log, closing } = options;
  const saying = new Set<Promise<void>>();
  const begin = (work: Promise<void>) => {
    const said = work
      .catch((error: unknown) => log.error({ err: error }, "a question without a turn could not be ended"))
      .finally(() => saying.delete(said));
    saying.add(said);
  };
  const say = async (one: Held, markdown: string) => {
    const { job } = one.job;
    try {
      await replyTo(one, options).finish({ markdown, buttons: [] }, { signal: closing });
    } catch (error) {
      // It stays in the inbox, and is answered after the next start.
      if (closing.aborted) return;
      log.warn({ job, err: error }, "a last sentence could not be brought to the platform");
    }
    isDone(job, options);
  };
  const takeBack = async (one: Held) => {
    const isShown = one.reply !== undefined || inbox.sendings(one.job.job).length > 0;
    if (isShown) await takeAway(one.job, replyTo(one, options), options);
    isDone(one.job.job, options);
  };
  return {
    say: (one, markdown) => begin(say(one, markdown)),
    takeBack: (one) => begin(takeBack(one)),
    said: async () => void (await Promise.all(saying)),
  };
}

function showPlace(place: Place, { one, options }: { readonly one: Held; readonly options: DesktopOptions }): void {
  const words = waitingWords(place);
  if (words === "") return;
  replyTo(one, options).show({ markdown: `*${words}*`, buttons: [{ kind: "stop", job: one.job.job }] });
}

function platformOf({ job }: Held, { platforms }: Pick<DesktopOptions, "platforms">): ChatPlatform {
  const found = platforms.find(({ name }) => name === job.asked.platform);
  if (!found) throw new Error(`Nothing connects to ${job.asked.platform}`);
  return found;
}

function replyTo(one: Held, options: Pick<DesktopOptions, "platforms">): Reply {
  return (one.reply ??= platformOf(one, options).reply(one.job.asked));
}

function editHeld(
  one: Held,
  { conversation, id }: { readonly conversation: Conversation; readonly id: string },
  text: string,
): void {
  const { asked } = one.job;
  const { message } = asked;
  const isIt = message.id === id && message.conversation.channel === conversation.channel;
  if (isIt) one.job = { ...one.job, asked: { ...asked, message: { ...message, text } } };
}
