import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
const main = join(root, "src/main.ts");

/** A folder of its own for one test, with the given files; removed when disposed of. */
export function scratch(files: Readonly<Record<string, string>> = {}): Disposable & {
  readonly folder: string;
  write(path: string, text: string): void;
} {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hearth-test-")));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { folder, write, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A small company's documents: what the journeys ask about. */
export const DOCUMENTS = {
  "docs/leave.md":
    "# Leave\n\nHow time off works here.\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year. Ask your lead two weeks before.\n\n" +
    "## Sick leave\n\nTell your lead before ten in the morning. A doctor's note is needed from the fourth day on.\n",
  "docs/expenses.md":
    "# Expenses\n\n## Receipts\n\nReceipts over 50 EUR need the approval of your lead.\n\n## Travel\n\nBook trains through the travel desk.\n",
};

/** The program, running: what it said so far, and how it ended. */
export interface Running extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly said: { readonly out: string; readonly err: string };
  readonly ended: Promise<number | null>;
  /** Waits until standard output matches, and gives the match. */
  says(pattern: RegExp, timeout?: number): Promise<RegExpExecArray>;
}

/** Starts `hearth` with the given words in the given folder. Disposing of it stops it as Ctrl-C would. */
export function hearth(
  words: readonly string[],
  options: { readonly cwd: string; readonly env?: Record<string, string> },
): Running {
  const child = spawn(process.execPath, [main, ...words], {
    cwd: options.cwd,
    env: { PATH: process.env["PATH"] ?? "", HOME: options.cwd, ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = once(child, "close").then(() => child.exitCode);
  return {
    child,
    said,
    ended,
    async says(pattern, timeout = 30_000) {
      const until = performance.now() + timeout;
      for (;;) {
        const match = pattern.exec(said.out);
        if (match) return match;
        if (performance.now() > until || child.exitCode !== null) {
          throw new Error(`Not said: ${pattern}\nout: ${said.out}\nerr: ${said.err}`);
        }
        await delay(10);
      }
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
      await ended;
    },
  };
}

/** Starts the page on a free port and waits until it has read its documents. */
export async function startedPage(
  folder: string,
  words: readonly string[] = [],
): Promise<Running & { readonly url: string }> {
  const running = hearth(["start", "--port", "0", "--docs", "docs", "--data", "data", ...words], { cwd: folder });
  const [, url = ""] = await running.says(/(http:\/\/\S+)/);
  await running.says(/Ctrl-C stops/);
  return { ...running, url };
}

/** What the page's own request for an answer brings back: every event of the stream. */
export async function askPage(url: string, text: string, turns: readonly object[] = []): Promise<{ kind: string }[]> {
  const response = await fetch(new URL("/api/ask", url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ id: crypto.randomUUID(), text, turns }),
  });
  if (!response.ok) throw new Error(`The page answered ${response.status}`);
  const lines = (await response.text()).split("\n").filter((line) => line !== "");
  return lines.map((line): { kind: string } => JSON.parse(line));
}

/** Process ids of Hearth's own children, by the half they run ("core", "edge"). */
export function childrenOf(parent: { readonly pid?: number | undefined }): Readonly<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = readFileSync(`/proc/${entry}/stat`, "utf8")
        .replace(/^.*\) /, "")
        .split(" ");
      if (Number(fields[1]) !== parent.pid) continue;
      const words = readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0");
      const half = words[words.findIndex((word) => word.endsWith("main.ts")) + 1];
      if (half) found[half] = Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return found;
}
