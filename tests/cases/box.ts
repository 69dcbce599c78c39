import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import type { Acme } from "./acme.ts";
import { childrenOf, hearth, scratch, type Running } from "../helpers/hearth.ts";
import { family, type Seen } from "./processes.ts";

/** What a puppet is given, as the case says it. */
export type Puppet = unknown;

/** What Hearth says when one of its processes ended. */
const RESTARTED = /stopped \([^)]*\) and is started again/g;

/** How long Hearth may take until it has read its documents and is connected, on a machine that does much else. */
const START_MS = 150_000;

/** A machine with Hearth on it: folders, a configuration, and the program when it runs. */
export interface Box extends AsyncDisposable {
  readonly folder: string;
  readonly data: string;
  /** What is written into the configuration at the next start; cases may change it. */
  readonly configuration: Record<string, unknown>;
  readonly environment: Record<string, string>;
  /** By how many milliseconds Hearth's clock differs from the machine's, where the case turns it; written down as it is set. */
  clockOffset: number;
  /** What is done at the end, before the folder is taken away. */
  readonly undo: (() => void)[];
  write(path: string, content: string | Uint8Array): void;
  /** Starts Hearth and waits until it is ready, or, with `anyhow`, until it has ended or said where its page is. */
  start(options?: { readonly anyhow?: boolean }): Promise<Program>;
  /** What every start of it said, and the log. */
  logs(): string;
  /** All prompts so far, a line each. */
  prompts(): readonly Prompt[];
  /** All bytes below the data folder. */
  bytesOnDisk(part?: string): string;
}

/** What the model was given. */
export interface Prompt {
  readonly messages: readonly { readonly role: string; readonly text: string }[];
}

/** Hearth, running. */
export interface Program extends AsyncDisposable {
  readonly running: Running;
  /** Where its page is now: an edge that is started again may listen on another port. */
  readonly url: string;
  /** How long it read documents: as it says itself, and as long as one saw it read, whichever is longer. */
  readonly readMs: number;
  /** Whether it runs, all of it, and answers. */
  alive(): Promise<boolean>;
  status(): Promise<Status | undefined>;
  lookup(words: string): Promise<readonly Found[]>;
  processes(): readonly Seen[];
  pidOf(half: "core" | "edge"): number | undefined;
  /** How often one of its processes ended by itself and was started again, those left out that the case killed. */
  crashes(): number;
  kill(half: "core" | "edge"): void;
}

const statusSchema = z.object({
  documents: z.int(),
  passages: z.int(),
  sync: z.object({ kind: z.string(), seconds: z.number().optional() }),
  model: z.object({ kind: z.string(), why: z.string().optional(), writes: z.boolean().optional() }),
  failed: z.array(z.object({ path: z.string(), reason: z.string() })),
});

/** What the page says of Hearth. */
export type Status = z.output<typeof statusSchema>;

/** A passage that a lookup finds. */
export interface Found {
  readonly passage: { readonly documentId: string; readonly path: string; readonly text: string };
}

/**
 * What the company has written down besides: of nothing that a case asks for. Among documents, and not as the only one, a case's
 * document is found as it is in use.
 */
const OTHERS: Readonly<Record<string, string>> = {
  "docs/handbook/bicycles.md":
    "# Bicycles\n\nBicycles stand in the yard behind the kitchen. Pumps hang beside the door.\n\n## Repairs\n\nA mechanic comes every second Tuesday.\n",
  "docs/handbook/kitchen.md":
    "# Kitchen\n\nThe dishwasher runs at noon. Put cups into it, not into the sink.\n\n## Fridge\n\nWrite your name on what you put in.\n",
  "docs/handbook/visitors.md":
    "# Visitors\n\nVisitors sign in at the front desk and wear a badge.\n\n## Parking\n\nTwo places beside the gate are theirs.\n",
  "docs/handbook/patience.md": "# Values\n\nThe handbookword of the company is patience.\n",
  "docs/handbook/plants.md":
    "# Plants\n\nThe ferns are watered by whoever sits next to them.\n\n## Holidays\n\nA neighbour takes over.\n",
};

/** A machine for one run of a case. */
export function openBox(acme: Acme | undefined, puppet: Puppet, { model }: { readonly model?: string } = {}): Box {
  const place = scratch();
  const { folder } = place;
  const data = join(folder, "data");
  mkdirSync(join(folder, "docs/handbook"), { recursive: true });
  for (const [path, text] of Object.entries(OTHERS)) writeFileSync(join(folder, path), text);
  writeFileSync(join(folder, "puppet.json"), JSON.stringify(scriptOf(puppet)));
  const configuration: Record<string, unknown> = {
    documents: [{ folder: "docs" }],
    data: "data",
    web: { port: 0 },
    model: { use: model ?? "puppet:puppet.json", write: "always" },
    links: { hosts: ["docs.acme.example", "git.acme.example"] },
    ...acme?.settings,
  };
  const environment: Record<string, string> = { ...acme?.environment };
  const started: Running[] = [];
  const undo: (() => void)[] = [];
  const programs: Program[] = [];
  let clockOffset = 0;
  const configure = () => {
    mkdirSync(join(folder, "config"), { recursive: true });
    const file = join(folder, "config/hearth.yaml");
    // JSON is YAML too. In one step, for Hearth reads its clock from it.
    writeFileSync(`${file}.new`, `${JSON.stringify(configuration, undefined, 2)}\n# clock ${clockOffset}\n`);
    renameSync(`${file}.new`, file);
  };
  return {
    get clockOffset() {
      return clockOffset;
    },
    set clockOffset(milliseconds) {
      clockOffset = milliseconds;
      configure();
    },
    folder,
    data,
    configuration,
    environment,
    undo,
    write(path, content) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      writeFileSync(join(folder, path), content);
    },
    async start({ anyhow = false } = {}) {
      configure();
      const running = hearth(["start"], { cwd: folder, env: environment });
      started.push(running);
      const program = createProgram(running, await whenReady(running, { acme, anyhow }));
      programs.push(program);
      return program;
    },
    logs: () => [...started.map(({ said }) => `${said.out}\n${said.err}`), ...logsIn(data)].join("\n"),
    prompts: () => promptsIn(join(folder, "prompts.jsonl")),
    bytesOnDisk: (part = "") =>
      filesUnder(join(data, part))
        .map((path) => readFileSync(path, "latin1"))
        .join("\n"),
    async [Symbol.asyncDispose]() {
      for (const program of programs) await program[Symbol.asyncDispose]();
      for (const running of started) await running[Symbol.asyncDispose]();
      for (const act of undo) act();
      place[Symbol.dispose]();
    },
  };
}

/** The puppet's script for what the case says; without anything it answers "ok". */
export function scriptOf(puppet: Puppet): Record<string, unknown> {
  const record = "prompts.jsonl";
  if (puppet === "$ECHO") return { echo: true, record };
  if (typeof puppet === "string") return { answers: [puppet], record };
  // States of one answer as it grows: what it is when it is done, word by word.
  if (Array.isArray(puppet)) return { answers: [String(puppet.at(-1))], tokensPerSecond: 5, record };
  if (typeof puppet === "object" && puppet !== null && "repeat" in puppet && "n" in puppet)
    return { answers: [String(puppet.repeat).repeat(Number(puppet.n))], record };
  return { answers: ["ok"], record };
}

interface Ready {
  readonly url: string;
  readonly readMs: number;
}

async function whenReady(
  running: Running,
  { acme, anyhow }: { readonly acme: Acme | undefined; readonly anyhow: boolean },
): Promise<Ready> {
  const startedAt = performance.now();
  const left = () => START_MS - (performance.now() - startedAt);
  const ended = () => running.child.exitCode !== null || (running.said.err.match(RESTARTED)?.length ?? 0) > 4;
  let [url, seenAt, said] = ["", 0, 0];
  while (left() > 0 && !ended()) {
    if (url === "") [url, seenAt] = [/(http:\/\/\S+)/.exec(running.said.out)?.[1] ?? "", performance.now()];
    const status = url === "" ? undefined : await statusAt(url);
    said = status?.sync.seconds ?? 0;
    if (status && !["reading", "waiting"].includes(status.sync.kind)) break;
    await delay(25);
  }
  const readMs = Math.max(said * 1_000, performance.now() - seenAt);
  if (ended() || left() <= 0) {
    if (anyhow) return { url, readMs };
    throw new Error(`Hearth did not start: ${running.said.out.slice(-500)} ${running.said.err.slice(-1_000)}`);
  }
  await acme?.whenReady(anyhow ? 3_000 : Math.max(1, left())).catch((error: unknown) => {
    if (!anyhow) throw new Error(`Hearth did not connect to ${acme.platform}`, { cause: error });
  });
  return { url, readMs };
}

async function statusAt(url: string): Promise<Status | undefined> {
  if (url === "") return undefined;
  const said: unknown = await fetch(new URL("/api/status", url), { signal: AbortSignal.timeout(10_000) })
    .then((response) => response.json())
    .catch(() => undefined);
  return statusSchema.safeParse(said).data;
}

function createProgram(running: Running, { url: first, readMs }: Ready): Program {
  const url = () => [...running.said.out.matchAll(/Chat\s+(http:\/\/\S+)/g)].at(-1)?.[1] ?? first;
  let killed = 0;
  let isStopping = false;
  const pidOf = (half: "core" | "edge") =>
    childrenOf(running.child)[half] ?? processes().find((one) => one.half === half)?.pid;
  const processes = () => (running.child.pid === undefined ? [] : family(running.child.pid));
  return {
    running,
    get url() {
      return url();
    },
    readMs,
    status: () => statusAt(url()),
    async alive() {
      const halves = processes().map(({ half }) => half);
      return halves.includes("core") && halves.includes("edge") && (await statusAt(url())) !== undefined;
    },
    async lookup(words) {
      const address = new URL(`/api/lookup?words=${encodeURIComponent(words.slice(0, 300))}`, url());
      const found: unknown = await fetch(address).then((response) => response.json());
      return Array.isArray(found) ? found : [];
    },
    processes,
    pidOf,
    crashes() {
      const restarts = running.said.err.match(RESTARTED)?.length ?? 0;
      const isGone = running.child.exitCode !== null && !isStopping ? 1 : 0;
      return Math.max(0, restarts - killed) + isGone;
    },
    kill(half) {
      const pid = pidOf(half);
      if (pid === undefined) return;
      killed += 1;
      process.kill(pid, "SIGKILL");
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      await running[Symbol.asyncDispose]();
    },
  };
}

function logsIn(data: string): string[] {
  return filesUnder(data)
    .filter((path) => /\.log(?:\.old)?$/.test(path))
    .map((path) => readFileSync(path, "utf8"));
}

/** Every ordinary file below a folder, through no link; nothing where there is none. */
export function filesUnder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesUnder(path);
    return entry.isFile() ? [path] : [];
  });
}

function promptsIn(file: string): Prompt[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.flatMap((line): Prompt[] => (line === "" ? [] : [JSON.parse(line)]));
}

/** Sets rights by octal digits. */
export function setRights(path: string, digits: string): void {
  chmodSync(path, Number.parseInt(digits, 8));
}
