import type { Synced } from "./knowledge.ts";
import type { Listing, Source } from "./source.ts";
import { sync, type SyncOptions } from "./sync.ts";

/** More paths than this are left to a whole sync: then most of its work is to be done anyway. */
const MOST_PATHS = 100;

/**
 * Makes the index match the files at some absolute paths, as a sync does, and leaves all others as they are, so that an edit is found
 * soon in a large folder. It is to be followed by a whole sync: folders, links, and files that are found twice are left to that.
 */
export async function syncTouched(absolutePaths: ReadonlySet<string>, options: SyncOptions): Promise<Synced> {
  const { sources, index, ledger, signal } = options;
  const looked = await Promise.all(sources.map((source) => source.look(absolutePaths, { signal })));
  const ids = new Set(looked.flatMap((listing) => [...listing.ids]));
  const documents = async () => new Map([...(await index.documents())].filter(([, { file }]) => ids.has(file)));
  const entries = () => new Map([...ledger.entries()].filter(([id]) => ids.has(id)));
  return sync({
    ...options,
    sources: sources.map((source, place) => only(source, looked[place])),
    index: { ...index, documents },
    ledger: { ...ledger, entries },
  });
}

/** Whether so many paths are better looked at by themselves first. */
export function isWorthTouching(absolutePaths: ReadonlySet<string>): boolean {
  return absolutePaths.size > 0 && absolutePaths.size <= MOST_PATHS;
}

function only(source: Source, listing: Listing = { files: [], refused: [] }): Source {
  return { ...source, list: async () => listing };
}
