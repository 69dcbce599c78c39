import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { setImmediate } from "node:timers/promises";

/** What came to a model server. */
export interface Came {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: Readonly<Record<string, unknown>>;
}

type Reply = (response: ServerResponse, came: Came) => void | Promise<void>;

/** A small server of our own that speaks the OpenAI protocol. */
export interface ModelServer extends AsyncDisposable {
  readonly url: string;
  /** All requests for an answer, in order. */
  readonly asked: readonly Came[];
  /** Connections that were made. */
  readonly connections: () => number;
  /** Answers that the other side did not wait for. */
  readonly givenUp: () => number;
  /** What it says from now on. */
  says(reply: Reply): void;
}

/** Starts it on a Unix socket, or a port of the loopback. By default it has one model, which writes one word after another. */
export async function modelServer(
  given: {
    readonly listen: string | number;
    readonly models?: Reply;
    readonly props?: object;
    readonly reply?: Reply;
    /** What it says to a request for vectors; without it there is no such path. */
    readonly embeddings?: Reply;
  } = { listen: 0 },
): Promise<ModelServer> {
  const asked: Came[] = [];
  let givenUp = 0;
  let connections = 0;
  let { reply = words() } = given;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { url: path = "", headers } = request;
    const sent = await text(request);
    const came = { path, headers, body: sent ? JSON.parse(sent) : {} };
    response.setHeader("content-type", "application/json");
    response.on("close", () => (givenUp += response.writableFinished ? 0 : 1));
    if (path === "/v1/models") return (given.models ?? lists({ id: "tiny" }))(response, came);
    if (path === "/props" && given.props) return void response.end(JSON.stringify(given.props));
    if (path === "/v1/embeddings" && given.embeddings) {
      asked.push(came);
      return given.embeddings(response, came);
    }
    if (path !== "/v1/chat/completions") return void response.writeHead(404).end("{}");
    asked.push(came);
    return reply(response, came);
  };
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()));
  server.on("connection", () => (connections += 1));
  server.listen(typeof given.listen === "string" ? { path: given.listen } : { port: given.listen, host: "127.0.0.1" });
  await once(server, "listening");
  const address = server.address();
  return {
    url: typeof address === "object" ? `http://127.0.0.1:${address?.port}` : `unix:${address}`,
    asked,
    connections: () => connections,
    givenUp: () => givenUp,
    says: (next) => (reply = next),
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Lists models. */
export function lists(...models: readonly object[]): Reply {
  return (response) => void response.end(JSON.stringify({ object: "list", data: models }));
}

/** Answers with nothing but a status, and with words that must not be repeated. */
export function status(code: number): Reply {
  return (response, { body }) =>
    void response
      .writeHead(code)
      .end(JSON.stringify({ error: { message: `SECRET ${JSON.stringify(body)}`, code: "SECRET" } }));
}

/** One event of a stream. */
export function event(delta: object, more: { readonly finish?: string; readonly [key: string]: unknown } = {}): string {
  const { finish = null, ...rest } = more;
  return `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }], ...rest })}\n\n`;
}

/** Begins a stream and gives a way to write to it. */
export function stream(response: ServerResponse): (...events: readonly string[]) => void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  return (...events) => void response.write(events.join(""));
}

/** Writes these deltas, then ends as a server does, with the usage where one is given. */
export function deltas(
  parts: readonly object[],
  end: { readonly usage?: object; readonly finish?: string } = {},
): Reply {
  return (response) => {
    const say = stream(response);
    for (const part of parts) say(event(part));
    say(event({}, { finish: end.finish ?? "stop" }));
    if (end.usage) say(`data: ${JSON.stringify({ choices: [], usage: end.usage })}\n\n`);
    say("data: [DONE]\n\n");
    response.end();
  };
}

/** Writes one word after another up to the number of tokens that was asked for, or what fits a schema; and says what it cost. */
export function words(): Reply {
  return async (response, { body }) => {
    const say = stream(response);
    const isBound = body["response_format"] !== undefined;
    const most = Number(body["max_tokens"]);
    const parts = isBound ? ['{"found":true,', '"choice":"first"}'] : Array.from({ length: most }, (_, n) => `w${n} `);
    say(event({ role: "assistant" }));
    for (const content of parts) {
      if (response.destroyed) return;
      say(event({ content }));
      await setImmediate();
    }
    const usage = { prompt_tokens: 40, completion_tokens: parts.length, prompt_tokens_details: { cached_tokens: 8 } };
    say(event({}, { finish: isBound ? "stop" : "length" }), `data: ${JSON.stringify({ choices: [], usage })}\n\n`);
    say("data: [DONE]\n\n");
    response.end();
  };
}
