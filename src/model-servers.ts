import { dirname } from "node:path";
import { readAddress, relaySocket, type ServerAddress } from "./addresses.ts";
import type { OpenAiServer } from "./brain/openai.ts";
import type { ModelServer } from "./config-model.ts";

/** The addresses of the model's servers, as the seal and the relay need them. */
export function addressesOf(servers: readonly ModelServer[]): ServerAddress[] {
  return servers.map(({ url }) => readAddress(url));
}

/**
 * How the core reaches the model's servers: the sockets of the relay, which lie beside the core's own, and those that were written
 * down. `keys` are the keys themselves, by the names of their variables.
 */
export function reachServers(
  servers: readonly ModelServer[],
  { socket, keys }: { readonly socket: string; readonly keys: Readonly<Record<string, string>> },
): OpenAiServer[] {
  return servers.map(({ url, model, key, public: isPublic }) => {
    const address = readAddress(url);
    const isRelayed = address.target.kind === "tcp";
    const value = key === undefined ? undefined : keys[key];
    return {
      url: address.shown,
      base: address.base,
      socket: address.target.kind === "tcp" ? relaySocket(dirname(socket), address) : address.target.path,
      isRelayed,
      isPublic: isPublic && address.reach === "public",
      ...(model !== undefined && { model }),
      ...(value !== undefined && { key: value }),
    };
  });
}
