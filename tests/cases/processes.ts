import { readdirSync, readFileSync, readlinkSync } from "node:fs";

const MICROSECONDS_PER_TICK = 10_000;

/** What is seen of a process from outside. */
export interface Seen {
  readonly pid: number;
  /** What it runs: "core", "edge", "model", or "main" for what started them. */
  readonly half: string;
  readonly bytes: number;
  /** Seconds that it has computed. */
  readonly seconds: number;
}

/** The most memory that each of them ever held, summed up. */
export function peakBytes(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    const kilobytes = /VmHWM:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`) ?? "")?.[1] ?? 0;
    return sum + Number(kilobytes) * 1_024;
  }, 0);
}

/** A process and all that it has started, and they. What ended while we looked is left out. */
export function family(pid: number): Seen[] {
  const all = readdirSync("/proc").filter((entry) => /^\d+$/.test(entry));
  const parents = new Map(all.flatMap((entry) => parentOf(Number(entry))));
  const members = [pid];
  for (const one of members) for (const [child, parent] of parents) if (parent === one) members.push(child);
  return members.flatMap(look);
}

function parentOf(pid: number): [number, number][] {
  const fields = statOf(pid);
  return fields === undefined ? [] : [[pid, Number(fields[1])]];
}

/** The fields of /proc/PID/stat after the name. */
function statOf(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(") ") + 2).split(" ");
}

function look(pid: number): Seen[] {
  const fields = statOf(pid);
  const words = read(`/proc/${pid}/cmdline`)?.split("\0");
  // What has ended and was not yet taken leave of.
  if (fields === undefined || words === undefined || fields[0] === "Z") return [];
  const half = words[words.findIndex((word) => word.endsWith("main.ts")) + 1] ?? "";
  const pages = Number(read(`/proc/${pid}/statm`)?.split(" ")[1] ?? 0);
  const ticks = Number(fields[11]) + Number(fields[12]);
  return [
    {
      pid,
      half: ["core", "edge", "model", "relay"].includes(half) ? half : "main",
      bytes: pages * 4_096,
      seconds: (ticks * MICROSECONDS_PER_TICK) / 1e6,
    },
  ];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Milliseconds that the first thread of a process has computed; undefined where the system does not say. */
export function mainThreadMs(pid: number): number | undefined {
  const text = read(`/proc/${pid}/task/${pid}/schedstat`);
  const [nanoseconds] = text?.split(" ") ?? [];
  return nanoseconds === undefined ? undefined : Number(nanoseconds) / 1e6;
}

/** The sockets that processes listen on, as address and port, one a line. */
export function listening(pids: readonly number[]): string[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  return ["tcp", "tcp6"].flatMap((table) =>
    (read(`/proc/net/${table}`) ?? "").split("\n").flatMap((line) => {
      const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
      if (state !== "0A" || !inodes.has(inode)) return [];
      const [address = "", port = ""] = local.split(":");
      return [`${addressOf(address)}:${Number.parseInt(port, 16)}`];
    }),
  );
}

function socketsOf(pid: number): string[] {
  let entries: string[] = [];
  try {
    entries = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    try {
      return [/socket:\[(\d+)\]/.exec(readlinkSync(`/proc/${pid}/fd/${entry}`))?.[1] ?? ""];
    } catch {
      return [];
    }
  });
}

function addressOf(hexadecimal: string): string {
  const words = hexadecimal.match(/.{8}/g) ?? [];
  const bytes = words.map((word) => (word.match(/../g) ?? []).toReversed());
  if (words.length === 1) return (bytes[0] ?? []).map((byte) => Number.parseInt(byte, 16)).join(".");
  const text = bytes.flat().join("").match(/.{4}/g) ?? [];
  return `[${text
    .join(":")
    .replace(/^(?:0000:){7}/, "::")
    .replace("::0000", "::")
    .replace("::0001", "::1")}]`;
}

/** What a process sees of networks: its interfaces, and the packets that went over them. */
export function networkOf(pid: number): { readonly interfaces: string[]; readonly packets: number } | undefined {
  const text = read(`/proc/${pid}/net/dev`);
  if (text === undefined) return undefined;
  const rows = text.split("\n").flatMap((line) => {
    const [name, rest] = line.split(":");
    if (rest === undefined || name === undefined) return [];
    const numbers = rest.trim().split(/\s+/).map(Number);
    return [{ name: name.trim(), packets: (numbers[1] ?? 0) + (numbers[9] ?? 0) }];
  });
  return {
    interfaces: rows.map(({ name }) => name),
    packets: rows.reduce((sum, { packets }) => sum + packets, 0),
  };
}
