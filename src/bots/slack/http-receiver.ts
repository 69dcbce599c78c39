import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { HTTPReceiver, isValidSlackRequest, type App, type Receiver } from "@slack/bolt";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { codeOf } from "../../error-code.ts";
import { boltLog } from "./bolt-log.ts";
import type { Replays } from "./replays.ts";

const PATH = "/slack/events";
const MOST_BYTES = 1_000_000;
/** How far a request's time may be from ours, in either direction. */
const MOST_SECONDS = 300;
/** Bolt looks at no more of it than this, so that with more behind it the same signature would be another word. */
const SIGNATURE = /^v0=[0-9a-f]{64}$/;

/** What HTTP mode needs. */
export interface HttpOptions {
  readonly signingSecret: string;
  readonly host: string;
  readonly port: number;
  readonly replays: Replays;
  readonly log: Log;
  readonly counts: { refused: number };
  readonly connected: (how: { readonly gap: boolean }) => void;
  /** Told where it listens. */
  readonly listening?: (url: string) => void;
}

/**
 * Events that Slack brings to a port, read by Bolt after our own checks: the signature over the bytes that came, a time that is neither
 * old nor in the future, and each signature once.
 */
export function createHttpReceiver(options: HttpOptions): Receiver {
  const { signingSecret, log, host, port } = options;
  const inner = new HTTPReceiver({
    signingSecret,
    endpoints: PATH,
    logger: boltLog(log),
    // What could not be written down is not acknowledged: Slack brings it again.
    processEventErrorHandler({ response }) {
      if (!response.headersSent) response.writeHead(500).end();
      return Promise.resolve(false);
    },
    dispatchErrorHandler: ({ response }) => void response.writeHead(404).end(),
  });
  const check = createCheck(options);
  const server = createServer((request, response) => {
    check(request, response)
      .then((isGood) => isGood && inner.requestListener(request, response))
      .catch((error: unknown) => {
        log.warn({ err: error }, "A request could not be read");
        if (!response.headersSent) response.writeHead(400);
        response.end();
      });
  });
  server.headersTimeout = 10_000;
  server.requestTimeout = 15_000;
  return {
    init: (app: App) => inner.init(app),
    async start() {
      await listen(server, { host, port });
      const address = server.address();
      const where = typeof address === "object" && address ? address.port : port;
      options.listening?.(`http://${host.includes(":") ? `[${host}]` : host}:${where}${PATH}`);
      options.connected({ gap: true });
    },
    async stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function listen(server: Server, { host, port }: Pick<HttpOptions, "host" | "port">): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (error) {
    throw new UserError(
      `slack.host and slack.port: ${host}:${port} cannot be listened on (${codeOf(error)}); name another`,
      { cause: error },
    );
  }
}

/** Reads a request's bytes and answers what is not Slack's; true where it is to be read on. */
function createCheck({ signingSecret, replays, counts }: HttpOptions) {
  const inHand = new Set<string>();
  return async (request: IncomingMessage, response: ServerResponse): Promise<boolean> => {
    const refuse = (status: number) => {
      counts.refused++;
      response.writeHead(status, { "x-slack-no-retry": "1", connection: "close" }).end();
      return false;
    };
    if (request.method !== "POST" || request.url?.split("?")[0] !== PATH) return refuse(404);
    const body = await readBody(request);
    if (!body) return refuse(413);
    const signature = request.headers["x-slack-signature"];
    const timestamp = Number(request.headers["x-slack-request-timestamp"]);
    if (typeof signature !== "string" || !SIGNATURE.test(signature) || !Number.isSafeInteger(timestamp))
      return refuse(401);
    if (Math.abs(Date.now() / 1_000 - timestamp) > MOST_SECONDS) return refuse(401);
    const headers = { "x-slack-signature": signature, "x-slack-request-timestamp": timestamp };
    if (!isValidSlackRequest({ signingSecret, body: body.toString(), headers })) return refuse(401);
    if (inHand.has(signature) || replays.has(signature)) return refuse(401);
    inHand.add(signature);
    response.once("close", () => {
      // What was not taken may come again, even within the same second. What cannot be written down stays in hand.
      const isTaken = response.headersSent && response.statusCode === 200;
      if (!isTaken || replays.add(signature)) inHand.delete(signature);
    });
    // Bolt reads the bytes that were read already from here.
    Object.assign(request, { rawBody: body });
    return true;
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part);
    size += bytes.length;
    if (size > MOST_BYTES) return undefined;
    parts.push(bytes);
  }
  return Buffer.concat(parts, size);
}
