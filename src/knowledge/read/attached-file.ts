import type { Hit, Passage } from "../../chat.ts";
import type { ReadDocument } from "../document.ts";
import { cutPassages } from "../passages.ts";
import { countWordsOf, hasStem, rankHits } from "../ranking.ts";
import { FREQUENCY_CAP, weigh, type Unweighed } from "../terms.ts";
import { stemOf } from "../../words/words.ts";
import { titleFromFileName } from "./file-name.ts";
import { readDocuments } from "./read.ts";

/** A file that came with a question, and the words that are looked for in it. */
export interface AttachedJob {
  readonly name: string;
  readonly base64: string;
  readonly documentId: string;
  readonly terms: readonly Unweighed[];
}

/** What is of use of it: the passages that have most of the question, and those that it begins with. */
export interface AttachedRead {
  readonly passages: readonly Passage[];
  readonly beginning: readonly Passage[];
  /** In how many of its passages each word of the question, or a variant of one, stands. */
  readonly frequencies: ReadonlyMap<string, number>;
  readonly total: number;
  /** What of it could not be read, as its reader says it. */
  readonly unread?: string;
}

/** A long file has thousands of passages; ranking them all again, on the thread that answers, would hold up everybody. */
const MOST_PASSAGES = 40;
const BEGINNING = 3;
/** No passage of a sane file is longer. */
const LONGEST_PASSAGE = 20_000;

/** What a worker thread does with an attached file. Nothing of it is kept. */
export async function readAttachedFile({ name, base64, documentId, terms }: AttachedJob): Promise<AttachedRead> {
  const documents = await readDocuments(Buffer.from(base64, "base64"), { path: name });
  const passages = documents
    .flatMap((document) => passagesOf(document, { name, documentId }))
    .map((passage, place) => ({ ...passage, id: `${documentId}#${place}` }));
  const written = passages.filter(({ text }) => text.trim() !== "").map((passage): Hit => ({ passage, score: 0 }));
  const frequencies = countIn(written, terms);
  const weighed = terms.map((term) => weigh(term, { count: mostOf(term, frequencies), total: written.length }));
  const unread = documents.flatMap((document) => document.unread ?? []).join("; ");
  return {
    passages: rankHits(written, weighed)
      .slice(0, MOST_PASSAGES)
      .map(({ passage }) => passage),
    beginning: written.slice(0, BEGINNING).map(({ passage }) => passage),
    frequencies,
    total: written.length,
    ...(unread !== "" && { unread }),
  };
}

/** People know an attached file by its name; what it calls itself stands on top of its headings. Where it links to is not followed. */
function passagesOf(
  { url: _url, ...document }: ReadDocument,
  { name, documentId }: { readonly name: string; readonly documentId: string },
): Passage[] {
  const { title, part } = document;
  const path = part === undefined ? name : `${name}/${part}`;
  const above = title === titleFromFileName(path) ? [] : [title];
  return cutPassages(document, { documentId, path }).map((passage) => ({
    ...passage,
    title: name,
    headings: [...above, ...passage.headings],
    text: passage.text.slice(0, LONGEST_PASSAGE),
  }));
}

function countIn(hits: readonly Hit[], terms: readonly Unweighed[]): Map<string, number> {
  const words = [...new Set(terms.flatMap(({ word, variants }) => [word, ...variants.map((other) => other.word)]))];
  const stems = words.map((word) => [word, stemOf(word)] as const);
  const counts = new Map(words.map((word) => [word, 0]));
  for (const counted of hits.map(countWordsOf)) {
    for (const [word, stem] of stems) {
      if (hasStem(counted, stem)) counts.set(word, Math.min(FREQUENCY_CAP, (counts.get(word) ?? 0) + 1));
    }
  }
  return counts;
}

function mostOf({ word, variants }: Unweighed, frequencies: ReadonlyMap<string, number>): number {
  return Math.max(...[word, ...variants.map((other) => other.word)].map((one) => frequencies.get(one) ?? 0));
}
