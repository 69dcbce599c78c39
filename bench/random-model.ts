// Writes the model that bench/engine.ts measures with: random weights in the shape of Qwen3 0.6B, about 390 MB, under the system's
// folder for temporary files, where it stays for the next time. Run by itself it says where. Run: npx node bench/random-model.ts
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BENCH, type GgufShape, TINY, writeGguf } from "../tests/helpers/gguf.ts";

/** Goes up with each change of what is written, so that no older file is taken for it. */
const VERSION = 2;

/** The path of a random model, which is written if it is not there yet. */
export function randomModel(which: "bench" | "tiny"): string {
  const shape: GgufShape = which === "bench" ? BENCH : TINY;
  const folder = join(tmpdir(), "hearth-bench");
  const path = join(folder, `${which}-${VERSION}.gguf`);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  writeGguf(`${path}.part`, shape);
  renameSync(`${path}.part`, path);
  return path;
}

if (import.meta.main) console.log(randomModel("bench"));
