import { hash } from "node:crypto";
import type { Audience, Passage } from "../chat.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import { standingIn } from "./evidence.ts";
import type { SourceRecord } from "./records.ts";
import { saidOn } from "./talk-passages.ts";

/** Changed documents among which a text is looked for, and passages that are looked at for it by title and headings. */
const MOST_CHANGED = 1_000;
const LOOKED_UP = 20;

/** A passage's place, as records keep it. */
export type SourcePlace = Omit<SourceRecord, "stretches" | "change">;

/** Finds where a source stands now; undefined where these readers can read it nowhere. */
export type FindMoved = (
  source: SourceRecord,
  options: { readonly clearance: readonly Audience[] },
) => Promise<SourcePlace | undefined>;

/** A passage's place, with the hash of its text. Of a message the record names nobody, only the day: it may outlive the message. */
export function placeOf({ id, documentId, path, title, headings, said, text }: Passage): SourcePlace {
  const own = { passageId: id, documentId, path, headings, textHash: hash("sha256", text) };
  return said ? { ...own, title: saidOn(said.at), saidAt: said.at } : { ...own, title };
}

/**
 * Finds texts that are gone from their document: among the documents that changed with it, where the whole passage stands the same;
 * else where title and headings lead to, if what was taken stands there word for word.
 */
export function createFindMoved(
  changed: readonly string[],
  { knowledge, signal }: { readonly knowledge: Pick<Knowledge, "document" | "lookup">; readonly signal: AbortSignal },
): FindMoved {
  const places = new Map<string, Promise<ReadonlyMap<string, SourcePlace>>>();
  const readPlaces = async (clearance: readonly Audience[]) => {
    const found = new Map<string, SourcePlace>();
    for (const id of changed.slice(0, MOST_CHANGED)) {
      for (const passage of await knowledge.document(id, { clearance })) {
        const place = placeOf(passage);
        found.set(place.textHash, place);
      }
    }
    return found;
  };
  return async (source, { clearance }) => {
    const readers = clearance.join("\n");
    const read = places.get(readers) ?? readPlaces(clearance);
    places.set(readers, read);
    const same = (await read).get(source.textHash);
    if (same) return same;
    const words = [source.title, ...source.headings].join(" ");
    const hits = await knowledge.lookup(words, { clearance, limit: LOOKED_UP, signal });
    const hit = hits.find(({ passage }) => source.stretches.every(standingIn(passage.text)));
    return hit && placeOf(hit.passage);
  };
}
