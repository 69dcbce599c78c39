import { setTimeout as delay } from "node:timers/promises";
import { type Client, Events } from "discord.js";
import type { DiscordSettings } from "../../config-discord.ts";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { type ClientOptions, createClient } from "./client.ts";
import { NEW_TOKEN, whyClosed, whyRefused } from "./fatal.ts";

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;
/** A socket that nobody answers on is not waited for. */
const GOODBYE_MS = 2_000;

/** What connecting needs. `wire` attaches to each client that is tried, before it connects. */
export interface Connecting {
  readonly settings: DiscordSettings;
  readonly log: Log;
  readonly client: Omit<ClientOptions, "settings" | "log" | "closing" | "tokenRefused">;
  readonly wire: (client: Client) => void;
  /** Told once, when Discord has closed for good after it was ready: what the owner has to do. */
  readonly stopped: (end: { readonly why: string; readonly isTokenGone: boolean }) => void;
}

/** A client that is ready, until it is closed. */
export interface Connection {
  readonly client: Client<true>;
  close(): Promise<void>;
}

/**
 * Connects, as often as it takes: a client whose first connection failed cannot be used again. Throws a UserError for what only the owner
 * can mend; the signal ends it.
 */
export async function connect(
  connecting: Connecting,
  { signal }: { readonly signal: AbortSignal },
): Promise<Connection> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    const attempt = begin(connecting, signal);
    try {
      return { client: await attempt.ready, close: () => attempt.close() };
    } catch (error) {
      await attempt.close();
      signal.throwIfAborted();
      if (error instanceof UserError) throw error;
      connecting.log.warn({ err: error, wait }, "Discord cannot be reached; it is tried again");
      await delay(wait, undefined, { signal });
    }
  }
}

function begin({ settings, log, client: parts, wire, stopped }: Connecting, signal: AbortSignal) {
  const closing = new AbortController();
  const ready = Promise.withResolvers<Client<true>>();
  let isReady = false;
  const end = (why: string, isTokenGone = false) => {
    if (closing.signal.aborted) return;
    closing.abort();
    if (isReady) stopped({ why, isTokenGone });
    void client.destroy().catch(() => {});
    ready.reject(new UserError(why));
  };
  const tokenRefused = () => end(NEW_TOKEN, true);
  const client = createClient({ ...parts, settings, log, closing: closing.signal, tokenRefused });
  client.on(Events.ShardDisconnect, ({ code }) => {
    const why = whyClosed(code, settings);
    if (why !== undefined) end(why, why === NEW_TOKEN);
  });
  client.once(Events.ClientReady, (connected) => {
    isReady = true;
    ready.resolve(connected);
  });
  wire(client);
  const abort = () => ready.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  client.login(settings.token).catch((error: unknown) => {
    const why = whyRefused(error);
    if (why === undefined) ready.reject(error);
    else end(why);
  });
  return {
    ready: ready.promise,
    async close() {
      closing.abort();
      signal.removeEventListener("abort", abort);
      await Promise.race([client.destroy().catch(() => {}), delay(GOODBYE_MS, undefined, { ref: false })]);
    },
  };
}
