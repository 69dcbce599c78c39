import { jobOf } from "../inbox-questions.ts";
import type { Asked, Reply } from "../platform.ts";
import type { Carrier } from "./carrier.ts";
import { createPrivateCarrier, withAddress, type CommandCarrying } from "./command-carrier.ts";
import { deletedId } from "./follow-changes.ts";
import { isDirect } from "./ids.ts";
import { createMessageCarrier, type Carrying } from "./message-carrier.ts";
import { createPostCarrier } from "./post-carrier.ts";
import { createReply } from "./reply.ts";
import { readRoute } from "./route.ts";
import { tellRefusal } from "./tell-refusal.ts";
import type { Wired, Wiring } from "./wire.ts";

/** What replies are made with. `split` cuts Markdown into messages. */
export interface ReplyingTo extends Pick<Wiring, "inbox" | "settings" | "log" | "installs" | "signal"> {
  readonly wired: Wired;
  readonly split: (markdown: string) => readonly string[];
}

/** The reply to a question: in its thread, in its channel, or to the asker alone. */
export function replyTo(asked: Asked, { wired, inbox, settings, log, installs, split, ...of }: ReplyingTo): Reply {
  const { call, messages, deleted, unfinished, desk } = wired;
  const route = readRoute(asked);
  const { team, channel } = route;
  const job = jobOf(asked);
  const botUser = installs.of(team)?.botUser ?? "";
  const carrying = { call, messages, inbox, api: settings.api, job, asked, route, botUser };
  const id = deletedId({ channel }, asked.message.id);
  // An earlier try that came to no end would go on saying that it is searching, below the answer of this one.
  unfinished.get(id)?.leave();
  const left = new AbortController();
  const signal = AbortSignal.any([of.signal, left.signal]);
  const reply = createReply({
    job,
    carrier: carrierOf(carrying, settings),
    streaming: settings.streaming,
    split,
    isOver: () => deleted.has(id),
    over: () => void (left.signal.aborted || unfinished.delete(id)),
    refused: (refusal) => tellRefusal(refusal, asked, { messages, job, log, signal: of.signal }),
    stopped: () => void desk.stop(job, asked.message.author.id),
    log,
    signal,
  });
  unfinished.set(id, { takeBack: () => reply.takeBack(), leave: () => left.abort() });
  return reply;
}

/** How the answer gets there: by itself, to the asker alone, or as an ordinary message. */
function carrierOf(
  carrying: CommandCarrying & Carrying,
  { streaming }: Pick<ReplyingTo["settings"], "streaming">,
): Carrier {
  const { asked, job, route } = carrying;
  const { team, channel, thread, user, userTeam, respond, post } = route;
  const target = { job, spot: { team, channel, thread }, user, userTeam, isStreamed: streaming === "stream" };
  if (post !== undefined) return createPostCarrier(carrying, target, { post });
  if (asked.seenBy === "asker" && !isDirect(channel)) return createPrivateCarrier(carrying);
  const message = createMessageCarrier(carrying, target);
  return respond === undefined ? message : withAddress(message, carrying);
}
