import type { Answered, Brain, StaleAnswer } from "../brain/brain.ts";
import { TALK, type Turn } from "../chat.ts";
import { humansFor, isDirect } from "./ask-human.ts";
import type { Inbox } from "./inbox.ts";
import type { Asked, Content, Given } from "./platform.ts";
import { answerText, renderAnswer } from "./render.ts";
import { staleWords, takenBackWords, updatedWords } from "./render-states.ts";
import { untilDone } from "./serve-again.ts";
import { fetchFiles } from "./serve-files.ts";
import { messageOf } from "./serve-keep.ts";
import type { Answering } from "./serve-answering.ts";
import { questionOf, turnsOf } from "./serve-ask.ts";
import { Undeliverable } from "./undeliverable.ts";

/** What it takes to look after answers that were given. */
export interface Healing extends Omit<Answering, "brain" | "inbox" | "talk" | "dialect"> {
  readonly brain: Pick<Brain, "answer" | "turns" | "remember" | "staleAnswers">;
  readonly inbox: Pick<Inbox, "give" | "given">;
}

/** Marks or answers again what was taken from sources that have changed, until the signal comes. Never rejects. */
export async function healAnswers(
  healing: Healing & { readonly brain: Pick<Brain, "watchAnswers"> },
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  const { brain, platform, log } = healing;
  const onStale = (stale: StaleAnswer) => heal(stale, healing, { signal });
  await untilDone(
    async () => {
      await brain.watchAnswers({ platform: platform.name }, { signal, onStale });
      // It ends with the signal alone; where it ends before, the core went away.
      if (!signal.aborted) throw new Error("The core no longer tells of changed sources");
    },
    { signal, failed: (error) => log.debug({ err: error }, "changed sources are watched again") },
  );
}

/** Heals an answer that has just been given, if its sources changed while it was on its way. Never rejects. */
export async function healSoon(answerId: string, healing: Healing, { signal }: { readonly signal: AbortSignal }) {
  const { brain, platform, log } = healing;
  try {
    const [stale] = await brain.staleAnswers({ platform: platform.name, ids: [answerId] }, { signal });
    if (stale && isOfTalk(stale)) await heal(stale, healing, { signal });
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, "whether an answer still stands could not be looked at");
  }
}

/** Whether it was taken from a message that was deleted or edited: what somebody took back is not to be read on. */
function isOfTalk({ sources }: StaleAnswer): boolean {
  return sources.some(({ path }) => path.startsWith(TALK));
}

/** Rejects where the platform could not be reached: then it is told again. */
async function heal(stale: StaleAnswer, healing: Healing, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { platform, inbox, settings, log } = healing;
  const given = inbox.given({ answerId: stale.id });
  if (!given) return;
  try {
    const isTakenBack = isOfTalk(stale);
    const isToBeUpdated = isTakenBack || settings.sourceChanged === "update";
    if (isToBeUpdated && (await isUpdated({ stale, given }, healing, { signal }))) return;
    if (isTakenBack) return await takeBack(given, healing, { signal });
    await platform.mark(given, staleWords(stale.sources), { signal });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    log.info({ job: given.job, err: error }, "an answer whose source changed is no longer there");
  }
}

/** Takes an answer's words away, on the platform and from what was said. */
async function takeBack(given: Given, healing: Healing, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { brain, inbox, log } = healing;
  const text = takenBackWords();
  const posted = await amend({ given, content: { markdown: text, buttons: [] } }, healing, { signal });
  inbox.give({ ...given, posted });
  if (given.seenBy !== "place") return;
  const { askedId: to, givenAt: at } = given;
  await brain.remember([messageOf(posted[0], { text, to, at })], { signal }).catch((error: unknown) => {
    log.warn({ job: given.job, err: error }, "that an answer was taken away could not be kept for follow-ups");
  });
}

/** Whether another answer stands in its place now; false where it cannot be asked again. */
async function isUpdated(
  { stale, given }: { readonly stale: StaleAnswer; readonly given: Given },
  healing: Healing,
  { signal }: { readonly signal: AbortSignal },
): Promise<boolean> {
  const { platform, inbox, settings, log, now } = healing;
  const asked = await platform.recall(given, { signal });
  if (!asked) return false;
  const answered = await answerAgain(asked, healing, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    log.warn({ job: given.job, err: error }, "a question could not be answered again; its answer is marked instead");
  });
  if (!answered) return false;
  const note = updatedWords(stale.sources, { day: new Date(now()).toISOString().slice(0, 10) });
  const canAskHuman = given.seenBy === "place" && humansFor(settings, given.conversation) !== undefined;
  const content = renderAnswer(answered, { ...settings, canAskHuman, note });
  const posted = await amend({ given, content }, healing, { signal });
  await remember({ given, answered }, healing, { signal });
  inbox.give({ ...given, answerId: answered.id, posted });
  return true;
}

/**
 * Puts an answer in the place of another, however often it takes: the core knows of that other no more, and does not tell of it again.
 * Rejects with an Undeliverable, or with the signal.
 */
async function amend(
  { given, content }: { readonly given: Given; readonly content: Content },
  { platform, log }: Healing,
  { signal }: { readonly signal: AbortSignal },
): Promise<Given["posted"]> {
  let gone: Undeliverable | undefined;
  let { posted } = given;
  const once = async () => {
    try {
      posted = (await platform.amend(given, content, { signal })) ?? posted;
    } catch (error) {
      if (!(error instanceof Undeliverable)) throw error;
      gone = error;
    }
  };
  await untilDone(once, {
    signal,
    failed: (error) =>
      log.warn({ job: given.job, err: error }, "another answer could not be put in its place yet; it is tried again"),
  });
  if (gone) throw gone;
  signal.throwIfAborted();
  return posted;
}

/** Follow-ups go on from what the answer says now. */
async function remember(
  { given, answered }: { readonly given: Given; readonly answered: Answered },
  { brain, log }: Healing,
  { signal }: { readonly signal: AbortSignal },
): Promise<void> {
  if (given.seenBy !== "place") return;
  const { posted, askedId: to, givenAt: at } = given;
  await brain
    .remember([messageOf(posted[0], { text: answerText(answered.answer), to, at })], { signal })
    .catch((error: unknown) => {
      log.warn({ job: given.job, err: error }, "what is said now could not be kept for follow-ups");
    });
}

/** Undefined where it is no longer known what was said before. */
async function answerAgain(
  asked: Asked,
  healing: Healing,
  { signal }: { readonly signal: AbortSignal },
): Promise<Answered | undefined> {
  const { platform, brain } = healing;
  const turns = await turnsBefore(asked, healing, { signal });
  if (!turns) return undefined;
  const clearance = await platform.clearance(asked, { signal });
  const { files } = await fetchFiles(asked.files, { platform, signal });
  return brain.answer(questionOf(asked, { turns, clearance, files }), { signal });
}

/** In a thread and in direct messages all is kept that was said, also after the question: the answer that is no longer true, too. */
async function turnsBefore(
  asked: Asked,
  { brain, inbox }: Healing,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly Turn[] | undefined> {
  const { conversation, text } = asked.message;
  const turns = await brain.turns(turnsOf(asked, { inbox }), { signal });
  if (conversation.thread === undefined && !isDirect(conversation)) return turns;
  const place = turns.findIndex(({ role, text: said }) => role === "user" && said === text);
  return place === -1 ? undefined : turns.slice(0, place);
}
