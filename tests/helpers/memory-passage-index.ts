import type { Passage } from "../../src/chat.ts";
import type { IndexedDocument } from "../../src/knowledge/document.ts";
import type { PassageIndex, Scope } from "../../src/knowledge/passage-index.ts";
import { wordsOf } from "../../src/words/words.ts";

/** Whether what stands at a path, and was last changed then, is in a scope. */
export function isWithin(
  { path, modifiedAt }: { readonly path: string; readonly modifiedAt: string },
  { folder, types, since, until }: Scope = {},
): boolean {
  return (
    (folder === undefined || path.startsWith(`${folder.replace(/\/+$/, "")}/`)) &&
    (types === undefined || types.includes(path.split(".").at(-1)?.toLowerCase() ?? "")) &&
    (since === undefined || modifiedAt >= since) &&
    (until === undefined || modifiedAt < until)
  );
}

/** A passage index in memory: the same contract as the real one, with a plain score. */
export function memoryPassageIndex(): PassageIndex {
  const documents = new Map<string, IndexedDocument>();
  let writes = 0;
  const readable = (clearance: readonly string[]) => {
    if (clearance.length === 0) throw new Error("A search needs a clearance");
    for (const audience of clearance) {
      if (!/^[A-Za-z0-9@_:.-]{1,200}$/.test(audience)) throw new Error("An audience may hold letters and digits only");
    }
    return [...documents.values()].filter(({ audience }) => clearance.includes(audience));
  };
  const stemsOf = ({ title, headings, text }: Passage) =>
    wordsOf([title, ...headings, text].join("\n")).map(({ stem }) => stem);
  const everyPassage = () => [...documents.values()].flatMap(({ passages }) => [...passages]);
  const holding = (stem: string) => everyPassage().filter((passage) => stemsOf(passage).includes(stem)).length;
  return {
    documents: async () =>
      new Map(
        [...documents].map(([id, { hash, file, audience, modifiedAt, passages }]) => [
          id,
          { hash, file, audience, modifiedAt, path: passages[0].path, passages: passages.length },
        ]),
      ),
    replace: async ({ documents: given, removed }) => {
      for (const id of [...given.map((document) => document.id), ...removed]) {
        if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("A document id must be 32 hexadecimal digits");
      }
      writes += 1;
      for (const id of removed) documents.delete(id);
      for (const document of given) documents.set(document.id, document);
    },
    search: async (words, { clearance, scope, limit, prefix }) => {
      const open = readable(clearance).filter((document) =>
        isWithin({ ...document, path: document.passages[0].path }, scope),
      );
      const wanted = wordsOf(words.slice(0, 1_000));
      return open
        .flatMap(({ passages }) => [...passages])
        .map((passage) => {
          const stems = stemsOf(passage);
          const label = wordsOf([passage.title, ...passage.headings].join(" ")).map(({ word }) => word);
          const score = wanted.reduce((sum, { stem, word }) => {
            const isBeginning = prefix && label.some((whole) => whole.startsWith(word));
            return (
              sum +
              (stems.includes(stem) || isBeginning ? Math.log(1 + everyPassage().length / (1 + holding(stem))) : 0)
            );
          }, 0);
          return { passage, score };
        })
        .filter(({ score }) => score > 0)
        .sort((one, other) => other.score - one.score)
        .slice(0, limit);
    },
    frequencies: async (words, { clearance, cap }) => {
      const open = readable(clearance).flatMap(({ passages }) => [...passages]);
      const holds = (word: string) => (passage: Passage) => stemsOf(passage).includes(wordsOf(word)[0]?.stem ?? "");
      return words.map((word) => Math.min(cap, open.filter(holds(word)).length));
    },
    document: async (id, { clearance }) => readable(clearance).find((document) => document.id === id)?.passages ?? [],
    passages: async (ids, { clearance }) =>
      readable(clearance).flatMap(({ passages, hash }) =>
        passages.filter(({ id }) => ids.includes(id)).map((passage) => ({ passage, hash })),
      ),
    count: async () => ({ documents: documents.size, passages: everyPassage().length }),
    version: async () => writes,
    catchUp: async () => {},
    optimize: async () => {},
    async [Symbol.asyncDispose]() {},
  };
}
