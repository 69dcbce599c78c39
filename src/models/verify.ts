import { stat } from "node:fs/promises";
import { join } from "node:path";
import { hashFile } from "../brain/gguf.ts";
import { codeOf } from "../error-code.ts";
import { modelFolder, type PulledModel } from "../model-lock.ts";
import { UserError } from "../user-error.ts";
import type { Receiving } from "./receive.ts";

/** Whether a pulled model's file still has the bytes it is pinned to; if not, why. */
export type Verdict = { readonly kind: "right" } | { readonly kind: "wrong"; readonly why: string };

/** Compares a pulled model's file with its pinned size and SHA-256. */
export async function verifyModel(
  { file, sha256, bytes }: PulledModel,
  { data, signal, onProgress }: { readonly data: string } & Pick<Receiving, "signal"> & Partial<Receiving>,
): Promise<Verdict> {
  const path = join(modelFolder(data), file);
  try {
    const { size } = await stat(path);
    if (size !== bytes) return { kind: "wrong", why: `it has ${size} bytes and not ${bytes}` };
    const found = await hashFile(path, { signal, onProgress: (done) => onProgress?.({ done, total: bytes }) });
    return found === sha256
      ? { kind: "right" }
      : { kind: "wrong", why: `it has the SHA-256 ${found} and not ${sha256}` };
  } catch (error) {
    signal.throwIfAborted();
    if (codeOf(error) === "ENOENT") return { kind: "wrong", why: "its file is missing" };
    if (error instanceof UserError || codeOf(error) !== "error") {
      return {
        kind: "wrong",
        why: `its file cannot be read (${codeOf(error instanceof UserError ? error.cause : error)})`,
      };
    }
    throw error;
  }
}
