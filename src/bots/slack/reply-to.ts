import { jobOf } from "../inbox-questions.ts";
import type { Asked, Reply } from "../platform.ts";
import { createPrivateCarrier, withAddress } from "./command-carrier.ts";
import { deletedId } from "./follow-changes.ts";
import { isDirect } from "./ids.ts";
import { createMessageCarrier } from "./message-carrier.ts";
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
  const route = readRoute(asked.route);
  const { team, channel, thread, user, userTeam } = route;
  const job = jobOf(asked);
  const carrying = { call, messages, inbox, api: settings.api, job, asked, route };
  const message = createMessageCarrier(
    { call, messages, inbox, botUser: installs.of(team)?.botUser ?? "" },
    { job, spot: { team, channel, thread }, user, userTeam, isStreamed: settings.streaming === "stream" },
  );
  const ordinary = route.respond === undefined ? message : withAddress(message, carrying);
  const isPrivate = asked.seenBy === "asker" && !isDirect(channel);
  const id = deletedId({ channel }, asked.message.id);
  // An earlier try that came to no end would go on saying that it is searching, below the answer of this one.
  unfinished.get(id)?.leave();
  const left = new AbortController();
  const signal = AbortSignal.any([of.signal, left.signal]);
  const reply = createReply({
    job,
    carrier: isPrivate ? createPrivateCarrier(carrying) : ordinary,
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
