import { dirname } from "node:path";
import { readAddress, relaySocket } from "./addresses.ts";
import { STORAGE_KEYS, type IndexSettings } from "./config-index.ts";
import { NO_RELAY, openCoreProxy, type ProxyFailure } from "./core-proxy.ts";
import type { SharedPlace } from "./knowledge/shared-index.ts";
import { UserError } from "./user-error.ts";

/**
 * The index's storage, reached through a proxy on the core's loopback and the relay behind it, until it is disposed of. `keys` are the
 * storage's keys by their variables' names. Throws a UserError where they are missing; that the storage cannot be reached shows only
 * when it is used.
 */
export async function openIndexStorage(
  settings: IndexSettings,
  { socket, keys }: { readonly socket: string; readonly keys: Readonly<Record<string, string>> },
): Promise<AsyncDisposable & { readonly shared: SharedPlace }> {
  const { endpoint, bucket, prefix, access } = settings;
  const address = readAddress(endpoint);
  const credentials = credentialsIn(keys, settings);
  const { host } = new URL(endpoint);
  const proxy = await openCoreProxy({ socketPath: relaySocket(dirname(socket), address), host, access });
  const options = {
    ...credentials,
    aws_region: settings.region,
    // Without TLS up to the relay, which checks the server's certificate; what is signed names the host in any case.
    aws_endpoint: `http://${host}`,
    allow_http: "true",
    aws_virtual_hosted_style_request: "false",
    proxy_url: proxy.url,
    ...PATIENCE,
  };
  const whyFailed = (at: number) => {
    const failure = proxy.failure();
    return failure && failure.at >= at ? describeFailure(failure, { ...settings, at: address.shown }) : undefined;
  };
  return {
    shared: {
      place: { s3: { uri: `s3://${bucket}/${prefix}`, options, whyFailed } },
      access,
      shown: `${address.shown}/${bucket}/${prefix}`,
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
}

/**
 * How long LanceDB tries. Its own throttle is off (no retries of its own): it takes any failure for one of too many requests, and
 * would go on slowly for long after an outage.
 */
const PATIENCE = {
  connect_timeout: "5s",
  timeout: "120s",
  client_max_retries: "3",
  client_retry_timeout: "20",
  lance_aimd_max_retries: "0",
};

function credentialsIn(keys: Readonly<Record<string, string>>, { endpoint }: IndexSettings): Record<string, string> {
  const id = keys[STORAGE_KEYS.id];
  const secret = keys[STORAGE_KEYS.secret];
  const token = keys[STORAGE_KEYS.token];
  if (!id || !secret) {
    const missing = [...(id ? [] : [STORAGE_KEYS.id]), ...(secret ? [] : [STORAGE_KEYS.secret])].join(" and ");
    throw new UserError(
      `The index is at ${endpoint}, but ${missing} is not set; put the storage's keys into the environment, or name files that hold them with _FILE behind the names`,
    );
  }
  return { aws_access_key_id: id, aws_secret_access_key: secret, ...(token && { aws_session_token: token }) };
}

type Where = IndexSettings & { readonly at: string };

/** A failure as one sentence with the cure. */
function describeFailure(failure: ProxyFailure, where: Where): string {
  const { code, status } = failure;
  const storage = `The storage of the index at ${where.at}`;
  if (status !== undefined) return `${storage} ${ofStatus({ status, code }, where)}`;
  if (code === NO_RELAY) return `The relay to the storage of the index at ${where.at} does not run; the log says why`;
  if (/CERT|SELF_SIGNED|ALTNAME|ERR_SSL|EPROTO|UNABLE_TO/.test(code)) {
    return `${storage} has no certificate that holds (${code}); let this machine trust its maker, and let it be for the name in index.endpoint`;
  }
  return `${storage} ${WORDS[code] ?? `ended the connection (${code}); its own log says why`}`;
}

const CORRECT = "or correct index.endpoint";

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: `refuses connections (ECONNREFUSED); start it, ${CORRECT}`,
  ENOTFOUND: `has a name that leads nowhere (ENOTFOUND); look at this machine's name server, ${CORRECT}`,
  EAI_AGAIN: `has a name that cannot be looked up now (EAI_AGAIN); look at this machine's name server, ${CORRECT}`,
  ETIMEDOUT: `takes no connection in time (ETIMEDOUT); start it, or look at the firewall between`,
  EHOSTUNREACH: `cannot be reached (EHOSTUNREACH); look at the network between, ${CORRECT}`,
  ENETUNREACH: `cannot be reached (ENETUNREACH); look at the network between, ${CORRECT}`,
  EOUTSIDE: "has a name that leads out of the private network; write the private address itself, or public: true",
  ESILENT: "says nothing for too long; see whether it has too much to do",
};

/** Codes of S3 for keys that are not right, for a place that is elsewhere, and for clocks that differ. */
const KEY_CODES = /^(?:InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|ExpiredToken|TokenRefreshRequired)$/;
const REGION_CODES =
  /^(?:PermanentRedirect|TemporaryRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint\w*)$/;

function ofStatus(
  { status, code }: { readonly status: number; readonly code: string },
  { bucket, access, region }: Where,
): string {
  const told = code === "" ? String(status) : `${status}, ${code}`;
  if (code === "NoSuchBucket") return `has no bucket "${bucket}" (${told}); create it, or correct index.bucket`;
  if (code === "RequestTimeTooSkewed") return `has another time than this machine (${told}); set both clocks right`;
  if (KEY_CODES.test(code)) {
    return `does not accept the keys (${told}); correct ${STORAGE_KEYS.id} and ${STORAGE_KEYS.secret}`;
  }
  if (REGION_CODES.test(code) || (status >= 300 && status < 400)) {
    return `keeps the bucket "${bucket}" elsewhere than in ${region} (${told}); correct index.region and index.endpoint`;
  }
  if (status === 401 || status === 403) {
    const rights = access === "write" ? "read, write, delete and list" : "read and list";
    return `does not let these keys do what is needed (${told}); give them the right to ${rights} in the bucket "${bucket}"`;
  }
  if (status === 429 || status === 503) return `has too much to do (${told}); wait, or give it more room`;
  if (status >= 500) return `could not do what was asked (${told}); its own log says why`;
  return `does not understand what was asked (${told}); see whether index.endpoint is one of S3-compatible storage`;
}
