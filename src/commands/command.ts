import type { Readable, Writable } from "node:stream";

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
