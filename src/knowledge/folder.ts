import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import picomatch from "picomatch";
import { codeOf } from "../error-code.ts";
import { watchFolder } from "./folder-watch.ts";
import { isDocumentName } from "./read/read.ts";
import type { FolderOptions, Listing, Refusal, Source, SourceFile } from "./source.ts";

/** Folders that hold no documents of the owner's. */
const SKIPPED = new Set(["node_modules"]);

/** A folder of documents on this machine. `onWarning` is told when changes cannot be watched and are looked for instead. */
export function createFolderSource(
  options: FolderOptions,
  { onWarning }: { readonly onWarning?: (sentence: string) => void } = {},
): Source {
  return {
    options,
    idOf: (path) => idOf(path, options),
    list: ({ signal }) => listFolder(options, signal),
    watch: (onChange) => {
      const onUnwatched = (error: unknown, seconds: number) =>
        onWarning?.(
          `Changes in ${options.folder} cannot be watched (${reasonOf(error)}); they are looked for every ${seconds} s`,
        );
      return watchFolder(options.folder, { onChange, onUnwatched });
    },
  };
}

/** One walk's findings so far. */
interface Walk {
  readonly root: string;
  readonly maxBytes: number;
  /** Whether a path inside the folder is left out without a word. */
  readonly isLeftOut: (path: string) => boolean;
  readonly signal: AbortSignal;
  readonly files: SourceFile[];
  readonly refused: Refusal[];
  /** Real paths of the files and folders that were visited, so that each is read once and a link in a circle ends. */
  readonly visited: Set<string>;
  /** Links, which are followed last, so that what is reached both ways has its own path. */
  readonly links: Place[];
  readonly idOf: (path: string) => string;
}

async function listFolder(options: FolderOptions, signal: AbortSignal): Promise<Listing> {
  const root = await realpath(options.folder).catch((error: unknown) => {
    throw new Error(`The folder ${options.folder} cannot be read (${reasonOf(error)}); create it or correct the path`);
  });
  const globs = options.exclude.flatMap((glob) => [glob, `${glob.replace(/\/$/, "")}/**`]);
  const isExcluded = picomatch(globs, { dot: true });
  const walk: Walk = {
    root,
    maxBytes: options.maxBytes,
    isLeftOut: (path) => isExcluded(path) || path.split("/").some((name) => name.startsWith(".") || SKIPPED.has(name)),
    signal,
    files: [],
    refused: [],
    visited: new Set([root]),
    links: [],
    idOf: (path) => idOf(path, options),
  };
  await walkFolder(root, "", walk);
  for (let link = walk.links.shift(); link; link = walk.links.shift()) await visitSafely(link, walk);
  return {
    files: walk.files.sort((one, other) => (one.path < other.path ? -1 : 1)),
    refused: walk.refused.sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}

interface Place {
  readonly absolutePath: string;
  readonly path: string;
  readonly isLink: boolean;
}

/** Made of the folder's path as it was given, so that a folder that is a link keeps its documents when the link is moved on. */
function idOf(path: string, { folder }: FolderOptions): string {
  return createHash("sha256").update(`${folder}\0${path}`).digest("hex").slice(0, 32);
}

async function walkFolder(folder: string, prefix: string, walk: Walk): Promise<void> {
  walk.signal.throwIfAborted();
  let entries;
  try {
    entries = await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (prefix === "") throw new Error(`The folder ${folder} cannot be read (${reasonOf(error)})`, { cause: error });
    walk.refused.push({ path: prefix, reason: `the folder cannot be read (${reasonOf(error)})`, isUnread: true });
    return;
  }
  for (const entry of entries) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (walk.isLeftOut(path)) continue;
    const place = { absolutePath: join(folder, entry.name), path, isLink: entry.isSymbolicLink() };
    if (place.isLink) walk.links.push(place);
    else await visitSafely(place, walk);
  }
}

async function visitSafely(place: Place, walk: Walk): Promise<void> {
  try {
    await visit(await targetOf(place), place.path, walk);
  } catch (error) {
    walk.signal.throwIfAborted();
    // Gone since it was listed is no failure: the next walk will not see it.
    if (codeOf(error) === "ENOENT") return;
    walk.refused.push({ path: place.path, reason: `it cannot be read (${reasonOf(error)})`, isUnread: true });
  }
}

/** Where a path leads; undefined for a link that leads nowhere. */
async function targetOf({ absolutePath, isLink }: Place): Promise<string | undefined> {
  try {
    return await realpath(absolutePath);
  } catch (error) {
    if (isLink && ["ENOENT", "ELOOP"].includes(codeOf(error))) return undefined;
    throw error;
  }
}

async function visit(target: string | undefined, path: string, walk: Walk): Promise<void> {
  const refuse = (reason: string) => void walk.refused.push({ path, reason, isUnread: false });
  if (target === undefined) return refuse("it is a link that leads nowhere");
  if (!isInside(target, walk.root)) return refuse("it is a link that leads out of the folder");
  if (walk.isLeftOut(pathInside(target, walk.root))) return refuse("it is a link to what is left out");
  if (walk.visited.has(target)) return;
  walk.visited.add(target);
  const stats = await stat(target);
  if (stats.isDirectory()) return walkFolder(target, path, walk);
  if (!stats.isFile()) return refuse("it is a device, a pipe or a socket, not a file");
  if (!isDocumentName(path) || !isDocumentName(target)) return;
  if (stats.size > walk.maxBytes) return refuse(tooLarge(stats.size, walk.maxBytes));
  walk.files.push({
    id: walk.idOf(path),
    path,
    absolutePath: target,
    modifiedAt: stats.mtime.toISOString(),
  });
}

/**
 * The bytes of a regular file. What it is and how large is asked of the opened file itself, so that nothing put in its place since
 * the walk can block the reader or fill the memory. Throws with a reason people understand.
 */
export async function readFileSafely(path: string, { maxBytes }: { readonly maxBytes: number }): Promise<Uint8Array> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    throw new Error(`it cannot be read (${reasonOf(error)})`, { cause: error });
  }
  await using opened = file;
  const stats = await opened.stat();
  if (!stats.isFile()) throw new Error("it is a device, a pipe or a socket, not a file");
  if (stats.size > maxBytes) throw new Error(tooLarge(stats.size, maxBytes));
  return opened.readFile();
}

function tooLarge(size: number, maxBytes: number): string {
  return `it has ${megabytes(size)} MB, more than the ${megabytes(maxBytes)} MB that limits.fileMegabytes allows`;
}

function megabytes(bytes: number): string {
  return String(Number((bytes / 1e6).toPrecision(3)));
}

function pathInside(path: string, root: string): string {
  return relative(root, path).replaceAll(sep, "/");
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    EACCES: "no permission",
    EPERM: "no permission",
    ENOENT: "it is not there",
    ELOOP: "it became a link",
    EMFILE: "too many open files",
    EIO: "the disk reports an error",
  };
  return words[code] ?? code;
}
