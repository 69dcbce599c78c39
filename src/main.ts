import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Surroundings } from "./commands/command.ts";
import { INTERRUPTED_EXIT } from "./commands/interrupted.ts";
import { createProgram } from "./commands/program.ts";
import { USER_ERROR_EXIT } from "./supervise.ts";
import { UserError } from "./user-error.ts";

/** Exit code of a failure that no person made (EX_SOFTWARE of sysexits.h), so that it is not taken for "not in the docs". */
const BROKEN_EXIT = 70;

const main = fileURLToPath(import.meta.url);
const home = dirname(dirname(main));
const { version }: { readonly version: string } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));

const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    // A second Ctrl-C means now.
    if (stopping.signal.aborted) process.exit(INTERRUPTED_EXIT);
    stopping.abort(new Error("Hearth is stopping"));
  });
}
const isChild = process.argv.includes("--with-parent");
// A reader that went away (`hearth lookup … | head`) is no failure; and what a page says at its start need not be read.
process.stdout.on("error", () => {
  if (!isChild) stopping.abort(new Error("Nobody reads the output"));
});

const surroundings: Surroundings = {
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
  isTerminal: process.stdout.isTTY,
  errIsTerminal: process.stderr.isTTY,
  colors: process.stdout.isTTY,
  columns: process.stdout.columns || 100,
  signal: stopping.signal,
};

const program = createProgram({
  version,
  surroundings,
  place: { cwd: process.cwd(), home, environment: process.env },
  node: process.execPath,
  main,
  platform: process.platform,
  stopWithParent: () => {
    process.stdin.on("end", () => stopping.abort(new Error("The parent is gone"))).resume();
    // Waiting for that end keeps no process alive that has nothing else to do.
    process.stdin.unref();
  },
});

try {
  process.exitCode = await program(process.argv);
} catch (error) {
  // A child's mistake has been said by the child; what a process of Hearth's says to people goes to its standard output.
  const sentence =
    error instanceof UserError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  if (stopping.signal.aborted) {
    process.exitCode = INTERRUPTED_EXIT;
  } else {
    (isChild ? process.stdout : process.stderr).write(`hearth: ${sentence}\n`);
    process.exitCode = error instanceof UserError ? USER_ERROR_EXIT : BROKEN_EXIT;
  }
}
