import { setTimeout as delay } from "node:timers/promises";
import { unlessAborted } from "../abort.ts";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import type { TalkMessage } from "../chat.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import type { PlatformName } from "./platform.ts";
import { untilDone } from "./serve-again.ts";
import { keepable } from "./serve-keep.ts";

/** As many messages as the core takes at once. */
export const MOST_HEARD = 500;
/** What is said within this goes together. */
const GATHER_MS = 100;
/** After so many failures each message goes alone. */
const TOGETHER = 3;
/** Characters of a name that the core takes. */
const LONGEST_NAME = 200;

/** A message that is sure to pass to the core: its text, and a name that an app chose for itself, are cut where they are too long. Pure. */
export function passable(message: TalkMessage): TalkMessage {
  const { author, text } = message;
  return {
    ...message,
    author: { ...author, name: author.name.slice(0, LONGEST_NAME).toWellFormed() },
    text: keepable(text),
  };
}

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

type Heard = ReturnType<Inbox["heard"]>[number];

/** Sends what waits, some at a time; one by one where that fails again and again, so that one message cannot keep back all others. */
function createSender({ platform, brain, inbox, log, signal }: HandoverOptions) {
  let sending: Promise<unknown> = Promise.resolve();
  let failures = 0;
  const waiting = () => inbox.heard(platform, MOST_HEARD);
  const send = async (rows: readonly Heard[]) => {
    const sent = brain.hear(
      rows.map(({ message }) => message),
      { signal },
    );
    sending = sent.catch(() => {});
    await sent;
    inbox.handOver(rows.map(({ number }) => number));
  };
  const drop = ({ number, message }: Heard, error: unknown) => {
    signal.throwIfAborted();
    inbox.handOver([number]);
    log.error({ err: error, channel: message.conversation.channel }, "a message that the core refuses is not kept");
  };
  return {
    /** Rows are read anew each time: what was edited or deleted meanwhile is not sent as it was. */
    async sendAll(): Promise<void> {
      try {
        for (let rows = waiting(); rows.length > 0; rows = waiting()) {
          await (failures < TOGETHER ? send(rows) : sendEach(rows, { waiting, send, drop }));
          failures = 0;
        }
      } catch (error) {
        failures += 1;
        throw error;
      }
    },
    settled: async (): Promise<void> => {
      await sending;
    },
  };
}

/**
 * Sends each alone. One that fails, and again after another has passed, is refused for what it is, and is dropped. Rejects where the last
 * of them fail, since then it may be the core.
 */
async function sendEach(
  rows: readonly Heard[],
  {
    waiting,
    send,
    drop,
  }: {
    readonly waiting: () => readonly Heard[];
    readonly send: (rows: readonly Heard[]) => Promise<void>;
    readonly drop: (row: Heard, error: unknown) => void;
  },
): Promise<void> {
  const now = (row: Heard) => waiting().filter(({ number }) => number === row.number);
  let failed: Heard[] = [];
  const refused: Heard[] = [];
  let reason: unknown;
  for (const row of rows) {
    const found = now(row);
    if (found.length === 0) continue;
    try {
      await send(found);
      refused.push(...failed);
      failed = [];
    } catch (error) {
      failed.push(row);
      reason = error;
    }
  }
  for (const row of refused) await send(now(row)).catch((error: unknown) => drop(row, error));
  if (failed.length > 0) throw reason;
}
