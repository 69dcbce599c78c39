import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Instructions that buildah carries out, or that this script reads from the image and obeys when it starts a container. */
const HANDLED = [
  "FROM",
  "RUN",
  "WORKDIR",
  "COPY",
  "ENV",
  "USER",
  "EXPOSE",
  "STOPSIGNAL",
  "HEALTHCHECK",
  "ENTRYPOINT",
  "CMD",
];

const output = z.object({ stdout: z.string().catch(""), stderr: z.string().catch("") });

const config = z.object({
  User: z.string().regex(/^\d+:\d+$/),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  WorkingDir: z.string(),
  ExposedPorts: z.record(z.string(), z.unknown()),
  StopSignal: z.literal("SIGTERM"),
  Healthcheck: z.object({ Test: z.array(z.string()).min(2) }),
});

const inspected = z.object({ Docker: z.object({ config }) });
const listed = z.tuple([z.object({ size: z.string() })]);

/** What an image says about how it is started. */
export type ImageConfig = z.output<typeof config>;

/** Images in a store of their own, which is a folder. */
export interface Store {
  /** A container's own writable copy of an image's files, as a folder. */
  mount(image: string): string;
  config(image: string): ImageConfig;
  megabytes(image: string): number;
}

/** Runs a program to its end and gives what it wrote; throws with the end of it when it fails. */
export function run(command: string, words: readonly string[], { cwd }: { readonly cwd?: string } = {}): string {
  const limits = { maxBuffer: 1e8, timeout: 480_000 };
  try {
    return execFileSync(command, words, {
      ...limits,
      ...(cwd && { cwd }),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  } catch (error) {
    const { stdout, stderr } = output.parse(error);
    const end = `${stdout}\n${stderr}`.trim().split("\n").slice(-25).join("\n");
    throw new Error(`${command} ${words[0] ?? ""} failed:\n${end}`, { cause: error });
  }
}

/** Builds the Dockerfile of `context` as `image`, on base images made here under the names that it uses. */
export function buildImage(
  image: string,
  {
    context,
    folder,
    npm,
    say,
  }: {
    readonly context: string;
    readonly folder: string;
    readonly npm: string;
    readonly say: (sentence: string) => void;
  },
): Store {
  const { node, debian, suite, major } = basesOf(join(context, "Dockerfile"));
  const words = ["--root", join(folder, "store"), "--runroot", join(folder, "run")];
  const buildah = (command: string, ...rest: string[]) => run("buildah", [...words, command, ...rest]);
  const bud = (tag: string, from: string, ...rest: string[]) =>
    buildah("bud", "--isolation", "chroot", "--pull-never", "--format", "docker", "--tag", tag, ...rest, from);
  timed(`${debian} by debootstrap`, say, () => bud(debian, debianBase(join(folder, "debian"), suite)));
  timed(`${node} from npm's packages node@${major} and npm@${npm}`, say, () =>
    bud(node, nodeBase(join(folder, "node"), { debian, major, npm })),
  );
  const settings = run("npm", ["config", "get", "userconfig"], { cwd: folder });
  const secret = existsSync(settings) ? ["--secret", `id=npmrc,src=${settings}`] : [];
  timed(`${image} from the Dockerfile`, say, () => bud(image, context, ...secret));
  return {
    mount: (name) => buildah("mount", buildah("from", "--pull-never", `localhost/${name}`)),
    config: (name) => {
      const read: unknown = JSON.parse(buildah("inspect", "--type", "image", `localhost/${name}`));
      return inspected.parse(read).Docker.config;
    },
    megabytes: (name) => {
      const [first] = listed.parse(JSON.parse(buildah("images", "--json", `localhost/${name}`)));
      return Number.parseInt(first.size, 10);
    },
  };
}

function timed(what: string, say: (sentence: string) => void, work: () => void): void {
  const before = performance.now();
  work();
  say(`made ${what} in ${((performance.now() - before) / 1000).toFixed(1)} s`);
}

/** The base images that a Dockerfile names. Throws for any instruction that is not handled. */
function basesOf(path: string): { node: string; debian: string; suite: string; major: string } {
  const lines = readFileSync(path, "utf8")
    .replaceAll(/^#.*\n/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  const instructions = lines.filter((line) => line.trim() !== "").map((line) => line.trim().split(/\s+/));
  for (const [keyword = ""] of instructions) {
    if (!HANDLED.includes(keyword)) throw new Error(`Dockerfile: ${keyword} is not handled by tests/container`);
  }
  const bases = instructions.filter(([keyword]) => keyword === "FROM").map(([, name = ""]) => name);
  const [node = "", debian = ""] = bases;
  const major = /^node:(\d+)-(\w+)-slim$/.exec(node);
  const suite = /^debian:(\w+)-slim$/.exec(debian)?.[1];
  if (bases.length !== 2 || !major?.[1] || !suite || major[2] !== suite) {
    throw new Error(`Dockerfile: the bases ${bases.join(", ")} are not handled by tests/container`);
  }
  return { node, debian, suite, major: major[1] };
}

/** The folder to build a Debian base image from, of about what Debian's own slim image holds. */
function debianBase(folder: string, suite: string): string {
  const root = join(folder, "root");
  mkdirSync(folder);
  // The mirror that this machine uses, else debootstrap's own choice.
  const targets = ["indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"];
  const mirror = run("apt-get", targets)
    .split("\n")
    .find((uri) => !uri.includes("security") && uri !== "");
  run("debootstrap", ["--variant=minbase", suite, root, ...(mirror ? [mirror] : [])]);
  for (const path of ["usr/share/man", "usr/share/info", "usr/share/locale", "var/cache/apt", "var/lib/apt/lists"]) {
    rmSync(join(root, path), { recursive: true, force: true });
  }
  run("find", [join(root, "usr/share/doc"), "-type", "f", "-not", "-name", "copyright", "-delete"]);
  run("tar", ["-C", root, "--exclude=./proc/*", "--exclude=./sys/*", "-cf", join(folder, "root.tar"), "."]);
  rmSync(root, { recursive: true });
  writeFileSync(join(folder, "Dockerfile"), 'FROM scratch\nADD root.tar /\nCMD ["bash"]\n');
  return folder;
}

/** The folder to build a Node base image from, with the certificates that this machine trusts where it names some. */
function nodeBase(
  folder: string,
  { debian, major, npm }: { readonly debian: string; readonly major: string; readonly npm: string },
): string {
  mkdirSync(folder);
  const needs = { private: true, dependencies: { node: major, npm }, allowScripts: { node: true } };
  writeFileSync(join(folder, "package.json"), JSON.stringify(needs));
  run("npm", ["install", "--no-audit", "--no-fund"], { cwd: folder });
  const certificates = process.env["NODE_EXTRA_CA_CERTS"];
  if (certificates) cpSync(certificates, join(folder, "certificates.pem"));
  const lines = [
    `FROM ${debian}`,
    "COPY node_modules/node/bin/node /usr/local/bin/node",
    "COPY node_modules/npm /usr/local/lib/node_modules/npm",
    "RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
    ...(certificates ? ["COPY certificates.pem /certificates.pem", "ENV NODE_EXTRA_CA_CERTS=/certificates.pem"] : []),
  ];
  writeFileSync(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
  return folder;
}
