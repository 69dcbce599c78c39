import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

const entry = z.strictObject({
  /** The file's name in the folder of models. */
  file: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
  /** Where it came from, as it was written. */
  source: z.string(),
  pulledAt: z.iso.datetime(),
});

const folder = z.strictObject({
  kind: z.enum(["embedder", "reranker"]),
  /** Paths are inside the model's own folder, which has its name. */
  files: z
    .array(
      z.strictObject({
        path: z.string().min(1),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        bytes: z.int().positive(),
        source: z.string(),
      }),
    )
    .min(1),
  pulledAt: z.iso.datetime(),
});

/** An embedding model or a reranker that was pulled: a folder of files, each with the bytes it has to have. */
export type PulledFolder = z.output<typeof folder>;

/** A model that was pulled: its file, where it came from, and the bytes it has to have. */
export type PulledModel = z.output<typeof entry>;

const schema = z.strictObject({
  // Without a prototype, so that no model seems to be called "constructor".
  models: z
    .record(z.string(), entry)
    .default({})
    .transform((models): Record<string, PulledModel> => Object.assign(Object.create(null), models)),
  folders: z
    .record(z.string(), folder)
    .default({})
    .transform((folders): Record<string, PulledFolder> => Object.assign(Object.create(null), folders)),
  /** The model that is used when nothing else names one. */
  used: z.string().optional(),
  /** The embedding model, and the reranker, that are used when nothing else names one. */
  embedder: z.string().optional(),
  reranker: z.string().optional(),
});

/** The models that were pulled, by name, each with its pinned hash, and which one is used. */
export type ModelLock = z.output<typeof schema>;

/** Where pulled models lie, in the data folder. */
export function modelFolder(data: string): string {
  return join(data, "models");
}

/** Where their names and hashes are kept. */
export function modelLockFile(data: string): string {
  return join(modelFolder(data), "models.lock.json");
}

/** The lock file in a data folder; empty where there is none. Throws a UserError when it cannot be used. */
export function readModelLock(data: string): ModelLock {
  const file = modelLockFile(data);
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return schema.parse({});
    throw new UserError(`${file} cannot be used; remove it, and pull the models again with hearth models pull`, {
      cause: error,
    });
  }
}

/**
 * Changes the lock file in a data folder, whole or not at all. Throws a UserError when it cannot be read or written.
 */
export function changeModelLock(data: string, change: (lock: ModelLock) => ModelLock): void {
  const changed = change(readModelLock(data));
  const file = modelLockFile(data);
  const fresh = `${file}.new`;
  try {
    mkdirSync(modelFolder(data), { recursive: true, mode: 0o700 });
    writeFileSync(fresh, `${JSON.stringify(changed, undefined, 2)}\n`, { mode: 0o600, flush: true });
    renameSync(fresh, file);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw new UserError(
      `${file} cannot be written (${codeOf(error)}); correct the rights of its folder, or make room`,
      {
        cause: error,
      },
    );
  }
}
