/** Which addresses may stay links: those of some hosts, and some as they stand. */
export interface Allowed {
  /** Host names, with the port where it is not the usual one. */
  readonly hosts: readonly string[];
  /** Whole addresses: those of the passages in hand. */
  readonly urls: readonly string[];
  /** What a model was given: where this is there, an address that stands in none of it was made up, and is left out. */
  readonly texts?: readonly string[];
}

/** Everything but what programs read differently from one another. */
const PLAIN_HTTPS = /^https:\/\/[a-z0-9.-]+(?::\d{1,5})?(?:[/?#][^\s"'<>\\`|]*)?$/i;
const SCHEME = /(?<![a-z0-9+.-])[a-z0-9+.-]+:\/{2,}/gi;
const RUN = /[\p{L}\p{N}\p{M}.-]+/gu;
const DOMAIN = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{1,59})$/iu;
const NUMBERS = /^(?:\d{1,3}\.){3}\d{1,3}$/;
/** What often stands behind a dot and is no domain, so that no client takes a file or a library for a host. */
const NO_DOMAINS: ReadonlySet<string> = new Set(
  (
    "yaml yml json jsonl js mjs cjs ts mts cts tsx jsx css scss less html htm xhtml xml xsd csv tsv txt log toml ini conf cfg env " +
    "lock sql sqlite db bak tmp gz tgz tar xz bz2 rpm deb msi iso img bin dat pem key crt cer csr service socket timer target " +
    "pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub eml png jpg jpeg gif svg webp bmp tiff mp3 mp4 wav ogg exe dll dylib " +
    "jar class java kt go rb php lua vue svelte ipynb gguf onnx safetensors parquet proto graphql tf tfvars gradle diff patch net-core"
  ).split(" "),
);

/** Whether a link may lead there: encrypted, without a name or password in it, and to a place that is allowed. Pure. */
export function isAllowed(address: string, { hosts, urls }: Allowed): boolean {
  const url = URL.parse(address);
  if (!url || !PLAIN_HTTPS.test(address) || url.username !== "" || url.password !== "") return false;
  return urls.includes(address) || (hosts.includes(url.host) && !leadsOn(address.slice("https://".length)));
}

/** Whether another address is within one, to which a page may lead on. */
function leadsOn(address: string): boolean {
  const decoded = address.replaceAll(/%(?:25)*2f/gi, "/").replaceAll(/%(?:25)*5c/gi, "\\");
  return /\/{2}|\\/.test(decoded);
}

/** Whether an address, without its scheme, was made up. A lone name with a dot in it is none: it may be two sentences that touch. Pure. */
export function isMadeUp(address: string, { texts }: Allowed): boolean {
  const bare = withoutScheme(address);
  const isWhole = bare !== address || /^www\.|[/?@]/i.test(bare);
  return texts !== undefined && isWhole && !texts.some((text) => text.includes(bare));
}

/** Whether a client or a reader would take some part of a word for an address. Pure. */
export function looksLikeAddress(word: string): boolean {
  return /:\/{2}/.test(word) || /^(?:mailto|javascript|data|vbscript|tel|file):./i.test(word) || hasHost(word);
}

/** An address without what would make it one. Pure. */
export function withoutScheme(address: string): string {
  const bare = address.replaceAll(SCHEME, "");
  // What was taken out may leave another behind.
  return /:\/\//.test(bare) ? bare.replaceAll(/:\/+/g, ":") : bare;
}

function hasHost(word: string): boolean {
  if (!word.includes(".")) return false;
  return (word.match(RUN) ?? []).some((run) => run.split(/\.{2,}/).some(isHost));
}

function isHost(run: string): boolean {
  const name = run.replaceAll(/^[.-]+|[.-]+$/g, "");
  const last = name.slice(name.lastIndexOf(".") + 1);
  if (last === name) return false;
  return NUMBERS.test(name) || (DOMAIN.test(last) && !NO_DOMAINS.has(last.toLowerCase()));
}
