import { rmSync, statSync } from "node:fs";
import { styled, wrapped, type Look } from "../bots/terminal/look.ts";
import { readEmbedderList, type EmbedderList } from "../config-embedder-list.ts";
import { changeModelLock, modelLockFile, readModelLock, type ModelLock } from "../model-lock.ts";
import { folderOf, pullFolder } from "../models/pull-folder.ts";
import { gigabytes } from "../models/receive.ts";
import { shownSource } from "../models/source.ts";
import { UserError } from "../user-error.ts";
import { INTERRUPTED_EXIT } from "./interrupted.ts";
import { megabyteBar, type ModelsWorld } from "./models-world.ts";
import { table } from "./models-table.ts";
import { write } from "./write.ts";

type Listed = EmbedderList["models"][number];

const KIND = { embedder: "finds by meaning", reranker: "puts in order" } as const;
const NOTE =
  "A model that finds by meaning reads every document once, at about 40 passages a second on two cores; a reranker reads the best passages " +
  "again for every question. hearth models pull NAME gets one, and hearth models use NAME uses it.";

/** Embedding models and rerankers known by name. Throws a UserError when the list cannot be used. */
export function knownFolders({ embedders }: Pick<ModelsWorld, "embedders">): readonly Listed[] {
  return readEmbedderList(embedders, { shown: "config/embedders.yaml" }).models;
}

/** An embedding model or a reranker of this name, as the list has it; undefined where there is none. */
export function knownFolder(name: string, world: ModelsWorld): Listed | undefined {
  return knownFolders(world).find((model) => model.name.toLowerCase() === name.toLowerCase());
}

/** Whether a folder model of this name was pulled. */
export function isPulledFolder(name: string, { data }: Pick<ModelsWorld, "data">): boolean {
  return name in readModelLock(data).folders;
}

/** The models that search by meaning, for people: a table and a note. */
export function renderFolders(models: readonly Listed[], lock: ModelLock, look: Look): string {
  const rows = models.map(({ name, kind, files, languages, licence }) => [
    markOf(name, lock),
    name,
    `~${gigabytes(files.reduce((sum, { bytes }) => sum + bytes, 0))}`,
    KIND[kind],
    languages,
    licence,
  ]);
  const [head = "", ...lines] = table(
    [["", "name", "size", "what it does", "languages", "licence"], ...rows],
    "<<><<<",
  );
  const known = lines.flatMap((line, index) => {
    const note = models[index]?.note;
    if (note === undefined) return [line];
    return [line, styled(wrapped(note, { ...look, prefix: "    " }), { format: "dim", ...look })];
  });
  return `\n${[styled(head, { format: "bold", ...look }), ...known, "", wrapped(NOTE, look)].join("\n")}\n`;
}

/** The same for programs. */
export function foldersToJson(models: readonly Listed[], lock: ModelLock): object[] {
  return models.map((model) => ({
    ...model,
    pulled: model.name in lock.folders,
    used: isUsed(model.name, lock),
  }));
}

/** `hearth models pull` of an embedding model or a reranker. Ctrl-C keeps the files that came. */
export async function runPullFolder(model: Listed, world: ModelsWorld): Promise<number> {
  const { surroundings, data, outside } = world;
  const { signal, out, err } = surroundings;
  try {
    using bar = megabyteBar("Pulling", surroundings);
    const pulled = await pullFolder(model, {
      data,
      outside,
      signal,
      onProgress: bar.update,
      onSource: (source) => err.write(`Pulling ${model.name} from ${shownSource(source.written)}\n`),
      onCut: (why, milliseconds) => err.write(`${why}; trying again in ${Math.ceil(milliseconds / 1_000)} s\n`),
      now: () => new Date(),
    });
    bar[Symbol.dispose]();
    await write(out, describePulled(model, { pulled, lockFile: modelLockFile(data) }), { signal });
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    err.write("Stopped; what came is kept, and the same hearth models pull goes on from there.\n");
    return INTERRUPTED_EXIT;
  }
}

function describePulled(
  { name }: Listed,
  { pulled, lockFile }: { readonly pulled: Awaited<ReturnType<typeof pullFolder>>; readonly lockFile: string },
): string {
  const bytes = pulled.files.reduce((sum, file) => sum + file.bytes, 0);
  const [files, have] = pulled.files.length === 1 ? ["1 file", "has"] : [`${pulled.files.length} files`, "have"];
  return [
    pulled.wasThere
      ? `${name} is here already, and its ${files} ${have} the right SHA-256 (${gigabytes(bytes)}).`
      : `${name} was pulled (${files}, ${gigabytes(bytes)}).`,
    `SHA-256    pinned in ${lockFile}`,
    `To use it  hearth models use ${name}`,
    "",
  ].join("\n");
}

/** `hearth models use` of one that was pulled: from the next start on it searches by meaning, or puts in order. */
export async function runUseFolder(name: string, { surroundings, data }: ModelsWorld): Promise<number> {
  const kind = readModelLock(data).folders[name]?.kind;
  if (kind === undefined || !statSync(folderOf(data, name), { throwIfNoEntry: false })) {
    throw new UserError(`${name} was not pulled yet; hearth models pull ${name} gets it`);
  }
  changeModelLock(data, (lock) => ({ ...lock, [kind]: name }));
  const what = kind === "embedder" ? "finds by meaning; it reads every document once" : "puts in order what was found";
  await write(surroundings.out, `From the next start on ${name} ${what}.\n`, surroundings);
  return 0;
}

/** `hearth models remove` of one that was pulled, or of what an unfinished pull left. */
export async function runRemoveFolder(name: string, { surroundings, data }: ModelsWorld): Promise<number> {
  const before = readModelLock(data);
  const wasUsed = isUsed(name, before);
  for (const folder of [folderOf(data, name), `${folderOf(data, name)}.new`]) {
    rmSync(folder, { recursive: true, force: true });
  }
  changeModelLock(data, ({ embedder, reranker, ...lock }) => ({
    ...lock,
    folders: Object.fromEntries(Object.entries(lock.folders).filter(([other]) => other !== name)),
    ...(embedder !== undefined && embedder !== name && { embedder }),
    ...(reranker !== undefined && reranker !== name && { reranker }),
  }));
  await write(surroundings.out, `${name} was removed${wasUsed ? "; it is not used any more" : ""}.\n`, surroundings);
  return 0;
}

function isUsed(name: string, { embedder, reranker }: ModelLock): boolean {
  return name === embedder || name === reranker;
}

function markOf(name: string, lock: ModelLock): string {
  if (!(name in lock.folders)) return "";
  return isUsed(name, lock) ? "*" : "+";
}
