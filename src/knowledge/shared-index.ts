import { codeOf } from "../error-code.ts";
import type { KnowledgeStatus, MeaningState, SyncState } from "./knowledge.ts";
import type { StoragePlace } from "./lance-place.ts";
import type { PassageIndex } from "./passage-index.ts";
import { UserError } from "../user-error.ts";

/** An index on storage that several Hearths share: one writes it, the others read. */
export interface SharedPlace {
  readonly place: { readonly s3: StoragePlace };
  readonly access: "read" | "write";
  /** The place as people read it. */
  readonly shown: string;
}

/** The code of what LanceDB itself could not do. */
const NATIVE_FAILURE = "GenericFailure";

/** How often it is looked whether another process wrote, and whether the storage is there again. */
const FOLLOW_MS = 3_000;
/** How often the vectors are looked for that another process makes, each time by listing those that there are. */
const VECTORS_MS = 30_000;
/** A status waits for the storage no longer than this. */
const STATUS_MS = 3_000;

/**
 * An index that is opened when it is first needed, and anew after a failure, since the storage may come and go and what is stored may be
 * taken away. What fails while the storage cannot be used rejects with a UserError that says why.
 */
export function openWhenNeeded(
  open: () => Promise<PassageIndex>,
  { whyFailed }: Pick<StoragePlace, "whyFailed">,
): PassageIndex {
  const { through, close } = reopening(open, whyFailed);
  return {
    documents: () => through((index) => index.documents()),
    replace: (change) => through((index) => index.replace(change)),
    search: (words, options) => through((index) => index.search(words, options)),
    frequencies: (words, options) => through((index) => index.frequencies(words, options)),
    document: (id, options) => through((index) => index.document(id, options)),
    passages: (ids, options) => through((index) => index.passages(ids, options)),
    count: () => through((index) => index.count()),
    version: () => through((index) => index.version()),
    catchUp: () => through((index) => index.catchUp()),
    optimize: () => through((index) => index.optimize()),
    [Symbol.asyncDispose]: close,
  };
}

/** Work on an index that is opened for it, and let go of when LanceDB itself fails. */
function reopening(open: () => Promise<PassageIndex>, whyFailed: StoragePlace["whyFailed"]) {
  let opening: Promise<PassageIndex> | undefined;
  const opened = () => {
    if (opening) return opening;
    const fresh = open().catch((error: unknown) => {
      if (opening === fresh) opening = undefined;
      throw error;
    });
    return (opening = fresh);
  };
  const through = async <Result>(work: (index: PassageIndex) => Promise<Result>): Promise<Result> => {
    const startedAt = performance.now();
    const used = opened();
    try {
      return await work(await used);
    } catch (error) {
      const why = whyFailed(startedAt);
      if (why !== undefined) throw new UserError(why, { cause: error });
      // Another who failed with it may have let go of it already.
      if (codeOf(error) === NATIVE_FAILURE && used === opening) await close();
      throw error;
    }
  };
  const close = async () => {
    const last = opening;
    opening = undefined;
    const index = await last?.catch(() => undefined);
    await index?.[Symbol.asyncDispose]();
  };
  return { through, close };
}

/** What a process finds out about an index that others write. */
export interface Following extends Disposable {
  /** Why the storage cannot be used, as it was seen last. */
  problem(): string | undefined;
}

/**
 * Looks every few seconds, until disposed of, whether the index has another version and whether the storage can be used. `onChanged` is
 * told of both: of a version that is new, and of storage that is there again.
 */
export function followIndex(
  index: Pick<PassageIndex, "version">,
  { onChanged, everyMs = FOLLOW_MS }: { readonly onChanged: () => void; readonly everyMs?: number },
): Following {
  let version: number | undefined;
  let problem: string | undefined;
  let isLooking = false;
  const look = async () => {
    try {
      const now = await index.version();
      const isNews = problem !== undefined || (version !== undefined && now !== version);
      version = now;
      problem = undefined;
      if (isNews) onChanged();
    } catch (error) {
      problem = error instanceof UserError ? error.message : "The index cannot be read; the log says why";
    }
  };
  const lookOnce = () => {
    if (isLooking) return;
    isLooking = true;
    void look().finally(() => (isLooking = false));
  };
  lookOnce();
  const timer = setInterval(lookOnce, everyMs);
  timer.unref();
  return { problem: () => problem, [Symbol.dispose]: () => clearInterval(timer) };
}

/**
 * Where another process makes the vectors, looks from time to time whether they are there, until disposed of: they come after the passages,
 * and nothing tells of them.
 */
export function followVectors(given: {
  readonly isWrittenHere: () => boolean;
  readonly state: () => MeaningState;
  readonly look: () => void;
}): Disposable {
  const timer = setInterval(() => {
    if (!given.isWrittenHere() && given.state().kind === "embedding") given.look();
  }, VECTORS_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

/** What is known of documents and reading. */
type Standing = Pick<KnowledgeStatus, "documents" | "passages" | "sync">;

/**
 * The standing of an index on storage, which is told within seconds even where the storage does not answer: with the last known counts
 * then, and why.
 */
export function standingOf(
  index: Pick<PassageIndex, "count">,
  { state, problem }: { readonly state: () => SyncState; readonly problem: () => string | undefined },
): () => Promise<Standing> {
  let counts = { documents: 0, passages: 0 };
  return async () => {
    const known = problem();
    if (known !== undefined) return { ...counts, sync: { kind: "failed", reason: known } };
    try {
      counts = await inTime(index.count());
      return { ...counts, sync: state() };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ...counts, sync: { kind: "failed", reason: error.message } };
    }
  };
}

async function inTime<Result>(work: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const why = `The storage of the index did not answer within ${STATUS_MS / 1_000} s; see whether it has too much to do`;
  const timer = setTimeout(() => late.reject(new UserError(why)), STATUS_MS);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
