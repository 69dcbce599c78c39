import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NO_RELAY, openCoreProxy } from "../src/core-proxy.ts";
import { scratch } from "./helpers/hearth.ts";
import { portOf, relay } from "./helpers/relays.ts";

/** A server that keeps what it was asked, word for word, and answers with a status and a text. */
async function wordyServer(answer: { status: number; text: string } = { status: 200, text: "well" }) {
  const asked: { readonly line: string; readonly headers: IncomingMessage["headers"]; readonly text: string }[] = [];
  const take = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part);
    const { method, url, headers } = incoming;
    asked.push({ line: `${method} ${url}`, headers, text: Buffer.concat(parts).toString() });
    outgoing.writeHead(answer.status).end(answer.text);
  };
  const server = createServer((incoming, outgoing) => void take(incoming, outgoing));
  const listen = async (port: number) => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(0);
  const port = portOf(server);
  const stop = async () => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    host: `127.0.0.1:${port}`,
    url: `http://127.0.0.1:${port}`,
    asked,
    answer,
    stop,
    start: () => listen(port),
    [Symbol.asyncDispose]: stop,
  };
}

/** Asks through a proxy as an HTTP client does: with the whole address as the path. */
async function ask(
  proxy: string,
  address: string,
  more: { readonly method?: string; readonly text?: string; readonly host?: string; readonly password?: string } = {},
) {
  const { hostname, port, username, password } = new URL(proxy);
  const authorization = `Basic ${Buffer.from(`${username}:${more.password ?? password}`).toString("base64")}`;
  const headers = { host: more.host ?? new URL(address).host, "proxy-authorization": authorization, "x-kept": "A b" };
  const asked = request({ hostname, port, path: address, method: more.method ?? "GET", headers, agent: false });
  asked.end(more.text);
  const [answer]: IncomingMessage[] = await once(asked, "response");
  const parts: Buffer[] = [];
  for await (const part of answer ?? []) parts.push(part);
  return { status: answer?.statusCode, text: Buffer.concat(parts).toString() };
}

describe("the core's proxy", () => {
  it("passes on what was asked word for word, but for what concerns the proxy alone", async () => {
    await using server = await wordyServer();
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "write" });
    const path = "/docs/a%2Fb/../c%20d?list-type=2&prefix=x%2F&empty";
    expect(await ask(proxy.url, `${server.url}${path}`)).toEqual({ status: 200, text: "well" });
    expect(await ask(proxy.url, `${server.url}/docs/x`, { method: "PUT", text: "a body" })).toMatchObject({
      status: 200,
    });
    expect(server.asked.map(({ line, text }) => [line, text])).toEqual([
      [`GET ${path}`, ""],
      ["PUT /docs/x", "a body"],
    ]);
    expect(server.asked[0]?.headers).toMatchObject({ host: server.host, "x-kept": "A b" });
    expect(server.asked[0]?.headers).not.toHaveProperty("proxy-authorization");
    expect(proxy.failure()).toBeUndefined();
  });

  it("leads to the written server and no other", async () => {
    await using server = await wordyServer();
    await using other = await wordyServer();
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "write" });
    expect(await ask(proxy.url, `${other.url}/docs/x`)).toEqual({ status: 421, text: "" });
    expect(await ask(proxy.url, `${server.url}/docs/x`, { host: other.host })).toEqual({ status: 421, text: "" });
    expect(await ask(proxy.url, `${server.url}.evil.example/x`, { host: server.host })).toEqual({
      status: 421,
      text: "",
    });
    const { hostname, port } = new URL(proxy.url);
    const tunnel = request({ hostname, port, method: "CONNECT", path: other.host, agent: false }).end();
    await once(tunnel, "error");
    expect([...server.asked, ...other.asked]).toEqual([]);
  });

  it("serves only who knows its password", async () => {
    await using server = await wordyServer();
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "write" });
    expect(await ask(proxy.url, `${server.url}/docs/x`, { password: "guessed" })).toEqual({ status: 407, text: "" });
    expect(server.asked).toEqual([]);
  });

  it("lets nothing change anything where it is only to be read", async () => {
    await using server = await wordyServer();
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "read" });
    for (const method of ["PUT", "POST", "DELETE", "PATCH"]) {
      expect(await ask(proxy.url, `${server.url}/docs/x`, { method })).toEqual({ status: 403, text: "" });
    }
    expect(await ask(proxy.url, `${server.url}/docs/x`, { method: "HEAD" })).toEqual({ status: 200, text: "" });
    expect(server.asked.map(({ line }) => line)).toEqual(["HEAD /docs/x"]);
  });

  it("knows why it failed, asks no more for a moment, and goes on once the server is there again", async () => {
    await using server = await wordyServer();
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "write" });
    await server.stop();
    expect(await ask(proxy.url, `${server.url}/docs/x`)).toEqual({ status: 502, text: "" });
    expect(proxy.failure()).toMatchObject({ code: "ECONNREFUSED" });
    const before = performance.now();
    expect(await ask(proxy.url, `${server.url}/docs/x`)).toEqual({ status: 424, text: "" });
    // Whoever asks only now is told why as well.
    expect(proxy.failure()?.at).toBeGreaterThanOrEqual(before);
    await server.start();
    const again = async () => (await ask(proxy.url, `${server.url}/docs/x`)).status;
    await expect.poll(again, { timeout: 20_000, interval: 200 }).toBe(200);
  });

  it("takes note of what the storage refuses, and of nothing that belongs to its work", async () => {
    await using server = await wordyServer({ status: 404, text: "<Error><Code>NoSuchKey</Code></Error>" });
    await using way = await relay([server.url]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host: server.host, access: "write" });
    const failure = async (status: number, code: string) => {
      Object.assign(server.answer, {
        status,
        text: `<Error><Code>${code}</Code><Message>It says more</Message></Error>`,
      });
      expect(await ask(proxy.url, `${server.url}/docs/x`)).toMatchObject({ status });
      return proxy.failure();
    };
    expect(await failure(404, "NoSuchKey")).toBeUndefined();
    expect(await failure(412, "PreconditionFailed")).toBeUndefined();
    expect(await failure(404, "NoSuchBucket")).toMatchObject({ status: 404, code: "NoSuchBucket" });
    expect(await failure(403, "SignatureDoesNotMatch")).toMatchObject({ status: 403, code: "SignatureDoesNotMatch" });
    expect(await failure(503, "SlowDown")).toMatchObject({ status: 503, code: "SlowDown" });
  });

  it("waits for a relay that is still starting, and says so when there is none", { timeout: 20_000 }, async () => {
    await using server = await wordyServer();
    using place = scratch();
    const nowhere = join(place.folder, "relay.sock");
    await using proxy = await openCoreProxy({ socketPath: nowhere, host: server.host, access: "write" });
    expect(await ask(proxy.url, `${server.url}/docs/x`)).toEqual({ status: 502, text: "" });
    expect(proxy.failure()).toMatchObject({ code: NO_RELAY });
  });

  it("gives up a request that whoever asked gives up", async () => {
    const gone = Promise.withResolvers<void>();
    const mute = createServer((incoming) => incoming.socket.once("close", () => gone.resolve())).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const port = portOf(mute);
    const host = `127.0.0.1:${port}`;
    await using way = await relay([`http://${host}`]);
    await using proxy = await openCoreProxy({ socketPath: way.socket(0), host, access: "write" });
    const { hostname, port: own, username, password } = new URL(proxy.url);
    const socket = connect(Number(own), hostname);
    const authorization = Buffer.from(`${username}:${password}`).toString("base64");
    socket.write(
      `GET http://${host}/x HTTP/1.1\r\nhost: ${host}\r\nproxy-authorization: Basic ${authorization}\r\n\r\n`,
    );
    await once(mute, "request");
    socket.destroy();
    await gone.promise;
    mute.close();
  });
});
