import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { readersOf, type TalkMessage, type TalkPlace } from "../chat.ts";
import type { Parts } from "./channels.ts";
import type { ModelQueue } from "./model-queue.ts";
import { keepsNotes, noteOne, notingOf, unnoted, type Noting } from "./notes.ts";
import { askedOf } from "./recall-talk.ts";

/** How often it is looked whether the model has nothing else to do, and how long a place rests in which nothing was left to note. */
const LOOK_MS = 20_000;
const REST_MS = 10 * 60_000;
/** Whoever asks waits no longer than this for a note in hand to be given up. */
const WAITS_MS = 200;
/** What is said after such a pause is another conversation: what came before can be noted. */
const PAUSE_MS = 20 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Messages of a day and place that are looked at. */
const MOST_MESSAGES = 2_000;

/**
 * Lets the model note what was said today while nobody waits for it, one conversation after the other, so that a digest is ready in
 * seconds; until the signal comes, then it resolves.
 */
export async function noteWhileIdle(
  parts: Parts,
  { signal, lookMs = LOOK_MS }: { readonly signal: AbortSignal; readonly lookMs?: number },
): Promise<void> {
  const { record, model, log } = parts;
  const rests = new Map<string, number>();
  const noteNext = async (noting: Noting) => {
    for (const place of record.places()) {
      if ((rests.get(readersOf(place)) ?? 0) > parts.now()) continue;
      if (await noteIn(place, { ...parts, noting, signal })) return;
      rests.set(readersOf(place), parts.now() + REST_MS);
      // Others work in between.
      await turn();
      if (signal.aborted) return;
    }
  };
  while (!signal.aborted) {
    try {
      const noting = await notingOf(model);
      if (noting?.model.queue.isIdle() === true && !signal.aborted) await noteNext(noting);
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, "what was said could not be noted for digests");
    }
    await delay(lookMs, undefined, { signal, ref: false }).catch(() => {});
  }
}

/** A signal that comes as soon as somebody waits for the model. */
function giveWay(
  queue: Pick<ModelQueue, "waiting">,
  signal: AbortSignal,
): Disposable & { readonly signal: AbortSignal } {
  const waited = new AbortController();
  const timer = setInterval(() => {
    if (queue.waiting() > 0) waited.abort(new Error("Somebody waits for the model"));
  }, WAITS_MS);
  return { signal: AbortSignal.any([signal, waited.signal]), [Symbol.dispose]: () => clearInterval(timer) };
}

/** Notes the first conversation of the last day that is over; whether there was one. */
async function noteIn(
  place: TalkPlace,
  { record, digests, answered, now, noting, signal }: Parts & { readonly noting: Noting; readonly signal: AbortSignal },
): Promise<boolean> {
  const to = now();
  const said = record.between(place, { from: to - DAY_MS, to, most: MOST_MESSAGES });
  // A digest leaves out what Hearth answered.
  const isAsked = askedOf(said, answered);
  const messages = said.filter((message) => !isAsked(message));
  const { writer } = noting;
  const isOver = (stretch: readonly TalkMessage[]) => Date.parse(stretch.at(-1)?.sentAt ?? "") < to - PAUSE_MS;
  const stretch = unnoted(messages, digests.notes(place, writer.id())).find(isOver);
  if (!stretch) return false;
  using givingWay = giveWay(noting.model.queue, signal);
  const made = await noteOne(stretch, { place, noting, urgency: "upkeep", signal: givingWay.signal });
  const current = (at: TalkPlace, ids: readonly string[]) => record.messages(at, ids);
  if (made) keepsNotes({ digests, writer, current, messages: stretch, now })(place, made);
  return made !== undefined;
}
