import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "./user-error.ts";

/** How to start one of Hearth's processes. */
export interface ProcessPlan {
  /** For people: "core", "edge". */
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly environment: Readonly<Record<string, string>>;
  /** File descriptors for what it says to people and for its log. */
  readonly output: number;
  readonly log: number;
}

/** The exit code of a process that stopped because of a mistake of the owner's, which starting again cannot mend. */
export const USER_ERROR_EXIT = 2;

const FIRST_PAUSE_MS = 100;
/** Search is to be back ten seconds after any death, and a start takes some of them. */
const LONGEST_PAUSE_MS = 4_000;
/** A process that lived this long had started well, so that the next pause is the first again. */
const SETTLED_MS = 60_000;
const GRACE_MS = 1_500;

/**
 * Keeps a process running until the signal comes, then stops it and resolves. A death is followed by a restart, after a pause that
 * doubles. Rejects with a UserError when the process ends with exit code 2; it has then told people why by itself.
 */
export async function supervise(
  plan: ProcessPlan,
  { signal, onRestart }: { readonly signal: AbortSignal; readonly onRestart: (how: string) => void },
): Promise<void> {
  let pause = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    const startedAt = performance.now();
    const how = await runOnce(plan, signal);
    if (how === undefined) return;
    if (how === USER_ERROR_EXIT) throw new UserError(`The ${plan.name} could not start`);
    if (performance.now() - startedAt > SETTLED_MS) pause = FIRST_PAUSE_MS;
    await delay(pause, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    onRestart(`The ${plan.name} stopped (${how}) and is started again`);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

/** Runs the process to its end: undefined when it was stopped by the signal, else its exit code or the signal that killed it. */
async function runOnce(plan: ProcessPlan, signal: AbortSignal): Promise<number | string | undefined> {
  const child = start(plan);
  const stop = () => void stopChild(child);
  signal.addEventListener("abort", stop, { once: true });
  try {
    await once(child, "exit");
    return signal.aborted ? undefined : (child.exitCode ?? child.signalCode ?? "unknown");
  } catch (error) {
    return error instanceof Error && "code" in error ? `it cannot be run: ${String(error.code)}` : "it cannot be run";
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * Starts the process in a group of its own, so that Ctrl-C reaches only the parent, which stops its children in order. The child
 * reads the parent's death as the end of its standard input.
 */
function start(plan: ProcessPlan): ChildProcess {
  const [command, ...rest] = plan.command;
  const stdio: StdioOptions = ["pipe", plan.output, plan.log];
  const child = spawn(command, rest, { stdio, env: { ...plan.environment }, detached: true });
  child.stdin?.on("error", () => {});
  return child;
}

/** Asks a process to end, and kills it when it has not after the time of grace. Resolves when it is gone. */
async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  const killer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
  await gone;
  clearTimeout(killer);
}
