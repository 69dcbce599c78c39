import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../log.ts";
import type { Content, Reply } from "../platform.ts";
import { Undeliverable } from "../undeliverable.ts";
import type { Carrier } from "./carrier.ts";
import { createLiveAnswer, type Streaming } from "./live-answer.ts";
import { createPace } from "./pace.ts";
import { createParts, toBodies } from "./parts.ts";
import { codeOf, type Refusal, refusalOf } from "./refusal.ts";
import { createStatusLine } from "./status-line.ts";

/** Between tries of what the network or Slack's servers failed at. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const SEARCHING = "is looking through the documents …";

const WHY: Readonly<Record<Refusal, string>> = {
  gone: "its place or its message is gone",
  forbidden: "Hearth may not write there",
  "question gone": "its question was deleted",
  "token gone": "Slack takes no token of that workspace any more",
  refused: "Slack refuses it",
};

/** What a reply is made with. `split` cuts Markdown into messages, and `isOver` tells that the question was deleted. */
export interface Replying {
  readonly job: string;
  readonly carrier: Carrier;
  readonly streaming: Streaming;
  readonly split: (markdown: string) => readonly string[];
  readonly isOver: () => boolean;
  /** Is told when nothing more is written. */
  readonly over: () => void;
  /** Is told what can never be delivered, before it is said. */
  readonly refused: (refusal: Refusal) => void;
  /** Somebody stopped it with Slack's own button. */
  readonly stopped: () => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** A reply that can be taken back while it is being written, since its question is gone. */
export interface SlackReply extends Reply {
  takeBack(): void;
}

/** The reply to one question: states grow in a message or edit it, and its end takes as many messages as it needs. */
export function createReply(replying: Replying): SlackReply {
  const { job, carrier, log, split, signal: closing } = replying;
  const parts = createParts({ ...replying, gone: () => new Undeliverable(`Not sent: ${WHY["question gone"]}`) });
  const status = createStatusLine(carrier, { first: SEARCHING, signal: closing });
  const live = createLiveAnswer({ ...replying, status });
  const pace = createPace<Content>({
    async send(content) {
      if (replying.isOver()) throw new Undeliverable(`Not sent: ${WHY["question gone"]}`);
      return live.show(content, { signal: closing });
    },
    failed: (error) => log.debug({ job, err: error }, "A state of an answer was not shown"),
    signal: closing,
  });
  const takeAway = async (options: { readonly signal: AbortSignal }) => {
    replying.over();
    await live.close(options);
    await removeAll(carrier, options);
  };
  return {
    show: (content) => pace.show(content),
    finish: (content, { signal }) =>
      pace.last(async () => {
        const work = async () => {
          await live.close({ signal });
          return parts.putAll(toBodies(content, split), { signal });
        };
        return persist(work, { ...replying, signal }).finally(replying.over);
      }),
    abandon: ({ signal }) => pace.last(() => takeAway({ signal })),
    takeBack: () =>
      void pace
        .last(() => takeAway({ signal: closing }))
        .catch((error: unknown) => log.info({ job, err: error }, "What was said to a deleted question stands")),
  };
}

/** Takes away all messages, also those of an earlier run and those that nobody knows of; one that is gone already is no harm. */
async function removeAll(carrier: Carrier, options: { readonly signal: AbortSignal }): Promise<void> {
  await carrier.recover?.(options).catch((error: unknown) => {
    if (refusalOf(error) === undefined) throw error;
  });
  for (const posted of carrier.posted().values()) {
    await carrier.remove(posted, options).catch((error: unknown) => {
      if (refusalOf(error) !== "gone") throw error;
    });
  }
}

/** Tries until it is done, the signal comes, or Slack will never do it. */
async function persist<Result>(
  work: () => Promise<Result>,
  { job, log, refused, signal }: Pick<Replying, "job" | "log" | "refused" | "signal">,
): Promise<Result> {
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(2 * wait, LONGEST_WAIT_MS)) {
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Undeliverable) throw error;
      const refusal = refusalOf(error);
      if (refusal) {
        log.info({ job, code: codeOf(error) }, "Slack refuses an answer");
        refused(refusal);
        throw new Undeliverable(`Not sent: ${WHY[refusal]}`, { cause: error });
      }
      log.warn({ job, err: error, wait }, "An answer could not be sent; it is tried again");
      await delay(wait, undefined, { signal, ref: false });
    }
  }
}
