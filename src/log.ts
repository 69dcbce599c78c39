import pino, { type DestinationStream, type Logger } from "pino";

export type Log = Logger;

/** What is never written down, by where it stands in what is logged. */
const HIDDEN = [
  ...["token", "text", "question"].flatMap((name) => [name, `*.${name}`]),
  ...["appToken", "signingSecret", "botTokens[*].token"].flatMap((name) => [name, `*.${name}`]),
];

/**
 * A log of JSON lines. Errors are written with their type, code and stack frames, and with the message only where Hearth itself
 * wrote it: what a library says about an error may repeat the words of a question or a document.
 */
export function createLog(options: {
  readonly level: string;
  readonly process: string;
  readonly to: DestinationStream;
}): Log {
  return pino(
    {
      level: options.level,
      base: { process: options.process },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: serializeError },
      redact: { paths: [...HIDDEN], censor: "[redacted]" },
    },
    options.to,
  );
}

/** A log that drops everything. */
export function silentLog(): Log {
  return pino({ level: "silent" });
}

function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = framesOf(error);
  return {
    type: error.name,
    ...("code" in error && { code: error.code }),
    ...(isOurs(frames) && { message: error.message }),
    frames: frames.slice(0, 8).map((line) => line.trim()),
    ...(error.cause !== undefined && { cause: serializeError(error.cause) }),
  };
}

/** Where the error was made. What it says stands before, and may have lines that look like frames: people paste such. */
function framesOf({ message, stack = "" }: Error): string[] {
  const end = message === "" ? 0 : stack.indexOf(message) + message.length;
  return stack
    .slice(end)
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
}

/** Whether the error was made in a file of Hearth's: native code has no frame of its own, and shows as "at async" or <anonymous>. */
function isOurs([first]: readonly string[]): boolean {
  return first !== undefined && first.includes(import.meta.dirname) && !first.trim().startsWith("at async");
}
