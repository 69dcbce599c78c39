import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { Agent, createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { pipeline } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { codeOf } from "./error-code.ts";
import { UserError } from "./user-error.ts";

/** What the relay says when it has no connection: the system's code. */
const RELAY_HEADER = "x-hearth-relay";
/** The code of a relay that is not there. */
export const NO_RELAY = "ENORELAY";
/** The relay starts beside the core: for so long it is waited for. */
const RELAY_STARTS_MS = 5_000;
const LOOK_MS = 25;
/** A server that says nothing for so long is given up. */
const SILENCE_MS = 15_000;
/** After a failure the server is left alone for so long, so that whoever asks again and again hears of it at once. */
const PAUSE_MS = 3_000;
/** A connection is kept for so long for the next request, which is less than servers keep one. */
const KEEP_MS = 4_000;
const MOST_CONNECTIONS = 64;
/** Characters of an error's text that are read for its code. */
const ERROR_TEXT = 4_096;
/** Headers that concern this connection alone. */
const OWN_HEADERS = new Set(["connection", "proxy-connection", "proxy-authorization", "keep-alive"]);
/** Answers of S3 that are part of its normal work: not there, there already, not changed, no such range. */
const NORMAL = new Set([304, 404, 409, 412, 416]);
/** Of those, what is none of it. */
const ABNORMAL_CODES = new Set(["NoSuchBucket", "AllAccessDisabled"]);

/** How a request failed: the system's code where nothing answered, else the answer's status and the code in its text. */
export interface ProxyFailure {
  /** When, on the clock of `performance.now`. */
  readonly at: number;
  readonly status?: number;
  readonly code: string;
}

/** A proxy on the core's own loopback that leads to one server. */
export interface CoreProxy extends AsyncDisposable {
  /** Its address, with the password it asks for. */
  readonly url: string;
  /** The last failure, if there was one. */
  failure(): ProxyFailure | undefined;
}

interface Route {
  /** The relay's socket. */
  readonly socketPath: string;
  /** Host and port, as requests name it. */
  readonly host: string;
  /** Without "write", nothing that could change anything is passed on. */
  readonly access: "read" | "write";
}

/**
 * An HTTP proxy on the loopback, for libraries that speak nothing but TCP: whatever host it is asked for, it passes on requests to the
 * written one alone, through the relay's socket. Whoever asks has to know its password, which only the caller is told. Throws a
 * UserError where the loopback cannot be used.
 */
export async function openCoreProxy(route: Route): Promise<CoreProxy> {
  const password = randomBytes(16).toString("hex");
  const authorization = `Basic ${Buffer.from(`hearth:${password}`).toString("base64")}`;
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_CONNECTIONS, timeout: KEEP_MS });
  const watch = createWatch();
  let relay: Promise<void> | undefined;
  const server = createServer((asked, answer) => {
    const refusal = whyRefused(asked, { ...route, authorization });
    if (refusal !== undefined) return refuse(answer, refusal);
    // A status that nobody asks again for.
    if (watch.refuses()) return refuse(answer, 424);
    relay ??= untilThere(route.socketPath);
    return void relay.then(() => passOn(asked, answer, { ...route, agent, watch }));
  });
  const port = await listen(server);
  return {
    url: `http://hearth:${password}@127.0.0.1:${port}`,
    failure: () => watch.failure(),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      agent.destroy();
      await once(server, "close");
    },
  };
}

interface Watch {
  /** Whether a request is refused, as one failed a moment ago. */
  refuses(): boolean;
  failed(how: Omit<ProxyFailure, "at">): void;
  succeeded(): void;
  failure(): ProxyFailure | undefined;
}

/** Knows the last failure, and for how long nothing is asked after it. */
function createWatch(): Watch {
  let last: ProxyFailure | undefined;
  let pausedUntil = 0;
  return {
    refuses: () => {
      const now = performance.now();
      if (now >= pausedUntil) return false;
      // Whoever is refused now is refused for the same reason.
      if (last) last = { ...last, at: now };
      return true;
    },
    failed: (how) => {
      last = { ...how, at: performance.now() };
      if (how.status === undefined && how.code !== "ECONNRESET") pausedUntil = performance.now() + PAUSE_MS;
    },
    succeeded: () => {
      pausedUntil = 0;
    },
    failure: () => last,
  };
}

/** Listens on a free port, and looks whether it can be reached there: in a namespace whose loopback is off it cannot. */
async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("It listens on no port");
    const socket = connect(address.port, "127.0.0.1");
    await once(socket, "connect");
    socket.destroy();
    return address.port;
  } catch (error) {
    throw new UserError(
      `The core cannot use its own loopback (${codeOf(error)}), over which it reaches the index; switch it on where the core is started (ip link set lo up)`,
      { cause: error },
    );
  }
}

async function untilThere(socketPath: string): Promise<void> {
  const until = performance.now() + RELAY_STARTS_MS;
  while (!existsSync(socketPath) && performance.now() < until) await delay(LOOK_MS);
}

/** The status to refuse a request with; undefined where it may pass. */
function whyRefused(
  { url = "", method = "", headers }: IncomingMessage,
  { host, access, authorization }: Route & { readonly authorization: string },
): number | undefined {
  if (headers["proxy-authorization"] !== authorization) return 407;
  if (!url.startsWith(`http://${host}/`) || headers.host !== host) return 421;
  return access === "write" || method === "GET" || method === "HEAD" ? undefined : 403;
}

function refuse(answer: ServerResponse, status: number): void {
  answer.writeHead(status, { "content-length": 0 }).end();
}

function passOn(
  asked: IncomingMessage,
  answer: ServerResponse,
  { socketPath, host, agent, watch }: Route & { readonly agent: Agent; readonly watch: Watch },
): void {
  const passed = request({
    socketPath,
    agent,
    method: asked.method,
    // As it was written, since the signature holds for that.
    path: asked.url?.slice(`http://${host}`.length),
    headers: endToEnd(asked.rawHeaders),
  });
  const fail = (code: string) => {
    // Whoever asked has given up by itself.
    if (answer.destroyed) return undefined;
    watch.failed({ code });
    asked.unpipe(passed).resume();
    return answer.headersSent ? void answer.destroy() : refuse(answer, 502);
  };
  passed.setTimeout(SILENCE_MS, () => passed.destroy(Object.assign(new Error("Silence"), { code: "ESILENT" })));
  passed.on("error", (error) => fail(isNobodyThere(error) ? NO_RELAY : codeOf(error)));
  passed.on("response", (incoming) => {
    const code = incoming.headers[RELAY_HEADER];
    if (typeof code === "string") {
      incoming.resume();
      return fail(/^[A-Z0-9_]{1,60}$/.test(code) ? code : "error");
    }
    judge(incoming, watch);
    answer.writeHead(incoming.statusCode ?? 502, endToEnd(incoming.rawHeaders));
    return pipeline(incoming, answer, () => {});
  });
  answer.on("close", () => {
    if (!answer.writableFinished) passed.destroy();
  });
  // Not a pipeline, which would end the connection that the failure still has to be told on.
  asked.pipe(passed);
}

/** Takes note of what an answer means for the server. */
function judge(incoming: IncomingMessage, watch: Watch): void {
  const { statusCode: status = 502 } = incoming;
  if (status < 300) return watch.succeeded();
  let text = "";
  incoming.on("data", (part: Buffer) => {
    if (text.length < ERROR_TEXT) text += part.toString("latin1");
  });
  incoming.on("end", () => {
    const code = /<Code>(\w{1,60})<\/Code>/.exec(text)?.[1] ?? "";
    if (NORMAL.has(status) && !ABNORMAL_CODES.has(code)) watch.succeeded();
    else watch.failed({ status, code });
  });
}

function isNobodyThere(error: unknown): boolean {
  const code = codeOf(error);
  return code === "ENOENT" || code === "ECONNREFUSED";
}

/** Raw headers without those of one connection. */
function endToEnd(raw: readonly string[]): string[] {
  return raw.flatMap((name, place) =>
    place % 2 === 0 && !OWN_HEADERS.has(name.toLowerCase()) ? [name, raw[place + 1] ?? ""] : [],
  );
}
