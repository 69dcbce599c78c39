import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** The address that a published port leads to inside; it is on an interface whose other end is in the same namespace. */
const INSIDE = "192.0.2.2";
/** Runs a command in the namespaces of another process. */
const ENTER = "nsenter";
const DEVICES = ["null", "zero", "full", "random", "urandom"];

/** How to start one container: what an engine takes from the image and from compose.yaml. */
export interface ContainerPlan {
  /** The folder of the container's own copy of the image. */
  readonly root: string;
  readonly readOnlyRoot: boolean;
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingFolder: string;
  /** "uid:gid", in numbers. */
  readonly user: string;
  readonly mounts: readonly { readonly source: string; readonly target: string; readonly readOnly: boolean }[];
  /** Folders in memory. */
  readonly temporary: readonly string[];
  /** "none": a loopback interface and nothing else; "published": an interface beside it, where `publish` leads. */
  readonly network: "none" | "published";
  /** Every capability given up, also for programs that would gain them. */
  readonly confined: boolean;
}

export interface Container {
  /** The process id of its first process, as the host sees it. */
  readonly id: number;
  readonly said: { readonly out: string; readonly err: string };
  readonly ended: Promise<number | null>;
  signal(name: "SIGTERM" | "SIGKILL"): void;
  /** Runs one more command inside, as `docker exec` does; as root with every right of root's on request. */
  exec(command: readonly string[], as?: "its user" | "root"): { readonly status: number | null; readonly text: string };
  /** A file below /proc of its first process. */
  proc(file: string): string;
  /** The command lines of the processes that its first process has started and that still run. */
  children(): string[];
}

/** Starts a container: namespaces of its own, its files, its user. Resolves when its command runs. */
export async function startContainer(plan: ContainerPlan): Promise<Container> {
  const namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--net", "--ipc", "--uts", "--"];
  const child = spawn("unshare", [...namespaces, "sh", "-euc", setup(plan)], { stdio: ["ignore", "pipe", "pipe"] });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  const ended = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
  const first = plan.command[0] ?? "";
  const id = await firstProcess(child.pid ?? 0, first);
  if (id === undefined) throw new Error(`The container did not start: ${said.out}${said.err}`);
  const enter = ["--target", String(id), "--mount", "--pid", "--net", "--ipc", "--uts", "--root"];
  return {
    id,
    said,
    ended,
    signal: (name) => void process.kill(id, name),
    exec(command, as = "its user") {
      const words = as === "root" ? ["env", "-i", ...command] : asItsUser({ ...plan, command });
      const { status, stdout, stderr } = spawnSync(ENTER, [...enter, ...words], {
        encoding: "utf8",
        timeout: 10_000,
      });
      return { status, text: `${stdout}${stderr}`.trim() };
    },
    proc: (file) => readFileSync(`/proc/${id}/${file}`, "utf8"),
    children: () =>
      childrenOf(id)
        .filter((other) => !/^State:\tZ/m.test(read(other, "status")))
        .map((other) => `${other} ${read(other, "cmdline").replaceAll("\0", " ")}`),
  };
}

/** Lets 127.0.0.1:`port` of the host lead to `inside` of the container; takes any free port where `port` is in use. */
export async function publish(
  container: Container,
  {
    port,
    inside,
    socket,
    script,
  }: {
    readonly port: number;
    readonly inside: number;
    readonly socket: string;
    readonly script: string;
  },
): Promise<Disposable & { readonly port: number }> {
  const words = [
    "--target",
    String(container.id),
    "--net",
    process.execPath,
    script,
    "--relay",
    socket,
    String(inside),
  ];
  const far = spawn(ENTER, words, { stdio: ["ignore", "pipe", "inherit"] });
  await once(far.stdout, "data");
  const server = createServer((near) => near.pipe(connect(socket).on("error", () => near.destroy())).pipe(near));
  const listen = async (wanted: number) => {
    server.listen(wanted, "127.0.0.1");
    await once(server, "listening");
  };
  await listen(port).catch(() => listen(0));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    [Symbol.dispose]() {
      server.close();
      far.kill();
    },
  };
}

/** The half of `publish` that runs in the container's network: a Unix socket that leads to its port. */
export function relay(socket: string, port: number): void {
  const server = createServer((near) => {
    const far = connect(port, INSIDE);
    far.on("error", () => near.destroy());
    near
      .on("error", () => far.destroy())
      .pipe(far)
      .pipe(near);
  });
  server.listen(socket, () => process.stdout.write("ready\n"));
}

/** What an engine does before it starts the command, as a shell script in the new namespaces. */
function setup(plan: ContainerPlan): string {
  const { root, mounts } = plan;
  const inside = (path: string) => quote(root + path);
  return [
    "mount --make-rprivate /",
    `mount --bind ${quote(root)} ${quote(root)}`,
    `mkdir -p ${["/proc", "/sys", "/dev"].map(inside).join(" ")}`,
    `mount -t proc -o nosuid,nodev,noexec proc ${inside("/proc")}`,
    `mount -t sysfs -o ro,nosuid,nodev,noexec sysfs ${inside("/sys")}`,
    `mount -t tmpfs -o nosuid,mode=755 tmpfs ${inside("/dev")}`,
    ...DEVICES.map((name) => `touch ${inside(`/dev/${name}`)}; mount --bind /dev/${name} ${inside(`/dev/${name}`)}`),
    ...mounts.flatMap(({ source, target, readOnly }) => [
      `mkdir -p ${inside(target)}`,
      `mount --bind ${quote(source)} ${inside(target)}`,
      ...(readOnly ? [`mount -o remount,bind,ro ${inside(target)}`] : []),
    ]),
    ...plan.temporary.flatMap((target) => [
      `mkdir -p ${inside(target)}`,
      `mount -t tmpfs -o nosuid,nodev,noexec,mode=1777 tmpfs ${inside(target)}`,
    ]),
    ...(plan.readOnlyRoot ? [`mount -o remount,bind,ro ${quote(root)}`] : []),
    "ip link set lo up",
    ...(plan.network === "published"
      ? [
          "ip link add eth0 type veth peer name nowhere",
          `ip address add ${INSIDE}/24 dev eth0`,
          "ip link set eth0 up",
          "ip link set nowhere up",
        ]
      : []),
    `exec chroot ${quote(root)} ${asItsUser(plan).map(quote).join(" ")}`,
  ].join("\n");
}

function asItsUser({ command, environment, workingFolder, user, confined }: ContainerPlan): string[] {
  const [uid = "", gid = ""] = user.split(":");
  const pairs = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const none = ["--inh-caps=-all", "--ambient-caps=-all", "--bounding-set=-all", "--no-new-privs"];
  const rights = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", ...(confined ? none : [])];
  return ["env", "-i", `--chdir=${workingFolder}`, ...pairs, "setpriv", ...rights, ...command];
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

/** The child of `parent` once it runs `program`; undefined when there is none after ten seconds. */
async function firstProcess(parent: number, program: string): Promise<number | undefined> {
  for (let tries = 0; tries < 500; tries += 1) {
    const found = childrenOf(parent).find((id) => read(id, "cmdline").startsWith(`${program}\0`));
    if (found !== undefined) return found;
    await delay(20);
  }
  return undefined;
}

function childrenOf(parent: number): number[] {
  const ids = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
  return ids.filter((id) => new RegExp(`^PPid:\\t${parent}$`, "m").test(read(id, "status")));
}

function read(id: number, file: string): string {
  try {
    return readFileSync(`/proc/${id}/${file}`, "utf8");
  } catch {
    return "";
  }
}
