import { crc32, inflateRawSync } from "node:zlib";
import { fromBufferPromise, getFileNameLowLevel, validateFileName, type Entry, type ZipFile } from "yauzl";
import { tooMuch, type Unread } from "./inside.ts";

/** More files than this in one archive are not looked at. */
const MOST_ENTRIES = 20_000;
/** A file inside may be as large as a file in a folder is by default. */
const MOST_ENTRY_BYTES = 20_000_000;
const LONGEST_NAME = 1_000;

/** How much may be unpacked: bytes in all that are left, and of one file. */
export interface UnpackLimits {
  readonly bytesLeft: number;
  readonly mostEntryBytes?: number;
}

/** A file in a zip archive. */
export interface ZipEntry {
  /** Path with forward slashes, which leads to no place outside the archive. */
  readonly name: string;
  readonly date?: string;
  /** Unpacks it, within its declared size and what may still be unpacked. Rejects with a reason people understand. */
  readonly bytes: () => Promise<Uint8Array>;
}

/**
 * The files in a zip archive, none unpacked yet, in the archive's order. Links, and names that lead out of it, are not among them but
 * among the unread. Throws where it is no archive.
 */
export async function listZip(
  bytes: Uint8Array,
  limits: UnpackLimits,
): Promise<{ readonly entries: readonly ZipEntry[]; readonly unread: readonly Unread[] }> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Names and sizes are checked here, one by one: the library would give up the whole archive for one of them.
  const options = { lazyEntries: true, decodeStrings: false, validateEntrySizes: false, autoClose: false };
  const archive = await fromBufferPromise(buffer, options).catch(() => {
    throw new Error("it is no zip archive, or only a part of one");
  });
  const entries: ZipEntry[] = [];
  const unread: Unread[] = [];
  try {
    for await (const entry of archive.eachEntry()) {
      const name = nameOf(entry);
      if (name.endsWith("/")) continue;
      if (entries.length >= MOST_ENTRIES) {
        unread.push({ name: `what follows ${name}`, reason: `it holds more than ${MOST_ENTRIES} files` });
        break;
      }
      const refusal = refusalOf(entry, name);
      if (refusal !== undefined) unread.push({ name: name.slice(0, 200), reason: refusal });
      else entries.push({ name, ...dateOf(entry), bytes: () => unpack(entry, { archive, buffer, limits }) });
    }
  } catch {
    unread.push({ name: "the rest", reason: "the archive's list of files is damaged" });
  }
  return { entries, unread };
}

/** Its path, without letters that no eye sees. */
function nameOf(entry: Entry): string {
  const { generalPurposeBitFlag, fileNameRaw, extraFields } = entry;
  const name = getFileNameLowLevel(generalPurposeBitFlag, fileNameRaw, extraFields, false);
  return name.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "").normalize("NFC");
}

function refusalOf(entry: Entry, name: string): string | undefined {
  if (name.length > LONGEST_NAME) return "its path is too long";
  if (validateFileName(name) !== null) return "its path leads out of the archive";
  // Unix keeps the kind of a file in the upper half of its attributes; 0o12 is a link.
  const isLink = entry.versionMadeBy >> 8 === 3 && entry.externalFileAttributes >>> 28 === 0o12;
  return isLink ? "it is a link" : undefined;
}

function dateOf(entry: Entry): { readonly date?: string } {
  const time = entry.getLastModDate({ timezone: "UTC" }).getTime();
  // The first day of 1980 is what archivers write that write no date.
  return time > Date.UTC(1980, 0, 2) && time < Date.UTC(2200, 0) ? { date: new Date(time).toISOString() } : {};
}

async function unpack(
  entry: Entry,
  { archive, buffer, limits }: { readonly archive: ZipFile; readonly buffer: Buffer; readonly limits: UnpackLimits },
): Promise<Uint8Array> {
  const { compressedSize, uncompressedSize: size, compressionMethod } = entry;
  if (entry.isEncrypted()) throw new Error("it is encrypted");
  if (!entry.canDecodeFileData()) throw new Error("it is packed in a way that cannot be read");
  const { bytesLeft, mostEntryBytes = MOST_ENTRY_BYTES } = limits;
  if (size > mostEntryBytes) throw new Error(`it has more than ${mostEntryBytes / 1e6} MB`);
  if (size > bytesLeft) throw new Error(tooMuch());
  try {
    const { fileDataStart } = await archive.readLocalFileHeaderPromise(entry, { minimal: true });
    const packed = buffer.subarray(fileDataStart, fileDataStart + compressedSize);
    const bytes = compressionMethod === 0 ? packed : inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
    if (bytes.length === size && crc32(bytes) === entry.crc32) return bytes;
  } catch {
    // Said below, in words for people.
  }
  throw new Error("it is damaged");
}
