import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";
import { download, type DownloadOptions } from "./download.ts";
import { isSafeOnTheWay } from "./follow.ts";
import { dropPart } from "./part.ts";
import { fetchFromPip } from "./pip.ts";
import { checkSpace, receive, type Received } from "./receive.ts";
import { hubAddress, type Source } from "./source.ts";

/** Where a source leads, and what may be told to whom. */
export interface Outside {
  /** What relative paths are relative to. */
  readonly cwd: string;
  /** Where `hf:` leads. */
  readonly hub: URL;
  /** The owner's token for it; sent nowhere else. */
  readonly hubToken: string | undefined;
  /** The environment of pip: its index, a proxy, certificates. */
  readonly environment: Readonly<Record<string, string>>;
}

/** The file to write, and the bytes it has to have where those are known. */
export interface Expected {
  readonly part: string;
  readonly sha256: string | undefined;
  readonly bytes: number | undefined;
}

export interface FetchOptions extends DownloadOptions {
  readonly outside: Outside;
}

/** Brings the bytes of a source into a file and gives their hash. Throws a UserError that says why it did not work. */
export async function fetchSource(source: Source, expected: Expected, options: FetchOptions): Promise<Received> {
  const { cwd, environment, hub } = options.outside;
  const { part } = expected;
  if (source.kind === "file") return copy(resolve(cwd, source.path), { part, options });
  if (source.kind === "pip") {
    await dropPart(part);
    return fetchFromPip(source, { ...options, environment, part, folder: dirname(part) });
  }
  const url = source.kind === "hub" ? hubAddress(source, hub) : source.url;
  const isSafe = isSafeOnTheWay(url);
  if (expected.sha256 === undefined && !isSafe) {
    throw new UserError("http:// could be changed on the way; use https://, or give the file's hash with --sha256");
  }
  const token = source.kind === "hub" && isSafe ? options.outside.hubToken : undefined;
  const authorization = token === undefined ? undefined : { origin: url.origin, header: `Bearer ${token}` };
  return download({ ...expected, url, source: source.written, authorization }, options);
}

async function copy(
  path: string,
  { part, options }: { readonly part: string; readonly options: FetchOptions },
): Promise<Received> {
  const { signal, onProgress } = options;
  const stats = await stat(path).catch((error: unknown) => {
    const code = codeOf(error);
    throw new UserError(code === "ENOENT" ? "there is no such file" : `it cannot be read (${code})`, { cause: error });
  });
  if (!stats.isFile()) throw new UserError("it is no file");
  await dropPart(part);
  await checkSpace(dirname(part), stats.size);
  return receive(createReadStream(path, { signal }), { to: part, start: 0, total: stats.size, signal, onProgress });
}
