import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { Duplex } from "node:stream";
import { connectModel, type RemoteModel } from "./channel/engine-connect.ts";
import type { OpenRequest } from "./channel/engine-wire.ts";
import { MODEL_CHANNEL } from "./model-channel.ts";
import { UserError } from "./user-error.ts";

/** How the model process is started. */
export interface ModelPlan {
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
}

/** Loading may take this long, and longer for large files: a slow disk gives 100 MB a second. */
const LOADING_MS = 60_000;
const SLOW_DISK_BYTES_PER_MS = 100_000;
const WATCH_MS = 250;
const GRACE_MS = 1_000;

/** A model process that was started; `exited` resolves when it is gone. */
export interface ModelChild {
  readonly child: ChildProcess;
  readonly remote: RemoteModel;
  readonly exited: Promise<unknown>;
}

/** Starts the model process. Standard input's end tells it of this process's death; its log goes where this one's goes. */
export function startProcess({ command: [file, ...words], environment }: ModelPlan): ModelChild {
  const child = spawn(file, words, { stdio: ["pipe", "ignore", "inherit", "pipe"], env: { ...environment } });
  child.stdin?.on("error", () => {});
  const channel = child.stdio[MODEL_CHANNEL];
  if (!(channel instanceof Duplex)) throw new Error("The model process has no channel");
  const gone = Promise.withResolvers<void>();
  child.once("exit", () => gone.resolve()).once("error", () => gone.resolve());
  return { child, remote: connectModel(channel), exited: gone.promise };
}

/** Lets the process close its model, and kills it when that takes too long. */
export async function stopProcess({ child, remote, exited }: ModelChild): Promise<void> {
  remote[Symbol.dispose]();
  child.stdin?.end();
  const killer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await exited;
  clearTimeout(killer);
}

/** A signal that comes when loading takes too long, or more memory than is free; the process is then to be stopped. */
export function watchLoading(
  { child }: ModelChild,
  {
    request,
    fileBytes,
  }: { readonly request: Pick<OpenRequest, "name" | "file" | "freeBytes">; readonly fileBytes: number },
): Disposable & { readonly signal: AbortSignal } {
  const tooMuch = new AbortController();
  const until = performance.now() + LOADING_MS + fileBytes / SLOW_DISK_BYTES_PER_MS;
  const stop = (what: string) =>
    tooMuch.abort(
      new UserError(`The model ${request.name} (${request.file}) ${what}; use a smaller one, or pull it again`),
    );
  const timer = setInterval(() => {
    if (performance.now() > until) stop("did not load in time");
    else if (ownMemory(child.pid) > request.freeBytes) stop("took more memory than is free while it was loaded");
  }, WATCH_MS);
  return { signal: tooMuch.signal, [Symbol.dispose]: () => clearInterval(timer) };
}

/** Bytes of memory of a process that no file stands behind; 0 where the system does not say. */
function ownMemory(pid: number | undefined): number {
  return memoryOf(pid, "RssAnon") ?? 0;
}

/** The most memory that a process held so far, in bytes, its file included; undefined where the system does not say. */
export function peakMemory({ child }: ModelChild): number | undefined {
  return memoryOf(child.pid, "VmHWM");
}

function memoryOf(pid: number | undefined, field: "RssAnon" | "VmHWM"): number | undefined {
  try {
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    return undefined;
  }
}
