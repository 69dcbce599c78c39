import type { AttachedReader } from "./attached.ts";
import type { Knowledge } from "./knowledge.ts";
import type { Meaning } from "./meaning.ts";
import type { PassageIndex } from "./passage-index.ts";
import { askedOf, createSearch } from "./search.ts";

/** Search for one question, in an index and in files that came with it. What is made of these files ends with what it gives. */
export function createAttach(given: {
  readonly index: PassageIndex;
  readonly meaning: Meaning;
  readonly attachedReader: AttachedReader;
}): Knowledge["attach"] {
  const { index, meaning, attachedReader } = given;
  return async (files, { signal, isAlone, ...asking }) => {
    const attached = await attachedReader.read(files, { terms: askedOf(asking).terms, signal });
    const apart = meaning.apart();
    const { search } = createSearch(index, apart, { ...attached, isAlone });
    const { beginnings, unread } = attached;
    return { search, nearness: apart.nearness, beginnings, unread };
  };
}
