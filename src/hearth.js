#!/usr/bin/env node
// The `hearth` command under any Node from 20 on: starts main.ts with the Node that package.json pins.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const home = dirname(fileURLToPath(import.meta.url));
const pinned = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
const child = spawn(pinned, [join(home, "main.ts"), ...process.argv.slice(2)], { stdio: "inherit" });
// A terminal sends Ctrl-C to both; this process only waits for the other to end.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("error", (error) => {
  process.stderr.write(`The pinned Node cannot be started (${error.code}): run npm install in Hearth's folder\n`);
  process.exitCode = 2;
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
