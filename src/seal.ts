import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { ServerAddress } from "./addresses.ts";
import type { Seal } from "./brain/brain.ts";

/** Words to put before a command so that it starts with no network, and their name for people. */
export interface Wrapper {
  readonly words: readonly string[];
  readonly by: string;
}

/**
 * Ways to an empty network namespace, best first. As root no user namespace is needed; otherwise one is made that keeps the
 * user's own id. bubblewrap helps where only it may make namespaces (AppArmor profiles of some distributions).
 */
const WRAPPERS: readonly Wrapper[] = [
  { words: ["unshare", "--net", "--"], by: "unshare" },
  { words: ["unshare", "--net", "--map-current-user", "--"], by: "unshare in a user namespace" },
  { words: ["bwrap", "--unshare-net", "--dev-bind", "/", "/", "--die-with-parent", "--"], by: "bubblewrap" },
];

/** The first way that works on this machine, tried with a command that does nothing; undefined when there is none. */
export function findWrapper(runs = runsQuietly): Wrapper | undefined {
  return WRAPPERS.find(({ words }) => runs([...words, "true"]));
}

function runsQuietly([command = "", ...rest]: readonly string[]): boolean {
  return spawnSync(command, rest, { stdio: "ignore", timeout: 5_000 }).status === 0;
}

/** What the system says of this process's own network. */
export interface NetworkView {
  /** Every interface of the namespace, up or down. */
  readonly interfaces: readonly string[];
  /** Those that have an address. */
  readonly addressed: readonly string[];
  /** Those that a route leads to, the loopback's own left out. */
  readonly routed: readonly string[];
}

/** Reads this process's interfaces and routes: on Linux from /proc/self/net, elsewhere from the system's list. */
export function viewNetwork(): NetworkView {
  const addressed = Object.keys(networkInterfaces());
  return {
    interfaces: readProc("dev", (line) => /^\s*([^\s:]+):/.exec(line)?.[1]) ?? addressed,
    addressed,
    routed: [
      ...(readProc("route", (line, index) => (index === 0 ? undefined : line.split("\t")[0])) ?? []),
      ...(readProc("ipv6_route", (line) => line.trim().split(/\s+/).at(-1)) ?? []),
    ].filter((name) => name !== "lo"),
  };
}

function readProc(file: string, name: (line: string, index: number) => string | undefined): string[] | undefined {
  try {
    const lines = readFileSync(`/proc/self/net/${file}`, "utf8").split("\n");
    const names = lines.map(name).filter((found) => found !== undefined);
    return [...new Set(names)].filter((found) => found !== "");
  } catch {
    return undefined;
  }
}

/** What a judgement rests on, besides the network itself. */
interface Circumstances {
  readonly by: string | undefined;
  readonly platform: string;
  readonly wanted: "auto" | "off";
  /** The model's servers, which are reached through sockets. */
  readonly servers?: readonly ServerAddress[];
}

/**
 * Whether a process with this view can reach anything: sealed when no interface but the loopback has an address or a route, and no
 * server of the model is on another machine. (A new namespace may list tunnel devices that are down; they lead nowhere.)
 */
export function judgeSeal(view: NetworkView, { by, platform, wanted, servers = [] }: Circumstances): Seal {
  const isLoopback = (name: string) => name === "lo" || name === "lo0";
  const reachable = [...view.addressed, ...view.routed].filter((name) => !isLoopback(name));
  const { interfaces } = view;
  const addresses = servers.map(({ shown }) => shown);
  const listed = addresses.length > 0 && { addresses };
  if (reachable.length > 0 || platform !== "linux") {
    return { kind: "not sealed", interfaces, ...whyOpen({ platform, wanted }), ...listed };
  }
  const open = servers.filter(({ reach }) => reach === "public").map(({ shown }) => shown);
  if (open.length > 0) {
    return {
      kind: "not sealed",
      interfaces,
      why: `the configuration lets the model be at a public address, ${open.join(", ")}`,
      cure: "Use a model server on this machine or in the private network, and remove public: true from the configuration",
      chosen: true,
      addresses,
    };
  }
  const sealed = { interfaces, by: by ?? "the place it was started in" };
  return servers.some(({ reach }) => reach === "private network")
    ? { kind: "private network", ...sealed, addresses }
    : { kind: "sealed", ...sealed, ...listed };
}

/** Why a process that was not started without a network has one, and the cure. */
function whyOpen({ platform, wanted }: Pick<Circumstances, "platform" | "wanted">) {
  if (wanted === "off") {
    return {
      why: "the configuration says seal: off",
      cure: "Remove seal: off from the configuration",
      chosen: true,
    } as const;
  }
  return platform === "linux"
    ? {
        why: "this system lets Hearth make no network namespace",
        cure:
          "Install bubblewrap, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1 on Debian, " +
          "kernel.apparmor_restrict_unprivileged_userns=0 on Ubuntu), or use compose.yaml, which gives the core no network",
      }
    : {
        why: "only Linux has network namespaces",
        cure: "Run Hearth on Linux, or with compose.yaml, which gives the core no network",
      };
}
