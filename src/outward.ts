import { readAddress, type ServerAddress } from "./addresses.ts";
import type { Settings } from "./config.ts";
import { STORAGE_KEYS } from "./config-index.ts";
import type { ModelServer } from "./config-model.ts";
import { addressesOf } from "./model-servers.ts";

type Named = Pick<Settings, "model" | "index" | "embeddings">;

/** Every address that the owner wrote down for the core, in the order in which people are told of them. */
export function outwardAddresses(settings: Named): ServerAddress[] {
  const { index } = settings;
  return [...addressesOf(serversOf(settings)), ...(index ? [readAddress(index.endpoint)] : [])];
}

/** Those of them that the core reaches through the relay. */
export function relayedAddresses(settings: Named): ServerAddress[] {
  return outwardAddresses(settings).filter(({ target }) => target.kind === "tcp");
}

/** The variables that hold what those servers ask for: model servers' keys, and the storage's. */
export function keyNames(settings: Named): string[] {
  const { index } = settings;
  return [...serversOf(settings).flatMap(({ key }) => key ?? []), ...(index ? Object.values(STORAGE_KEYS) : [])];
}

/** Servers of models: those that write, and the one that makes vectors. */
function serversOf({ model: { source }, embeddings: { embedder } }: Named): ModelServer[] {
  return [
    ...(source.kind === "servers" ? source.servers : []),
    ...(embedder.kind === "server" ? [embedder.server] : []),
  ];
}
