import type { Content, Posted } from "../platform.ts";
import type { Carrier, Stream } from "./carrier.ts";
import { codeOf } from "./refusal.ts";
import type { StatusLine } from "./status-line.ts";
import { LONGEST_MESSAGE, toActions, toMessage } from "./to-slack.ts";

/** Between two additions to a message that grows: not more than half of the hundred that a workspace has in a minute. */
const APPEND_MS = 1_250;
/** Between two edits, and between two looks whether there is room: not more than half of the fifty. */
const EDIT_MS = 2_600;

/** How an answer is shown while it is written. */
export type Streaming = "stream" | "edit" | "off";

/** What is shown of an answer that is not whole: a message that grows, else one that is edited, else a line of what goes on. */
export interface LiveAnswer {
  /** Shows a state; gives how long to wait before the next. */
  show(content: Content, options: Options): Promise<number>;
  /** Closes what grows; nothing is shown after it. */
  close(options: Options): Promise<void>;
}

interface Options {
  readonly signal: AbortSignal;
}

/** What a live answer is made of. `stopped` is told when somebody pressed Slack's own button beside a message that grows. */
interface Parts {
  readonly carrier: Carrier;
  readonly streaming: Streaming;
  readonly split: (markdown: string) => readonly string[];
  readonly status: StatusLine;
  readonly stopped: () => void;
}

/** The step of the ladder that an answer stands on. */
type Step =
  | { readonly kind: "open" | "line" }
  | { readonly kind: "stream"; readonly stream: Stream; grown: string }
  | { readonly kind: "edit"; readonly posted: Posted };

export function createLiveAnswer(parts: Parts): LiveAnswer {
  const { carrier, streaming, status, split } = parts;
  let step: Step = { kind: streaming === "off" || carrier.posted().size > 0 ? "line" : "open" };
  let stream: Stream | undefined;
  return {
    async show(content, options) {
      if (step.kind === "open") {
        await status.settled();
        step = await begin(parts, content, options);
        if (step.kind === "stream") stream = step.stream;
        if (step.kind !== "open") status.over();
        else status.show(lastLine(content.markdown));
        return step.kind === "stream" ? APPEND_MS : EDIT_MS;
      }
      if (step.kind === "stream") {
        if (!(await grow(step, content, { ...parts, ...options }))) step = { kind: "line" };
        return APPEND_MS;
      }
      if (step.kind === "edit") await carrier.tryEdit?.(step.posted, bodyOf(content, split), options);
      else status.show(lastLine(content.markdown));
      return EDIT_MS;
    },
    async close(options) {
      status.over();
      await status.settled();
      await stream?.close(options);
      stream = undefined;
    },
  };
}

/** The highest step that Slack has room for. A line of Hearth's own is no answer yet: what grows may still come after it. */
async function begin({ carrier, streaming, split }: Parts, content: Content, options: Options): Promise<Step> {
  const { grows = "", buttons } = content;
  const text = grows.length <= LONGEST_MESSAGE ? grows : "";
  if (streaming === "stream" && text === "") return { kind: "open" };
  if (streaming === "stream") {
    const stream = await carrier.stream?.(text, { blocks: toActions(buttons) }, options);
    if (stream) return { kind: "stream", stream, grown: text };
  }
  const posted = await carrier.tryPost?.(bodyOf(content, split), options);
  return posted ? { kind: "edit", posted } : { kind: "open" };
}

/** Adds what is new; false where the message cannot grow any more: what is written is there at the end. */
async function grow(
  step: Extract<Step, { kind: "stream" }>,
  { grows = "" }: Content,
  { stopped, signal }: Pick<Parts, "stopped"> & Options,
): Promise<boolean> {
  if (!grows.startsWith(step.grown) || grows.length === step.grown.length) return true;
  try {
    if (await step.stream.append(grows.slice(step.grown.length), { signal })) step.grown = grows;
    return true;
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
    if (codeOf(error) === "stopped_by_user") stopped();
    return false;
  }
}

function bodyOf(content: Content, split: (markdown: string) => readonly string[]) {
  const [markdown = ""] = split(content.markdown);
  return toMessage({ ...content, markdown });
}

/** What goes on, without marks: the last line of Hearth's own, which stands alone between asterisks. Pure. */
export function lastLine(markdown: string): string {
  const own = markdown.split("\n").findLast((one) => /^\*[^*]+\*$/.test(one));
  return (own ?? "*is writing …*").slice(1, -1).slice(0, 100);
}
