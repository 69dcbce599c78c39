import { codeOf } from "../error-code.ts";
import { UserError } from "../user-error.ts";

const MOST_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;
/** Mistakes in a name or an address, and certificates that are not trusted: trying again mends none of them. */
const CERTIFICATE = /CERT|SIGNATURE|SSL|TLS/;

/** What went wrong on the way and may go right the next time. `after` is the wait that the server asked for, in milliseconds. */
export class Cut extends Error {
  override readonly name = "Cut";
  readonly after: number | undefined;
  constructor(why: string, options: { readonly cause?: unknown; readonly after?: number | undefined } = {}) {
    super(why, { cause: options.cause });
    this.after = options.after;
  }
}

/** An answer to a request, after the redirects, with the SHA-256 that the first server named, if it did. */
export interface Followed {
  readonly response: Response;
  readonly toldSha256: string | undefined;
}

/** A secret for one server, sent to no other. */
export interface Authorization {
  readonly origin: string;
  readonly header: string;
}

/** Asks for an address and follows redirects, at most five and never from https to http. Throws Cut or a UserError. */
export async function follow(
  first: URL,
  options: {
    readonly headers: Readonly<Record<string, string>>;
    readonly authorization: Authorization | undefined;
    readonly signal: AbortSignal;
  },
): Promise<Followed> {
  let url = first;
  let toldSha256: string | undefined;
  for (let redirects = 0; ; redirects += 1) {
    const response = await ask(url, options);
    // Only the server that was asked is believed about what the file should be; the others just keep it.
    if (url.origin === first.origin) toldSha256 ??= shaIn(response.headers);
    if (!REDIRECTS.has(response.status)) return { response, toldSha256 };
    await response.body?.cancel();
    if (redirects === MOST_REDIRECTS) throw new UserError(`it leads on more than ${MOST_REDIRECTS} times`);
    url = nextAddress(url, response.headers.get("location"));
  }
}

/** The address that a redirect leads to. Throws a UserError for one that is not followed. */
export function nextAddress(from: URL, location: string | null): URL {
  const next = location === null ? null : URL.parse(location, from);
  if (!next) throw new UserError("it leads on to an address that cannot be read");
  if (next.protocol !== "https:" && (next.protocol !== "http:" || from.protocol === "https:")) {
    throw new UserError("it leads on from https to an address that is not encrypted, which is not followed");
  }
  return next;
}

async function ask(url: URL, { headers, authorization, signal }: Parameters<typeof follow>[1]): Promise<Response> {
  try {
    return await fetch(url, {
      redirect: "manual",
      signal,
      headers: {
        // What is packed on the way has no length and cannot be resumed.
        "accept-encoding": "identity",
        ...headers,
        ...(authorization?.origin === url.origin && { authorization: authorization.header }),
      },
    });
  } catch (error) {
    signal.throwIfAborted();
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    const code = codeOf(cause);
    if (CERTIFICATE.test(code)) {
      throw new UserError(
        `the certificate of ${url.host} is not trusted (${code}); NODE_EXTRA_CA_CERTS names a file with your company's`,
        { cause: error },
      );
    }
    throw new Cut(`${url.host} cannot be reached (${code})`, { cause: error });
  }
}

/** Hugging Face names the hash of a large file in one header, Artifactory in another. */
function shaIn(headers: Headers): string | undefined {
  const told = headers.get("x-linked-etag") ?? headers.get("x-checksum-sha256") ?? "";
  return /^"?([0-9a-f]{64})"?$/i.exec(told)?.[1]?.toLowerCase();
}

/** Whether nobody can change what comes from an address on its way here. */
export function isSafeOnTheWay({ protocol, hostname }: URL): boolean {
  return protocol === "https:" || LOOPBACK.test(hostname);
}
