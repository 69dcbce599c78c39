import { PassThrough } from "node:stream";
import type { Surroundings } from "../../src/commands/command.ts";

/** A stand-in for the world outside: `input` is typed into it, and what a command says can be read. */
export function surroundings(given: Partial<Surroundings> = {}): Surroundings & {
  readonly in: PassThrough;
  readonly out: PassThrough;
  readonly said: () => string;
  readonly complained: () => string;
} {
  const out = collector();
  const err = collector();
  // What draws the progress bar asks the stream itself.
  Object.assign(err.stream, { isTTY: given.errIsTerminal ?? false });
  return {
    isTerminal: false,
    errIsTerminal: false,
    colors: false,
    columns: 80,
    signal: new AbortController().signal,
    ...given,
    out: out.stream,
    err: err.stream,
    in: given.in instanceof PassThrough ? given.in : new PassThrough(),
    said: out.text,
    complained: err.text,
  };
}

function collector(): { readonly stream: PassThrough; readonly text: () => string } {
  const stream = new PassThrough();
  let said = "";
  stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  return { stream, text: () => said };
}
