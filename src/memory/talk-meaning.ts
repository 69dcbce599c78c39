import { readersOf, type TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { embedAll, takeOutAll } from "./talk-following.ts";
import type { NearWindow, TalkVectors } from "./recall-vectors.ts";
import type { Nearness } from "./recall.ts";
import type { TalkRecord } from "./record.ts";

/** Makes vectors of texts, of unit length; as the Embedder of knowledge/embedder.ts, which fits it. */
export interface TalkEmbedder {
  ready(options: { readonly signal: AbortSignal }): Promise<VectorModel>;
  embed(
    texts: readonly string[],
    options: {
      readonly as: "query" | "passage";
      readonly wanted?: "now" | "in the background";
      readonly signal: AbortSignal;
    },
  ): Promise<readonly Float32Array[]>;
}

/** A model of vectors: those of different ids never mix. */
export interface VectorModel {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly dimensions: number;
}

/** What was said by its meaning: vectors that follow the record in the background. */
export interface TalkMeaning extends AsyncDisposable {
  /** Something was kept, changed or deleted: its vectors follow soon, after "now" (something is to be forgotten) at once. Never throws, never waits. */
  follow(when?: "now"): void;
  /** Resolves when everything is followed, or could not be; does not wait for idle time. */
  settled(): Promise<void>;
  /** How near messages of places are in meaning to a text, the nearest of them by their ids; undefined where nothing can be looked through. */
  nearness(
    text: string,
    places: readonly TalkPlace[],
    options: { readonly signal: AbortSignal },
  ): Promise<Nearness | undefined>;
}

/** What it is made of. */
export interface TalkMeaningParts {
  readonly record: TalkRecord;
  readonly embedder: TalkEmbedder;
  readonly openVectors: (model: VectorModel) => Promise<TalkVectors>;
  /** Deletes all vectors, where something is to be forgotten and the model cannot be used. */
  readonly removeVectors: () => Promise<void>;
  readonly log: Log;
}

/** So long after something was said its vectors are made: of a talk that goes on, not each message anew. */
const IDLE_MS = 5 * 60_000;
const FIRST_MS = 10_000;
/** What could not be taken out of the vectors is tried again so soon. */
const AGAIN_MS = 60_000;
/** Windows that are looked at over all places. */
const NEAREST = 24;

/** What was said by its meaning, from now on in the background. */
export function createTalkMeaning(parts: TalkMeaningParts): TalkMeaning {
  const { record, embedder, log } = parts;
  const closing = new AbortController();
  const following = createFollowing(parts, closing.signal);
  const runs = createRuns(async () => {
    if ((await following.run()) === "again") runs.start(AGAIN_MS);
  });
  runs.start(FIRST_MS);
  return {
    follow(when) {
      if (when === "now") following.hurry();
      runs.start(when === "now" ? 0 : IDLE_MS);
    },
    settled: async () => {
      runs.start(0);
      await runs.idle();
    },
    async nearness(text, places, options) {
      const vectors = following.vectors();
      const wanted = new Set(places.map(readersOf));
      const kept = record.places().filter((place) => wanted.has(readersOf(place)));
      if (!vectors || kept.length === 0) return undefined;
      try {
        const [vector = new Float32Array()] = await embedder.embed([text], { as: "query", ...options });
        return toNearness((await Promise.all(kept.map((place) => vectors.nearest(place, vector, NEAREST)))).flat());
      } catch (error) {
        options.signal.throwIfAborted();
        log.error({ err: error }, "the talk of channels could not be looked through by meaning; it was by words");
        return undefined;
      }
    },
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      runs.stop();
      await runs.idle();
      await following.vectors()?.[Symbol.asyncDispose]();
    },
  };
}

/** One run after the other, and what is known since the last one. A run does not reject. */
function createFollowing(parts: TalkMeaningParts, signal: AbortSignal) {
  const { embedder, openVectors, removeVectors, log } = parts;
  let vectors: TalkVectors | undefined;
  let isUrgent = false;
  const checked = new Set<string>();
  const failed = (error: unknown) =>
    log.error({ err: error }, "the talk of channels could not be embedded; it is found by words");
  const isRemoved = () =>
    removeVectors().then(
      () => true,
      (error: unknown) => {
        log.error({ err: error }, "the vectors of channels' talk could not be deleted; this is tried again");
        return false;
      },
    );
  return {
    vectors: () => vectors,
    /** A run in hand ends soon, so that the next one first takes out what is to be forgotten. */
    hurry: () => void (isUrgent = true),
    /** Gives "again" where something that is to be forgotten could not be taken out. */
    run: async () => {
      let isForgetting = isUrgent;
      isUrgent = false;
      try {
        vectors ??= await openVectors(await embedder.ready({ signal }));
        const run = { ...parts, vectors, checked, signal, isHurried: () => isUrgent };
        const { places, failures } = await takeOutAll(run);
        for (const error of failures) failed(error);
        isForgetting &&= failures.length > 0;
        await embedAll(places, run);
      } catch (error) {
        if (signal.aborted) return "done";
        failed(error);
      }
      if (!isForgetting || (!vectors && (await isRemoved()))) return "done";
      isUrgent = true;
      return "again";
    },
  };
}

/** Every message of a window is as near as the nearest window that it is in. */
function toNearness(windows: readonly NearWindow[]): Nearness | undefined {
  const nearness = new Map<string, number>();
  const nearest = windows.toSorted((one, other) => other.similarity - one.similarity).slice(0, NEAREST);
  for (const { messages, similarity } of nearest) {
    for (const id of messages) if (!nearness.has(id)) nearness.set(id, similarity);
  }
  return nearness.size > 0 ? nearness : undefined;
}

/** One run at a time, some time after it is asked for; one that is asked for meanwhile follows. */
function createRuns(run: () => Promise<void>) {
  let running = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;
  let isStopped = false;
  const begin = () => {
    clearTimeout(timer);
    dueAt = Infinity;
    running = running.then(run);
  };
  return {
    start(wait: number) {
      const at = performance.now() + wait;
      if (isStopped || at >= dueAt) return;
      clearTimeout(timer);
      if (wait === 0) return begin();
      dueAt = at;
      timer = setTimeout(begin, wait);
      timer.unref();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
    idle: () => running,
  };
}
