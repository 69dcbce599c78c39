import type { Posted } from "../platform.ts";
import type { MessageBody } from "./to-slack.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** A message that grows. What is in it stays; it is edited once it is closed. */
export interface Stream {
  readonly posted: Posted;
  /** False where there is no room for it just now. Rejects where it cannot grow any more. */
  append(text: string, options: Options): Promise<boolean>;
  /** Ends it; one that has ended by itself is no error. */
  close(options: Options): Promise<void>;
}

/** How the messages of one answer get to Slack: as ordinary messages, or to the asker alone. */
export interface Carrier {
  /** Makes the message of a part, or finds the one that an earlier try made; it says what `body` says in either case. */
  post(part: number, body: MessageBody, options: Options): Promise<Posted>;
  edit(posted: Posted, body: MessageBody, options: Options): Promise<void>;
  remove(posted: Posted, options: Options): Promise<void>;
  /** Shows a line of what goes on, until a message is there. */
  status(line: string, options: Options): Promise<void>;
  /** Parts that an earlier try is known to have posted. */
  posted(): ReadonlyMap<number, Posted>;
  /** Looks for what an earlier try may have posted without anybody knowing. */
  recover?(options: Options): Promise<void>;
  /** The first part as a message that grows; undefined where Slack has no room for one, or where it cannot be one. */
  stream?(text: string, body: Pick<MessageBody, "blocks">, options: Options): Promise<Stream | undefined>;
  /** The first part as a message that is edited while it is written; undefined where there is no room. */
  tryPost?(body: MessageBody, options: Options): Promise<Posted | undefined>;
  /** False where there is no room for an edit that can be left out. */
  tryEdit?(posted: Posted, body: MessageBody, options: Options): Promise<boolean>;
}
