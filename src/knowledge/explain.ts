import { existsSync } from "node:fs";
import { basename, join, relative, sep } from "node:path";
import { isAudience, type Audience } from "../chat.ts";
import { leftOut } from "./folder.ts";
import type { ExplainedQuestion, Explanation, FailedDocument, Found, Term } from "./knowledge.ts";
import type { KnownDocument, PassageIndex } from "./passage-index.ts";
import { hasStem, countWordsOf } from "./ranking.ts";
import { isDocumentName } from "./read/read.ts";
import type { Listing, Source } from "./source.ts";

/** What an explanation is made from. */
interface Given {
  readonly sources: readonly Source[];
  readonly index: Pick<PassageIndex, "documents" | "document">;
  /** What could not be read of a file, by its id. */
  readonly failed: (fileId: string) => readonly FailedDocument[];
  readonly search: (question: string, options: { readonly clearance: readonly Audience[] }) => Promise<Found>;
  readonly question?: string;
  readonly signal: AbortSignal;
}

/** Why a file (an absolute path) is or is not found; with a question, where its passages stand among those that it finds. */
export async function explainPath(path: string, given: Given): Promise<Explanation> {
  const { sources, index, signal } = given;
  const source = sources.find(({ options }) => isInside(path, options.folder));
  if (!source) {
    const folders = sources.map(({ options }) => options.folder).join(", ");
    return notRead(
      path,
      `it lies in none of the folders of documents (${folders})`,
      "name its folder with --docs or in the configuration",
    );
  }
  const { folder } = source.options;
  const inside = relative(folder, path).replaceAll(sep, "/");
  if (!existsSync(path)) return notRead(inside, "there is no such file", "correct the path");
  const known = await index.documents();
  const fileId = source.idOf(inside);
  const documents = [...known].filter(([, { file }]) => file === fileId);
  const why = whyNot(inside, { source, listing: await source.list({ signal }), failed: given.failed(fileId) });
  if (documents.length === 0) {
    return why ?? notRead(inside, "it was not read yet", "hearth docs sync reads it");
  }
  return {
    kind: "read",
    path: inside,
    folder,
    documents: documents.map(([, { path: own, audience, modifiedAt, passages }]) => ({
      path: own,
      audience,
      modifiedAt,
      passages,
    })),
    ...(given.question !== undefined && { question: await placeFor(given.question, documents, given) }),
  };
}

/** Why a file inside a folder is not read, in the order in which the walk decides it; undefined where nothing speaks against it. */
function whyNot(
  path: string,
  {
    source,
    listing,
    failed,
  }: { readonly source: Source; readonly listing: Listing; readonly failed: readonly FailedDocument[] },
): Explanation | undefined {
  const isAt = (other: { readonly path: string }) => path === other.path || path.startsWith(`${other.path}/`);
  const left = leftOut(source.options)(path);
  if (left !== undefined) return notRead(path, left, "rename it, or change exclude");
  const refused = listing.refused.find(isAt) ?? failed[0];
  if (refused) return notRead(path, refused.reason, "mend that, and hearth docs sync reads it");
  if (!isDocumentName(path))
    return notRead(
      path,
      `there is no reader for "${basename(path)}"`,
      "docs/documents.md lists the kinds that are read",
    );
  if (listing.files.some((file) => file.path === path)) return undefined;
  return notRead(path, "it is a link to a file that is read under its own path", "look at that one");
}

function notRead(path: string, why: string, cure: string): Explanation {
  return { kind: "not read", path, why, cure };
}

async function placeFor(
  question: string,
  documents: readonly (readonly [string, KnownDocument])[],
  { search, index }: Given,
): Promise<ExplainedQuestion> {
  const clearance = clearanceOf(documents);
  const { hits, terms } = await search(question, { clearance });
  const ids = new Set(documents.map(([id]) => id));
  const place = hits.findIndex(({ passage }) => ids.has(passage.documentId));
  const hit = hits[place];
  const passages = hit
    ? [hit.passage]
    : (await Promise.all([...ids].map((id) => index.document(id, { clearance })))).flat();
  const counted = passages.map((passage) => countWordsOf({ passage, score: 0 }));
  const has = ({ stem, variants }: Term) =>
    counted.some((one) => hasStem(one, stem) || variants.some((variant) => hasStem(one, variant.stem)));
  return {
    of: hits.length,
    ...(hit && { place: place + 1, headings: [hit.passage.title, ...hit.passage.headings] }),
    ...(hit?.similarity !== undefined && { similarity: hit.similarity }),
    words: terms
      .filter(({ isFunction }) => !isFunction)
      .map((term) => ({ word: term.word, rarity: term.rarity, has: has(term) })),
  };
}

/** The owner's own: whoever may run the command may read the files. */
function clearanceOf(documents: readonly (readonly [string, KnownDocument])[]): Audience[] {
  const named = documents.flatMap(([, { audience }]) => (isAudience(audience) ? [audience] : []));
  return [...new Set<Audience>(["public", "team", ...named])];
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && join(folder, way) === path;
}
