import { crc32, deflateRawSync } from "node:zlib";

/** A file to put into an archive, with what a test may want to be odd about it. */
export interface ZipFile {
  readonly bytes: string | Uint8Array;
  /** Bits that say that it is encrypted, or how its name is written. */
  readonly flags?: number;
  /** Unix mode, such as 0o120777 for a link. */
  readonly mode?: number;
  /** Says another size than it has. */
  readonly size?: number;
  readonly modified?: Date;
}

/** A zip archive of some files by their paths, packed by deflate where that is smaller. */
export function zipOf(files: Readonly<Record<string, string | Uint8Array | ZipFile>>): Buffer {
  const locals: Buffer[] = [];
  const listed: Buffer[] = [];
  let offset = 0;
  for (const [name, given] of Object.entries(files)) {
    const file = typeof given === "string" || given instanceof Uint8Array ? { bytes: given } : given;
    const { local, central } = entryOf(name, file, offset);
    locals.push(local);
    listed.push(central);
    offset += local.length;
  }
  const directory = Buffer.concat(listed);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(listed.length, 8);
  end.writeUInt16LE(listed.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

function entryOf(name: string, file: ZipFile, offset: number): { readonly local: Buffer; readonly central: Buffer } {
  const bytes = Buffer.from(file.bytes);
  const packed = deflateRawSync(bytes);
  const isPacked = packed.length < bytes.length;
  const content = isPacked ? packed : bytes;
  const path = Buffer.from(name);
  // From "version needed" to the length of the extra field, the same in both places.
  const shared = Buffer.alloc(26);
  shared.writeUInt16LE(20, 0);
  shared.writeUInt16LE(file.flags ?? 0x800, 2);
  shared.writeUInt16LE(isPacked ? 8 : 0, 4);
  const [time, day] = dosTime(file.modified);
  shared.writeUInt16LE(time, 6);
  shared.writeUInt16LE(day, 8);
  shared.writeUInt32LE(crc32(bytes), 10);
  shared.writeUInt32LE(content.length, 14);
  shared.writeUInt32LE(file.size ?? bytes.length, 18);
  shared.writeUInt16LE(path.length, 22);
  const head = Buffer.alloc(4);
  head.writeUInt32LE(0x04034b50, 0);
  const start = Buffer.alloc(6);
  start.writeUInt32LE(0x02014b50, 0);
  start.writeUInt16LE((3 << 8) | 20, 4);
  const tail = Buffer.alloc(14);
  tail.writeUInt32LE(((file.mode ?? 0o100644) << 16) >>> 0, 6);
  tail.writeUInt32LE(offset, 10);
  return { local: Buffer.concat([head, shared, path, content]), central: Buffer.concat([start, shared, tail, path]) };
}

/** Time and day as archives write them; none is the first day of 1980. */
function dosTime(date = new Date(Date.UTC(1980, 0, 1))): readonly [number, number] {
  const time = (date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1);
  const day = ((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate();
  return [time, day];
}
