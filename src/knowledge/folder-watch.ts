import { statSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { platform } from "node:os";
import watcher, { type Options, type SubscribeCallback } from "@parcel/watcher";

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

/** What is told of a watched folder. */
interface Watch {
  /** Something changed, at these absolute paths where that is known. */
  readonly onChange: (absolutePaths: readonly string[]) => void;
  /** The system cannot tell (too many folders, a file system without notices): all is looked at every so many seconds instead. */
  readonly onUnwatched: (error: unknown, seconds: number) => void;
}

/** Watches a folder and all below it until disposed of; `onChange` comes soon after a change, and `onUnwatched` at most once. */
export async function watchFolder(folder: string, { onChange, onUnwatched }: Watch): Promise<AsyncDisposable> {
  const { changed, stop: stopTelling } = settler(onChange);
  const { start: poll, stop: stopPolling } = poller({ onChange: () => onChange([]), onUnwatched });
  let hasNewFolder = false;
  const subscribe = async () => {
    const root = await realpath(folder);
    const options = { ignore: ["**/node_modules/**", "**/.git/**"], ...backend };
    const onEvents: SubscribeCallback = (error, events) => {
      if (error) return poll(error);
      hasNewFolder ||= events.some(({ type, path }) => type === "create" && isFolder(path));
      changed(events.map(({ path }) => path));
    };
    return watcher.subscribe(root, onEvents, options);
  };
  let watched = await identityOf(folder);
  let subscription = await subscribe().catch(poll);
  // A folder may be replaced by another of its name, or be a link that is moved on; then the new one has to be watched. And of folders
  // that are made in one another at once the watcher may see the outer one alone.
  const follow = async () => {
    const now = await identityOf(folder);
    if (now === undefined || (now === watched && !hasNewFolder)) return;
    watched = now;
    hasNewFolder = false;
    await subscription?.unsubscribe();
    subscription = await subscribe().catch(poll);
    onChange([]);
  };
  const following = followEvery(FOLLOW_MS, follow);
  return {
    async [Symbol.asyncDispose]() {
      await following[Symbol.asyncDispose]();
      stopTelling();
      stopPolling();
      await subscription?.unsubscribe();
    },
  };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Tells changes that come close together at once. */
function settler(onChange: Watch["onChange"]) {
  let settling: NodeJS.Timeout | undefined;
  const paths: string[] = [];
  return {
    changed: (changed: readonly string[]): void => {
      for (const path of changed) paths.push(path);
      settling ??= setTimeout(() => {
        settling = undefined;
        onChange(paths.splice(0));
      }, SETTLE_MS);
    },
    stop: () => clearTimeout(settling),
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
