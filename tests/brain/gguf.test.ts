import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { hashFile, readGgufHeader } from "../../src/brain/gguf.ts";
import { UserError } from "../../src/user-error.ts";
import { TINY, writeGguf } from "../helpers/gguf.ts";
import { randomFrom } from "../../src/eval/random.ts";

const folder = mkdtempSync(join(tmpdir(), "hearth-gguf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const whole = join(folder, "tiny.gguf");
writeGguf(whole, TINY);
const valid = readFileSync(whole);
const signal = AbortSignal.timeout(60_000);

/** Where the value of a key begins: after its name and the number of its type. */
function valueOf(key: string): number {
  const at = valid.indexOf(key);
  expect(at).toBeGreaterThan(0);
  return at + key.length + 4;
}

/** The valid file with some of its bytes changed, and what the reader says of it. */
async function saidOf(change: (bytes: Buffer) => Buffer | void): Promise<string> {
  const path = join(folder, "damaged.gguf");
  const bytes = Buffer.from(valid);
  writeFileSync(path, change(bytes) ?? bytes);
  return sentenceOf(path);
}

/** The one sentence that is thrown; empty when the header is taken. */
async function sentenceOf(path: string): Promise<string> {
  try {
    await readGgufHeader(path);
    return "";
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    expect(error.message).toMatch(
      /^The model file \S+ .+; pull it again with hearth models pull NAME, or name another file$/,
    );
    expect(error.message).toContain(path);
    return error.message;
  }
}

/** A file of nothing but a header, with one tensor and one value. */
function headerOf(value: Buffer): Buffer {
  const start = Buffer.alloc(24);
  start.write("GGUF");
  start.writeUInt32LE(3, 4);
  start.writeUInt32LE(1, 8);
  start.writeUInt32LE(1, 16);
  return Buffer.concat([start, u64(3n), Buffer.from("key"), value]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

const ARRAY = 9;
const STRING = 8;

describe("a header", () => {
  it("says what the model is and how large", async () => {
    expect(await readGgufHeader(whole)).toEqual({
      version: 3,
      architecture: "qwen3",
      name: "Tiny",
      tensors: 24,
      bytes: valid.length,
      contextLength: TINY.context,
      layers: TINY.layers,
      kvHeads: TINY.kvHeads,
      headSize: TINY.headSize,
      embeddingLength: TINY.embedding,
      vocabulary: TINY.vocabulary,
      hasChatTemplate: true,
      fileType: 7,
    });
  });

  it("is read though it is longer than what is read at first", async () => {
    const path = join(folder, "wide.gguf");
    writeGguf(path, { ...TINY, vocabulary: 120_000 });
    expect((await readGgufHeader(path)).vocabulary).toBe(120_000);
  });

  it("is read through a link", async () => {
    const path = join(folder, "link.gguf");
    symlinkSync(whole, path);
    expect((await readGgufHeader(path)).architecture).toBe("qwen3");
  });

  it("is shown without characters that no name has", async () => {
    const path = join(folder, "named.gguf");
    writeGguf(path, { ...TINY, name: "A\u001b[31m\u202e model" });
    expect((await readGgufHeader(path)).name).toBe("A[31m model");
  });

  it("may have numbers for each layer, of which the largest counts", async () => {
    const at = valueOf("qwen3.attention.head_count_kv");
    const list = Buffer.concat([u32(ARRAY), u32(4), u64(2n), u32(1), u32(2)]);
    const path = join(folder, "lists.gguf");
    // The tensors move with the longer header, so the file needs a longer end.
    writeFileSync(path, Buffer.concat([valid.subarray(0, at - 4), list, valid.subarray(at + 4), Buffer.alloc(64)]));
    expect((await readGgufHeader(path)).kvHeads).toBe(2);
  });
});

describe("a file that is no model is refused in a sentence:", () => {
  it("one that is missing", async () => {
    expect(await sentenceOf(join(folder, "nowhere.gguf"))).toMatch(/ is missing;/);
    expect(await sentenceOf(join(whole, "below-a-file.gguf"))).toMatch(/cannot be read \(ENOTDIR\);/);
  });

  it("a link that leads nowhere, or round and round", async () => {
    const lost = join(folder, "lost.gguf");
    symlinkSync(join(folder, "nowhere.gguf"), lost);
    expect(await sentenceOf(lost)).toMatch(/ is missing;/);
    const round = join(folder, "round.gguf");
    symlinkSync(round, round);
    expect(await sentenceOf(round)).toMatch(/cannot be read \(ELOOP\);/);
  });

  it("a folder, an empty file, a device", async () => {
    const place = join(folder, "folder.gguf");
    mkdirSync(place);
    expect(await sentenceOf(place)).toMatch(/it is a folder;/);
    expect(await saidOf(() => Buffer.alloc(0))).toMatch(/it is empty;/);
    expect(await sentenceOf("/dev/zero")).toMatch(/it is no file;/);
  });

  it("a Git LFS pointer", async () => {
    const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n";
    expect(await saidOf(() => Buffer.from(pointer))).toMatch(/Git LFS pointer/);
  });

  it("one of another format", async () => {
    expect(await saidOf(() => Buffer.from("PK\u0003\u0004 and more"))).toMatch(/does not begin as a GGUF file/);
    expect(await saidOf(() => Buffer.from("GG"))).toMatch(/past its end/);
  });

  it("one of another version, or for machines of another byte order", async () => {
    for (const version of [1, 4, 99]) {
      expect(await saidOf((bytes) => void bytes.writeUInt32LE(version, 4))).toMatch(/version that is not known/);
    }
    expect(await saidOf((bytes) => void bytes.writeUInt32BE(3, 4))).toMatch(/big-endian/);
  });

  it("one part of several", async () => {
    const split = Buffer.concat([u64(11n), Buffer.from("split.count"), u32(2), Buffer.from([3, 0])]);
    const said = await saidOf((bytes) => {
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 1n, 16);
      return Buffer.concat([bytes.subarray(0, 24), split, bytes.subarray(24)]);
    });
    expect(said).toMatch(/one part of several/);
  });
});

describe("a damaged file is refused in a sentence:", () => {
  it("one that was cut off, wherever", async () => {
    const path = join(folder, "cut.gguf");
    for (let share = 0.02; share < 1; share += 0.02) {
      writeFileSync(path, valid);
      truncateSync(path, Math.floor(valid.length * share));
      expect(await sentenceOf(path)).not.toBe("");
    }
    writeFileSync(path, valid.subarray(0, -1));
    expect(await sentenceOf(path)).toMatch(/a tensor lies beyond its end/);
  });

  it("one that counts more keys or tensors than it can hold", async () => {
    for (const count of [2n ** 62n, 2n ** 64n - 1n, 2n ** 32n, 2n ** 31n, 65_537n]) {
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(count, 16))).toMatch(/too many keys/);
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(count, 8))).toMatch(/too many tensors/);
    }
    expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(0n, 8))).toMatch(/holds no tensors/);
  });

  it("one with an array longer than the file, however long the file is", async () => {
    const length = valueOf("tokenizer.ggml.tokens") + 4;
    for (const count of [2n ** 40n, 2n ** 62n, 2n ** 64n - 1n]) {
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(count, length))).toMatch(
        /too many values in an array/,
      );
    }
    const path = join(folder, "long.gguf");
    writeFileSync(path, headerOf(Buffer.concat([u32(ARRAY), u32(STRING), u64(2n ** 40n)])));
    truncateSync(path, 2 ** 40);
    expect(await sentenceOf(path)).toMatch(/too many values in an array/);
  });

  it("one whose header goes on and on", async () => {
    const path = join(folder, "on-and-on.gguf");
    writeFileSync(path, headerOf(Buffer.concat([u32(STRING), u64(2n ** 39n)])));
    truncateSync(path, 2 ** 40);
    expect(await sentenceOf(path)).toMatch(/past all sense/);
  });

  it("one with a name longer than names are", async () => {
    expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(65_536n, 24))).toMatch(/name that is too long/);
    const tensor = valid.indexOf("token_embd.weight") - 8;
    expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(64n, tensor))).toMatch(/name that is too long/);
  });

  it("one with arrays in arrays", async () => {
    const inner = Buffer.concat([u32(ARRAY), u64(1n)]);
    const nested = Buffer.concat([u32(ARRAY), ...Array.from({ length: 1_000 }, () => inner)]);
    expect(await saidOf(() => headerOf(nested))).toMatch(/array of arrays/);
  });

  it("one with a type of value, or of tensor, that nobody knows", async () => {
    const type = valueOf("qwen3.block_count") - 4;
    const tensorType = valid.indexOf("token_embd.weight") + "token_embd.weight".length + 4 + 2 * 8;
    for (const unknown of [13, 255, 2 ** 32 - 1]) {
      expect(await saidOf((bytes) => void bytes.writeUInt32LE(unknown, type))).toMatch(/type that is not known/);
    }
    for (const unknown of [4, 33, 1_000, 2 ** 32 - 1]) {
      expect(await saidOf((bytes) => void bytes.writeUInt32LE(unknown, tensorType))).toMatch(
        /a tensor has a type that is not known/,
      );
    }
  });

  it("one with a tensor beyond its end, between its places, or of no size", async () => {
    const dimensions = valid.indexOf("token_embd.weight") + "token_embd.weight".length;
    const offset = dimensions + 4 + 2 * 8 + 4;
    for (const at of [2n ** 20n, 2n ** 48n, 2n ** 63n]) {
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(at, offset))).toMatch(/tensor lies beyond its end/);
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(at, dimensions + 4))).toMatch(
        /tensor lies beyond its end/,
      );
    }
    expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(1n, offset))).toMatch(/not lie where one can/);
    for (const length of [0n, 65n]) {
      expect(await saidOf((bytes) => void bytes.writeBigUInt64LE(length, dimensions + 4))).toMatch(
        /a size that its type cannot have/,
      );
    }
    for (const count of [0, 5, 2 ** 32 - 1]) {
      expect(await saidOf((bytes) => void bytes.writeUInt32LE(count, dimensions))).toMatch(/number of dimensions/);
    }
  });

  it("one whose keys or tensors share a name", async () => {
    expect(
      await saidOf((bytes) => void bytes.write("blk.1.attn_k.weight", bytes.indexOf("blk.1.attn_q.weight"))),
    ).toMatch(/two of its tensors have one name/);
    expect(await saidOf((bytes) => void bytes.write("qwen3.block_count", bytes.indexOf("general.file_type")))).toMatch(
      /two of its keys have one name/,
    );
  });

  it("one with an alignment that makes no sense", async () => {
    const key = Buffer.concat([u64(17n), Buffer.from("general.alignment"), u32(4)]);
    for (const alignment of [0, 3, 48, 131_072, 2 ** 31]) {
      const said = await saidOf((bytes) => {
        bytes.writeBigUInt64LE(bytes.readBigUInt64LE(16) + 1n, 16);
        return Buffer.concat([bytes.subarray(0, 24), key, u32(alignment), bytes.subarray(24)]);
      });
      expect(said).toMatch(/alignment is no power of two|numbers makes no sense/);
    }
  });

  it("one with more layers than the engine has room for", async () => {
    const layers = valueOf("qwen3.block_count");
    expect(await saidOf((bytes) => void bytes.writeUInt32LE(512, layers))).toBe("");
    expect(await saidOf((bytes) => void bytes.writeUInt32LE(513, layers))).toMatch(/numbers makes no sense/);
  });

  it("one that does not say its architecture", async () => {
    const at = valueOf("general.architecture") + 8;
    expect(await saidOf((bytes) => void bytes.write("a\nb\u0000c", at))).toMatch(/which architecture/);
  });
});

describe("whatever is done to a file", () => {
  it("it is taken, or refused in a sentence", async () => {
    const random = randomFrom(4);
    const header = valid.indexOf("blk.1.ffn_down.weight") + 64;
    let refused = 0;
    for (let turn = 0; turn < 2_000; turn += 1) {
      const said = await saidOf((bytes) => {
        const times = 1 + Math.floor(random() * 4);
        for (let time = 0; time < times; time += 1) damage(bytes, Math.floor(random() * header), random);
        return random() < 0.2 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes;
      });
      if (said !== "") refused += 1;
    }
    expect(refused).toBeGreaterThan(500);
    expect(refused).toBeLessThan(2_000);
  });
});

/** Flips a bit, sets a byte, or writes a large number. */
function damage(bytes: Buffer, at: number, random: () => number): void {
  const way = random();
  if (way < 0.4) bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  else if (way < 0.7) bytes[at] = Math.floor(random() * 256);
  else bytes.writeBigUInt64LE(BigInt(Math.floor(random() * 2 ** 53)) << BigInt(Math.floor(random() * 12)), at);
}

describe("a file's hash", () => {
  it("is its SHA-256, with its progress said on the way", async () => {
    const path = join(folder, "three.bin");
    const bytes = Buffer.alloc(2 ** 21 + 5, "hearth");
    writeFileSync(path, bytes);
    const progress: number[] = [];
    const hash = await hashFile(path, { signal, onProgress: (done) => progress.push(done) });
    expect(hash).toBe(createHash("sha256").update(bytes).digest("hex"));
    expect(progress).toEqual([2 ** 20, 2 ** 21, 2 ** 21 + 5]);
  });

  it("is given up when the signal says so", async () => {
    const stop = new AbortController();
    const reason = new Error("no longer wanted");
    const hashing = hashFile(whole, { signal: stop.signal, onProgress: () => stop.abort(reason) });
    await expect(hashing).rejects.toBe(reason);
    await expect(hashFile(whole, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it("is refused in a sentence where there is no file", async () => {
    await expect(hashFile(join(folder, "nowhere.gguf"), { signal })).rejects.toThrow(/is missing; pull it again/);
  });
});
