import { readFileSync } from "node:fs";
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

const schema = z.strictObject({
  models: z.record(z.string(), entry).default({}),
  /** The model that is used when nothing else names one. */
  used: z.string().optional(),
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
    if (code === "ENOENT" || code === "ENOTDIR") return { models: {} };
    throw new UserError(`${file} cannot be used; remove it, and pull the models again with hearth models pull`, {
      cause: error,
    });
  }
}
