import { createHash } from "node:crypto";
import { BlockList, isIP } from "node:net";

/** How far a server is away, as far as its address alone tells. */
export type Reach = "this machine" | "private network" | "public";

/** A server's address that was written down: what people see of it, how far it is, and how it is reached. */
export interface ServerAddress {
  /** As people read it; never with a password. */
  readonly shown: string;
  readonly reach: Reach;
  /** Where the OpenAI protocol begins, as an http address: only its path and its host count, since the way there is a socket. */
  readonly base: string;
  readonly target:
    | { readonly kind: "socket"; readonly path: string }
    | { readonly kind: "tcp"; readonly host: string; readonly port: number; readonly tls: boolean };
}

const SOCKET = "unix:";

/** What an address says. Throws a TypeError for one that is none. */
export function readAddress(url: string): ServerAddress {
  if (url.startsWith(SOCKET)) {
    const path = url.slice(SOCKET.length);
    return { shown: url, reach: "this machine", base: "http://localhost/v1", target: { kind: "socket", path } };
  }
  const { protocol, hostname, host, port, pathname } = new URL(url);
  const tls = protocol === "https:";
  const path = pathname === "/" ? "/v1" : pathname.replace(/\/+$/, "");
  return {
    shown: `${protocol}//${host}${pathname === "/" ? "" : path}`,
    reach: reachOf(hostname),
    base: `http://${host}${path}`,
    target: {
      kind: "tcp",
      host: hostname.replace(/^\[(.*)\]$/, "$1"),
      port: Number(port) || (tls ? 443 : 80),
      tls,
    },
  };
}

/**
 * Why a server's address cannot be used, with the cure; undefined when it can. `public` is the owner's yes to a public one, `sent`
 * what would be sent there, and `secrets` says where a password belongs.
 */
export function whyNotUsable(
  { url, public: agreed }: { readonly url: string; readonly public: boolean },
  { sent, secrets }: { readonly sent: string; readonly secrets: string },
): string | undefined {
  if (!URL.canParse(url)) return "is no address; correct it";
  const { username, password, search, hash } = new URL(url);
  if (username || password) return `holds a password; ${secrets}`;
  if (search || hash) return "may not hold ? or #; leave that out";
  const { reach, target } = readAddress(url);
  if (reach !== "public") return undefined;
  const encrypted = target.kind === "tcp" && target.tls;
  if (agreed) return encrypted ? undefined : "is a public address without encryption; write https://";
  return (
    `is a public address, to which ${sent} would be sent; write public: true beside it to allow that, ` +
    "or a private address (10.…, 172.16.…, 192.168.…, fd…, a name without a dot or one that ends in .local or .internal)"
  );
}

/** The socket in `folder` on which the relay hands out connections to a host and port. */
export function relaySocket(folder: string, { target, shown }: ServerAddress): string {
  const written = target.kind === "tcp" ? `${target.tls ? "https" : "http"}://${target.host}:${target.port}` : shown;
  return `${folder}/relay-${createHash("sha256").update(written).digest("hex").slice(0, 16)}.sock`;
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

const privateNetworks = new BlockList();
for (const [network, prefix] of [
  ["10.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["169.254.0.0", 16],
] as const) {
  privateNetworks.addSubnet(network, prefix, "ipv4");
}
for (const [network, prefix] of [
  ["fc00::", 7],
  ["fe80::", 10],
] as const) {
  privateNetworks.addSubnet(network, prefix, "ipv6");
}

/** Endings of names that the public name service does not know, by standard or by custom. */
const PRIVATE_ENDING = /\.(?:local|internal|lan|localdomain|home\.arpa)$/;

/**
 * How far a host is. A name is judged by how it is written, as a name server could say anything: one without a dot, or with an
 * ending that is never public, counts as private, and the relay holds it to that at every connection.
 */
function reachOf(hostname: string): Reach {
  const host = hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (isIP(host) !== 0) return reachOfIp(host);
  if (host === "localhost" || host.endsWith(".localhost")) return "this machine";
  return !host.includes(".") || PRIVATE_ENDING.test(host) ? "private network" : "public";
}

/** How far an IP address is. */
export function reachOfIp(address: string): Reach {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (loopback.check(address, family)) return "this machine";
  return privateNetworks.check(address, family) ? "private network" : "public";
}

/** Whether what is `found` lies within what was written: a name of the private network may lead to this machine, not out. */
export function isWithin(found: Reach, written: Reach): boolean {
  const order: readonly Reach[] = ["this machine", "private network", "public"];
  return order.indexOf(found) <= order.indexOf(written);
}
