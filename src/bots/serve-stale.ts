import type { Brain, StaleAnswer } from "../brain/brain.ts";
import { humansFor } from "./ask-human.ts";
import type { Inbox } from "./inbox.ts";
import type { ChatPlatform, Given } from "./platform.ts";
import { renderAnswer } from "./render.ts";
import { staleWords, updatedWords } from "./render-states.ts";
import { untilDone } from "./serve-again.ts";
import { fetchFiles } from "./serve-files.ts";
import type { Answering, AnsweringSettings } from "./serve-question.ts";
import { Undeliverable } from "./undeliverable.ts";

/** What the owner chose about answers whose sources have changed: a line below them, or another answer in their place. */
export interface StaleSettings extends AnsweringSettings {
  readonly sourceChanged: "mark" | "update";
}

/** What it takes to look after answers that were given. */
export interface Healing extends Omit<Answering, "brain" | "inbox"> {
  readonly brain: Pick<Brain, "answer" | "turns" | "watchAnswers">;
  readonly inbox: Pick<Inbox, "give" | "given">;
  readonly settings: StaleSettings;
}

/** Marks or answers again what was taken from sources that have changed, until the signal comes. Never rejects. */
export async function healAnswers(healing: Healing, { signal }: { readonly signal: AbortSignal }): Promise<void> {
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

/** Rejects where the platform could not be reached: then it is told again. */
async function heal(stale: StaleAnswer, healing: Healing, { signal }: { readonly signal: AbortSignal }): Promise<void> {
  const { platform, inbox, settings, log } = healing;
  const given = inbox.given({ answerId: stale.id });
  if (!given) return;
  try {
    if (settings.sourceChanged === "update" && (await isUpdated({ stale, given }, healing, { signal }))) return;
    await platform.mark(given, staleWords(stale.sources), { signal });
  } catch (error) {
    if (!(error instanceof Undeliverable)) throw error;
    log.info({ job: given.job, err: error }, "an answer whose source changed is no longer there");
  }
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
  await platform.amend(given, content, { signal });
  inbox.give({ ...given, answerId: answered.id });
  return true;
}

async function answerAgain(
  asked: Parameters<ChatPlatform["clearance"]>[0],
  { platform, brain }: Pick<Healing, "platform" | "brain">,
  { signal }: { readonly signal: AbortSignal },
): Promise<Awaited<ReturnType<Brain["answer"]>>> {
  const { message } = asked;
  const clearance = await platform.clearance(asked, { signal });
  const { files } = await fetchFiles(asked.files, { platform, signal });
  const { conversation, replyTo } = message;
  // What was said after the question is no part of it: elsewhere than in threads only what it replies to was said before.
  const turns = replyTo === undefined ? [] : await brain.turns({ conversation, replyTo }, { signal });
  return brain.answer({ message, turns, clearance, ...(files.length > 0 && { files }) }, { signal });
}
