import { setTimeout as delay } from "node:timers/promises";
import { SocketModeReceiver, type App, type Receiver } from "@slack/bolt";
import { aborted } from "../../abort.ts";
import type { Log } from "../../log.ts";
import { UserError } from "../../user-error.ts";
import { clientOptions } from "./call.ts";
import { boltLog } from "./bolt-log.ts";
import { whyNoSocket } from "./fatal.ts";
import { guardMessages } from "./socket-guard.ts";

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A socket over which Slack does not say hello by then is none. */
const HELLO_MS = 15_000;
/** How long an answer to a ping may take. */
const PING_MS = 5_000;
/** How the library says that nothing comes over a socket any more. */
const SILENT = /wasn't received from the server/;
/** What was acknowledged over a socket may still be on its way when the next is there. */
const GOODBYE_MS = 250;

/** What Socket Mode needs. */
export interface SocketOptions {
  readonly appToken: string;
  readonly api: string;
  readonly log: Log;
  readonly pingMs?: number;
  readonly counts: { connections: number; malformed: number };
  /** Told each time that a socket is there; `gap` says whether there was none for a while. */
  readonly connected: (how: { readonly gap: boolean }) => void;
  /** Told when there is no socket any more. */
  readonly lost: () => void;
  /** Told once where Slack gives no more sockets, with what the owner has to do. */
  readonly refused: (why: string) => void;
}

/** One socket: `ending` resolves when Slack asks for another, or when it is closed. */
interface Link {
  readonly ending: Promise<void>;
  isOpen(): boolean;
  close(): void;
}

/**
 * Events over sockets of Bolt's, one after another, for as long as it takes: where Slack asks for a new one, the old one stays until the
 * new one is there. `start` resolves with the first; it throws a UserError for what only the owner can mend.
 */
export function createSockets(options: SocketOptions): Receiver {
  const closing = new AbortController();
  const { signal } = closing;
  let target: App | undefined;
  let current: Link | undefined;
  const open = () => {
    if (!target) throw new Error("The receiver has not been given its app");
    return openLink(options, target, { closed: (link) => link === current && options.lost(), signal });
  };

  async function keep(first: Link): Promise<void> {
    current = first;
    for (;;) {
      const old = current;
      await Promise.race([old.ending, aborted(signal)]);
      signal.throwIfAborted();
      const next = await insist(open, { log: options.log, signal });
      const gap = !old.isOpen();
      current = next;
      void closeLater(old);
      options.connected({ gap });
    }
  }

  return {
    init: (app) => void (target = app),
    async start() {
      const first = await insist(open, { log: options.log, signal });
      options.connected({ gap: true });
      keep(first).catch((error: unknown) => {
        if (signal.aborted) return;
        options.refused(error instanceof UserError ? error.message : "Slack's connection broke for good; see the log");
      });
    },
    stop() {
      closing.abort();
      current?.close();
      return Promise.resolve();
    },
  };
}

async function closeLater(link: Link): Promise<void> {
  await delay(GOODBYE_MS, undefined, { ref: false });
  link.close();
}

/** Tries until there is a socket, at most 15 s apart. */
async function insist(
  open: () => Promise<Link>,
  { log, signal }: { readonly log: Log; readonly signal: AbortSignal },
): Promise<Link> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      const link = await open();
      if (signal.aborted) link.close();
      signal.throwIfAborted();
      return link;
    } catch (error) {
      signal.throwIfAborted();
      const why = whyNoSocket(error);
      if (why !== undefined) throw new UserError(why, { cause: error });
      log.warn({ err: error, wait }, "Slack cannot be reached; it is tried again");
      await delay(wait, undefined, { signal });
    }
  }
}

async function openLink(
  options: SocketOptions,
  target: App,
  { closed, signal }: { readonly closed: (link: Link) => void; readonly signal: AbortSignal },
): Promise<Link> {
  const { appToken, log, counts, pingMs = PING_MS } = options;
  const receiver = new SocketModeReceiver({
    appToken,
    // Of a peer that answers no more, the library waits half a minute for a goodbye.
    logger: boltLog(log, { warned: (words) => SILENT.test(words) && queueMicrotask(() => close()) }),
    clientPingTimeout: pingMs,
    // Sockets are kept by us: the library leaves seconds without one at each change, and gives up on some errors.
    autoReconnectEnabled: false,
    installerOptions: { clientOptions: clientOptions(options) },
    // What could not be written down is not acknowledged: Slack brings it again.
    processEventErrorHandler: () => Promise.resolve(false),
  });
  receiver.init(target);
  const { client } = receiver;
  const ending = Promise.withResolvers<void>();
  let isOpen = true;
  const close = () => void client.disconnect().catch(() => {});
  const link: Link = { ending: ending.promise, isOpen: () => isOpen, close };
  client.on("disconnected", () => {
    isOpen = false;
    ending.resolve();
    closed(link);
  });
  guardMessages(client, { leaving: () => ending.resolve(), malformed: () => counts.malformed++ });
  const patience = new AbortController();
  const over = AbortSignal.any([signal, patience.signal]);
  const late = delay(HELLO_MS, false, { signal: over, ref: false }).catch(() => false);
  const hello = await Promise.race([receiver.start().then(() => true), late]).finally(() => patience.abort());
  if (!hello) {
    close();
    throw new Error("Slack did not say hello");
  }
  counts.connections++;
  return link;
}
