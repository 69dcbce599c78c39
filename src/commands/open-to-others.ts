import { statSync } from "node:fs";
import { sep } from "node:path";

/** Where container engines put secrets: files that everybody may read, in a container that nobody else is in. */
const SECRETS = "/run/secrets/";

/** Which of the owner's folders and files everybody on this machine may read or change: a sentence each, with the cure. */
export function openToOthers(paths: readonly string[]): string[] {
  // Windows has other rights, which the mode does not tell.
  if (sep === "\\") return [];
  return paths.flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (!found || (found.mode & 0o007) === 0 || path.startsWith(SECRETS)) return [];
    const mode = found.isDirectory() ? "700" : "600";
    return [`The permissions of ${path} let everybody on this machine in; run: chmod ${mode} "${path}"`];
  });
}
