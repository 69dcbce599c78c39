import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { readDiscordSettings, type DiscordSettings } from "./config-discord.ts";
import { readEmbeddingSettings, type EmbeddingSettings } from "./config-embeddings.ts";
import { readConfigFile } from "./config-file.ts";
import { readIndexSettings, type IndexSettings } from "./config-index.ts";
import { readModelSettings, type ModelSettings } from "./config-model.ts";
import { readSlackSettings, type SlackSettings } from "./config-slack.ts";
import { readTalkSettings, type TalkSettings } from "./config-talk.ts";
import { codeOf } from "./error-code.ts";
import type { FolderOptions } from "./knowledge/source.ts";
import { UserError } from "./user-error.ts";

/** What was given on the command line; it wins over the file. */
export interface CommandLine {
  readonly config?: string;
  readonly docs?: readonly string[];
  readonly exclude?: readonly string[];
  readonly data?: string;
  readonly host?: string;
  readonly port?: number;
  readonly logLevel?: string;
  readonly log?: string;
  readonly model?: string;
  readonly write?: string;
  readonly embedder?: string;
  /** False where search by meaning is switched off. */
  readonly embeddings?: boolean;
  /** No option: the relay, which may not look for models, says that it has none. */
  readonly reranker?: "none";
}

const LAST_PORT = 65_535;

/** Everything Hearth was told, with absolute paths. */
export interface Settings {
  /** The configuration file's absolute path, whether or not there is one. */
  readonly file: string;
  /** True when nothing names documents, so that Hearth answers from its own manual. */
  readonly isManual: boolean;
  readonly data: string;
  /** Where the edge keeps what it was asked and has not yet answered; no other process has anything there. */
  readonly edgeFolder: string;
  /** The index on S3-compatible storage; undefined where it is in the data folder. */
  readonly index: IndexSettings | undefined;
  readonly model: ModelSettings;
  readonly embeddings: EmbeddingSettings;
  readonly web: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] };
  readonly seal: "auto" | "off";
  /** `file` is an absolute path, or "stderr". */
  readonly log: { readonly level: string; readonly file: string };
  /** How Hearth speaks Discord, where it has a token. */
  readonly discord: DiscordSettings | undefined;
  /** How Hearth speaks Slack, where it has a token. */
  readonly slack: SlackSettings | undefined;
  /** Which channels' talk is kept, and which digests are made by the clock. */
  readonly talk: TalkSettings;
  /** Hosts that a link in an answer may lead to: those written down, and those of the documents' own addresses. */
  readonly linkHosts: readonly string[];
  /** The chat platforms that a token was given for, in the environment or in a file named there. */
  readonly platforms: readonly string[];
  /** False where the person asked for no colours (https://no-color.org). */
  readonly colors: boolean;
}

/** What config.ts needs to know of the process. `home` is the folder of Hearth itself. */
export interface Place {
  readonly cwd: string;
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings from the configuration file (config/hearth.yaml where there is one), the environment and the command line.
 * Throws a UserError with file, line, key and cure.
 */
export function readSettings(commandLine: CommandLine, place: Place): Settings {
  const file = readConfigFile(commandLine.config, place);
  const { parsed } = file;
  const absolute = (path: string) => resolve(place.cwd, path);
  const data = commandLine.data ?? parsed.data;
  if ((commandLine.port ?? 0) > LAST_PORT) {
    throw new UserError(`--port ${commandLine.port} is no port; give a number from 0 (a free one) to ${LAST_PORT}`);
  }
  if (data.includes("://"))
    throw new UserError(
      `The data folder "${data}" is an address; name a folder by its local path (an index on S3 storage has a key of its own, index)`,
    );
  const index = readIndexSettings(commandLine, file);
  return {
    file: file.path,
    isManual: commandLine.docs === undefined && parsed.documents === undefined && index?.access !== "read",
    data: absolute(data),
    edgeFolder: join(absolute(data), "edge"),
    index,
    model: readModelSettings(commandLine, { file, cwd: place.cwd, data: absolute(data) }),
    embeddings: readEmbeddingSettings(commandLine, { file, cwd: place.cwd, data: absolute(data) }),
    web: {
      host: commandLine.host ?? parsed.web.host,
      port: commandLine.port ?? parsed.web.port,
      allowedHosts: parsed.web.allowedHosts,
    },
    seal: parsed.seal,
    log: {
      level: commandLine.logLevel ?? parsed.log.level,
      file: chooseLogFile(commandLine.log ?? parsed.log.file, { data: absolute(data), absolute }),
    },
    discord: readDiscordSettings(file, place.environment),
    slack: readSlackSettings(file, place.environment),
    talk: readTalkSettings(file),
    linkHosts: [...new Set([...parsed.links.hosts, ...(parsed.documents ?? []).flatMap(({ url }) => hostOf(url))])],
    platforms: readPlatforms(place.environment),
    colors: !place.environment["NO_COLOR"],
  };
}

/** The host of a folder's address; none where the address has braces in its host. */
function hostOf(url: string | undefined): string[] {
  const host = url === undefined ? undefined : URL.parse(url.replaceAll(/\{\w+\}/g, "x"))?.hostname;
  return host === undefined || host === "" ? [] : [host];
}

function chooseLogFile(
  named: string | undefined,
  { data, absolute }: { readonly data: string; readonly absolute: (path: string) => string },
): string {
  if (named === "stderr") return named;
  return named === undefined ? join(data, "hearth.log") : absolute(named);
}

/**
 * The folders of documents: those of the command line, else those of the configuration file, else Hearth's own manual; none where the
 * index is another Hearth's. Throws a UserError for one that is not there, or that is named twice.
 */
export function readFolders(commandLine: CommandLine, place: Place): FolderOptions[] {
  const file = readConfigFile(commandLine.config, place);
  const { parsed, at } = file;
  if (readIndexSettings(commandLine, file)?.access === "read") return [];
  const maxBytes = Math.round(parsed.limits.fileMegabytes * 1_000_000);
  const extra = commandLine.exclude ?? [];
  if (commandLine.docs || !parsed.documents) {
    const folders = commandLine.docs
      ? commandLine.docs.map((named) => existingFolder(resolve(place.cwd, named), `--docs "${named}"`))
      : [existingFolder(join(place.home, "docs"), "Hearth's own manual")];
    return [...new Map(folders.map((folder) => [realpathSync(folder), folder])).values()].map((folder) => ({
      folder,
      audience: "team",
      exclude: extra,
      maxBytes,
    }));
  }
  const seen = new Map<string, number>();
  return parsed.documents.map(({ folder, audience, url, exclude }, index) => {
    const named = `${at(["documents", index, "folder"])}: documents[${index}].folder "${folder}"`;
    const path = existingFolder(resolve(place.cwd, folder), named);
    const before = seen.get(realpathSync(path));
    if (before !== undefined) throw new UserError(`${named} is the folder of documents[${before}] too; leave one out`);
    seen.set(realpathSync(path), index);
    return { folder: path, audience, ...(url !== undefined && { url }), exclude: [...exclude, ...extra], maxBytes };
  });
}

function existingFolder(path: string, named: string): string {
  let isFolder;
  try {
    isFolder = statSync(path).isDirectory();
  } catch (error) {
    const code = codeOf(error);
    const why = code === "ENOENT" || code === "ENOTDIR" ? "there is no such folder" : `it cannot be read (${code})`;
    throw new UserError(`${named}: ${why}; create it or correct the path`, { cause: error });
  }
  if (!isFolder) throw new UserError(`${named} is a file, not a folder; name the folder it stands in`);
  return path;
}

const TOKENS: Readonly<Record<string, readonly string[]>> = {
  Discord: ["DISCORD_TOKEN"],
  Slack: ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"],
};
/** The configuration may name a variable of its own for the token of each workspace. */
const SLACK_TOKENS = /^SLACK_BOT_TOKEN_\w+$/;

function readPlatforms(environment: Place["environment"]): string[] {
  return Object.entries(TOKENS)
    .filter(([, names]) => names.some((token) => environment[token] || environment[`${token}_FILE`]))
    .map(([platform]) => platform);
}

/**
 * The environment for Hearth's child processes: only what finding programs, time zone and language need. No proxy, no cloud
 * credentials, and tokens for the edge only; ONNX Runtime's telemetry is off before it could be loaded.
 */
export function childEnvironment(
  environment: Place["environment"],
  { tokens, keys = [] }: { readonly tokens: "kept" | "left out"; readonly keys?: readonly string[] },
): Record<string, string> {
  const named = Object.values(TOKENS).flat();
  const kept = [
    ...keys.flatMap((key) => [key, `${key}_FILE`]),
    ...(tokens === "kept" ? [...named, ...named.map((token) => `${token}_FILE`)] : []),
    ...(tokens === "kept" ? Object.keys(environment).filter((key) => SLACK_TOKENS.test(key)) : []),
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "NO_COLOR",
    "TERM",
    "COLORTERM",
  ];
  const pairs = kept.flatMap((key) => (environment[key] === undefined ? [] : [[key, environment[key]] as const]));
  return { ...Object.fromEntries(pairs), ...NATIVE };
}

/** The keys of servers: the values of the named variables, or what stands in the file that `<NAME>_FILE` names. */
export function readKeys(names: readonly string[], environment: Place["environment"]): Record<string, string> {
  const pairs = names.flatMap((name) => {
    const file = environment[`${name}_FILE`];
    const key = environment[name] ?? (file === undefined ? undefined : readKeyFile(file, name));
    return key === undefined ? [] : [[name, key] as const];
  });
  return Object.fromEntries(pairs);
}

function readKeyFile(file: string, name: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new UserError(`${name}_FILE names "${file}", which cannot be read (${codeOf(error)}); correct the path`, {
      cause: error,
    });
  }
}

/** What native code is told: no telemetry (ONNX Runtime), no chatter (LanceDB), and freed memory goes back (the C library). */
const NATIVE = {
  ORT_DISABLE_TELEMETRY: "1",
  LANCEDB_LOG: "error",
  MALLOC_ARENA_MAX: "2",
  MALLOC_TRIM_THRESHOLD_: "131072",
};
