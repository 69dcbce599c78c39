import { dirname } from "node:path";
import { UserError } from "../user-error.ts";
import type { Download, DownloadOptions } from "./download.ts";
import { Cut, follow, type Followed } from "./follow.ts";
import { dropPart, notePart, readPart, type Part } from "./part.ts";
import { checkSpace, receive, type Received } from "./receive.ts";

/** A server that sends nothing for so long, in milliseconds, is taken for gone. */
const STALL = 60_000;

interface Attempt extends DownloadOptions {
  /** Called once a server has answered. */
  readonly onReached: () => void;
}

/** One request for the bytes that are missing. Throws Cut where another may do better, else a UserError. */
export async function attempt(
  what: Download,
  options: Attempt,
): Promise<Received & { readonly toldSha256: string | undefined; readonly wasResumed: boolean }> {
  const from = resumable(await readPart(what.part), what);
  using watch = watchStall(options);
  const { signal } = watch;
  const followed = await follow(what.url, { headers: rangeOf(from), authorization: what.authorization, signal });
  options.onReached();
  try {
    const start = await startOf(followed.response, { from, part: what.part });
    const received = await take(followed, { what, start, options, watch });
    return { ...received, toldSha256: followed.toldSha256, wasResumed: start > 0 };
  } finally {
    // What is left of an answer that was refused is not read.
    if (!followed.response.bodyUsed) await followed.response.body?.cancel().catch(() => undefined);
  }
}

interface From {
  readonly bytes: number;
  readonly validator: string | undefined;
}

/** The part to go on from: one of the same source and version, or any where the hash will tell. */
function resumable({ bytes, note }: Part, what: Download): From | undefined {
  if (bytes === 0 || bytes > (what.bytes ?? Number.POSITIVE_INFINITY)) return undefined;
  // The mark of one server means nothing to another.
  const validator = note?.source === what.source ? note.validator : undefined;
  return validator === undefined && what.sha256 === undefined ? undefined : { bytes, validator };
}

function rangeOf(from: From | undefined): Record<string, string> {
  if (!from) return {};
  return { range: `bytes=${from.bytes}-`, ...(from.validator !== undefined && { "if-range": from.validator }) };
}

/** The byte that an answer begins with. Throws Cut or a UserError for an answer that brings none. */
async function startOf(
  response: Response,
  { from, part }: { readonly from: From | undefined; readonly part: string },
): Promise<number> {
  const { status, headers } = response;
  if (status === 200) return 0;
  if (status !== 206 && status !== 416) throw refusal(response);
  const range = headers.get("content-range") ?? "";
  // 416: nothing is missing where the download was cut between its last byte and its end.
  const at = (status === 206 ? /^bytes (\d+)-/ : /^bytes \*\/(\d+)$/).exec(range)?.[1];
  if (from && Number(at) === from.bytes) return from.bytes;
  await dropPart(part);
  throw new Cut("the server could not go on from where the download ended", { after: 0 });
}

function refusal({ status, headers }: Response): Error {
  if (status === 401 || status === 403) {
    return new UserError(
      `the server wants to know who asks (${status}); agree to the model's terms on its page and set HF_TOKEN, or name another source`,
    );
  }
  if (status === 404 || status === 410) return new UserError(`there is no such file on the server (${status})`);
  if (![408, 425, 429].includes(status) && status < 500) return new UserError(`the server refuses (${status})`);
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  return new Cut(`the server is not able to answer (${status})`, {
    after: seconds >= 0 ? seconds * 1_000 : undefined,
  });
}

interface Taking {
  readonly what: Download;
  readonly start: number;
  readonly options: Attempt;
  readonly watch: Watch;
}

async function take({ response }: Followed, { what, start, options, watch }: Taking): Promise<Received> {
  const total = totalOf(response, start);
  if (what.bytes !== undefined && total !== undefined && total !== what.bytes) {
    throw new UserError(`the file there has ${total} bytes and not ${what.bytes}, so it is another one`);
  }
  const isWhole = response.status === 416;
  if (!isWhole) {
    if (total !== undefined) await checkSpace(dirname(what.part), total - start);
    const validator = validatorOf(response.headers);
    await notePart(what.part, { source: what.source, ...(validator !== undefined && { validator }) });
  }
  const { signal, onProgress } = options;
  const chunks = chunksOf(isWhole ? null : response.body, watch);
  const received = await receive(chunks, {
    to: what.part,
    start,
    total,
    signal,
    onProgress,
    onHashed: () => watch.touch(),
  });
  if (total !== undefined && received.bytes < total) throw new Cut("the connection was cut before the end");
  return received;
}

function totalOf({ status, headers }: Response, start: number): number | undefined {
  if (status === 416) return start;
  if ((headers.get("content-encoding") ?? "identity") !== "identity") {
    throw new UserError("the server packs the file on the way, so that its size cannot be checked");
  }
  const range = /\/(\d+)$/.exec(headers.get("content-range") ?? "")?.[1];
  const said = status === 206 ? range : (headers.get("content-length") ?? undefined);
  return said === undefined ? undefined : Number(said);
}

/** The server's mark of this version of the file: without one that is strong, half of one could be joined to half of another. */
function validatorOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  if (etag !== null) return etag.startsWith('"') ? etag : undefined;
  return headers.get("last-modified") ?? undefined;
}

async function* chunksOf(body: Response["body"], watch: Watch): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of body ?? []) {
      watch.touch();
      yield chunk;
    }
  } catch (error) {
    watch.signal.throwIfAborted();
    throw new Cut("the connection was cut", { cause: error });
  }
}

interface Watch extends Disposable {
  /** Aborted by Ctrl-C, or with Cut when nothing came for too long. */
  readonly signal: AbortSignal;
  readonly touch: () => void;
}

function watchStall({ signal, stall = STALL }: DownloadOptions): Watch {
  const gone = new AbortController();
  const timer = setTimeout(() => gone.abort(new Cut(`nothing came for ${Math.ceil(stall / 1_000)} seconds`)), stall);
  return {
    signal: AbortSignal.any([signal, gone.signal]),
    touch: () => timer.refresh(),
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
