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

/** bubblewrap helps where only it may make namespaces (AppArmor profiles of some distributions). It switches the loopback on by itself. */
const BUBBLEWRAP: Wrapper = {
  words: ["bwrap", "--unshare-net", "--dev-bind", "/", "/", "--die-with-parent", "--"],
  by: "bubblewrap",
};

/**
 * Ways to an empty network namespace, best first. As root no user namespace is needed; otherwise one is made that keeps the
 * user's own id.
 */
const WRAPPERS: readonly Wrapper[] = [
  { words: ["unshare", "--net", "--"], by: "unshare" },
  { words: ["unshare", "--net", "--map-current-user", "--"], by: "unshare in a user namespace" },
  BUBBLEWRAP,
];

/** What switches the loopback on and then becomes the command behind it. The tools often lie where only root looks. */
function loopbackOn(command: string): string[] {
  const tool = (words: string) => `PATH="$PATH:/usr/sbin:/sbin" ${words}`;
  return ["sh", "-c", `{ ${tool("ip link set lo up")} || ${tool("ifconfig lo up")}; } 2>/dev/null && exec ${command}`];
}

/** Drops the rights over the new namespace, which it takes to switch its loopback on and nothing else needs. */
const WITHOUT_RIGHTS = 'setpriv --inh-caps=-all --ambient-caps=-all -- "$0" "$@"';

/** The same ways, with the loopback switched on: it is off in a new namespace, and LanceDB speaks nothing but TCP. */
const LOOPBACK_WRAPPERS: readonly Wrapper[] = [
  { words: ["unshare", "--net", "--", ...loopbackOn('"$0" "$@"')], by: "unshare" },
  {
    words: ["unshare", "--net", "--map-current-user", "--keep-caps", "--", ...loopbackOn(WITHOUT_RIGHTS)],
    by: "unshare in a user namespace",
  },
  BUBBLEWRAP,
];

/**
 * The first way that works on this machine, tried with a command that does nothing; undefined when there is none. `loopback` asks for
 * a namespace whose loopback is switched on.
 */
export function findWrapper({
  loopback = false,
  runs = runsQuietly,
}: {
  readonly loopback?: boolean;
  readonly runs?: (command: readonly string[]) => boolean;
} = {}): Wrapper | undefined {
  return (loopback ? LOOPBACK_WRAPPERS : WRAPPERS).find(({ words }) => runs([...words, "true"]));
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
  /** The servers that the owner wrote down for the core, which it reaches through a relay or by a socket. */
  readonly servers?: readonly ServerAddress[];
}

/**
 * Whether a process with this view can reach anything: sealed when no interface but the loopback has an address or a route, and no
 * server that was written down is on another machine. (A new namespace may list tunnel devices that are down; they lead nowhere.)
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
      why: `the configuration allows it a public address, ${open.join(", ")}`,
      cure: "Use a server on this machine or in the private network, and remove public: true from the configuration",
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
