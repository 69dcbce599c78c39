import type { AttachedFile, Hit, Passage } from "../chat.ts";
import type { FailedDocument } from "./knowledge.ts";
import type { Meaning } from "./meaning.ts";
import { embeddedText } from "./embedded-text.ts";
import { isDocumentName } from "./read/read.ts";
import type { AttachedJob, AttachedRead } from "./read/attached-file.ts";
import { openPool } from "./read/pool.ts";
import { unsupportedReason } from "./read/unsupported.ts";
import type { Unweighed } from "./terms.ts";

/** How the ids of attached files begin: those of documents are hexadecimal. */
const ATTACHED = "attached:";
/** One file, and all of a question's: the asker is waiting, and so are others with files. */
const LONGEST_READ_MS = 15_000;
const LONGEST_MS = 20_000;
/** Passages whose meaning is compared, the best by words first, and how long that may take. */
const COMPARED = 12;
const LONGEST_COMPARISON_MS = 1_500;

/** Whether a passage stands in a file that came with a question. */
export function isAttached({ documentId }: Pick<Passage, "documentId">): boolean {
  return documentId.startsWith(ATTACHED);
}

/** What was read of the files that came with a question. */
export interface AttachedPassages extends Pick<AttachedRead, "passages" | "frequencies" | "total"> {
  /** The passages that each file begins with. */
  readonly beginnings: readonly (readonly Passage[])[];
  readonly unread: readonly FailedDocument[];
}

/** Anybody who may ask can send a file, and it is small: what unpacks to much more than that was made to. */
const ROOM = { heap: 256, beside: 128 };

/** Reads files that came with a question, off the thread that answers. */
export interface AttachedReader extends AsyncDisposable {
  /** Rejects with the signal's reason alone: what cannot be read is said in `unread`. */
  read(
    files: readonly AttachedFile[],
    options: { readonly terms: readonly Unweighed[]; readonly signal: AbortSignal },
  ): Promise<AttachedPassages>;
}

/** A reader with a thread of its own, so that a question does not wait for a folder that is being read. */
export function openAttachedReader(): AttachedReader {
  const pool = openPool<AttachedJob, AttachedRead>("readAttachedFile", ROOM);
  return {
    async read(files, { terms, signal }) {
      const tooLong = AbortSignal.timeout(LONGEST_MS);
      const readOne = async ({ name: given, base64 }: AttachedFile, place: number) => {
        const name = nameOf(given);
        try {
          if (!isDocumentName(name)) throw new Error(unsupportedReason(name) ?? "files of its kind are not read");
          const job = { name, base64, documentId: `${ATTACHED}${place + 1}`, terms };
          const options = { signal: AbortSignal.any([signal, tooLong]), longestMs: () => LONGEST_READ_MS };
          return { name, read: await pool.run(job, options) };
        } catch (error) {
          signal.throwIfAborted();
          if (tooLong.aborted) return { name, reason: "there was no time left to read it" };
          return { name, reason: error instanceof Error ? error.message : "it is damaged" };
        }
      };
      // The small ones first, so that they do not wait for one that was made to be slow.
      const turns = [...files.entries()].toSorted(([, one], [, other]) => one.base64.length - other.base64.length);
      const outcomes = new Map(
        await Promise.all(turns.map(async ([place, file]) => [place, await readOne(file, place)] as const)),
      );
      return together(files.flatMap((_, place) => outcomes.get(place) ?? []));
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** The last part of a path, as it is shown. */
function nameOf(given: string): string {
  const [name = ""] = given.split(/[\\/]/).slice(-1);
  return name.replaceAll(/\p{C}/gu, "").trim() || "file";
}

function together(
  outcomes: readonly { readonly name: string; readonly read?: AttachedRead; readonly reason?: string }[],
): AttachedPassages {
  const read = outcomes.flatMap((outcome) => outcome.read ?? []);
  const frequencies = new Map<string, number>();
  for (const [word, count] of read.flatMap((one) => [...one.frequencies])) {
    frequencies.set(word, (frequencies.get(word) ?? 0) + count);
  }
  return {
    passages: read.flatMap(({ passages }) => passages),
    beginnings: read.map(({ beginning }) => beginning),
    frequencies,
    total: read.reduce((sum, { total }) => sum + total, 0),
    unread: outcomes.flatMap(({ name, read: one, reason = one?.unread }) =>
      reason === undefined ? [] : [{ path: name, reason }],
    ),
  };
}

/** The passages as hits to be ranked, the first of each with how near in meaning they are, where that is known soon enough. */
export async function attachedHits(
  asked: string,
  passages: readonly Passage[],
  { meaning, signal }: { readonly meaning: Pick<Meaning, "nearness"> | undefined; readonly signal: AbortSignal },
): Promise<Hit[]> {
  const compared = [...Map.groupBy(passages, ({ documentId }) => documentId).values()].flatMap((group, _, groups) =>
    group.slice(0, Math.ceil(COMPARED / groups.length)),
  );
  const cosines = await cosinesOf(asked, compared, { meaning, signal });
  const similarities = new Map(compared.map(({ id }, place) => [id, cosines?.[place]]));
  return passages.map((passage) => {
    const similarity = similarities.get(passage.id);
    return { passage, score: 0, ...(similarity !== undefined && { similarity }) };
  });
}

async function cosinesOf(
  asked: string,
  passages: readonly Passage[],
  { meaning, signal }: { readonly meaning: Pick<Meaning, "nearness"> | undefined; readonly signal: AbortSignal },
): Promise<readonly number[] | undefined> {
  if (!meaning || passages.length === 0) return undefined;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LONGEST_COMPARISON_MS)]);
  try {
    return await meaning.nearness(asked, passages.map(embeddedText), { signal: limited });
  } catch (error) {
    signal.throwIfAborted();
    if (limited.aborted) return undefined;
    throw error;
  }
}
