import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readAddress, relaySocket } from "../src/addresses.ts";
import { relayPlan, type Launch } from "../src/commands/processes.ts";
import { readSettings } from "../src/config.ts";
import { findWrapper } from "../src/seal.ts";
import { root, scratch } from "./helpers/hearth.ts";
import { event, modelServer, stream } from "./helpers/model-server.ts";
import { portOf, relay, relayProcess } from "./helpers/relays.ts";

/** One request through a socket, and what comes back: status, headers, text, and the code of an error. */
async function get(socketPath: string, headers: Readonly<Record<string, string>> = {}) {
  const asked = request({ socketPath, path: "/v1/models", headers, agent: false }).end();
  try {
    const [response] = await once(asked, "response");
    const text: Buffer[] = [];
    for await (const part of response) text.push(part);
    return {
      status: response.statusCode,
      code: response.headers["x-hearth-relay"],
      text: Buffer.concat(text).toString(),
    };
  } catch (error) {
    return { status: 0, code: error instanceof Error && "code" in error ? error.code : "", text: "" };
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const port = portOf(server);
  server.close();
  await once(server, "close");
  return port;
}

describe("the relay", () => {
  it("leads to the server that was written down, whatever host is asked for", async () => {
    await using written = await modelServer();
    await using other = await modelServer();
    await using through = await relay([written.url]);
    expect(await get(through.socket(0))).toMatchObject({ status: 200, text: expect.stringContaining("tiny") });
    await get(through.socket(0), { host: new URL(other.url).host });
    const asked = request({ socketPath: through.socket(0), method: "CONNECT", path: new URL(other.url).host }).end();
    await once(asked, "error");
    expect(other.connections()).toBe(0);
    expect(written.connections()).toBe(3);
  });

  it("opens one socket for each address, and takes them away with it", async () => {
    await using one = await modelServer();
    await using other = await modelServer();
    const through = await relay([one.url, other.url, `${one.url}/v1`]);
    expect(readdirSync(through.folder)).toHaveLength(2);
    expect(through.socket(0)).toBe(through.socket(2));
    await get(through.socket(1));
    expect([one.connections(), other.connections()]).toEqual([0, 1]);
    await through[Symbol.asyncDispose]();
    expect(await get(through.socket(1))).toMatchObject({ status: 0 });
  });

  it("says with the system's code why there is no connection", async () => {
    await using through = await relay([`http://127.0.0.1:${await freePort()}`]);
    expect(await get(through.socket(0))).toEqual({ status: 502, code: "ECONNREFUSED", text: "" });
  });

  it("gives up a connection that is not made in time", async () => {
    // A server that takes connections and never says the first word of TLS.
    const mute = createServer(() => {}).listen(0, "127.0.0.1");
    await once(mute, "listening");
    await using through = await relay([`https://127.0.0.1:${portOf(mute)}`], { connectMs: 50 });
    expect(await get(through.socket(0))).toEqual({ status: 502, code: "ETIMEDOUT", text: "" });
    mute.close();
  });

  it("holds a private name to the private network at every connection", async () => {
    await using server = await modelServer();
    const { port } = new URL(server.url);
    const looked: string[] = [];
    let leads = ["93.184.215.14", "2606:2800:21f::1"];
    await using through = await relay([`http://gpu-box:${port}`], {
      resolve: (name, _options, found) => {
        looked.push(name);
        found(
          null,
          leads.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        );
      },
    });
    expect(await get(through.socket(0))).toEqual({ status: 502, code: "EOUTSIDE", text: "" });
    leads = [...leads, "127.0.0.1"];
    expect(await get(through.socket(0))).toMatchObject({ status: 200 });
    expect(looked).toEqual(["gpu-box", "gpu-box"]);
  });

  it("closes the connection when the server does, in the middle too", async () => {
    await using server = await modelServer({
      listen: 0,
      models: (response) => {
        stream(response)(event({ content: "a" }));
        setImmediate(() => response.destroy());
      },
    });
    await using through = await relay([server.url]);
    expect(await get(through.socket(0))).toMatchObject({ status: 0, code: "ECONNRESET" });
  });

  it("closes the connection to the server when the core gives up", async () => {
    await using server = await modelServer({
      listen: 0,
      models: (response) => stream(response)(event({ content: "a" })),
    });
    await using through = await relay([server.url]);
    const asked = request({ socketPath: through.socket(0), path: "/v1/models" }).end();
    const [response] = await once(asked, "response");
    await once(response, "data");
    asked.destroy();
    await once(asked, "close");
    await expect.poll(server.givenUp).toBe(1);
  });

  it("takes no more from a server than the core reads, and loses nothing", async () => {
    const whole = 32_000_000;
    let sent = 0;
    const pour = async (socket: Socket) => {
      while (sent < whole) {
        sent += 1_000_000;
        if (!socket.write(Buffer.alloc(1_000_000))) await once(socket, "drain");
      }
      socket.end();
    };
    const server = createServer((socket) => void pour(socket)).listen(0, "127.0.0.1");
    await once(server, "listening");
    await using through = await relay([`http://127.0.0.1:${portOf(server)}`]);
    const core = connect(through.socket(0)).pause();
    let before = -1;
    await expect
      .poll(() => {
        const isStill = sent > 0 && before === sent;
        before = sent;
        return isStill;
      })
      .toBe(true);
    expect(sent).toBeLessThan(whole);
    let read = 0;
    core.on("data", (part: Buffer) => (read += part.length));
    core.resume();
    await once(core, "end");
    expect(read).toBe(whole);
    server.close();
  });
});

/** A process of its own with the words before it; what it prints as JSON lines comes back, and its exit code. */
function script(words: readonly string[], code: string, environment: Readonly<Record<string, string>> = {}) {
  const [command = process.execPath, ...rest] = words;
  const node = words.length > 0 ? [process.execPath] : [];
  return spawn(command, [...rest, ...node, "--input-type=module", "-e", code], {
    env: { PATH: process.env["PATH"] ?? "", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function printedBy(child: ReturnType<typeof script>): Promise<unknown[]> {
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (part: string) => (text += part));
  await once(child, "close");
  return text
    .split("\n")
    .filter(Boolean)
    .map((line): unknown => JSON.parse(line));
}

const from = (file: string) => JSON.stringify(join(root, "src", file));

describe("the relay as a process", { timeout: 30_000 }, () => {
  const wrapper = findWrapper();
  if (!wrapper) console.warn("SKIPPED: this system makes no network namespaces, so no sealed core was tried");
  it.skipIf(!wrapper)("gives a core without a network its model server, and nothing else", async () => {
    await using server = await modelServer();
    await using other = await modelServer();
    await using through = await relayProcess(server.url);
    const core = script(
      wrapper?.words ?? [],
      `
      import { connect } from "node:net";
      import { openOpenAiEngine } from ${from("brain/openai.ts")};
      import { viewNetwork } from ${from("seal.ts")};
      const signal = AbortSignal.timeout(30_000);
      const servers = [{ url: "x", base: "http://x/v1", socket: ${JSON.stringify(through.socket)}, isRelayed: true, isPublic: false }];
      const engine = openOpenAiEngine({ servers, contextTokens: 2048, parallel: 1, thinkingTokens: 0 });
      await engine.ready({ signal });
      const { text } = await engine.generate({ messages: [{ role: "user", text: "Who?" }], maxTokens: 3 }, { signal });
      await engine[Symbol.asyncDispose]();
      const knock = (port) => new Promise((resolve) => {
        connect(port, "127.0.0.1").on("connect", () => resolve("open")).on("error", (error) => resolve(error.code));
      });
      const doors = [await knock(${new URL(server.url).port}), await knock(${new URL(other.url).port})];
      console.log(JSON.stringify({ text, routed: viewNetwork().routed, doors }));`,
    );
    const [said] = await printedBy(core);
    expect(said).toMatchObject({ text: "w0 w1 w2 ", routed: [] });
    expect(JSON.stringify(said)).not.toContain("open");
    expect(server.asked).toHaveLength(1);
    expect(other.connections()).toBe(0);
  });

  const hasOpenSsl = spawnSync("openssl", ["version"]).status === 0;
  if (!hasOpenSsl) console.warn("SKIPPED: there is no openssl to make a certificate with, so TLS was not tried");
  it.skipIf(!hasOpenSsl)("speaks TLS for the core, with a server whose certificate holds and no other", async () => {
    using place = scratch();
    const [key, cert] = [join(place.folder, "key.pem"), join(place.folder, "cert.pem")];
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    expect(spawnSync("openssl", [...made, ...named]).status).toBe(0);
    const hosts: (string | undefined)[] = [];
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (asked, response) => {
      hosts.push(asked.headers.host);
      response.end("over TLS");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = portOf(server);
    await using trusting = await relayProcess(`https://localhost:${port}`, { NODE_EXTRA_CA_CERTS: cert });
    expect(await get(trusting.socket, { host: "as.asked" })).toMatchObject({ status: 200, text: "over TLS" });
    await using strict = await relayProcess(`https://localhost:${port}`, { NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    expect(await get(strict.socket)).toMatchObject({ status: 502, code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await using misnamed = await relayProcess(`https://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: cert });
    expect(await get(misnamed.socket)).toMatchObject({ status: 502, code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    expect(hosts).toEqual(["as.asked"]);
    server.close();
    server.closeAllConnections();
  });
});

describe("the plan of the relay", () => {
  function planned(servers: string) {
    using place = scratch();
    const file = join(place.folder, "hearth.yaml");
    writeFileSync(file, `model:\n  servers:\n${servers}`);
    const given = { cwd: place.folder, home: root, environment: {} };
    const environment = { PATH: "/bin", MODEL_KEY: "sk-one", MODEL_KEY_FILE: "/run/key" };
    const launch: Launch = {
      node: "node",
      main: "main.ts",
      home: root,
      commandLine: { config: file },
      settings: readSettings({ config: file }, given),
      environment,
      edgeEnvironment: {},
    };
    return relayPlan(launch, { socket: "/run/hearth-x/core.sock", log: 2 });
  }

  it("lets it write only beside the core's socket, start nothing, and hands it no key", () => {
    const plan = planned('    - { url: "http://10.0.0.5:8080", key: MODEL_KEY }\n');
    expect(plan?.environment).toEqual({ PATH: "/bin" });
    expect(plan?.command).toEqual(
      expect.arrayContaining(["--permission", "--allow-net", "--allow-fs-write=/run/hearth-x"]),
    );
    expect(plan?.command.filter((word) => word.startsWith("--allow")).toSorted()).toEqual([
      ...["--allow-fs-read=", "--allow-fs-read=", "--allow-fs-read=", "--allow-fs-read="].map((word) =>
        expect.stringContaining(word),
      ),
      "--allow-fs-write=/run/hearth-x",
      "--allow-net",
    ]);
  });

  it("starts for a server that makes vectors, though it may look for no model", async () => {
    using place = scratch();
    const url = "http://127.0.0.1:9";
    place.write("hearth.yaml", `embeddings:\n  server: { url: "${url}" }\n`);
    const commandLine = { config: join(place.folder, "hearth.yaml") };
    const settings = readSettings(commandLine, { cwd: place.folder, home: root, environment: {} });
    const [node, main] = [process.execPath, join(root, "src/main.ts")];
    const launch = { node, main, home: root, commandLine, settings, environment: {}, edgeEnvironment: {} };
    const plan = relayPlan(launch, { socket: join(place.folder, "core.sock"), log: 2 });
    const [command, ...words] = plan?.command ?? [""];
    const child = spawn(command, words, { env: {}, stdio: ["pipe", "ignore", "ignore"] });
    const exited = once(child, "exit");
    const socket = relaySocket(place.folder, readAddress(url));
    await expect.poll(() => existsSync(socket) || child.exitCode, { timeout: 30_000 }).toBe(true);
    child.stdin.end();
    await exited;
  });

  it("is none where the core opens every socket itself", () => {
    expect(planned('    - { url: "unix:/run/llama.sock" }\n')).toBeUndefined();
  });
});
