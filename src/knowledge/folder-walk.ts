import type { Stats } from "node:fs";
import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { codeOf } from "../error-code.ts";
import { NO_FILE, reasonOf, tooLarge } from "./folder-file.ts";
import { isDocumentName } from "./read/read.ts";
import { unsupportedReason } from "./read/unsupported.ts";
import type { FolderOptions, Listing, Refusal, SourceFile } from "./source.ts";

/** Clocks of file systems may be as coarse as this: a file that changed so lately can change again and show the same times. */
const UNSETTLED_MS = 2_000;

/** What a walk has to know of the folder besides its options. */
interface WalkRules {
  /** Whether a path inside the folder is left out without a word. */
  readonly isLeftOut: (path: string) => boolean;
  readonly idOf: (path: string) => string;
  readonly signal: AbortSignal;
}

/** One walk's findings so far. */
interface Walk extends WalkRules {
  readonly root: string;
  readonly maxBytes: number;
  readonly files: SourceFile[];
  readonly refused: Refusal[];
  /** Real paths of the files and folders that were visited, so that each is read once and a link in a circle ends. */
  readonly visited: Set<string>;
  /** Links, which are followed once all else was seen, so that what is reached both ways has its own path. */
  readonly links: Place[];
}

/** All files of a folder. Rejects when the folder cannot be listed to its end. */
export async function listFolder(options: FolderOptions, rules: WalkRules): Promise<Listing> {
  const walk = await beginWalk(options, rules);
  await walkFolder(walk.root, "", walk);
  while (walk.links.length > 0) {
    // In order, so that of two links to one place the same one counts each time.
    for (const link of inOrder(walk.links.splice(0))) await visitSafely(link, walk, visitLink);
  }
  return { files: inOrder(walk.files), refused: inOrder(walk.refused) };
}

/** What stands at some absolute paths; `ids` are those that files there have, or had. Folders and links are left for a walk. */
export async function lookAtPaths(
  absolutePaths: Iterable<string>,
  options: FolderOptions,
  rules: WalkRules,
): Promise<Listing & { readonly ids: ReadonlySet<string> }> {
  const walk = await beginWalk(options, rules);
  const ids = new Set<string>();
  for (const absolutePath of absolutePaths) {
    const path = pathInside(absolutePath, walk.root);
    if (path === "" || !isInside(absolutePath, walk.root) || walk.isLeftOut(path)) continue;
    const stats = await lstat(absolutePath).catch(() => undefined);
    if (stats && !stats.isFile()) continue;
    ids.add(walk.idOf(path));
    if (stats) await visitSafely({ absolutePath, path }, walk, visitPlain);
  }
  return { files: inOrder(walk.files), refused: inOrder(walk.refused), ids };
}

async function beginWalk(options: FolderOptions, rules: WalkRules): Promise<Walk> {
  const root = await realpath(options.folder).catch((error: unknown) => {
    throw new Error(`The folder ${options.folder} cannot be read (${reasonOf(error)}); create it or correct the path`);
  });
  const { maxBytes } = options;
  return { ...rules, root, maxBytes, files: [], refused: [], visited: new Set([root]), links: [] };
}

function inOrder<Found extends { readonly path: string }>(found: readonly Found[]): Found[] {
  return found.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

interface Place {
  readonly absolutePath: string;
  readonly path: string;
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
  const places = entries.flatMap((entry) => {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    return walk.isLeftOut(path) ? [] : [{ entry, place: { absolutePath: join(folder, entry.name), path } }];
  });
  walk.links.push(...places.filter(({ entry }) => entry.isSymbolicLink()).map(({ place }) => place));
  const plain = places.filter(({ entry }) => !entry.isSymbolicLink());
  // What is no link has a real path of its own, so the order does not matter. One folder's files at once: of all at once a third of the
  // time went into memory.
  await Promise.all(
    plain.filter(({ entry }) => !entry.isDirectory()).map(({ place }) => visitSafely(place, walk, visitPlain)),
  );
  for (const { place } of plain.filter(({ entry }) => entry.isDirectory())) await visitSafely(place, walk, visitPlain);
}

async function visitSafely(
  place: Place,
  walk: Walk,
  visit: (place: Place, walk: Walk) => Promise<void>,
): Promise<void> {
  try {
    await visit(place, walk);
  } catch (error) {
    walk.signal.throwIfAborted();
    // Gone since it was listed is no failure: the next walk will not see it.
    if (codeOf(error) === "ENOENT") return;
    walk.refused.push({ path: place.path, reason: `it cannot be read (${reasonOf(error)})`, isUnread: true });
  }
}

async function visitPlain(place: Place, walk: Walk): Promise<void> {
  const lookedAt = Date.now();
  const stats = await lstat(place.absolutePath);
  // It may have become one since the folder was listed.
  if (stats.isSymbolicLink()) walk.links.push(place);
  else await take(place, walk, { stats, lookedAt });
}

async function visitLink({ absolutePath, path }: Place, walk: Walk): Promise<void> {
  const target = await targetOf(absolutePath);
  if (target === undefined) return refuse(path, "it is a link that leads nowhere", walk);
  if (!isInside(target, walk.root)) return refuse(path, "it is a link that leads out of the folder", walk);
  const lookedAt = Date.now();
  await take({ absolutePath: target, path }, walk, { stats: await stat(target), lookedAt });
}

/** Where a link leads; undefined where it leads nowhere. */
async function targetOf(link: string): Promise<string | undefined> {
  try {
    return await realpath(link);
  } catch (error) {
    if (["ENOENT", "ELOOP"].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Takes a file, or what is in a folder, by its real path. */
async function take(
  { absolutePath, path }: Place,
  walk: Walk,
  { stats, lookedAt }: { readonly stats: Stats; readonly lookedAt: number },
): Promise<void> {
  const inside = pathInside(absolutePath, walk.root);
  if (inside !== path && walk.isLeftOut(inside)) return refuse(path, "it is a link to what is left out", walk);
  if (walk.visited.has(absolutePath)) return;
  walk.visited.add(absolutePath);
  if (stats.isDirectory()) return walkFolder(absolutePath, path, walk);
  if (!stats.isFile()) return refuse(path, NO_FILE, walk);
  const unsupported = unsupportedReason(path);
  if (unsupported !== undefined) return refuse(path, unsupported, walk);
  if (!isDocumentName(path) || !isDocumentName(absolutePath)) return;
  if (stats.size > walk.maxBytes) return refuse(path, tooLarge(stats.size, walk.maxBytes), walk);
  const isSettled = Math.max(stats.mtimeMs, stats.ctimeMs) < lookedAt - UNSETTLED_MS;
  walk.files.push({
    id: walk.idOf(path),
    path,
    absolutePath,
    modifiedAt: stats.mtime.toISOString(),
    // The times are exact to a quarter of a microsecond, finer than any system's clock for files.
    ...(isSettled && { stamp: `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs} ${stats.ino}` }),
  });
}

function refuse(path: string, reason: string, { refused }: Walk): void {
  refused.push({ path, reason, isUnread: false });
}

function pathInside(path: string, root: string): string {
  return relative(root, path).replaceAll(sep, "/");
}

function isInside(path: string, root: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}
