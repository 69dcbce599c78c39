import { spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../helpers/hearth.ts";

/** What stands in the rules that the model is given, so that one sees where they come out. */
export const SYSTEM_CANARY = "CANARY-SYS-0001";

const RULES = join(root, "config/prompts/answer.md");
const WORLD = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--net", "--propagation", "private"];

/** Why this machine cannot give the runner a network of its own; undefined where it can. */
export function whyNoNamespace(): string | undefined {
  if (process.platform !== "linux") return "it is no Linux";
  const tried = spawnSync("unshare", [...asRoot(), ...WORLD, "sh", "-c", "ip link set lo up && mount --version"]);
  if (tried.error) return "there is no unshare";
  return tried.status === 0 ? undefined : "the system lets it make no namespaces, or ip is missing";
}

function asRoot(): string[] {
  return process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"];
}

/**
 * Runs a script again in namespaces of its own: a network with nothing but loopback, mounts that nobody else sees, and processes that
 * do not outlive it. Gives its exit code.
 */
export async function runApart(script: string, words: readonly string[]): Promise<number> {
  const child = spawn("unshare", [...asRoot(), ...WORLD, process.execPath, script, ...words], { stdio: "inherit" });
  // Ctrl-C reaches both; the script inside says when it is done.
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  for (const name of ["SIGTERM", "SIGHUP"] as const) process.on(name, () => pass("SIGTERM"));
  process.on("SIGINT", () => {});
  await once(child, "exit");
  return child.exitCode ?? 1;
}

/** The network of the namespace: names that were asked for, and packets that found no way. */
export interface Sink extends Disposable {
  readonly names: readonly string[];
  /** Counted by the system since the namespace was made. */
  lost(): number;
}

/** Makes the namespace what cases need: loopback, a name server that knows no name and remembers each, and a mark in the model's rules. */
export async function openSink(folder: string): Promise<Sink> {
  mustRun("ip", ["link", "set", "lo", "up"]);
  cover("/etc/resolv.conf", "nameserver 127.0.0.1\noptions timeout:1 attempts:1\n", folder);
  const rules = readFileSync(RULES, "utf8");
  cover(RULES, rules.replace(/(---\n[\s\S]*?---\n[^\n]+)/, `$1 ${SYSTEM_CANARY}`), folder);
  const names: string[] = [];
  const server = createSocket("udp4");
  server.on("message", (query, from) => {
    names.push(nameIn(query));
    server.send(noSuchName(query), from.port, from.address);
  });
  server.bind(53, "127.0.0.1");
  await once(server, "listening");
  return { names, lost: () => outNoRoutes(), [Symbol.dispose]: () => server.close() };
}

/** Puts a text in a file's place, for this namespace alone. */
export function cover(path: string, text: string, folder: string): void {
  const fresh = join(folder, path.replaceAll("/", "_"));
  writeFileSync(fresh, text);
  mustRun("mount", ["--bind", fresh, path]);
}

/** Runs a program that has to succeed. */
export function mustRun(program: string, words: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${words.join(" ")}: ${error?.message ?? stderr}`, { cause: error });
}

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; at < query.length;) {
    const length = query[at] ?? 0;
    if (length === 0) break;
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return labels.join(".").toLowerCase();
}

function noSuchName(query: Buffer): Buffer {
  const answer = Buffer.from(query);
  answer.writeUInt16BE(0x8183, 2);
  for (const counter of [6, 8, 10]) answer.writeUInt16BE(0, counter);
  // The question stays; what came after it is not answered.
  return answer;
}

function outNoRoutes(): number {
  const [names = "", values = ""] = readFileSync("/proc/net/snmp", "utf8")
    .split("\n")
    .filter((line) => line.startsWith("Ip:"));
  return Number(values.split(" ")[names.split(" ").indexOf("OutNoRoutes")] ?? 0);
}
