import { realpath, stat } from "node:fs/promises";
import { platform } from "node:os";
import watcher, { type Options } from "@parcel/watcher";

/** Changes that come within this time are told together. */
const SETTLE_MS = 150;
/** How often everything is looked at where the system cannot tell what changed. */
const POLL_MS = 5_000;
/** How often it is looked whether the folder is still the same one. */
const FOLLOW_MS = 1_000;

/** Named, for otherwise the library starts a program to see whether another watcher's service runs, and would talk to that. */
const BACKENDS: Readonly<Record<string, Options["backend"]>> = {
  linux: "inotify",
  darwin: "fs-events",
  win32: "windows",
};
const named = BACKENDS[platform()];
const backend = named === undefined ? {} : { backend: named };

/**
 * Calls `onChange` soon after anything below a folder changed, with the absolute paths where that is known, until disposed of. Where the system cannot tell (too many folders, a
 * file system without notices), `onUnwatched` is told once, and `onChange` comes every few seconds instead.
 */
export async function watchFolder(
  folder: string,
  {
    onChange,
    onUnwatched,
  }: {
    readonly onChange: (absolutePaths: readonly string[]) => void;
    readonly onUnwatched: (error: unknown, seconds: number) => void;
  },
): Promise<AsyncDisposable> {
  let settling: NodeJS.Timeout | undefined;
  let changedPaths: string[] = [];
  const changed = (paths: readonly string[]) => {
    for (const path of paths) changedPaths.push(path);
    settling ??= setTimeout(() => {
      settling = undefined;
      onChange(changedPaths.splice(0));
    }, SETTLE_MS);
  };
  const lookEverywhere = () => onChange([]);
  const { start: poll, stop: stopPolling } = poller({ onChange: lookEverywhere, onUnwatched });
  const subscribe = async () => {
    const root = await realpath(folder);
    const options = { ignore: ["**/node_modules/**", "**/.git/**"], ...backend };
    return watcher.subscribe(
      root,
      (error, events) => (error ? poll(error) : changed(events.map(({ path }) => path))),
      options,
    );
  };
  let watched = await identityOf(folder);
  let subscription = await subscribe().catch(poll);
  // A folder may be replaced by another of its name, or be a link that is moved on; then the new one has to be watched.
  const follow = async () => {
    const now = await identityOf(folder);
    if (now === undefined || now === watched) return;
    watched = now;
    await subscription?.unsubscribe();
    subscription = await subscribe().catch(poll);
    lookEverywhere();
  };
  const following = followEvery(FOLLOW_MS, follow);
  return {
    async [Symbol.asyncDispose]() {
      await following[Symbol.asyncDispose]();
      clearTimeout(settling);
      stopPolling();
      await subscription?.unsubscribe();
    },
  };
}

/** Calls `onChange` again and again, once it is started; the reason is told once. */
function poller({
  onChange,
  onUnwatched,
}: {
  readonly onChange: () => void;
  readonly onUnwatched: (error: unknown, seconds: number) => void;
}) {
  let timer: NodeJS.Timeout | undefined;
  return {
    start: (error: unknown): void => {
      if (timer) return;
      onUnwatched(error, POLL_MS / 1_000);
      timer = setInterval(onChange, POLL_MS);
      timer.unref();
    },
    stop: () => clearInterval(timer),
  };
}

/** Which folder a path leads to now; undefined where it leads nowhere. */
async function identityOf(folder: string): Promise<string | undefined> {
  const stats = await stat(folder).catch(() => undefined);
  return stats && `${stats.dev}:${stats.ino}`;
}

/** Does the work again and again, never twice at once, until disposed of; then waits for what is in hand. */
function followEvery(milliseconds: number, work: () => Promise<void>): AsyncDisposable {
  let inHand: Promise<void> | undefined;
  const timer = setInterval(() => {
    inHand ??= work().finally(() => {
      inHand = undefined;
    });
  }, milliseconds);
  timer.unref();
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await inHand;
    },
  };
}
