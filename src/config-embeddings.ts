import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { ConfigFile } from "./config-file.ts";
import { whyNotUsable } from "./addresses.ts";
import { ASKED, type ModelServer } from "./config-model.ts";
import { modelFolder, readModelLock } from "./model-lock.ts";
import { UserError } from "./user-error.ts";

/**
 * A model that search by meaning uses: none, one that is not there (with a sentence that says the cure), or a folder with its files in
 * ONNX form, a GGUF file, or a server. `name` is what it is called in config/embedders.yaml, if it is there.
 */
export type MeaningSource =
  | { readonly kind: "none" }
  | { readonly kind: "missing"; readonly name: string; readonly why: string }
  | { readonly kind: "folder"; readonly path: string; readonly name: string }
  | { readonly kind: "gguf"; readonly path: string; readonly name: string }
  | { readonly kind: "server"; readonly server: ModelServer };

/** Everything Hearth was told about search by meaning. Paths are absolute. */
export interface EmbeddingSettings {
  readonly embedder: MeaningSource;
  readonly reranker: MeaningSource;
  /** What has to stand before a question and before a passage, where neither the model nor config/embedders.yaml says. */
  readonly prefixes: { readonly query?: string; readonly passage?: string };
  /** Threads that they compute with, together. */
  readonly threads?: number;
  /** How long a search may take for reranking. */
  readonly rerankSeconds: number;
}

type Parsed = ConfigFile["parsed"]["embeddings"];

const GGUF = /\.gguf$/i;

interface Given {
  readonly file: ConfigFile;
  readonly cwd: string;
  /** The data folder. */
  readonly data: string;
}

/**
 * The settings of search by meaning: the command line's, else the configuration's, else the models that `hearth models use` chose.
 * Throws a UserError for one named on the command line that is not there; without one of the configuration's, words go on alone.
 */
export function readEmbeddingSettings(
  commandLine: { readonly embedder?: string; readonly embeddings?: boolean; readonly reranker?: "none" },
  given: Given,
): EmbeddingSettings {
  const { use, server, threads, rerankSeconds, query, passage } = given.file.parsed.embeddings;
  const prefixes = { ...(query !== undefined && { query }), ...(passage !== undefined && { passage }) };
  const reranker = commandLine.reranker ?? given.file.parsed.embeddings.reranker;
  const rest = { ...(threads !== undefined && { threads }), rerankSeconds, prefixes };
  if (commandLine.embeddings === false) return { embedder: { kind: "none" }, reranker: { kind: "none" }, ...rest };
  return {
    embedder: embedderOf(commandLine.embedder, { use, server, given }),
    reranker: chosen("reranker", { named: reranker, key: ["embeddings", "reranker"], given }),
    ...rest,
  };
}

function embedderOf(
  named: string | undefined,
  { use, server, given }: Pick<Parsed, "use" | "server"> & { readonly given: Given },
): MeaningSource {
  if (named === undefined && server) return serverOf(server, { use, given });
  if (named === undefined) return chosen("embedder", { named: use, key: ["embeddings", "use"], given });
  const source = resolveFolder(named, { kind: "embedder", where: `--embedder "${named}"`, given });
  if (source.kind === "missing") throw new UserError(source.why);
  return source;
}

/** The server that was written down. Throws a UserError for an address that may not be used. */
function serverOf(
  { model, key, ...server }: NonNullable<Parsed["server"]>,
  { use, given }: Pick<Parsed, "use"> & { readonly given: Given },
): MeaningSource {
  const at = given.file.at(["embeddings", "server", "url"]);
  if (use !== undefined) {
    throw new UserError(`${at}: embeddings.use and embeddings.server are both set; leave one of them out`);
  }
  const why = whyNotUsable(server, ASKED);
  // Without the address, where it may hold a password.
  if (why) throw new UserError(`${at}: embeddings.server.url ${why}`);
  const named = { ...(model !== undefined && { model }), ...(key !== undefined && { key }) };
  return { kind: "server", server: { ...server, ...named } };
}

type Kind = "embedder" | "reranker";

/** What the configuration names, else the model that is used when nothing names one. */
function chosen(
  kind: Kind,
  { named, key, given }: { readonly named: string | undefined; readonly key: readonly string[]; readonly given: Given },
): MeaningSource {
  if (named !== undefined) {
    return resolveFolder(named, { kind, where: `${given.file.at(key)}: ${key.join(".")} "${named}"`, given });
  }
  const used = readModelLock(given.data)[kind];
  return used === undefined
    ? { kind: "none" }
    : resolveFolder(used, { kind, where: `the used ${kind} "${used}"`, given });
}

/** What a name stands for: "none", a pulled model, or a folder. */
function resolveFolder(
  named: string,
  { kind, where, given }: { readonly kind: Kind; readonly where: string; readonly given: Given },
): MeaningSource {
  if (named === "none") return { kind: "none" };
  const pulled = readModelLock(given.data).folders[named];
  if (pulled?.kind === kind) return { kind: "folder", path: join(modelFolder(given.data), named), name: named };
  const missing = (why: string) => ({ kind: "missing", name: named, why: `${where}: ${why}` }) as const;
  if (pulled) return missing(`this model is of another kind (${pulled.kind}); hearth models list names some`);
  const path = resolve(given.cwd, named);
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return { kind: "folder", path, name: basename(path) };
  if (found && kind === "embedder" && GGUF.test(path))
    return { kind: "gguf", path, name: basename(path).replace(GGUF, "") };
  if (found) return missing("this is a file; name the folder that holds the model's files");
  return missing(
    "there is no such folder, and no model of that name was pulled; hearth models list names some, and hearth models pull gets one",
  );
}
