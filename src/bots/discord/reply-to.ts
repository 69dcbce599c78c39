import type { Log } from "../../log.ts";
import { jobOf } from "../inbox-questions.ts";
import type { Inbox } from "../inbox.ts";
import type { Asked, Reply } from "../platform.ts";
import type { Carrier } from "./carrier.ts";
import type { Deleted } from "./follow-changes.ts";
import { channelOf } from "./from-discord.ts";
import { createInteractionCarrier, doorOf, laterTarget } from "./interaction-carrier.ts";
import { createMessageCarrier } from "./message-carrier.ts";
import { createReply } from "./reply.ts";
import { findTarget } from "./target.ts";
import { tellRefusal } from "./tell-refusal.ts";
import type { Wired } from "./wire.ts";

/** What replies are made with. */
export interface RepliesWith {
  readonly inbox: Inbox;
  readonly deleted: Deleted;
  /** Who was told that Hearth may not write in a channel. */
  readonly told: Set<string>;
  readonly split: (markdown: string) => readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** The reply to a question, or to what the desk wants posted. */
export function replyTo(asked: Asked, wired: Wired, { inbox, deleted, told, split, log, signal }: RepliesWith): Reply {
  const { api } = wired;
  const job = jobOf(asked);
  return createReply({
    job,
    carrier: carrierFor(asked, wired, inbox),
    split,
    isOver: () => deleted.has(asked.message.id),
    refused: (refusal) => tellRefusal(refusal, asked, { api, job, told, log, signal }),
    log,
    signal,
  });
}

function carrierFor(asked: Asked, { api, places, client }: Wired, inbox: Inbox): Carrier {
  const carrying = { api, inbox, selfId: () => client.user?.id ?? "" };
  const job = jobOf(asked);
  const door = doorOf(asked);
  if (door) return createInteractionCarrier(carrying, asked, { job, door });
  // What the desk posts of its own accord replies to nothing, and nobody waits for it.
  if (asked.route["post"] !== undefined)
    return createMessageCarrier(carrying, { job, offset: 0 }, (options) => laterTarget(api, asked, options));
  const typingIn = channelOf(asked.message.conversation);
  return createMessageCarrier(carrying, { job, offset: 0, typingIn }, (options) =>
    findTarget({ api, places }, asked, options),
  );
}
