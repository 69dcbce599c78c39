import type { Posted } from "../platform.ts";
import type { MessageBody } from "./to-discord.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** How the messages of one answer get to Discord: as ordinary messages, or through the door of an interaction. */
export interface Carrier {
  /** Makes the message of a part, or finds the one that an earlier try made; it says what `body` says in either case. */
  post(part: number, body: MessageBody, options: Options): Promise<Posted>;
  edit(posted: Posted, body: MessageBody, options: Options): Promise<void>;
  remove(posted: Posted, options: Options): Promise<void>;
  /** Shows that an answer is on its way. */
  typing(options: Options): Promise<void>;
  /** Parts that an earlier try is known to have posted. */
  posted(): ReadonlyMap<number, Posted>;
  /** The carrier to go on with where this one's time is over; undefined while it is not. */
  next(options: Options): Promise<Carrier | undefined>;
}
