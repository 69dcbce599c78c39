import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { root } from "../tests/helpers/hearth.ts";

/** Runs inside the edge: says the delays of the last stretch, in milliseconds, whenever it is sent SIGUSR2. */
const MONITOR = `
  import { monitorEventLoopDelay } from "node:perf_hooks";
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  process.on("SIGUSR2", () => {
    const values = [50, 99, 100].map((share) => (delays.percentile(share) / 1e6 - 1).toFixed(1));
    process.stdout.write("\\ndelays " + values.join(" / ") + "\\n");
    delays.reset();
  });`;

/** An edge that says how long its event loop was held up. */
export interface MonitoredEdge extends AsyncDisposable {
  /** Milliseconds above its 1 ms timer since the last time: "median / 99th percentile / longest". */
  delays(): Promise<string>;
}

/** Starts an edge by itself, with the given words, on the given port. */
export function startEdge(
  words: readonly string[],
  given: { readonly port: number; readonly cwd: string },
): MonitoredEdge {
  const edge = spawn(
    process.execPath,
    [
      "--import",
      `data:text/javascript,${encodeURIComponent(MONITOR)}`,
      join(root, "src/main.ts"),
      "edge",
      "--port",
      String(given.port),
      ...words,
    ],
    { cwd: given.cwd, stdio: ["ignore", "pipe", "ignore"] },
  );
  let said = "";
  edge.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  return {
    async delays() {
      const before = said.length;
      edge.kill("SIGUSR2");
      while (!/delays .*\n/.test(said.slice(before))) await delay(5);
      return /delays (.*)\n/.exec(said.slice(before))?.[1] ?? "";
    },
    async [Symbol.asyncDispose]() {
      edge.kill("SIGINT");
      await once(edge, "exit");
    },
  };
}
