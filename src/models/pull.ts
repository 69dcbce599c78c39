import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { readGgufHeader } from "../brain/gguf.ts";
import { takeLock } from "../lock.ts";
import { changeModelLock, modelFolder, readModelLock, type PulledModel } from "../model-lock.ts";
import { UserError } from "../user-error.ts";
import { fetchSource, type FetchOptions } from "./fetch-source.ts";
import { dropNote, dropPart } from "./part.ts";
import type { Received } from "./receive.ts";
import { shownSource, type Source } from "./source.ts";
import { verifyModel } from "./verify.ts";

/** A model to pull: its sources in the order in which they are tried, and the bytes they have to bring where those are known. */
export interface Wanted {
  readonly name: string;
  readonly sources: readonly Source[];
  readonly sha256: string | undefined;
  /** The exact size, where it is known. */
  readonly bytes: number | undefined;
}

export interface PullOptions extends FetchOptions {
  /** The data folder. */
  readonly data: string;
  /** Called with each source before it is tried, and why the one before it failed. */
  readonly onSource: (source: Source, failed: string | undefined) => void;
  readonly now: () => Date;
}

/**
 * Fetches a model from the first of its sources that brings the right bytes, checks them and writes down their hash, to which the
 * name is pinned from then on. Until then nothing lies under the model's name. Fetches nothing when it is there already. Throws a
 * UserError that says why each source failed.
 */
export async function pullModel(
  wanted: Wanted,
  options: PullOptions,
): Promise<PulledModel & { readonly wasThere: boolean }> {
  const { data, signal } = options;
  const folder = modelFolder(data);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  using lock = takeLock(folder);
  if (!lock) throw new UserError(`Another hearth models pull is writing to ${folder}; wait until it has ended`);
  const { models } = readModelLock(data);
  const before = models[wanted.name];
  const pinned = pin(wanted, models);
  if (before && (await verifyModel(before, { data, signal })).kind === "right") return { ...before, wasThere: true };
  const failures: string[] = [];
  for (const source of wanted.sources) {
    options.onSource(source, failures.at(-1));
    try {
      return { ...(await bring(source, pinned, options)), wasThere: false };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof UserError)) throw error;
      failures.push(`${shownSource(source.written)}: ${error.message}`);
    }
  }
  const why = failures.length === 1 ? failures : failures.map((failure, index) => `(${index + 1}) ${failure}`);
  throw new UserError(`${wanted.name} could not be pulled: ${why.join(" ")}`);
}

/** What is wanted, held to the bytes that were pulled under this name before. */
function pin(wanted: Wanted, models: Readonly<Record<string, PulledModel>>): Wanted {
  const { name, sha256 } = wanted;
  const twin = Object.keys(models).find((other) => other !== name && other.toLowerCase() === name.toLowerCase());
  if (twin !== undefined) throw new UserError(`A model "${twin}" was pulled already; choose another name with --name`);
  const before = models[name];
  if (!before) return wanted;
  if (sha256 !== undefined && sha256 !== before.sha256) {
    throw new UserError(
      `${name} was pulled before and is pinned to the SHA-256 ${before.sha256}, not ${sha256}; choose another name with --name, or take the old one away with hearth models remove ${name}`,
    );
  }
  return { ...wanted, sha256: before.sha256, bytes: before.bytes };
}

async function bring(source: Source, wanted: Wanted, options: PullOptions): Promise<PulledModel> {
  const { data, now } = options;
  const file = `${wanted.name}.gguf`;
  const place = join(modelFolder(data), file);
  const part = `${place}.part`;
  const received = await fetchSource(source, { ...wanted, part }, options);
  try {
    await check(received, { wanted, part });
  } catch (error) {
    await dropPart(part);
    throw error;
  }
  await rename(part, place);
  await dropNote(part);
  const pulled = { file, ...received, source: source.written, pulledAt: now().toISOString() };
  changeModelLock(data, (before) => ({ ...before, models: { ...before.models, [wanted.name]: pulled } }));
  return pulled;
}

async function check(
  received: Received,
  { wanted, part }: { readonly wanted: Wanted; readonly part: string },
): Promise<void> {
  const { sha256 } = wanted;
  if (sha256 !== undefined && received.sha256 !== sha256) {
    throw new UserError(
      `the bytes that came have the SHA-256 ${received.sha256} and not ${sha256}; they were thrown away`,
    );
  }
  try {
    await readGgufHeader(part);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The sentence is about a file that is gone now, and its cure is what is being done.
    const [why] = error.message.replace(`The model file ${part} `, "").split("; ");
    throw new UserError(`what came ${why}; it was thrown away`, { cause: error });
  }
}
