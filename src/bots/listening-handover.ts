import { setTimeout as delay } from "node:timers/promises";
import { unlessAborted } from "../abort.ts";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import type { PlatformName } from "./platform.ts";
import { untilDone } from "./serve-again.ts";

/** As many messages as the core takes at once. */
export const MOST_HEARD = 500;
/** What is said within this goes together. */
const GATHER_MS = 100;

/** Brings what was heard from the inbox to the core, in order, however often that takes. */
export interface Handover {
  /** Something waits. */
  wake(): void;
  /** What is on its way to the core is there, or has failed: what is told the core next comes after it. */
  settled(): Promise<void>;
  /** Nothing waits any more; also when the signal comes. */
  empty(options: { readonly signal: AbortSignal }): Promise<void>;
}

/** What the handover works with. */
export interface HandoverOptions {
  readonly platform: PlatformName;
  readonly brain: Pick<ChannelBrain, "hear">;
  readonly inbox: Pick<Inbox, "heard" | "handOver">;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A handover that works when it is woken, until the signal comes. */
export function createHandover({ signal, ...options }: HandoverOptions): Handover {
  const { platform, inbox, log } = options;
  const sender = createSender({ ...options, signal });
  const work = { now: undefined as Promise<void> | undefined, isWoken: false };

  async function handOver(): Promise<void> {
    await delay(GATHER_MS, undefined, { signal, ref: false }).catch(() => {});
    do {
      work.isWoken = false;
      await untilDone(() => sender.sendAll(), {
        signal,
        failed: (error) =>
          log.warn({ err: error }, "what was heard could not be handed over yet; it waits in the inbox"),
      });
    } while (work.isWoken && !signal.aborted);
    work.now = undefined;
  }
  const wake = () => {
    work.isWoken = true;
    work.now ??= handOver();
  };
  return {
    wake,
    settled: () => sender.settled(),
    async empty({ signal: enough }) {
      if (inbox.heard(platform, 1).length > 0) wake();
      await unlessAborted(work.now ?? Promise.resolve(), enough).catch(() => {});
      await sender.settled();
    },
  };
}

/** Sends what waits, some at a time. */
function createSender({ platform, brain, inbox, signal }: Omit<HandoverOptions, "log">) {
  let sending: Promise<unknown> = Promise.resolve();
  return {
    /** Rows are read anew each time: what was edited or deleted meanwhile is not sent as it was. */
    async sendAll(): Promise<void> {
      for (;;) {
        const rows = inbox.heard(platform, MOST_HEARD);
        if (rows.length === 0) return;
        const sent = brain.hear(
          rows.map(({ message }) => message),
          { signal },
        );
        sending = sent.catch(() => {});
        await sent;
        inbox.handOver(rows.map(({ number }) => number));
      }
    },
    settled: async (): Promise<void> => {
      await sending;
    },
  };
}
