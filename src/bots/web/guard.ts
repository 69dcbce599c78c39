import { isIPv6 } from "node:net";

/** Why a request gets no answer: an HTTP status and one sentence. */
export interface Refusal {
  readonly status: 400 | 403 | 405 | 415;
  readonly reason: string;
}

/** The parts of a request that decide. Header names are in lower case. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  header(name: string): string | undefined;
}

/** Names that the page answers under, in lower case; `written` are those that the owner wrote down. */
export interface KnownNames {
  readonly all: ReadonlySet<string>;
  readonly written: ReadonlySet<string>;
}

/** Sent with everything: the page may load nothing but its own files, and nobody may frame it or read it from elsewhere. */
export const SECURITY_HEADERS = {
  "content-security-policy": [
    // What is not named below may come from the page's own address alone; what the page has no use for may come from nowhere.
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self'",
    ...["child", "font", "frame", "manifest", "media", "object", "worker"].map((of) => `${of}-src 'none'`),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; "),
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()",
} as const;

/** The names of this machine, the one listened on, and those that the owner wrote down. */
export function knownNames(host: string, allowedHosts: readonly string[]): KnownNames {
  const written = new Set(allowedHosts.map((name) => nameIn(name) ?? name.toLowerCase()));
  const listenedOn = isIPv6(host) ? `[${host}]` : host;
  return { written, all: new Set(["127.0.0.1", "localhost", "[::1]", listenedOn.toLowerCase(), ...written]) };
}

/**
 * Why this request is refused, if it is: a name the page does not know (another site may have pointed its own name here), another
 * site's page as the sender, or a kind of request that the page never sends. Pure.
 */
export function refusalOf(request: RequestHead, names: KnownNames): Refusal | undefined {
  const host = request.header("host") ?? "";
  const name = nameIn(host);
  if (name === undefined) return { status: 400, reason: "The request names no host." };
  if (!names.all.has(name)) {
    return {
      status: 403,
      reason: `The name "${name}" is not known here; to reach Hearth under it, add it to web.allowedHosts in the configuration.`,
    };
  }
  if (!["GET", "HEAD", "POST"].includes(request.method)) {
    return { status: 405, reason: "Only GET, HEAD and POST are understood here." };
  }
  if (isForeign(request, { host, names })) {
    return { status: 403, reason: "Hearth answers only its own page, and this request came from another site." };
  }
  if (request.method === "POST" && !/^application\/json\s*(?:;|$)/i.test(request.header("content-type") ?? "")) {
    return { status: 415, reason: "Only application/json is understood here." };
  }
  return undefined;
}

function isForeign(
  request: RequestHead,
  { host, names }: { readonly host: string; readonly names: KnownNames },
): boolean {
  const origin = request.header("origin");
  if (origin !== undefined && !isOwnOrigin(origin, { host, names })) return true;
  // A link on another site may lead to the page itself, but nothing else may be asked from there.
  const isPage = request.method !== "POST" && !request.path.startsWith("/api/");
  return !isPage && !["same-origin", "none"].includes(request.header("sec-fetch-site") ?? "none");
}

/** Another port of this machine is another site; a name that the owner wrote down is theirs on every port. */
function isOwnOrigin(origin: string, { host, names }: { readonly host: string; readonly names: KnownNames }): boolean {
  if (!URL.canParse(origin)) return false;
  const { protocol, host: sender, hostname } = new URL(origin);
  if (!["http:", "https:"].includes(protocol)) return false;
  return names.written.has(hostname) || new URL(`${protocol}//${host}`).host === sender;
}

/** The name in a Host header, without port and final dot, in lower case; undefined where it is none. */
function nameIn(host: string): string | undefined {
  const name = /^(\[[0-9a-f:.]{2,60}\]|[a-z0-9_.-]{1,253}?)\.?(?::\d{1,5})?$/i.exec(host)?.[1];
  return name?.toLowerCase();
}
