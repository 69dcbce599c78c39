import {
  accessSync,
  closeSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { CommandLine, Settings } from "../config.ts";
import { codeOf } from "../error-code.ts";
import { keyNames, relayedAddresses } from "../outward.ts";
import { findWrapper, type Wrapper } from "../seal.ts";
import type { ProcessPlan } from "../supervise.ts";
import { UserError } from "../user-error.ts";

/** What it takes to start Hearth's own processes. `node` and `main` are the files of Node and of main.ts. */
export interface Launch {
  readonly node: string;
  readonly main: string;
  readonly home: string;
  readonly commandLine: CommandLine;
  readonly environment: Readonly<Record<string, string>>;
  readonly edgeEnvironment: Readonly<Record<string, string>>;
  readonly settings: Settings;
}

/** A small young generation (1 MB a half): Hearth makes much text that lives briefly, and idle memory counts more than speed. */
const NODE_FLAGS = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=1"];

/** Log files are put aside (as `.old`) at the next start once they are over this many bytes. */
const LOG_BYTES = 10_000_000;

/** Where the two processes meet and where their logs go. Disposing of it removes the socket's folder and closes the log. */
export function openMeetingPlace({
  log,
  data,
}: Settings): Disposable & { readonly socket: string; readonly log: number } {
  orSay(`The data folder ${data} cannot be used`, "--data or data in the configuration", () => {
    mkdirSync(data, { recursive: true, mode: 0o700 });
    accessSync(data, constants.W_OK);
  });
  const named = "--log or log.file in the configuration";
  const descriptor =
    log.file === "stderr" ? 2 : orSay(`The log file ${log.file} cannot be written`, named, () => openLogFile(log.file));
  const folder = mkdtempSync(join(tmpdir(), "hearth-"));
  return {
    socket: join(folder, "core.sock"),
    log: descriptor,
    [Symbol.dispose]() {
      rmSync(folder, { recursive: true, force: true });
      if (descriptor !== 2) closeSync(descriptor);
    },
  };
}

/** Does the work, or says what failed, the system's reason, and where to name another place. */
function orSay<Result>(what: string, where: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new UserError(`${what} (${codeOf(error)}); name another with ${where}`, { cause: error });
  }
}

function openLogFile(path: string): number {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_BYTES) renameSync(path, `${path}.old`);
  return openSync(path, "a", 0o600);
}

/** The core, started with no network where the system allows it. It says what stops it on this process's standard error. */
export function corePlan(
  launch: Launch,
  {
    socket,
    log,
    watch,
    keep = false,
  }: { readonly socket: string; readonly log: number; readonly watch: boolean; readonly keep?: boolean },
): ProcessPlan {
  const wrapper = sealingWrapper(launch.settings);
  const command = [
    ...(wrapper?.words ?? []),
    launch.node,
    ...NODE_FLAGS,
    launch.main,
    "core",
    "--with-parent",
    "--socket",
    socket,
    ...(watch ? ["--watch"] : []),
    ...(keep ? ["--keep"] : []),
    ...(wrapper ? ["--sealed-by", wrapper.by] : []),
    ...toArguments(launch.commandLine),
  ];
  return { name: "core", command: nonEmpty(command), environment: launch.environment, output: 2, log };
}

/** What takes the network from the core. Throws a UserError where it would take away the way to the index as well. */
function sealingWrapper({ seal, index }: Settings): Wrapper | undefined {
  if (seal === "off") return undefined;
  if (!index) return findWrapper();
  const wrapper = findWrapper({ loopback: true });
  if (wrapper || !findWrapper()) return wrapper;
  throw new UserError(
    `The index is at ${index.endpoint}, which a core without a network reaches over its own loopback, and nothing here can switch that on; ` +
      "install iproute2 (for ip) or bubblewrap",
  );
}

/**
 * The edge, under Node's permission flags: the network, but no file beyond Hearth's own code and configuration, a token's file, and,
 * with a token, a folder of its own in the data folder; no native code and no child process.
 */
export function edgePlan(
  launch: Launch,
  { socket, log }: { readonly socket: string; readonly log: number },
): ProcessPlan {
  const { commandLine, settings } = launch;
  const own = settings.platforms.length === 0 ? [] : [ownFolder(settings)];
  const command = [
    launch.node,
    ...NODE_FLAGS,
    "--permission",
    "--allow-net",
    ...[...readable(launch), ...tokenFiles(launch), ...own].map((path) => `--allow-fs-read=${path}`),
    ...own.map((path) => `--allow-fs-write=${path}`),
    launch.main,
    "edge",
    "--with-parent",
    "--socket",
    socket,
    ...one("--host", commandLine.host),
    ...one("--port", commandLine.port),
    ...toArguments(commandLine),
  ];
  return { name: "edge", command: nonEmpty(command), environment: launch.edgeEnvironment, output: 1, log };
}

/**
 * The relay, which gives the core its way to the servers that were written down: undefined where none of them needs one. Like the
 * edge it runs under permission flags; it may write only in the folder of its sockets, and it is handed no key of a server.
 */
export function relayPlan(
  launch: Launch,
  { socket, log }: { readonly socket: string; readonly log: number },
): ProcessPlan | undefined {
  const { commandLine, settings } = launch;
  if (relayedAddresses(settings).length === 0) return undefined;
  const folder = dirname(socket);
  const keys = new Set(keyNames(settings).flatMap((key) => [key, `${key}_FILE`]));
  const environment = Object.fromEntries(Object.entries(launch.environment).filter(([name]) => !keys.has(name)));
  const command = [
    launch.node,
    ...NODE_FLAGS,
    // A company's own certificates are those that its machines trust.
    "--use-system-ca",
    "--permission",
    "--allow-net",
    ...readable(launch).map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${folder}`,
    launch.main,
    "relay",
    "--with-parent",
    "--socket-folder",
    folder,
    ...toArguments({
      ...pick(commandLine),
      ...(settings.model.source.kind !== "servers" && { model: "none" }),
      ...(settings.embeddings.embedder.kind !== "server" && { embeddings: false }),
    }),
  ];
  return { name: "relay", command: nonEmpty(command), environment, output: 2, log };
}

/** The edge's own folder, made for it: it may not make one in the data folder. */
function ownFolder({ data, edgeFolder }: Settings): string {
  orSay(`The data folder ${data} cannot be used`, "--data or data in the configuration", () => {
    mkdirSync(edgeFolder, { recursive: true, mode: 0o700 });
  });
  return edgeFolder;
}

/** The files that hold tokens. */
export function tokenFiles({ edgeEnvironment }: Pick<Launch, "edgeEnvironment">): string[] {
  return Object.entries(edgeEnvironment).flatMap(([name, path]) => (name.endsWith("_FILE") ? [resolve(path)] : []));
}

/** What the edge and the relay may read: Hearth's own code, and the configuration. */
function readable({ home, settings }: Launch): string[] {
  return [...["src", "node_modules", "package.json"].map((name) => join(home, name)), settings.file];
}

/** What tells the relay which addresses there are; it may not even look for the file of a model. */
function pick({ config, docs, exclude, logLevel }: CommandLine): CommandLine {
  return {
    ...(config !== undefined && { config }),
    ...(docs && { docs }),
    ...(exclude && { exclude }),
    ...(logLevel !== undefined && { logLevel }),
  };
}

function toArguments(commandLine: CommandLine): string[] {
  return [
    ...one("--config", commandLine.config),
    ...(commandLine.docs ?? []).flatMap((folder) => ["--docs", folder]),
    ...(commandLine.exclude ?? []).flatMap((glob) => ["--exclude", glob]),
    ...one("--data", commandLine.data),
    ...one("--log-level", commandLine.logLevel),
    ...one("--model", commandLine.model),
    ...one("--write", commandLine.write),
    ...one("--embedder", commandLine.embedder),
    ...(commandLine.embeddings === false ? ["--no-embeddings"] : []),
  ];
}

function one(flag: string, value: string | number | undefined): string[] {
  return value === undefined ? [] : [flag, String(value)];
}

function nonEmpty(words: readonly string[]): [string, ...string[]] {
  const [first = "", ...rest] = words;
  return [first, ...rest];
}
