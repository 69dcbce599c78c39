import type { ReadDocument } from "../document.ts";

/** The documents in a file; more than one only where the format holds many, each then with its `part`. */
export type Documents = readonly [ReadDocument, ...ReadDocument[]];

/** What a reader of a file that holds files reads those with. */
export interface Inside {
  /** Whether there is a reader for a file of this name. */
  isDocumentName(name: string): boolean;
  /** Bytes that may still be unpacked, counted over all files inside one file. */
  readonly bytesLeft: number;
  /** The documents in one of them. Rejects with an error whose message is a reason people understand. */
  read(bytes: Uint8Array, options: { readonly fileName: string }): Promise<Documents>;
}

/** What reads one file by its name. */
export interface Readers {
  isDocumentName(name: string): boolean;
  read(bytes: Uint8Array, options: { readonly fileName: string; readonly inside: Inside }): Promise<Documents>;
}

/** A file inside a file. */
export interface InnerFile {
  /** Its path there, by which its reader is found and its title made. */
  readonly name: string;
  /** Its path as people see it, where that is another one. */
  readonly part?: string;
  /** When it was last changed, ISO 8601; what it says of itself counts more. */
  readonly date?: string;
  /** Its bytes; throws or rejects with a reason people understand. */
  readonly bytes: () => Uint8Array | Promise<Uint8Array>;
}

/** A file that was not read, by the path inside the file that holds it, and why. */
export interface Unread {
  readonly name: string;
  readonly reason: string;
}

/** A file in a file in a file: a page in an export within its archive, a document attached to a message in a mailbox. */
const DEEPEST = 2;
/** As much text as is read within the time that one file may take. */
const MOST_BYTES = 50_000_000;
/** Files inside that are named in a report; of more, only the number is said. */
const MOST_NAMED = 5;

/** What reads the files inside one file; how deep they stand and how much is unpacked is counted over all of them. */
export function openInside(readers: Readers, { depth = 0, left = { bytes: MOST_BYTES } } = {}): Inside {
  return {
    isDocumentName: (name) => readers.isDocumentName(name),
    get bytesLeft() {
      return left.bytes;
    },
    async read(bytes, { fileName }) {
      if (depth >= DEEPEST) throw new Error(`it stands more than ${DEEPEST} files deep`);
      if (bytes.length > left.bytes) throw new Error(tooMuch());
      left.bytes -= bytes.length;
      return readers.read(bytes, { fileName, inside: openInside(readers, { depth: depth + 1, left }) });
    },
  };
}

/** Why a file is left packed when those before it have used up what may be unpacked. */
export function tooMuch(): string {
  return `what is packed with it has more than ${MOST_BYTES / 1e6} MB`;
}

/** Reads files inside a file, one after another: their documents with the `part` that each is, and those that cannot be read. */
export async function readInner(
  files: Iterable<InnerFile>,
  inside: Inside,
): Promise<{ readonly documents: readonly ReadDocument[]; readonly unread: readonly Unread[] }> {
  const documents: ReadDocument[] = [];
  const unread: Unread[] = [];
  const parts = new Map<string, number>();
  for (const { name, part = name, date, bytes } of files) {
    try {
      for (const document of await inside.read(await bytes(), { fileName: name })) {
        const path = [part, document.part].filter((step) => step !== undefined && step !== "").join("/");
        const written = document.date ?? date;
        documents.push({
          ...document,
          part: unusedName(path, parts),
          ...(written !== undefined && { date: written }),
        });
      }
    } catch (error) {
      unread.push({ name, reason: reasonOf(error) });
    }
  }
  return { documents, unread };
}

/** A name that is not among those used, made by a number behind it; it is used then. `used` keeps the last number of each name. */
export function unusedName(name: string, used: Map<string, number>): string {
  let number = used.get(name) ?? 1;
  let unused = name;
  for (; used.has(unused); unused = name.replace(/(\.[^./]+)?$/, ` (${number})$1`)) number += 1;
  used.set(name, number);
  used.set(unused, used.get(unused) ?? 1);
  return unused;
}

/** Documents of which the first says what of the file could not be read. Throws that where there are none. */
export function withUnread(documents: readonly ReadDocument[], unread: readonly Unread[]): Documents {
  const [first, ...others] = documents;
  if (unread.length === 0 && !first) throw new Error("there are no documents in it");
  if (!first) throw new Error(`none of what is in it can be read: ${listed(unread)}`);
  return unread.length === 0
    ? [first, ...others]
    : [{ ...first, unread: `not read of it: ${listed(unread)}` }, ...others];
}

function listed(unread: readonly Unread[]): string {
  const named = unread.slice(0, MOST_NAMED).map(({ name, reason }) => `${name} (${reason})`);
  const others = unread.length - named.length;
  if (others > 0) named.push(`${others} more`);
  return named.join(", ");
}

/** What a reader says of a file it cannot read; an error that was not meant for people is said to be damage. */
export function reasonOf(error: unknown): string {
  const isReason = error instanceof Error && error.name === "Error" && !("code" in error);
  return isReason ? error.message : "it is damaged";
}
