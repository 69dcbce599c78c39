import { setTimeout as delay } from "node:timers/promises";
import { SimpleShardingStrategy, WebSocketShardStatus } from "discord.js";
import { type GatewayManager, keepSession } from "./session.ts";

/** A heartbeat that is not acknowledged by then means that nobody is there any more. Heartbeats are 41 seconds apart. */
const ACKNOWLEDGED_MS = 20_000;
/** Between tries to connect that come to nothing. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

/** What happened to the connection since the start. */
export interface GatewayCounts {
  /** Since when events arrive, in milliseconds; undefined while none can. */
  upSince: number | undefined;
  connects: number;
  resumes: number;
  /** Connections that were closed, by whomever. */
  closes: number;
  /** Sockets that were open with nobody at the other end. */
  halfOpen: number;
  /** Packets that could not be understood. */
  malformed: number;
}

/** What the connection is watched with. */
export interface Watching {
  readonly counts: GatewayCounts;
  /** After this nothing connects any more. */
  readonly closing: AbortSignal;
  readonly malformed: (error: unknown) => void;
  /** Told before each wait for another try. */
  readonly waits: (of: { readonly failures: number; readonly wait: number }) => void;
  readonly acknowledgedMs?: number;
}

/** What the library keeps to itself of a connection, as far as it is watched. */
interface Shard {
  readonly status: WebSocketShardStatus;
  readonly isAck: boolean;
  readonly lastHeartbeatAt: number;
  readonly connection: { readonly terminate?: () => void } | null;
  onMessage: (data: unknown, isBinary: boolean) => Promise<void>;
  onError: (error: unknown) => void;
  failedToConnectDueToNetworkError: boolean;
}

/**
 * The library's own strategy, watched: an error while a packet is read does not end the process, a socket without anybody at its
 * other end is closed, and connections that come to nothing are tried again ever more slowly.
 */
export function watchedStrategy(manager: GatewayManager, watching: Watching): SimpleShardingStrategy {
  keepSession(manager);
  count(manager, watching.counts);
  const strategy = new SimpleShardingStrategy(manager);
  const spawn = strategy.spawn.bind(strategy);
  strategy.spawn = async (ids) => {
    await spawn(ids);
    const shards = shardsOf(strategy);
    for (const shard of shards) survive(shard, watching);
    endHalfOpen(shards, watching);
  };
  slowDown(manager, () => shardsOf(strategy), watching);
  return strategy;
}

function count(manager: GatewayManager, counts: GatewayCounts): void {
  const up = () => {
    counts.upSince ??= Date.now();
  };
  manager.on("hello", () => void counts.connects++);
  manager.on("ready", up);
  manager.on("resumed", () => {
    counts.resumes++;
    up();
  });
  manager.on("closed", () => {
    counts.closes++;
    counts.upSince = undefined;
  });
}

/** What goes wrong inside a packet or a socket is told, and goes no further. */
function survive(shard: Shard, { counts, malformed }: Watching): void {
  const read = shard.onMessage.bind(shard);
  shard.onMessage = async (data, isBinary) => {
    try {
      await read(data, isBinary);
    } catch (error) {
      counts.malformed++;
      malformed(error);
    }
  };
  // Of most failures of a socket the library makes an error that ends the first connection for good; each is closed and tried again.
  shard.onError = () => {
    shard.failedToConnectDueToNetworkError = true;
  };
}

/** The library itself notices only at the heartbeat after, and then waits for a goodbye that never comes. */
function endHalfOpen(shards: readonly Shard[], { counts, closing, acknowledgedMs = ACKNOWLEDGED_MS }: Watching): void {
  const timer = setInterval(() => {
    for (const { isAck, lastHeartbeatAt, connection } of shards) {
      if (isAck || lastHeartbeatAt < 0 || Date.now() - lastHeartbeatAt < acknowledgedMs) continue;
      if (!connection?.terminate) continue;
      counts.halfOpen++;
      connection.terminate();
    }
  }, acknowledgedMs / 4).unref();
  closing.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Makes connections wait the longer, the more of them came to nothing; after the closing they wait for ever. */
function slowDown(manager: GatewayManager, shards: () => readonly Shard[], { closing, waits }: Watching): void {
  const retrieve = manager.options.retrieveSessionInfo.bind(manager.options);
  let failures = 0;
  const reset = () => {
    failures = 0;
  };
  manager.on("ready", reset);
  manager.on("resumed", reset);
  manager.on("closed", () => void failures++);
  manager.options.retrieveSessionInfo = async (shardId) => {
    // It is asked for with every packet, too.
    if (shards().every(({ status }) => status !== WebSocketShardStatus.Idle)) return retrieve(shardId);
    const wait = failures < 2 ? 0 : Math.min(FIRST_WAIT_MS * 2 ** (failures - 2), LONGEST_WAIT_MS);
    if (wait > 0) {
      waits({ failures, wait });
      await delay(wait, undefined, { signal: closing }).catch(() => {});
    }
    // The library has no way to be told that it shall not connect.
    if (closing.aborted) return new Promise(() => {});
    return retrieve(shardId);
  };
}

function shardsOf(strategy: SimpleShardingStrategy): readonly Shard[] {
  const shards: unknown = Reflect.get(strategy, "shards");
  const all = shards instanceof Map ? [...shards.values()] : [];
  const known = all.filter(isShard);
  if (known.length !== all.length) throw new TypeError("This version of discord.js cannot be watched");
  return known;
}

function isShard(shard: unknown): shard is Shard {
  return (
    typeof shard === "object" &&
    shard !== null &&
    "isAck" in shard &&
    "lastHeartbeatAt" in shard &&
    "connection" in shard &&
    "failedToConnectDueToNetworkError" in shard &&
    "onMessage" in shard &&
    "onError" in shard
  );
}
