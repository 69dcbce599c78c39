import type { TalkPlace } from "../chat.ts";

/** A window of conversation (windows.ts) as its vector: no text. `id` tells it from every other, also from what it was before an edit. */
export interface TalkWindow {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Whole days since 1970 (UTC). */
  readonly day: number;
  /** The ids of its messages, in the order of time. */
  readonly messages: readonly string[];
  readonly vector: Float32Array;
}

/** A window near to a vector. `similarity` is the cosine, -1 to 1. */
export interface NearWindow extends Pick<TalkWindow, "messages"> {
  readonly similarity: number;
}

/** A place, and since when it is kept: what is kept anew begins anew. */
export type VectorPlace = TalkPlace & { readonly since: number };

/**
 * Vectors of what was said, by one embedding model, each place's apart from all others'. Derived: can be deleted and made again. One
 * writer; changes of one place queue up.
 */
export interface TalkVectors extends AsyncDisposable {
  /** The windows of a place: their days by their ids. */
  windows(place: VectorPlace): Promise<ReadonlyMap<string, number>>;
  /** Adds windows and takes others out, of which no byte is left then. */
  change(
    place: VectorPlace,
    change: { readonly added: readonly TalkWindow[]; readonly removed: readonly string[] },
  ): Promise<void>;
  /** The nearest windows of a place, nearest first. */
  nearest(place: VectorPlace, vector: Float32Array, limit: number): Promise<readonly NearWindow[]>;
  /** Deletes the vectors of all other places. */
  keepOnly(places: readonly VectorPlace[]): Promise<void>;
}
