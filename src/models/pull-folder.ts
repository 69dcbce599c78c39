import { existsSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { hashFile } from "../brain/gguf.ts";
import type { EmbedderList } from "../config-embedder-list.ts";
import { takeLock } from "../lock.ts";
import { changeModelLock, modelFolder, readModelLock, type PulledFolder } from "../model-lock.ts";
import { UserError } from "../user-error.ts";
import { fetchSource } from "./fetch-source.ts";
import { dropNote, dropPart } from "./part.ts";
import type { PullOptions } from "./pull.ts";
import type { Received } from "./receive.ts";
import { parseSource, shownSource } from "./source.ts";
import { verifyFolder } from "./verify-folder.ts";

type Listed = EmbedderList["models"][number];
type File = Listed["files"][number];

/** A model that is a folder of files, in the data folder. */
export function folderOf(data: string, name: string): string {
  return join(modelFolder(data), name);
}

/**
 * Fetches an embedding model or a reranker, file by file, checks each and pins its hash. Until all are there nothing lies under the
 * model's name; files that came before an interruption are kept. Throws a UserError that says which file failed and why.
 */
export async function pullFolder(
  listed: Listed,
  options: PullOptions,
): Promise<PulledFolder & { readonly wasThere: boolean }> {
  const { data, signal, now } = options;
  const { name, kind } = listed;
  await mkdir(modelFolder(data), { recursive: true, mode: 0o700 });
  using lock = takeLock(modelFolder(data));
  if (!lock)
    throw new UserError(`Another hearth models pull is writing to ${modelFolder(data)}; wait until it has ended`);
  const before = readModelLock(data).folders[name];
  const isRight = before && (await verifyFolder(name, { pulled: before, data, signal })).kind === "right";
  if (before && isRight) return { ...before, wasThere: true };
  const fresh = `${folderOf(data, name)}.new`;
  const pinned = new Map(before?.files.map(({ path, sha256 }) => [path, sha256]));
  const files: PulledFolder["files"] = [];
  for (const file of listed.files) {
    const sha256 = pinned.get(file.path) ?? file.sha256;
    const received = await bring({ ...file, ...(sha256 !== undefined && { sha256 }) }, { name, fresh, options });
    files.push({ path: file.path, source: file.source, ...received });
  }
  await rm(folderOf(data, name), { recursive: true, force: true });
  await rename(fresh, folderOf(data, name));
  const pulled = { kind, files, pulledAt: now().toISOString() };
  changeModelLock(data, (all) => ({ ...all, folders: { ...all.folders, [name]: pulled } }));
  return { ...pulled, wasThere: false };
}

/** One file of the model; one that came before an interruption is only read. */
async function bring(
  { path, source: written, sha256 }: File,
  { name, fresh, options }: { readonly name: string; readonly fresh: string; readonly options: PullOptions },
): Promise<Received> {
  const { signal } = options;
  const place = join(fresh, path);
  const part = `${place}.part`;
  const source = parseSource(written);
  if (!source)
    throw new UserError(`${name}: ${written} is no address that can be fetched; correct config/embedders.yaml`);
  if (existsSync(place)) {
    const here = { bytes: (await stat(place)).size, sha256: await hashFile(place, { signal }) };
    if (sha256 === undefined || sha256 === here.sha256) return here;
    await rm(place);
  }
  await mkdir(dirname(place), { recursive: true, mode: 0o700 });
  options.onSource(source, undefined);
  try {
    const received = await fetchSource(source, { part, sha256, bytes: undefined }, options);
    await check(path, { received, sha256, part });
    await rename(part, place);
    await dropNote(part);
    return received;
  } catch (error) {
    if (signal.aborted || !(error instanceof UserError)) throw error;
    throw new UserError(`${name} could not be pulled: ${shownSource(written)}: ${error.message}`, { cause: error });
  }
}

/** Whether what came can be what it should be: the right bytes where those are known, else JSON or a model in ONNX. */
async function check(
  path: string,
  {
    received,
    sha256,
    part,
  }: { readonly received: Received; readonly sha256: string | undefined; readonly part: string },
): Promise<void> {
  const why = await whyWrong(path, { received, sha256, part });
  if (why === undefined) return;
  await dropPart(part);
  throw new UserError(`${why}; what came was thrown away`);
}

async function whyWrong(
  path: string,
  {
    received,
    sha256,
    part,
  }: { readonly received: Received; readonly sha256: string | undefined; readonly part: string },
): Promise<string | undefined> {
  if (sha256 !== undefined) {
    const isRight = received.sha256 === sha256;
    return isRight ? undefined : `the bytes that came have the SHA-256 ${received.sha256} and not ${sha256}`;
  }
  if (path.endsWith(".json")) return isJson(await readFile(part, "utf8")) ? undefined : "it is no JSON";
  // A model in ONNX is a protocol buffer that begins with its version (field 1, a number).
  if (path.endsWith(".onnx")) return (await firstByte(part)) === 0x08 ? undefined : "it is no model in ONNX";
  return undefined;
}

/** Of a file that may have more bytes than fit in memory. */
async function firstByte(path: string): Promise<number | undefined> {
  await using file = await open(path);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, 0);
  return bytesRead === 1 ? buffer[0] : undefined;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
