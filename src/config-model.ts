import { statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { whyNotUsable } from "./addresses.ts";
import type { ConfigFile } from "./config-file.ts";
import { modelFolder, readModelLock } from "./model-lock.ts";
import { UserError } from "./user-error.ts";

type Parsed = ConfigFile["parsed"]["model"];

/** A server of the owner's that speaks the OpenAI protocol. `key` names a variable of the environment. */
export interface ModelServer {
  /** "http://…", "https://…", or "unix:/path" for a socket. */
  readonly url: string;
  readonly model?: string;
  readonly key?: string;
  /** The owner has said that a public address may be used. */
  readonly public: boolean;
}

/** Which model writes: none, one that is not there (with a sentence that says the cure), a GGUF file (with the hash it was pinned to, if it was pulled), given words, or servers. */
export type ModelSource =
  | { readonly kind: "none" }
  | { readonly kind: "missing"; readonly name: string; readonly why: string }
  | { readonly kind: "file"; readonly path: string; readonly name: string; readonly sha256?: string }
  | { readonly kind: "puppet"; readonly path: string }
  | { readonly kind: "servers"; readonly servers: readonly [ModelServer, ...ModelServer[]] };

/** Everything Hearth was told about the model that writes. Paths are absolute. */
export interface ModelSettings extends Omit<Parsed, "use" | "servers" | "lora" | "threads"> {
  readonly source: ModelSource;
  readonly threads?: number;
  readonly lora: readonly { readonly file: string; readonly scale: number }[];
}

interface Given {
  readonly file: ConfigFile;
  readonly cwd: string;
  /** The data folder. */
  readonly data: string;
}

/**
 * The model's settings: the command line's, else the configuration's, else the model that `hearth models use` chose. Throws a
 * UserError for one named on the command line that is not there; one of the configuration's only goes without writing.
 */
export function readModelSettings(
  commandLine: { readonly model?: string; readonly write?: string },
  given: Given,
): ModelSettings {
  const { use, servers, threads, lora, ...rest } = given.file.parsed.model;
  return {
    ...rest,
    write: writeOf(commandLine.write) ?? rest.write,
    ...(threads !== undefined && { threads }),
    lora: lora.map((one) => ({ ...one, file: resolve(given.cwd, one.file) })),
    source: sourceOf(commandLine.model, { use, servers, given }),
  };
}

/** What a model's server is sent, and where its key belongs. */
export const ASKED = {
  sent: "questions and passages of your documents",
  secrets: "name the variable that holds it with key beside the url",
};

function writeOf(word: string | undefined): Parsed["write"] | undefined {
  return (["auto", "always", "never"] as const).find((known) => known === word);
}

function sourceOf(
  named: string | undefined,
  {
    use,
    servers,
    given,
  }: { readonly use: string | undefined; readonly servers: Parsed["servers"]; readonly given: Given },
): ModelSource {
  const [first, ...others] = servers.map(({ model, key, ...server }) => ({
    ...server,
    ...(model !== undefined && { model }),
    ...(key !== undefined && { key }),
  }));
  if (named !== undefined) {
    const source = resolveModel(named, { where: `--model "${named}"`, given });
    if (source.kind === "missing") throw new UserError(source.why);
    return source;
  }
  const at = given.file.at(["model", "use"]);
  if (use !== undefined && first) {
    throw new UserError(`${at}: model.use and model.servers are both set; leave one of them out`);
  }
  for (const [index, { url, public: agreed }] of servers.entries()) {
    const why = whyNotUsable({ url, public: agreed }, ASKED);
    // Without the address, where it may hold a password.
    if (why)
      throw new UserError(`${given.file.at(["model", "servers", index, "url"])}: model.servers[${index}].url ${why}`);
  }
  if (first) return { kind: "servers", servers: [first, ...others] };
  if (use !== undefined) return resolveModel(use, { where: `${at}: model.use "${use}"`, given });
  const { used } = readModelLock(given.data);
  return used === undefined ? { kind: "none" } : resolveModel(used, { where: `the used model "${used}"`, given });
}

const PUPPET = "puppet:";

/** What a name stands for: "none", "puppet:FILE", a pulled model, or a GGUF file. */
function resolveModel(named: string, { where, given }: { readonly where: string; readonly given: Given }): ModelSource {
  if (named === "none") return { kind: "none" };
  if (named.startsWith(PUPPET)) return { kind: "puppet", path: resolve(given.cwd, named.slice(PUPPET.length)) };
  const pulled = readModelLock(given.data).models[named];
  if (pulled) {
    return { kind: "file", path: join(modelFolder(given.data), pulled.file), name: named, sha256: pulled.sha256 };
  }
  const path = resolve(given.cwd, named);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) {
    return { kind: "file", path, name: basename(path).replace(/\.gguf$/i, "") };
  }
  const why = `${where}: there is no such file, and no model of that name was pulled; hearth models list names some, and hearth models pull gets one`;
  return { kind: "missing", name: named, why };
}
