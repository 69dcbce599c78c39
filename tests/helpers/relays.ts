import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import type { Server } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readAddress, relaySocket } from "../../src/addresses.ts";
import { silentLog } from "../../src/log.ts";
import { runRelay } from "../../src/relay.ts";
import { root, scratch } from "./hearth.ts";

/** The port that a server listens on. */
export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("It does not listen on a port");
  return address.port;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await delay(5);
}

/** A relay to these addresses, and the socket of each. */
export async function relay(urls: readonly string[], more: Partial<Parameters<typeof runRelay>[1]> = {}) {
  const place = scratch();
  const stop = new AbortController();
  const addresses = urls.map(readAddress);
  const { folder } = place;
  const running = runRelay(addresses, { folder, log: silentLog(), signal: stop.signal, ...more });
  const sockets = addresses.map((address) => relaySocket(folder, address));
  await Promise.race([running, until(() => sockets.every((socket) => existsSync(socket)))]);
  return {
    folder,
    socket: (index: number) => sockets[index] ?? "",
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
      place[Symbol.dispose]();
    },
  };
}

const from = (file: string) => JSON.stringify(join(root, "src", file));
const PERMISSIONS = ["--disable-warning=ExperimentalWarning", "--permission", "--allow-net", `--allow-fs-read=${root}`];

/** The relay in a process of its own, as it is run. */
export async function relayProcess(url: string, environment: Readonly<Record<string, string>> = {}) {
  const place = scratch();
  const { folder } = place;
  const code = `
    import { readAddress } from ${from("addresses.ts")};
    import { silentLog } from ${from("log.ts")};
    import { runRelay } from ${from("relay.ts")};
    const signal = new AbortController().signal;
    await runRelay([readAddress(${JSON.stringify(url)})], { folder: ${JSON.stringify(folder)}, log: silentLog(), signal });`;
  const flags = [...PERMISSIONS, `--allow-fs-write=${folder}`, "--input-type=module"];
  const child = spawn(process.execPath, [...flags, "-e", code], {
    env: { ...environment },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const socket = relaySocket(folder, readAddress(url));
  await until(() => existsSync(socket) || child.exitCode !== null);
  return {
    folder,
    socket,
    async [Symbol.asyncDispose]() {
      const gone = once(child, "exit");
      if (child.exitCode === null && child.kill()) await gone;
      place[Symbol.dispose]();
    },
  };
}
