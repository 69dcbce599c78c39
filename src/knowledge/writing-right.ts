import { takeLock } from "../lock.ts";
import type { Log } from "../log.ts";
import { openClaim } from "./lance-claim.ts";
import type { SharedPlace } from "./shared-index.ts";

/** How often it is looked whether another process has stopped keeping the index. */
const FREE_MS = 1_000;

/** The right to write an index, which one process has at a time. It may come later, and where others share the index it may be lost. */
export interface WritingRight {
  readonly isHeld: () => boolean;
  /** Once it is known for the first time whether it is held. */
  readonly settled: Promise<void>;
}

/** The right to write an index in a folder, tried for again whenever it is asked about: who had it may have ended. */
export function rightToWrite(folder: string): Disposable & WritingRight {
  let lock: Disposable | undefined;
  return {
    isHeld: () => (lock ??= takeLock(folder)) !== undefined,
    settled: Promise.resolve(),
    [Symbol.dispose]: () => lock?.[Symbol.dispose](),
  };
}

/**
 * The right to write an index on storage: of those that the owner lets write, one has it at a time. Whoever only reads never has it.
 * `folder` is this machine's own folder for the index.
 */
export function rightToShare(
  { place, access, shown }: SharedPlace,
  { folder, log }: { readonly folder: string; readonly log: Log },
): AsyncDisposable & WritingRight {
  const settled = Promise.resolve();
  if (access === "read") return { isHeld: () => false, settled, [Symbol.asyncDispose]: async () => {} };
  const own = rightToWrite(folder);
  const claim = openClaim({
    place,
    folder,
    mayTry: own.isHeld,
    onChange: (isHeld) => log.info({ isHeld, index: shown }, "the right to write the index changed"),
  });
  const sayWho = async () => {
    await claim.settled;
    const by = claim.heldBy();
    if (by !== undefined) log.warn({ index: shown, by }, "another Hearth writes this index, so it is only read here");
  };
  void sayWho();
  return {
    isHeld: () => own.isHeld() && claim.isHeld(),
    settled: claim.settled,
    async [Symbol.asyncDispose]() {
      await claim[Symbol.asyncDispose]();
      own[Symbol.dispose]();
    },
  };
}

/** Calls back whenever the right to write has come, until disposed of. */
export function whenGained({ isHeld }: WritingRight, onGained: () => void): Disposable {
  let was = isHeld();
  const timer = setInterval(() => {
    const is = isHeld();
    if (is && !was) onGained();
    was = is;
  }, FREE_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
