import { LONGEST_TEXT } from "../chat.ts";
import { humansFor } from "./ask-human.ts";
import type { Job } from "./inbox.ts";
import type { Content, Reply } from "./platform.ts";
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
import { Stopped, type Answering, type Signals } from "./serve-answering.ts";
import { questionOf, turnsOf } from "./serve-ask.ts";
import { fetchFiles } from "./serve-files.ts";
import type { End } from "./serve-keep.ts";
import { CATCH_UP_MS } from "./schedule.ts";
import { endOfWanted } from "./serve-wanted.ts";

/** A question waits so long for what was said just before it to be with the core. */
const HANDOVER_MS = 1_000;

/**
 * How a job ends: with what it says, a digest, or an answer; with what there was when it was stopped; or with a sentence that says that
 * something broke. "nothing": nothing is to be posted. Rejects where it is to be tried again.
 */
export async function endOfJob(job: Job, reply: Reply, options: Answering & Signals): Promise<End | "nothing"> {
  const { says, wanted, route } = job.asked;
  if (says !== undefined) return { content: plain(says) };
  const byClock = wanted !== undefined && route["post"] !== undefined;
  if (byClock && ageOf(job, options) > CATCH_UP_MS) return "nothing";
  if (byClock) return endOfDigest(job, reply, options);
  if (ageOf(job, options) > options.settings.apologyHours * 60 * 60_000) return apology(options);
  return wanted ? endOfDigestAsked(job, reply, options) : endOf(job, reply, options);
}

function endOfDigest(job: Job, reply: Reply, options: Answering & Signals): Promise<End | "nothing"> {
  const { zone = Intl.DateTimeFormat().resolvedOptions().timeZone } = options.settings;
  return endOfWanted(job, reply, { ...options, zone });
}

/** Somebody waits for it: what breaks is said. */
async function endOfDigestAsked(job: Job, reply: Reply, options: Answering & Signals): Promise<End | "nothing"> {
  try {
    return await endOfDigest(job, reply, options);
  } catch (error) {
    if (options.signal.reason instanceof Stopped) return { content: plain("Stopped.") };
    options.signal.throwIfAborted();
    options.log.error({ job: job.job, err: error }, "a digest could not be made");
    return { content: plain(failureWords()) };
  }
}

/** Milliseconds since it was asked. */
function ageOf({ asked, acceptedAt }: Job, { now }: Pick<Answering, "now">): number {
  const sentAt = Date.parse(asked.message.sentAt);
  return now() - Math.min(acceptedAt, Number.isNaN(sentAt) ? acceptedAt : sentAt);
}

function apology({ settings }: Answering): End {
  return { content: plain(apologyWords(settings.apologyHours)) };
}

/** With an answer, with what there was when it was stopped, or with a sentence that says that something broke. */
async function endOf(job: Job, reply: Reply, options: Answering & Signals): Promise<End> {
  const { platform, brain, settings, log, signal } = options;
  let standing: Standing = { note: "" };
  try {
    const clearance = await platform.clearance(job.asked, { signal });
    await whatWasJustSaid(job, options);
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

/** What was said a moment before a question is part of what may answer it, where talk is kept. */
async function whatWasJustSaid({ asked }: Job, { talk, signal }: Answering & Signals): Promise<void> {
  const { platform, space, channel, thread } = asked.message.conversation;
  const places = [channel, thread].flatMap((id) => (id === undefined ? [] : [{ platform, space, channel: id }]));
  if (!places.some((place) => talk.keeps(place))) return;
  await talk.handedOver({ signal: AbortSignal.any([signal, AbortSignal.timeout(HANDOVER_MS)]) });
}

function plain(markdown: string): Content {
  return { markdown, buttons: [] };
}
