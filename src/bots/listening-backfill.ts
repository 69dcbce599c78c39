import { setTimeout as delay } from "node:timers/promises";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import { MOST_HEARD, passable } from "./listening-handover.ts";
import type { ChatPlatform, Desk, PlatformName } from "./platform.ts";
import { pauseAfter, untilDone } from "./serve-again.ts";
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
  const { inbox, platform, now } = options;
  const notes = progressIn(inbox, platform.name);
  const sender = createSender({ ...options, notes });
  const readers = createReaders({ ...options, notes, hear: (messages, ended) => sender.hear(messages, ended) });
  return {
    begin(place, since) {
      const before = notes.read(place);
      // One that goes as far back goes on.
      if (before?.isDone !== false || before.since > since) {
        readers.end(place);
        notes.write(place, { since, read: 0, isDone: false });
      }
      readers.start(place);
    },
    resume: (places) =>
      places.filter((place) => notes.read(place)?.isDone === false).forEach((place) => readers.start(place)),
    end(place) {
      readers.end(place);
      notes.clear(place);
    },
    reading(place) {
      const found = notes.read(place);
      return found && { since: found.since, read: found.read, isDone: found.isDone };
    },
    revised: (of) => sender.revised(of, { isReading: readers.areReading() }),
    forgot: (of) => notes.forget(of, now()),
    settled: () => sender.settled(),
    ended: () => readers.ended(),
  };
}

/** Reads places one after the other, each once at a time. */
function createReaders({ signal, ...options }: Reading) {
  const running = new Map<string, AbortController>();
  let queue: Promise<void> = Promise.resolve();
  return {
    start(place: TalkPlace): void {
      const key = keyOf(place);
      if (running.has(key)) return;
      const stop = new AbortController();
      running.set(key, stop);
      queue = queue
        .then(() => readBack(place, { ...options, signal: AbortSignal.any([signal, stop.signal]) }))
        .catch((error: unknown) => options.log.error({ err: error }, "what was said before could not be read back"))
        .finally(() => {
          // Another one may have taken its place.
          if (running.get(key) === stop) running.delete(key);
        });
    },
    end(place: TalkPlace): void {
      running.get(keyOf(place))?.abort();
      running.delete(keyOf(place));
    },
    areReading: () => running.size > 0,
    ended: () => queue,
  };
}

/** Hands over what was read, as it is after what was edited, deleted and forgotten since it was. */
function createSender({
  brain,
  log,
  notes,
}: Pick<BackfillOptions, "brain" | "log"> & { readonly notes: ProgressNotes }) {
  const revisions = new Map<string, string | undefined>();
  let sending: Promise<unknown> = Promise.resolve();
  const send = (messages: readonly TalkMessage[], signal: AbortSignal) => {
    const forgotten = notes.forgotten(messages[0]?.conversation.space ?? "");
    const left = messages.filter((message) => isToBeKept(message, forgotten));
    const sent = brain.hear(
      left.flatMap((message) => asRevised(message, revisions)),
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
    await hear(page.messages, signal);
    signal.throwIfAborted();
    const progress = notes.read(place);
    if (!progress) return;
    notes.write(place, { ...progress, read: progress.read + page.messages.length, cursor: page.cursor });
    gotOn();
    await behindQuestions();
  }
  signal.throwIfAborted();
  const progress = notes.read(place);
  if (progress) notes.write(place, { ...progress, isDone: true });
}

/** A message as it is after what came meanwhile; none where it was deleted. */
function asRevised(message: TalkMessage, revisions: ReadonlyMap<string, string | undefined>): TalkMessage[] {
  const text = revisions.has(message.id) ? revisions.get(message.id) : message.text;
  return text === undefined ? [] : [passable({ ...message, text })];
}
