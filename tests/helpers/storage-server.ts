import { createHash, createHmac } from "node:crypto";
import S3rver from "s3rver";

/** The one account of s3rver; its secret is checked here. */
const ACCOUNT = "S3RVER";
const SECRET = "a secret of the tests";

/** The keys that the server knows, as Hearth takes them from the environment. */
export const STORAGE_ENVIRONMENT = { HEARTH_S3_ACCESS_KEY_ID: ACCOUNT, HEARTH_S3_SECRET_ACCESS_KEY: SECRET };

type Middleware = S3rver["middleware"][number];

/** A running S3 server on this machine. */
export interface StorageServer extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Every request so far: "GET /bucket/key". */
  readonly requests: readonly string[];
  /** Ends it with every connection; what it stores stays in its folder. */
  stop(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
}

/**
 * A real S3 server (s3rver) that keeps its objects in `folder`. Three things that S3 and MinIO do and s3rver by itself does not are added: it
 * checks the signature of each request, lists folders that hold nothing but folders, and knows the header with which an object is only
 * written if there is none yet (`conditional: false` leaves it without that).
 */
export async function storageServer(
  folder: string,
  options: {
    readonly buckets?: readonly string[];
    readonly conditional?: boolean;
    readonly tls?: { readonly key: string; readonly cert: string };
  } = {},
): Promise<StorageServer> {
  const { buckets = ["docs"], conditional = true, tls } = options;
  const requests: string[] = [];
  let port = 0;
  let server: S3rver | undefined;
  const start = async () => {
    server = new S3rver({
      address: "127.0.0.1",
      port,
      silent: true,
      directory: folder,
      vhostBuckets: false,
      configureBuckets: buckets.map((name) => ({ name })),
      ...tls,
    });
    listEveryFolder(server);
    if (conditional) server.middleware.unshift(onlyIfNone(server));
    server.middleware.unshift(checkSignature);
    server.middleware.unshift(async ({ method, path }, next) => {
      requests.push(`${method} ${path}`);
      await next();
    });
    ({ port } = await server.run());
  };
  const stop = async () => {
    const closing = server?.close();
    server?.httpServer.closeAllConnections();
    server = undefined;
    await closing;
  };
  await start();
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${port}`,
    port,
    requests,
    start,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Lists by the names of all objects below the prefix: by itself s3rver looks only one folder deep. */
function listEveryFolder({ store }: S3rver): void {
  const list = store.listObjects.bind(store);
  store.listObjects = async (bucket, options) => {
    const { delimiter, prefix = "" } = options;
    if (!delimiter) return list(bucket, options);
    const { objects } = await list(bucket, { ...options, delimiter: undefined, maxKeys: Infinity });
    const folderOf = (key: string) => {
      const end = key.indexOf(delimiter, prefix.length);
      return end === -1 ? [] : [key.slice(0, end + 1)];
    };
    return {
      objects: objects.filter(({ key }) => folderOf(key).length === 0),
      commonPrefixes: [...new Set(objects.flatMap(({ key }) => folderOf(key)))].toSorted(),
      isTruncated: false,
    };
  };
}

/** Writes with `If-None-Match: *` one after the other, and refuses those to what is there. */
function onlyIfNone({ store }: S3rver): Middleware {
  let writing: Promise<unknown> = Promise.resolve();
  return async (context, next) => {
    if (context.method !== "PUT" || context.get("if-none-match") !== "*") return next();
    const [, bucket = "", ...key] = context.path.split("/");
    const before = writing;
    const done = Promise.withResolvers<void>();
    writing = done.promise;
    await before;
    try {
      const isThere = await store.existsObject(bucket, decodeURIComponent(key.join("/")));
      return isThere ? refuse(context, { status: 412, code: "PreconditionFailed" }) : await next();
    } finally {
      done.resolve();
    }
  };
}

function refuse(
  context: Parameters<Middleware>[0],
  { status, code }: { readonly status: number; readonly code: string },
): void {
  context.req.resume();
  context.status = status;
  context.type = "application/xml";
  context.body = `<Error><Code>${code}</Code></Error>`;
}

/** Lets through what is signed with the secret, by version 4 of the signature: over method, path, query, host and the hash of the body. */
const checkSignature: Middleware = async (context, next) => {
  const { headers, url = "" } = context.req;
  const sent =
    /Credential=([^/]+)\/(([^/]+)\/([^/]+)\/s3)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(
      headers.authorization ?? "",
    );
  if (!sent) return refuse(context, { status: 403, code: "AccessDenied" });
  const [, account, scope = "", day = "", region = "", signed = "", signature] = sent;
  if (account !== ACCOUNT) return refuse(context, { status: 403, code: "InvalidAccessKeyId" });
  const [path = "", query = ""] = url.split("?");
  const request = [
    context.method,
    path,
    query
      .split("&")
      .map((part) => (part === "" || part.includes("=") ? part : `${part}=`))
      .toSorted()
      .join("&"),
    ...signed.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
    "",
    signed,
    headers["x-amz-content-sha256"],
  ].join("\n");
  const hash = createHash("sha256").update(request).digest("hex");
  const text = ["AWS4-HMAC-SHA256", headers["x-amz-date"], `${scope}/aws4_request`, hash].join("\n");
  const key = [day, region, "s3", "aws4_request"].reduce<string | Buffer>(
    (made, part) => createHmac("sha256", made).update(part).digest(),
    `AWS4${SECRET}`,
  );
  if (createHmac("sha256", key).update(text).digest("hex") === signature) return next();
  return refuse(context, { status: 403, code: "SignatureDoesNotMatch" });
};
