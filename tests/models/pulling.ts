import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pullModel, type PullOptions, type Wanted } from "../../src/models/pull.ts";
import { parseSource } from "../../src/models/source.ts";
import { scratch } from "../helpers/hearth.ts";
import { TINY, writeGguf } from "../helpers/gguf.ts";

/** A small model's bytes; another seed gives other bytes of the same size. */
export function tinyModel(seed = 1): Buffer {
  using place = scratch();
  const path = join(place.folder, "tiny.gguf");
  writeGguf(path, { ...TINY, seed });
  return readFileSync(path);
}

/** The SHA-256 of bytes, in hex. */
export function shaOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A place to pull into, with what was waited for between tries, and which sources were tried. */
export function pulling(given: Partial<PullOptions> = {}) {
  const place = scratch();
  const waits: number[] = [];
  const tried: string[] = [];
  const awaited: { readonly bytes: number; readonly done: () => void }[] = [];
  const folder = join(place.folder, "data/models");
  const options: PullOptions = {
    data: join(place.folder, "data"),
    outside: { cwd: place.folder, hub: new URL("http://127.0.0.1:1"), hubToken: undefined, environment: {} },
    signal: new AbortController().signal,
    onProgress: ({ done }) => awaited.filter(({ bytes }) => done >= bytes).forEach((one) => one.done()),
    onSource: ({ written }) => tried.push(written),
    now: () => new Date("2026-11-16T12:00:00Z"),
    wait: async (milliseconds) => {
      waits.push(milliseconds);
    },
    ...given,
  };
  return {
    ...place,
    [Symbol.dispose]: () => place[Symbol.dispose](),
    folder: place.folder,
    models: folder,
    options,
    waits,
    tried,
    /** A cut of the connection, as soon as so many bytes have arrived. */
    cutAfter: (after: number) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      awaited.push({ bytes: after, done: resolve });
      return { after, once: promise };
    },
    /** What lies in the folder of models, but for the lock that keeps others out. */
    files: () => readdirSync(folder).filter((name) => name !== "lock.sqlite"),
    bytes: (name: string) => readFileSync(join(folder, name)),
    pull: (sources: string | readonly string[], wanted: Partial<Wanted> = {}, more: Partial<PullOptions> = {}) =>
      pullModel(
        {
          name: "tiny",
          sha256: undefined,
          bytes: undefined,
          sources: [sources].flat().map((written) => {
            const source = parseSource(written);
            if (!source) throw new Error(`No source: ${written}`);
            return source;
          }),
          ...wanted,
        },
        { ...options, ...more },
      ),
  };
}
