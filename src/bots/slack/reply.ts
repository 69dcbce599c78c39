import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../log.ts";
import type { Content, Posted, Reply } from "../platform.ts";
import { Undeliverable } from "../undeliverable.ts";
import type { Carrier } from "./carrier.ts";
import { createLiveAnswer, type Streaming } from "./live-answer.ts";
import { createPace } from "./pace.ts";
import { codeOf, type Refusal, refusalOf } from "./refusal.ts";
import { createStatusLine } from "./status-line.ts";
import { type MessageBody, toMessage } from "./to-slack.ts";

/** Between tries of what the network or Slack's servers failed at. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 30_000;
const SEARCHING = "is looking through the documents …";

const NOT_EDITABLE = new Set(["block_mismatch", "msg_too_long", "msg_blocks_too_long", "edit_window_closed"]);

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
  /** Is told what can never be delivered, before it is said. */
  readonly refused: (refusal: Refusal) => void;
  /** Somebody stopped it with Slack's own button. */
  readonly stopped: () => void;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The reply to one question: states grow in a message or edit it, and its end takes as many messages as it needs. */
export function createReply(replying: Replying): Reply {
  const { job, carrier, log, split, signal: closing } = replying;
  const parts = createParts(replying);
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
  return {
    show: (content) => pace.show(content),
    finish: (content, { signal }) =>
      pace.last(() =>
        persist(
          async () => {
            await live.close({ signal });
            return parts.putAll(toBodies(content, split), { signal });
          },
          { ...replying, signal },
        ),
      ),
  };
}

type Bodies = readonly [MessageBody, ...MessageBody[]];

/** The messages of an answer, by their numbers. */
function createParts({ carrier, isOver, log, job }: Pick<Replying, "carrier" | "isOver" | "log" | "job">) {
  const shown = new Map<number, string>();

  /** Makes a part say something, in its own message, or where Slack does not let that be edited in another. */
  async function put(part: number, body: MessageBody, options: { readonly signal: AbortSignal }): Promise<Posted> {
    if (isOver()) throw new Undeliverable(`Not sent: ${WHY["question gone"]}`);
    const posted = carrier.posted().get(part);
    const state = JSON.stringify(body);
    if (posted && shown.get(part) === state) return posted;
    const result = posted ? await edit(part, { posted, body }, options) : await carrier.post(part, body, options);
    shown.set(part, state);
    return result;
  }

  /** Slack does not let everything be edited into everything else. */
  async function edit(
    part: number,
    { posted, body }: { readonly posted: Posted; readonly body: MessageBody },
    options: { readonly signal: AbortSignal },
  ): Promise<Posted> {
    try {
      await carrier.edit(posted, body, options);
      return posted;
    } catch (error) {
      if (!NOT_EDITABLE.has(codeOf(error) ?? "")) throw error;
      await carrier.remove(posted, options);
      return carrier.post(part, body, options);
    }
  }

  return {
    /** Makes all parts say what they shall, and takes away those that an earlier try had more. */
    async putAll([body, ...others]: Bodies, options: { readonly signal: AbortSignal }) {
      const posted: [Posted, ...Posted[]] = [await put(0, body, options)];
      for (const [index, other] of others.entries()) posted.push(await put(index + 1, other, options));
      for (const [part, extra] of carrier.posted()) {
        if (part <= others.length) continue;
        await carrier.remove(extra, options).catch((error: unknown) => {
          log.info({ job, code: codeOf(error) }, "A message that is too many could not be removed");
        });
      }
      return posted;
    },
  };
}

/** The messages of a content: the buttons stand below the last. */
export function toBodies(content: Content, split: Replying["split"]): Bodies {
  const pieces = split(content.markdown);
  const bodies = pieces.map((markdown, index) =>
    toMessage({ markdown, buttons: index === pieces.length - 1 ? content.buttons : [] }),
  );
  const [first = toMessage(content), ...others] = bodies;
  return [first, ...others];
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
