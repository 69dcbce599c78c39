import { platform } from "node:os";
import watcher, { type Options } from "@parcel/watcher";

/** Changes that come within this time are told together. */
const SETTLE_MS = 150;
/** How often everything is looked at where the system cannot tell what changed. */
const POLL_MS = 5_000;

/** Named, for otherwise the library starts a program to see whether another watcher's service runs, and would talk to that. */
const BACKENDS: Readonly<Record<string, Options["backend"]>> = {
  linux: "inotify",
  darwin: "fs-events",
  win32: "windows",
};
const named = BACKENDS[platform()];
const backend = named === undefined ? {} : { backend: named };

/**
 * Calls `onChange` soon after anything below a folder changed, until disposed of. Where the system cannot tell (too many folders, a
 * file system without notices), `onUnwatched` is told once, and `onChange` comes every few seconds instead.
 */
export async function watchFolder(
  folder: string,
  {
    onChange,
    onUnwatched,
  }: { readonly onChange: () => void; readonly onUnwatched: (error: unknown, seconds: number) => void },
): Promise<AsyncDisposable> {
  let settling: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;
  const changed = () => {
    settling ??= setTimeout(() => {
      settling = undefined;
      onChange();
    }, SETTLE_MS);
  };
  const poll = (error: unknown) => {
    if (polling) return;
    onUnwatched(error, POLL_MS / 1_000);
    polling = setInterval(onChange, POLL_MS);
    polling.unref();
  };
  const subscription = await watcher
    .subscribe(folder, (error) => (error ? poll(error) : changed()), {
      ignore: ["**/node_modules/**", "**/.git/**"],
      ...backend,
    })
    .catch(poll);
  return {
    async [Symbol.asyncDispose]() {
      clearTimeout(settling);
      clearInterval(polling);
      await subscription?.unsubscribe();
    },
  };
}
