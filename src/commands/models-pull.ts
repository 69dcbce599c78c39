import { join } from "node:path";
import { modelFolder, modelLockFile, readModelLock } from "../model-lock.ts";
import { MODEL_NAME } from "../models/catalogue.ts";
import { readPart } from "../models/part.ts";
import { pullModel, type Wanted } from "../models/pull.ts";
import { gigabytes } from "../models/receive.ts";
import { fileNameOf, parseSource, shownSource, SOURCE_FORMS, type Source } from "../models/source.ts";
import { UserError } from "../user-error.ts";
import { INTERRUPTED_EXIT } from "./interrupted.ts";
import { knownModels, megabyteBar, type ModelsWorld } from "./models-world.ts";
import { knownFolder, runPullFolder } from "./models-search.ts";
import { write } from "./write.ts";

/** What `hearth models pull` was told besides the model. */
export interface PullWords {
  readonly name?: string;
  readonly sha256?: string;
}

/**
 * `hearth models pull`: fetches a model of the list, or any file that is named by where it is, and pins it. Ctrl-C keeps what came,
 * and the next pull goes on from there.
 */
export async function runPull(what: string, words: PullWords, world: ModelsWorld): Promise<number> {
  const { surroundings, data } = world;
  const { signal, out, err } = surroundings;
  const folder = knownFolder(what, world);
  if (folder) {
    if (words.name !== undefined || words.sha256 !== undefined) {
      throw new UserError(
        `${folder.name} is made of several files, so --name and --sha256 say nothing of it; leave them out`,
      );
    }
    return runPullFolder(folder, world);
  }
  const { about, ...wanted } = wantedOf(what, words, world);
  const place = join(modelFolder(data), `${wanted.name}.gguf`);
  try {
    using bar = megabyteBar("Pulling", surroundings);
    const model = await pullModel(wanted, {
      data,
      outside: world.outside,
      signal,
      onProgress: ({ done, total }) => bar.update({ done, total: total ?? about }),
      onSource: (source, failed) => {
        if (failed !== undefined) err.write(`${failed}\n`);
        err.write(`Pulling ${wanted.name} from ${shownSource(source.written)}${noteOn(source, about)}\n`);
      },
      onCut: (why, milliseconds) => err.write(`${why}; trying again in ${Math.ceil(milliseconds / 1_000)} s\n`),
      now: () => new Date(),
    });
    bar[Symbol.dispose]();
    await write(out, describePulled(model, { wanted, lockFile: modelLockFile(data) }), { signal });
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    const { bytes } = await readPart(`${place}.part`);
    if (bytes > 0)
      err.write(`Stopped; ${gigabytes(bytes)} are kept, and the same hearth models pull goes on from there.\n`);
    return INTERRUPTED_EXIT;
  }
}

function describePulled(
  { wasThere, bytes, sha256 }: Awaited<ReturnType<typeof pullModel>>,
  { wanted, lockFile }: { readonly wanted: Wanted; readonly lockFile: string },
): string {
  const { name } = wanted;
  const isNew = !wasThere && wanted.sha256 === undefined;
  return [
    `${name} ${wasThere ? "is here already, and its SHA-256 is right" : "was pulled"} (${gigabytes(bytes)}).`,
    `SHA-256    ${sha256}`,
    `           ${isNew ? "was not known before and is" : "is"} pinned in ${lockFile}`,
    `To use it  hearth models use ${name}`,
    "",
  ].join("\n");
}

function noteOn({ kind }: Source, about: number | undefined): string {
  const size = about === undefined ? "" : ` (${gigabytes(about)})`;
  return kind === "pip" ? `${size}; pip shows no progress` : size;
}

/** What a word of the command line stands for; `about` is a size that need not be exact. */
function wantedOf(
  what: string,
  { name: called, sha256: given }: PullWords,
  world: ModelsWorld,
): Wanted & { readonly about: number | undefined } {
  const sha256 = given?.toLowerCase();
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new UserError(`--sha256 "${given}" is no SHA-256; it has 64 digits of 0-9 and a-f`);
  }
  if (called !== undefined) checkName(called, `--name "${called}"`);
  const known = knownModels(world).models.find(({ name }) => name === what);
  if (known) {
    const { sources, bytes, unverified } = known;
    const exact = unverified || sha256 !== undefined ? undefined : bytes;
    return { name: called ?? what, sources, sha256: sha256 ?? known.sha256, bytes: exact, about: bytes };
  }
  const before = readModelLock(world.data).models[what];
  const source = parseSource(before?.source ?? what) ?? pathOf(what);
  if (!source) {
    throw new UserError(
      `There is no model "${what}"; hearth models list names those that are known, and others are written as ${SOURCE_FORMS}`,
    );
  }
  const file = fileNameOf(source);
  if (/-\d{5}-of-\d{5}\.gguf$/i.test(file)) {
    throw new UserError(`${file} is one part of several; choose a model whose file is in one piece`);
  }
  const name = called ?? (before ? what : file.replace(/\.gguf$/i, ""));
  checkName(name, `"${name}", the name of its file,`);
  return { name, sources: [source], sha256, bytes: undefined, about: before?.bytes };
}

/** A path that a person wrote without "file:". */
function pathOf(what: string): Source | undefined {
  return /^(?!\w+:\/\/)(?!hf:|pip:).*[/\\]|\.gguf$/i.test(what)
    ? { kind: "file", written: `file:${what}`, path: what }
    : undefined;
}

function checkName(name: string, where: string): void {
  if (MODEL_NAME.test(name)) return;
  throw new UserError(
    `${where} cannot name a model; give one with --name, of letters, digits, ".", "_" and "-", that begins with a letter or a digit`,
  );
}
