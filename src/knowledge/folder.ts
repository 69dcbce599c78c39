import { hash } from "node:crypto";
import picomatch from "picomatch";
import { reasonOf } from "./folder-file.ts";
import { listFolder, lookAtPaths } from "./folder-walk.ts";
import { watchFolder } from "./folder-watch.ts";
import type { FolderOptions, Source } from "./source.ts";

/** Folders that hold no documents of the owner's. */
const SKIPPED = new Set(["node_modules"]);

/** A folder of documents on this machine. `onWarning` is told when changes cannot be watched and are looked for instead. */
export function createFolderSource(
  options: FolderOptions,
  { onWarning }: { readonly onWarning?: (sentence: string) => void } = {},
): Source {
  const whyLeftOut = leftOut(options);
  const rules = {
    isLeftOut: (path: string) => whyLeftOut(path) !== undefined,
    idOf: (path: string) => idOf(path, options),
  };
  return {
    options,
    idOf: rules.idOf,
    list: ({ signal }) => listFolder(options, { ...rules, signal }),
    look: (absolutePaths, { signal }) => lookAtPaths(absolutePaths, options, { ...rules, signal }),
    watch: (onChange) => {
      const onUnwatched = (error: unknown, seconds: number) =>
        onWarning?.(
          `Changes in ${options.folder} cannot be watched (${reasonOf(error)}); they are looked for every ${seconds} s`,
        );
      return watchFolder(options.folder, { onChange, onUnwatched });
    },
  };
}

/** Why a path inside the folder is left out without a word, as a sentence's end; undefined for one that is looked at. */
export function leftOut({ exclude }: FolderOptions): (path: string) => string | undefined {
  const globs = exclude.map((glob) => ({
    glob,
    matches: picomatch([glob, `${glob.replace(/\/$/, "")}/**`], { dot: true }),
  }));
  return (path) => {
    const excluded = globs.find(({ matches }) => matches(path));
    if (excluded) return `exclude names it ("${excluded.glob}")`;
    const names = path.split("/");
    if (names.some((name) => name.startsWith("."))) return "it, or a folder above it, begins with a dot";
    const skipped = names.find((name) => SKIPPED.has(name));
    return skipped === undefined ? undefined : `it lies in a folder called ${skipped}`;
  };
}

/** Made of the folder's path as it was given, so that a folder that is a link keeps its documents when the link is moved on. */
function idOf(path: string, { folder }: FolderOptions): string {
  return hash("sha256", `${folder}\0${path}`).slice(0, 32);
}
