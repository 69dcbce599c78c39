import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../log.ts";
import type { Content, Posted, Reply } from "../platform.ts";
import { Undeliverable } from "../undeliverable.ts";
import type { Carrier } from "./carrier.ts";
import { createPace } from "./pace.ts";
import { type Refusal, refusalOf } from "./refusal.ts";
import { type MessageBody, toMessage } from "./to-discord.ts";

/** Discord shows typing for ten seconds. */
const TYPING_MS = 8_000;
const TYPING_TIMES = 8;
/** Between tries of what the network or Discord's servers failed at. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;

const WHY: Readonly<Record<Refusal, string>> = {
  gone: "its place or its message is gone",
  forbidden: "Hearth may not write there",
  "question gone": "its question was deleted",
  refused: "Discord refuses it",
};

/** What a reply is made with. `split` cuts Markdown into messages, and `isOver` tells that the question was deleted. */
export interface Replying {
  readonly job: string;
  readonly carrier: Carrier;
  readonly split: (markdown: string) => readonly string[];
  readonly isOver: () => boolean;
  /** Is told what can never be delivered, before it is said. */
  readonly refused: (refusal: Refusal) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The reply to one question: its first state makes a message, later ones edit it, and its end takes as many as it needs. */
export function createReply(replying: Replying): Reply {
  const { job, log, split } = replying;
  const parts = createParts(replying);
  const typing = startTyping(replying.carrier, replying.signal);
  const pace = createPace<Content>({
    async send(content) {
      typing.abort();
      await parts.putState(toBodies(content, split), { signal: replying.signal });
    },
    failed: (error) => log.debug({ job, err: error }, "A state of an answer was not shown"),
  });
  return {
    show: (content) => pace.show(content),
    async finish(content, { signal }) {
      typing.abort();
      const bodies = toBodies(content, split);
      return pace.last(() => persist(() => parts.putAll(bodies, { signal }), { ...replying, signal }), { signal });
    },
    async abandon({ signal }) {
      typing.abort();
      await pace.last(() => parts.takeAway({ signal }), { signal });
    },
  };
}

/** What a message says that the state of an answer does not need, and its end may. */
const EMPTY = toMessage({ markdown: "…", buttons: [] });

type Bodies = readonly [MessageBody, ...MessageBody[]];

/** The messages of an answer, by their numbers. */
function createParts({ carrier: first, isOver }: Pick<Replying, "carrier" | "isOver">) {
  const shown = new Map<number, string>();
  let carrier = first;

  /** Makes a part say something, in its own message. */
  async function put(part: number, body: MessageBody, options: { readonly signal: AbortSignal }): Promise<Posted> {
    if (isOver()) throw new Undeliverable(`Not sent: ${WHY["question gone"]}`);
    const other = await carrier.next(options);
    if (other) {
      carrier = other;
      shown.clear();
    }
    const posted = carrier.posted().get(part);
    const state = JSON.stringify(body);
    if (posted && shown.get(part) === state) return posted;
    if (posted) await carrier.edit(posted, body, options);
    const result = posted ?? (await carrier.post(part, body, options));
    shown.set(part, state);
    return result;
  }

  /** Makes as many parts as there are bodies say what they shall. */
  async function putEach([body, ...others]: Bodies, options: { readonly signal: AbortSignal }) {
    const posted: [Posted, ...Posted[]] = [await put(0, body, options)];
    for (const [index, other] of others.entries()) posted.push(await put(index + 1, other, options));
    return posted;
  }
  const extras = (bodies: Bodies) => [...carrier.posted()].filter(([part]) => part >= bodies.length);

  return {
    /** Shows a state. What an earlier one had more is left there, for a later one may need it again. */
    async putState(bodies: Bodies, options: { readonly signal: AbortSignal }) {
      await putEach(bodies, options);
      for (const [part] of extras(bodies)) await put(part, EMPTY, options);
    },
    /** Makes all parts say what they shall, and takes away those that an earlier try had more. */
    async putAll(bodies: Bodies, options: { readonly signal: AbortSignal }) {
      const posted = await putEach(bodies, options);
      for (const [, extra] of extras(bodies)) await carrier.remove(extra, options).catch(() => {});
      return posted;
    },
    takeAway: (options: { readonly signal: AbortSignal }) => takeAway(carrier, options),
  };
}

/** Takes away all messages; those that are gone already are no harm. */
async function takeAway(carrier: Carrier, options: { readonly signal: AbortSignal }): Promise<void> {
  for (const posted of carrier.posted().values()) {
    await carrier.remove(posted, options).catch((error: unknown) => {
      if (!refusalOf(error)) throw error;
    });
  }
}

/** The messages of a content: the buttons stand below the last. */
function toBodies(content: Content, split: Replying["split"]): Bodies {
  const pieces = split(content.markdown);
  const bodies = pieces.map((markdown, index) =>
    toMessage({ markdown, buttons: index === pieces.length - 1 ? content.buttons : [] }),
  );
  const [first = toMessage(content), ...others] = bodies;
  return [first, ...others];
}

/** Tries until it is done, the signal comes, or Discord will never do it. */
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
        refused(refusal);
        throw new Undeliverable(`Not sent: ${WHY[refusal]}`, { cause: error });
      }
      log.warn({ job, err: error, wait }, "An answer could not be sent; it is tried again");
      await delay(wait, undefined, { signal });
    }
  }
}

/** Shows typing until something is there to be read. */
function startTyping(carrier: Carrier, signal: AbortSignal): AbortController {
  const stop = new AbortController();
  const both = AbortSignal.any([stop.signal, signal]);
  void (async () => {
    for (let time = 0; time < TYPING_TIMES && !both.aborted; time++) {
      await carrier.typing({ signal: both });
      await delay(TYPING_MS, undefined, { signal: both, ref: false });
    }
  })().catch(() => {});
  return stop;
}
