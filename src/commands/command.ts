import type { Readable, Writable } from "node:stream";
import type { Look } from "../bots/terminal/look.ts";

/** Lines longer than this are hard to read. */
const WIDEST = 100;

/** What a command may touch of the world outside; main.ts makes it from the process. */
export interface Surroundings {
  readonly in: Readable;
  readonly out: Writable;
  readonly err: Writable;
  /** Whether `out` and `err` are terminals. */
  readonly isTerminal: boolean;
  readonly errIsTerminal: boolean;
  readonly colors: boolean;
  /** Width of the terminal in characters. */
  readonly columns: number;
  /** Aborted by Ctrl-C and by a request to end. */
  readonly signal: AbortSignal;
}

/** How text is shown on `out`: never wrapped where it is no terminal, so that others can work on it line by line. */
export function lookOf({ isTerminal, columns, colors }: Surroundings): Look {
  return { columns: isTerminal ? Math.min(columns, WIDEST) : Infinity, colors };
}
