import type { Log } from "../../log.ts";
import type { Content, Posted } from "../platform.ts";
import type { Carrier } from "./carrier.ts";
import { codeOf } from "./refusal.ts";
import { type MessageBody, toMessage, toPlain } from "./to-slack.ts";

/** Slack does not let everything be edited into everything else. */
const NOT_EDITABLE = new Set(["block_mismatch", "msg_too_long", "msg_blocks_too_long", "edit_window_closed"]);
const NO_BLOCKS = new Set(["invalid_blocks", "invalid_blocks_format", "cannot_parse_attachment"]);

interface Options {
  readonly signal: AbortSignal;
}

/** What the messages of one answer are made with. `gone`: why nothing is said where its question was deleted. */
interface PartsOf {
  readonly carrier: Carrier;
  readonly isOver: () => boolean;
  readonly gone: () => Error;
  readonly log: Log;
  readonly job: string;
}

/** The messages of an answer. */
export interface Parts {
  /** Makes all parts say what they shall, and takes away those that an earlier try had more. */
  putAll(bodies: Bodies, options: Options): Promise<[Posted, ...Posted[]]>;
}

/** What the messages say, the first and the others. */
export type Bodies = readonly [MessageBody, ...MessageBody[]];

/** The messages of an answer, by their numbers. */
export function createParts(of: PartsOf): Parts {
  const { carrier, isOver, gone, log, job } = of;
  const shown = new Map<number, string>();

  /** Makes a part say something, in its own message. */
  async function put(part: number, body: MessageBody, options: Options): Promise<Posted> {
    if (isOver()) throw gone();
    const posted = carrier.posted().get(part);
    const state = JSON.stringify(body);
    if (posted && shown.get(part) === state) return posted;
    const say = (said: MessageBody) => sayIn(carrier, { part, posted, body: said }, options);
    const result = await say(body).catch((error: unknown) => {
      if (!NO_BLOCKS.has(codeOf(error) ?? "")) throw error;
      log.warn({ job, code: codeOf(error) }, "Slack refuses the Markdown of an answer; it is said in plain text");
      return say(toPlain(body));
    });
    shown.set(part, state);
    return result;
  }

  return {
    async putAll([body, ...others], options) {
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

/** In the message that is there, or, where there is none or it cannot be edited into that, in another. */
async function sayIn(
  carrier: Carrier,
  { part, posted, body }: { readonly part: number; readonly posted: Posted | undefined; readonly body: MessageBody },
  options: Options,
): Promise<Posted> {
  if (!posted) return carrier.post(part, body, options);
  try {
    await carrier.edit(posted, body, options);
    return posted;
  } catch (error) {
    if (!NOT_EDITABLE.has(codeOf(error) ?? "")) throw error;
    await carrier.remove(posted, options);
    return carrier.post(part, body, options);
  }
}

/** The messages of a content: the buttons stand below the last. Pure. */
export function toBodies(content: Content, split: (markdown: string) => readonly string[]): Bodies {
  const pieces = split(content.markdown);
  const bodies = pieces.map((markdown, index) =>
    toMessage({ markdown, buttons: index === pieces.length - 1 ? content.buttons : [] }),
  );
  const [first = toMessage(content), ...others] = bodies;
  return [first, ...others];
}
