/**
 * Shows that each line of Dockerfile and compose.yaml works, on a machine without a container engine: `node tests/container.ts`.
 *
 * The image is built by buildah from the real Dockerfile, on base images made here (Debian by debootstrap, Node from npm). The two
 * services are then started as compose.yaml says, each in namespaces of its own with what an engine would give it, and asked over the
 * page's published port; after that the image by itself. A key or instruction that this script does not handle makes it fail.
 * The edge's network here is an interface that leads nowhere: nothing leaves the machine once the image is built.
 *
 * Needs Linux, root, debootstrap, buildah, iproute2, util-linux, and Debian's and npm's packages (by this machine's own settings).
 * Without them it says so and ends with 0; with --must it then fails. --npm VERSION builds with another npm than 11.
 */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { mountsOf, readCompose, type Service } from "./container/compose.ts";
import { publish, relay, startContainer, type Container, type ContainerPlan } from "./container/engine.ts";
import { buildImage, run, type ImageConfig, type Store } from "./container/image.ts";

const script = fileURLToPath(import.meta.url);
const home = dirname(dirname(script));
const TOOLS = ["debootstrap", "buildah", "unshare", "nsenter", "ip", "mount", "tar", "git", "npm"];
// Of a token's shape; nothing answers to it.
const TOKEN = ["made-up-token-of-a-bot", "G1abcd", "x".repeat(38)].join(".");
/** Files of this size in the image are named here, so that no model comes in unnoticed. */
const LARGE = 20_000_000;
const LARGE_FILES = /^\/hearth\/node_modules\/(?:node\/bin\/node|@lancedb\/[^/]+\/[^/]+\.node)$/;
const MODELS = /\.(?:gguf|ggml|onnx|ort|safetensors|pt|pth|tflite)$/i;

const DOCUMENTS = {
  "leave.md":
    "# Leave\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year. Ask your lead two weeks before.\n",
  "expenses.md": "# Expenses\n\n## Receipts\n\nReceipts over 50 EUR need the approval of your lead.\n",
  "huge.md": "word ".repeat(5_000),
};
/** The configuration of the run: one key that only the core obeys, and one that only the edge does. */
const CONFIGURATION = "limits:\n  fileMegabytes: 0.01\nweb:\n  allowedHosts: [hearth.acme.example]\n";
const QUESTION = "How many days of annual leave do we get?";

const count = { passed: 0, failed: 0 };
const say = (sentence: string) => void process.stdout.write(`${sentence}\n`);

function check(what: string, holds: boolean, seen: unknown = ""): void {
  count[holds ? "passed" : "failed"] += 1;
  const text = typeof seen === "string" ? seen : JSON.stringify(seen);
  say(
    `${holds ? "  ok    " : "  FAILED"} ${what}${text === "" ? "" : `: ${text.length > 300 && holds ? `${text.slice(0, 300)} …` : text}`}`,
  );
}

/** Why this machine cannot run the script; undefined when it can. */
function whatIsMissing(): string | undefined {
  if (process.platform !== "linux") return "it needs Linux";
  if (process.getuid?.() !== 0) return "it needs root";
  const missing = TOOLS.filter((tool) => spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0);
  if (missing.length > 0) return `it needs ${missing.join(", ")}`;
  const namespaces = spawnSync("unshare", ["--mount", "--pid", "--fork", "--net", "--mount-proc", "true"]);
  return namespaces.status === 0 ? undefined : "this system lets it make no namespaces";
}

/** Runs the checks in mount and process namespaces of their own, so that no mount and no process outlives them, however they end. */
async function runApart(words: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "hearth-container-"));
  const apart = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--propagation", "private"];
  const child = spawn("unshare", [...apart, process.execPath, script, "--inside", folder, ...words], {
    stdio: "inherit",
  });
  const stop = () => void child.kill("SIGKILL");
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);
  const { promise, resolve } = Promise.withResolvers<number>();
  child.on("exit", (code) => resolve(code ?? 1));
  const code = await promise;
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  return code;
}

/** The files that git knows or would take, as a fresh clone has them, and beside them what must not come into the image. */
function copyTree(context: string): void {
  const files = run("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: home }).split("\0");
  for (const file of files.filter((name) => name !== "" && statSync(join(home, name), { throwIfNoEntry: false }))) {
    mkdirSync(dirname(join(context, file)), { recursive: true });
    cpSync(join(home, file), join(context, file));
  }
  mkdirSync(join(context, "data"));
  writeFileSync(join(context, "data/index.sqlite"), "not for the image");
  writeFileSync(join(context, "config/hearth.yaml"), CONFIGURATION);
}

function checkImage(store: Store, image: string): void {
  const root = store.mount(image);
  const files = run("find", [root, "-xdev", "-type", "f", "-printf", "%s %p\n"])
    .split("\n")
    .map((line) => ({ size: Number.parseInt(line, 10), path: line.slice(line.indexOf(" ") + 1 + root.length) }));
  const within = (folder: string) => files.filter(({ path }) => path.startsWith(folder));
  const megabytes = (some: typeof files) => Math.round(some.reduce((sum, { size }) => sum + size, 0) / 1e6);
  const hearth = within("/hearth/");
  say(
    `  size   ${store.megabytes(image)} MB; Hearth's folder ${megabytes(hearth)} MB, the rest ${megabytes(files) - megabytes(hearth)} MB`,
  );
  const odd = files.filter(({ path, size }) => MODELS.test(path) || (size > LARGE && !LARGE_FILES.test(path)));
  check("no model and no other large file is inside", odd.length === 0, odd);
  const top = readdirSync(join(root, "hearth")).sort();
  check("Hearth's folder holds what it needs", top.join(" ") === "config docs node_modules package.json src", top);
  check(
    "the configuration of this machine is not inside",
    !hearth.some(({ path }) => path === "/hearth/config/hearth.yaml"),
  );
  check(
    "npm's settings of this machine are not inside",
    !files.some(({ path }) => path.endsWith("/.npmrc") && !path.includes("/node_modules/")),
  );
  const writable = run("find", [
    join(root, "hearth"),
    "(",
    "-not",
    "-user",
    "0",
    "-o",
    "-perm",
    "/022",
    ")",
    "-not",
    "-type",
    "l",
  ]);
  check("Hearth's user cannot change Hearth's files", writable === "", writable);
}

/** A service of compose.yaml, run as an engine would: made anew by `up`, started again when it dies without having been stopped. */
interface Running extends Disposable {
  container(): Container;
  /** The end of what all its containers said. */
  said(): string;
  /** How the service was stopped: the exit code and the milliseconds it took. */
  stop(): Promise<{ readonly code: number | null; readonly ms: number }>;
  health(): ReturnType<Container["exec"]>;
}

async function up(plan: ContainerPlan, health: readonly string[], grace: number): Promise<Running> {
  let container = await startContainer(plan);
  let stopping = false;
  let earlier = "";
  const all = () => `${earlier}${container.said.out}${container.said.err}`.slice(-3_000);
  const keep = async (): Promise<void> => {
    const code = await container.ended;
    if (stopping) return;
    earlier = `${all()}[exit code ${code}]\n`;
    await delay(100);
    container = await startContainer(plan);
    await keep();
  };
  const kept = keep();
  const kill = () => {
    stopping = true;
    container.signal("SIGKILL");
  };
  return {
    container: () => container,
    said: all,
    async stop() {
      stopping = true;
      const before = performance.now();
      container.signal("SIGTERM");
      const late = setTimeout(kill, grace * 1000);
      const code = await container.ended;
      clearTimeout(late);
      await kept;
      return { code, ms: Math.round(performance.now() - before) };
    },
    health: () => container.exec(health),
    [Symbol.dispose]: () => (stopping ? undefined : kill()),
  };
}

/** What a service starts as: the image's settings, with those of compose.yaml in their place. */
function planOf(
  service: Service,
  {
    config,
    root,
    context,
    volumes,
    shell,
  }: {
    readonly config: ImageConfig;
    readonly root: string;
    readonly context: string;
    readonly volumes: string;
    readonly shell: Readonly<Record<string, string>>;
  },
): ContainerPlan {
  const passed = service.environment.flatMap((name) =>
    shell[name] === undefined ? [] : [[name, shell[name]] as const],
  );
  const mounts = mountsOf(service, context).map(({ source, isVolume, target, readOnly }) => ({
    source: isVolume ? volume(join(volumes, source), join(root, target)) : source,
    target,
    readOnly,
  }));
  return {
    root,
    readOnlyRoot: service.read_only,
    command: [
      ...(service.entrypoint ?? config.Entrypoint),
      ...service.command.split(/\s+/).filter((word) => word !== ""),
    ],
    environment: { ...environmentOf(config), ...Object.fromEntries(passed) },
    workingFolder: config.WorkingDir,
    user: config.User,
    mounts,
    temporary: service.tmpfs,
    network: service.network_mode ?? "published",
    confined: true,
  };
}

function environmentOf({ Env }: ImageConfig): Record<string, string> {
  return Object.fromEntries(Env.map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]));
}

/** A named volume's folder; a new one begins as what the image holds there, with its owner and mode. */
function volume(folder: string, from: string): string {
  if (!statSync(folder, { throwIfNoEntry: false })) {
    mkdirSync(dirname(folder), { recursive: true });
    run("cp", ["-a", from, folder]);
  }
  return folder;
}

/** One HTTP request; a name other than 127.0.0.1 can be asked for. */
function http(
  port: number,
  path: string,
  { body, name = `127.0.0.1:${port}` }: { readonly body?: object; readonly name?: string } = {},
) {
  const { promise, resolve, reject } = Promise.withResolvers<{ readonly status: number; readonly text: string }>();
  const headers = { host: name, ...(body && { "content-type": "application/json" }) };
  const asked = request({ host: "127.0.0.1", port, path, method: body ? "POST" : "GET", headers, timeout: 10_000 });
  asked.on("timeout", () => asked.destroy(new Error("no answer for ten seconds"))).on("error", reject);
  asked.on("response", (response) => {
    let text = "";
    response.setEncoding("utf8").on("data", (part: string) => (text += part));
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text })).on("error", reject);
  });
  asked.end(body && JSON.stringify(body));
  return promise;
}

/** The last line of the answer to a question. */
async function ask(port: number, text: string): Promise<string> {
  const { text: lines } = await http(port, "/api/ask", { body: { id: crypto.randomUUID(), text, turns: [] } });
  return lines.trim().split("\n").at(-1) ?? "";
}

const status = z.object({
  documents: z.number(),
  seal: z.object({ kind: z.string(), by: z.string().optional(), interfaces: z.array(z.string()) }),
  sync: z.object({ kind: z.string() }),
  failed: z.array(z.object({ path: z.string(), reason: z.string() })),
});
type Status = z.output<typeof status>;

/** The status once the documents are read. */
async function readyStatus(port: number, services: readonly Running[]): Promise<Status> {
  for (let tries = 0; tries < 300; tries += 1) {
    const answered = await http(port, "/api/status").catch(() => undefined);
    const read = status.safeParse(answered?.status === 200 ? JSON.parse(answered.text) : undefined);
    if (read.success && read.data.sync.kind !== "reading") return read.data;
    await delay(100);
  }
  const said = services.map((service) => service.said()).join("\n");
  throw new Error(`Hearth was not ready after thirty seconds; its processes said:\n${said}`);
}

async function until(holds: () => boolean | Promise<boolean>, ms: number): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end; await delay(50)) if (await holds()) return true;
  return false;
}

function checkProcess(name: string, container: Container, { user }: { readonly user: string }): void {
  const state = container.proc("status");
  const field = (key: string) => new RegExp(`^${key}:\\s*(.*)$`, "m").exec(state)?.[1] ?? "";
  const [uid, gid] = user.split(":");
  const ids = `${field("Uid").split("\t")[1]}:${field("Gid").split("\t")[1]}`;
  check(`${name} runs as the image's user, which is not root`, ids === user && uid !== "0" && gid !== "0", ids);
  const children = container.children();
  const rights = ["CapPrm", "CapEff", "CapBnd", "CapAmb"].map((key) => Number.parseInt(field(key), 16));
  check(
    `${name} has no capability and can gain none`,
    rights.every((one) => one === 0) && field("NoNewPrivs") === "1",
    rights,
  );
  check(`${name} is the first process of its container and runs no other`, children.length === 0, children);
  for (const folder of ["/", "/hearth", "/hearth/config", "/usr/bin", "/etc"]) {
    const { text } = container.exec(["touch", `${folder.replace(/\/$/, "")}/written`], "root");
    check(`${name}: ${folder} is not writable, not even for root`, text.includes("Read-only file system"), text);
  }
}

function checkApart(core: Container, edge: Container): void {
  const { text } = core.exec(["touch", "/documents/written"], "root");
  check("core: the documents are not writable", text.includes("Read-only file system"), text);
  const interfaces = core
    .exec(["cat", "/proc/net/dev"])
    .text.match(/^\s*[^\s:|]+(?=:)/gm)
    ?.map((name) => name.trim());
  const routes = core.exec(["cat", "/proc/net/route"]).text.split("\n").slice(1);
  check(
    "core: the system itself lists lo and no route",
    interfaces?.join() === "lo" && routes.length === 0,
    interfaces,
  );
  check("edge: it has the token", edge.proc("environ").includes(`DISCORD_TOKEN=${TOKEN}`));
  check("core: it has no token", !core.proc("environ").includes(TOKEN));
  check("core: ONNX Runtime's telemetry is off", core.proc("environ").includes("ORT_DISABLE_TELEMETRY=1"));
  check("edge: it runs under Node's permission flags", edge.proc("cmdline").split("\0").includes("--permission"));
  const seen = edge.exec(["sh", "-c", "ls -A /data && ls -A /documents"]);
  check(
    "edge: there are no documents, and no data but its own",
    seen.text === "edge\nls: cannot access '/documents': No such file or directory",
    seen.text,
  );
}

async function checkCompose(
  store: Store,
  {
    services,
    shell,
    image,
    folder,
    context,
  }: {
    readonly services: ReturnType<typeof readCompose>;
    readonly shell: { readonly DISCORD_TOKEN: string; readonly HEARTH_DOCUMENTS: string };
    readonly image: string;
    readonly folder: string;
    readonly context: string;
  },
) {
  check(
    "both services are of the image that was built",
    services.core.image === image && services.edge.image === image,
  );
  check(
    "the core has no network, and the edge waits for it",
    services.core.network_mode === "none" && services.edge.depends_on.join() === "core",
  );
  for (const [name, text] of Object.entries(DOCUMENTS)) {
    mkdirSync(shell.HEARTH_DOCUMENTS, { recursive: true });
    writeFileSync(join(shell.HEARTH_DOCUMENTS, name), text);
  }
  const config = store.config(image);
  const volumes = join(folder, "volumes");
  const start = (service: Service) => {
    const plan = planOf(service, { config, root: store.mount(image), context, volumes, shell });
    const [, ...health] = service.healthcheck?.test ?? config.Healthcheck.Test;
    return up(plan, health, service.stop_grace_period);
  };
  const published = async (edge: Running) => {
    const [outer = 0, inside = 0] = (services.edge.ports[0] ?? "").split(":").slice(1).map(Number);
    check("the image says which port it serves", `${inside}/tcp` in config.ExposedPorts);
    const socket = join(folder, `port-${edge.container().id}.sock`);
    const door = await publish(edge.container(), { port: outer, inside, socket, script });
    say(
      `  port   127.0.0.1:${door.port}${door.port === outer ? "" : ` (${outer} of compose.yaml is in use on this machine)`}`,
    );
    return door;
  };
  {
    using core = await start(services.core);
    using edge = await start(services.edge);
    using door = await published(edge);
    const { port } = door;
    await checkFirstRun({ core, edge, port, documents: shell.HEARTH_DOCUMENTS, user: config.User });
    for (const [name, service] of Object.entries({ core, edge })) {
      const { code, ms } = await service.stop();
      check(
        `${name}: SIGTERM stops it in time, with exit code 0`,
        code === 0 && ms < 10_000,
        `${ms} ms, exit code ${code}`,
      );
      if (name === "core") check("edge: it is not healthy without the core", edge.health().status !== 0);
    }
  }
  using core = await start(services.core);
  using edge = await start(services.edge);
  using door = await published(edge);
  const ready = await readyStatus(door.port, [core, edge]);
  check(
    "after a restart the index is the same, and no document is read again",
    ready.documents === 3 && !core.said().includes("documents read") && !core.said().includes("another Hearth"),
    core.said(),
  );
  check("after a restart it answers", (await ask(door.port, QUESTION)).includes("28 days"));
  await edge.stop();
  await core.stop();
}

async function checkFirstRun({
  core,
  edge,
  port,
  documents,
  user,
}: {
  readonly core: Running;
  readonly edge: Running;
  readonly port: number;
  readonly documents: string;
  readonly user: string;
}) {
  const ready = await readyStatus(port, [core, edge]);
  check(
    "the page's status says sealed, by the place it was started in and not by unshare",
    ready.seal.kind === "sealed" && ready.seal.by === "the place it was started in",
    ready.seal,
  );
  const answer = await ask(port, QUESTION);
  check(
    "the answer is right, with its place",
    /"kind":"answer"/.test(answer) && answer.includes("28 days") && answer.includes("leave.md"),
    answer,
  );
  const unknown = await ask(port, "Who won the football championship in 1974?");
  check("what is not in the documents is not answered", unknown.includes('"kind":"unknown"'), unknown);
  check(
    "core: config/hearth.yaml counts (a file over its limit is refused by name)",
    ready.failed[0]?.path === "huge.md",
    ready.failed,
  );
  const named = await http(port, "/api/status", { name: "hearth.acme.example" });
  const foreign = await http(port, "/api/status", { name: "evil.example" });
  check(
    "edge: config/hearth.yaml counts (a name of web.allowedHosts is answered, another is not)",
    named.status === 200 && foreign.status === 403,
  );
  writeFileSync(join(documents, "parking.md"), "# Parking\n\nThe garage gate code is changed every Monday.\n");
  const looked = async () => (await http(port, "/api/lookup?words=garage")).text.includes("parking.md");
  check("a document that is added on the host is found within 3 s", await until(looked, 3_000));
  check("core: its log says that documents were read", core.said().includes("documents read"));
  checkProcess("core", core.container(), { user });
  checkProcess("edge", edge.container(), { user });
  checkApart(core.container(), edge.container());
  check(
    "both are healthy",
    core.health().status === 0 && edge.health().status === 0,
    core.health().text + edge.health().text,
  );
  const before = core.container().id;
  core.container().signal("SIGKILL");
  const answered = await until(async () => (await ask(port, QUESTION)).includes("28 days"), 15_000);
  check("a killed core is started again, and the edge asks the new one", answered && core.container().id !== before);
}

/** The image by itself, as `docker run` starts it: core and edge in one container. */
async function checkAlone(store: Store, image: string, folder: string) {
  const config = store.config(image);
  const plan: ContainerPlan = {
    root: store.mount(image),
    readOnlyRoot: false,
    command: [...config.Entrypoint, ...config.Cmd],
    environment: environmentOf(config),
    workingFolder: config.WorkingDir,
    user: config.User,
    mounts: [],
    temporary: [],
    network: "published",
    confined: false,
  };
  const [, ...health] = config.Healthcheck.Test;
  using both = await up(plan, health, 10);
  const inside = Number.parseInt(Object.keys(config.ExposedPorts)[0] ?? "", 10);
  using door = await publish(both.container(), { port: 0, inside, socket: join(folder, "alone.sock"), script });
  const ready = await readyStatus(door.port, [both]);
  say(`  seal   the image by itself: ${JSON.stringify(ready.seal)}`);
  const answer = await ask(door.port, "How do I add my own documents?");
  check("the image by itself answers from its manual", answer.includes("--docs"), answer);
  check("the image by itself is healthy", both.health().status === 0);
  say(`  runs   ${both.container().children().join("\n         ")}`);
  const { code, ms } = await both.stop();
  check("the image by itself stops in time", code === 0 && ms < 10_000, `${ms} ms, exit code ${code}`);
}

async function runInside(folder: string, npm: string): Promise<number> {
  const context = join(folder, "context");
  const image = "hearth:local";
  chmodSync(folder, 0o755);
  copyTree(context);
  // Read first, so that a key that is not handled is said at once.
  const shell = { DISCORD_TOKEN: TOKEN, HEARTH_DOCUMENTS: join(folder, "documents") };
  const services = readCompose(join(context, "compose.yaml"), shell);
  const store = buildImage(image, { context, folder, npm, say: (sentence) => say(`  built  ${sentence}`) });
  checkImage(store, image);
  await checkCompose(store, { services, shell, image, folder, context });
  await checkAlone(store, image, folder);
  return count.failed === 0 ? 0 : 1;
}

const { values: options, positionals } = parseArgs({
  options: {
    must: { type: "boolean", default: false },
    npm: { type: "string", default: "11" },
    inside: { type: "string" },
    relay: { type: "string" },
  },
  allowPositionals: true,
});
if (options.relay !== undefined) relay(options.relay, Number(positionals[0]));
else if (options.inside !== undefined) {
  const code = await runInside(options.inside, options.npm).catch((error: unknown) => {
    check("the script ran to its end", false, error instanceof Error ? error.message : String(error));
    return 1;
  });
  say(`${count.passed} passed, ${count.failed} failed`);
  process.exit(code);
} else {
  const missing = whatIsMissing();
  if (missing !== undefined) say(`SKIPPED: tests/container.ts shows nothing here, because ${missing}`);
  process.exitCode = missing === undefined ? await runApart(process.argv.slice(2)) : options.must ? 1 : 0;
}
