import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TINY, writeGguf } from "./gguf.ts";

/** A model of random weights, under a megabyte, that llama.cpp loads; made once for all tests of a machine. */
export function tinyModel(): { readonly file: string; readonly hash: string } {
  const folder = join(tmpdir(), "hearth-tests");
  mkdirSync(folder, { recursive: true });
  const name = createHash("sha256").update(JSON.stringify(TINY)).digest("hex").slice(0, 16);
  const file = join(folder, `tiny-${name}.gguf`);
  if (!existsSync(file)) {
    const part = `${file}.${Math.random().toString(36).slice(2)}`;
    writeGguf(part, TINY);
    renameSync(part, file);
  }
  return { file, hash: createHash("sha256").update(readFileSync(file)).digest("hex") };
}
