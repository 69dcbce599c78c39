import { setTimeout as delay } from "node:timers/promises";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import { MOST_HEARD } from "./listening-handover.ts";
import type { ChatPlatform, Desk, PlatformName } from "./platform.ts";
import { pauseAfter, untilDone } from "./serve-again.ts";
import { keepable } from "./serve-keep.ts";
import { isToBeKept, keyOf, progressIn, type ProgressNotes } from "./listening-progress.ts";
import type { ReadingBack, Talk } from "./talk.ts";

type Revised = Parameters<Desk["revised"]>[0];

/** How often it is looked whether live questions wait. */
const LOOK_MS = 250;
/** Tries of one page before it is left for the next start. */
const MOST_TRIES = 12;

/** Reads back what was said in places before their talk was kept. */
export interface Backfill {
  /** Begins with a place, or goes on with it where an earlier run was stopped. */
  begin(place: TalkPlace, since: string): void;
  /** Goes on with all that was begun. */
  resume(places: readonly TalkPlace[]): void;
  end(place: TalkPlace): void;
  reading(place: TalkPlace): ReadingBack | undefined;
  /** What is read back from now on has these changes. */
  revised(of: Revised): void;
  forgot: Talk["forgot"];
  /** What was read is with the core, or will not be. */
  settled(): Promise<void>;
  ended(): Promise<void>;
}

/** What reading back works with. */
export interface BackfillOptions {
  readonly platform: Pick<ChatPlatform, "history"> & { readonly name: PlatformName };
  readonly brain: Pick<ChannelBrain, "hear">;
  readonly inbox: Pick<Inbox, "note" | "noted">;
  /** Questions that wait: they go first. */
  readonly waiting: () => number;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Reads back one place after the other, a page at a time, whenever no question waits. */
export function createBackfill(options: BackfillOptions): Backfill {
  const { inbox, platform, now, signal } = options;
  const notes = progressIn(inbox, platform.name);
  const sender = createSender(options);
  const running = new Map<string, AbortController>();
  const begun = new Map<string, TalkPlace>();
  let queue: Promise<void> = Promise.resolve();

  const start = (place: TalkPlace) => {
    const key = keyOf(place);
    begun.set(key, place);
    if (running.has(key)) return;
    const stop = new AbortController();
    running.set(key, stop);
    const hear: Reading["hear"] = (messages, ended) => sender.hear(messages, ended);
    const reading = { ...options, notes, hear, signal: AbortSignal.any([signal, stop.signal]) };
    queue = queue.then(() => readBack(place, reading)).finally(() => running.delete(key));
  };
  return {
    begin(place, since) {
      notes.write(place, { since, read: 0, isDone: false, without: [] });
      start(place);
    },
    resume: (places) => places.filter((place) => notes.read(place)?.isDone === false).forEach(start),
    end(place) {
      running.get(keyOf(place))?.abort();
      begun.delete(keyOf(place));
      notes.clear(place);
    },
    reading(place) {
      const found = notes.read(place);
      return found && { since: found.since, read: found.read, isDone: found.isDone };
    },
    revised: (of) => sender.revised(of, { isReading: running.size > 0 }),
    forgot: (of) => begun.values().forEach((place) => notes.forget(place, of, now())),
    settled: () => sender.settled(),
    ended: () => queue,
  };
}

/** Hands over what was read, as it is after what was edited and deleted since it was. */
function createSender({ brain, log }: Pick<BackfillOptions, "brain" | "log">) {
  const revisions = new Map<string, string | undefined>();
  let sending: Promise<unknown> = Promise.resolve();
  const send = (messages: readonly TalkMessage[], signal: AbortSignal) => {
    const sent = brain.hear(
      messages.flatMap((message) => asRevised(message, revisions)),
      { signal },
    );
    sending = sent.catch(() => {});
    return sent;
  };
  return {
    async hear(messages: readonly TalkMessage[], signal: AbortSignal): Promise<void> {
      for (let first = 0; first < messages.length; first += MOST_HEARD) {
        await untilDone(() => send(messages.slice(first, first + MOST_HEARD), signal), {
          signal,
          failed: (error) => log.warn({ err: error }, "what was read back could not be kept yet"),
        });
      }
    },
    /** While nothing is read, what was revised before is on the platform as it is now. */
    revised({ ids, text }: Revised, { isReading }: { readonly isReading: boolean }): void {
      if (!isReading) revisions.clear();
      else for (const id of ids) revisions.set(id, text);
    },
    settled: async (): Promise<void> => {
      await sending;
    },
  };
}

type Reading = BackfillOptions & {
  readonly notes: ProgressNotes;
  readonly hear: (messages: readonly TalkMessage[], ended: AbortSignal) => Promise<void>;
};

/** Reads a place to its end; what fails is tried again, from the page where it failed. Never rejects. */
async function readBack(place: TalkPlace, reading: Reading): Promise<void> {
  const { notes, log, signal } = reading;
  for (let failures = 0; !signal.aborted && notes.read(place)?.isDone === false;) {
    try {
      await readPages(place, reading, () => (failures = 0));
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      log.warn({ err: error, failures }, "what was said before could not be read back yet");
      if (failures >= MOST_TRIES) return;
      await delay(pauseAfter(failures), undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

async function readPages(
  place: TalkPlace,
  { platform, notes, hear, waiting, signal }: Reading,
  gotOn: () => void,
): Promise<void> {
  const begun = notes.read(place);
  if (!begun) return;
  const { since, cursor } = begun;
  const behindQuestions = async () => {
    while (waiting() > 0) await delay(LOOK_MS, undefined, { signal, ref: false });
  };
  await behindQuestions();
  for await (const page of platform.history(place, { since, signal, ...(cursor !== undefined && { cursor }) })) {
    const before = notes.read(place);
    await hear(
      page.messages.filter((message) => before && isToBeKept(message, before)),
      signal,
    );
    signal.throwIfAborted();
    const progress = notes.read(place);
    if (!progress) return;
    notes.write(place, { ...progress, read: progress.read + page.messages.length, cursor: page.cursor });
    gotOn();
    await behindQuestions();
  }
  const progress = notes.read(place);
  if (progress) notes.write(place, { ...progress, isDone: true });
}

/** A message as it is after what came meanwhile; none where it was deleted. */
function asRevised(message: TalkMessage, revisions: ReadonlyMap<string, string | undefined>): TalkMessage[] {
  if (!revisions.has(message.id)) return [message];
  const text = revisions.get(message.id);
  return text === undefined ? [] : [{ ...message, text: keepable(text) }];
}
