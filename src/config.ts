import { readFileSync, realpathSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { LineCounter, parseDocument, type Document } from "yaml";
import { z } from "zod";
import type { FolderOptions } from "./knowledge/source.ts";
import { UserError } from "./user-error.ts";

const audience = z.union([z.literal("public"), z.literal("team")]);

const documents = z.strictObject({
  folder: z.string().min(1),
  audience: audience.default("team"),
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, { error: 'must begin with "https://" or "http://" and hold no space' })
    .optional(),
  exclude: z.array(z.string().min(1)).default([]),
});

const schema = z.strictObject({
  documents: z.array(documents).min(1).optional(),
  limits: z.strictObject({ fileMegabytes: z.number().positive().max(1_000).default(20) }).prefault({}),
  data: z.string().min(1).default("data"),
  web: z
    .strictObject({
      host: z.string().min(1).default("127.0.0.1"),
      port: z.int().min(0).max(65_535).default(4780),
      allowedHosts: z.array(z.string().min(1)).default([]),
    })
    .prefault({}),
  seal: z.enum(["auto", "off"]).default("auto"),
  log: z
    .strictObject({
      level: z.enum(["trace", "debug", "info", "warn", "error"]).default("info"),
      file: z.string().min(1).optional(),
    })
    .prefault({}),
});

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
}

/** Everything Hearth was told, with absolute paths. */
export interface Settings {
  /** The configuration file's absolute path, whether or not there is one. */
  readonly file: string;
  /** True when nothing names documents, so that Hearth answers from its own manual. */
  readonly isManual: boolean;
  readonly data: string;
  readonly web: { readonly host: string; readonly port: number; readonly allowedHosts: readonly string[] };
  readonly seal: "auto" | "off";
  /** `file` is an absolute path, or "stderr". */
  readonly log: { readonly level: string; readonly file: string };
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
  const file = readFile(commandLine.config, place);
  const { parsed } = file;
  const absolute = (path: string) => resolve(place.cwd, path);
  const data = commandLine.data ?? parsed.data;
  if (data.includes("://"))
    throw new UserError(`The data folder "${data}" is an address; name a folder on this machine`);
  return {
    file: file.path,
    isManual: commandLine.docs === undefined && parsed.documents === undefined,
    data: absolute(data),
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
    platforms: readPlatforms(place.environment),
    colors: !place.environment["NO_COLOR"],
  };
}

function chooseLogFile(
  named: string | undefined,
  { data, absolute }: { readonly data: string; readonly absolute: (path: string) => string },
): string {
  if (named === "stderr") return named;
  return named === undefined ? join(data, "hearth.log") : absolute(named);
}

/** A configuration file, parsed, with a way to say where in it something stands. */
interface ConfigFile {
  readonly path: string;
  readonly parsed: z.output<typeof schema>;
  at(path: readonly PropertyKey[]): string;
}

function readFile(named: string | undefined, { cwd }: Place): ConfigFile {
  const path = resolve(cwd, named ?? "config/hearth.yaml");
  const shown = relative(cwd, path) || path;
  const text = readText(path);
  if (text === undefined && named !== undefined) {
    throw new UserError(`--config "${named}": there is no such file that can be read; correct the path`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text ?? "", { lineCounter: lines });
  const at = (key: readonly PropertyKey[]) => `${shown}:${lineOf(document, { key, lines })}`;
  const [broken] = document.errors;
  if (broken) {
    const line = broken.linePos?.[0].line ?? 1;
    throw new UserError(`${shown}:${line}: this is not valid YAML (${broken.code}); correct the line`);
  }
  const result = schema.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (!result.success) throw new UserError(describeIssue(result.error.issues[0], at));
  return { path, parsed: result.data, at };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function lineOf(
  document: Document,
  { key, lines }: { readonly key: readonly PropertyKey[]; readonly lines: LineCounter },
): number {
  for (let length = key.length; length > 0; length -= 1) {
    const node = document.getIn(key.slice(0, length), true) as { range?: [number, number, number] } | undefined;
    if (node?.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

function describeIssue(issue: z.core.$ZodIssue | undefined, at: (key: readonly PropertyKey[]) => string): string {
  if (!issue) return "The configuration cannot be used";
  if (issue.code === "unrecognized_keys") {
    const path = [...issue.path, issue.keys[0] ?? ""];
    return `${at(path)}: ${name(path)} is not a key Hearth knows; keys here are ${keysAt(issue.path).join(", ")}`;
  }
  return `${at(issue.path)}: ${name(issue.path)} cannot be used (${issue.message}); correct it, config/hearth.example.yaml shows how`;
}

function name(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : (index ? "." : "") + String(part)))
    .join("");
}

function keysAt(path: readonly PropertyKey[]): string[] {
  const [top] = path;
  if (top === undefined) return Object.keys(schema.shape);
  if (top === "documents") return Object.keys(documents.shape);
  const part = schema.shape[top as "web" | "limits" | "log"];
  return Object.keys(part.unwrap().shape);
}

/**
 * The folders of documents: those of the command line, else those of the configuration file, else Hearth's own manual. Throws a
 * UserError for one that is not there.
 */
export function readFolders(commandLine: CommandLine, place: Place): FolderOptions[] {
  const { parsed, at } = readFile(commandLine.config, place);
  const maxBytes = Math.round(parsed.limits.fileMegabytes * 1_000_000);
  const extra = commandLine.exclude ?? [];
  if (commandLine.docs) {
    return commandLine.docs.map((named) => ({
      folder: existingFolder(resolve(place.cwd, named), `--docs "${named}"`),
      audience: "team" as const,
      exclude: extra,
      maxBytes,
    }));
  }
  if (!parsed.documents) {
    return [
      {
        folder: existingFolder(join(place.home, "docs"), "Hearth's own manual"),
        audience: "team",
        exclude: extra,
        maxBytes,
      },
    ];
  }
  return parsed.documents.map(({ folder, audience: readers, url, exclude }, index) => ({
    folder: existingFolder(
      resolve(place.cwd, folder),
      `${at(["documents", index, "folder"])}: documents[${index}].folder "${folder}"`,
    ),
    audience: readers,
    ...(url !== undefined && { url }),
    exclude: [...exclude, ...extra],
    maxBytes,
  }));
}

function existingFolder(path: string, named: string): string {
  try {
    if (statSync(path).isDirectory()) return realpathSync(path);
  } catch {
    throw new UserError(`${named}: there is no such folder; create it or correct the path`);
  }
  throw new UserError(`${named} is a file, not a folder; name the folder it stands in`);
}

const TOKENS: Readonly<Record<string, readonly string[]>> = {
  Discord: ["DISCORD_TOKEN"],
  Slack: ["SLACK_BOT_TOKEN", "SLACK_APP_TOKEN"],
};

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
  { tokens }: { readonly tokens: "kept" | "left out" },
): Record<string, string> {
  const named = Object.values(TOKENS).flat();
  const kept = [
    ...(tokens === "kept" ? [...named, ...named.map((token) => `${token}_FILE`)] : []),
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
  return { ...Object.fromEntries(pairs), ORT_DISABLE_TELEMETRY: "1", MALLOC_ARENA_MAX: "2", LANCE_LOG: "error" };
}
