import type { Inbox } from "../inbox.ts";
import type { Posted } from "../platform.ts";
import type { Call } from "./call.ts";
import type { Carrier } from "./carrier.ts";
import { addressOf, conversationIn } from "./ids.ts";
import { findOwn } from "./look.ts";
import { spotOf, type Mark, type Messages, type Spot } from "./messages.ts";
import { refusalOf, waitOf } from "./refusal.ts";
import { openStream } from "./stream.ts";
import type { MessageBody } from "./to-slack.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** What carriers work with. */
export interface Carrying {
  readonly call: Call;
  readonly messages: Messages;
  readonly inbox: Pick<Inbox, "plan" | "sent" | "sendings" | "given">;
  readonly botUser: string;
}

/** Where an answer goes, and who asked. `isStreamed`: it may grow. */
export interface Target {
  readonly job: string;
  readonly spot: Spot;
  readonly user: string;
  readonly userTeam: string;
  readonly isStreamed: boolean;
}

/**
 * Ordinary messages, each written down before it is sent and marked with its job and part. What may have been sent by an earlier try is
 * looked for first.
 */
export function createMessageCarrier(carrying: Carrying, target: Target): Carrier {
  const { messages, inbox } = carrying;
  const { job, spot } = target;
  const plans = createPlans(inbox, job);
  const sent = (part: number, ts: string): Posted => {
    const posted = toPosted(spot, ts);
    inbox.sent(job, part, posted);
    return posted;
  };
  const edit = (posted: Posted, body: MessageBody, part: number, options: Options) =>
    messages.edit(spotOf(posted), posted.id, body, { ...options, mark: markOf(job, part) });
  return {
    async post(part, body, options) {
      const mark = markOf(job, part);
      const isRisky = plans.mayBeSent(part);
      const sending = inbox.plan(job, part);
      const own = isRisky ? await findOwn(carrying, { sending, spot, mark }, options) : undefined;
      plans.begun(part);
      if (!own) return sent(part, await messages.post(spot, body, { ...options, mark }));
      const posted = sent(part, own.ts);
      await edit(posted, body, part, options);
      return posted;
    },
    edit: (posted, body, options) => edit(posted, body, partOf(inbox, job, posted), options),
    remove: ({ id, conversation }, options) => messages.remove(spotOf({ conversation }), id, options),
    posted: () => partsOf(inbox, job),
    async recover(options) {
      for (const sending of inbox.sendings(job).filter(({ part }) => plans.mayBeSent(part))) {
        const { part } = sending;
        const own = await findOwn(carrying, { sending, spot, mark: markOf(job, part) }, options);
        if (own) sent(part, own.ts);
      }
    },
    ...tentative(carrying, target, { plans, sent }),
  };
}

/** What is shown while there is room for it. */
function tentative(
  { call, messages }: Carrying,
  target: Target,
  {
    plans,
    sent,
  }: { readonly plans: ReturnType<typeof createPlans>; readonly sent: (part: number, ts: string) => Posted },
): Pick<Carrier, "status" | "stream" | "tryPost" | "tryEdit"> {
  const { job, spot, isStreamed } = target;
  const isOpen = () => !plans.mayBeSent(0) && call.live.hasRoom(spot.team);
  const begun = (ts: string): Posted => {
    call.live.shown(spot.team);
    return sent(0, ts);
  };
  return {
    async status(line, { signal }) {
      if (spot.thread === undefined) return;
      const args = { channel_id: spot.channel, thread_ts: spot.thread, status: line };
      await call.spare(spot.team, "assistant.threads.setStatus", args, { signal });
    },
    stream: (text, { blocks }, { signal }) =>
      // What may be there already is looked for at the end.
      isStreamed && spot.thread !== undefined && isOpen()
        ? plans.attempt(0, () => openStream(call, { ...target, text, blocks }, { signal, sent: begun }))
        : Promise.resolve(undefined),
    tryPost: (body, options) =>
      !isOpen()
        ? Promise.resolve(undefined)
        : plans.attempt(0, async () => {
            const ts = await messages.tryPost(spot, body, { ...options, mark: markOf(job, 0) });
            return ts === undefined ? undefined : begun(ts);
          }),
    tryEdit: ({ id }, body, options) => messages.tryEdit(spot, id, body, options),
  };
}

/** Which parts may have been sent although nobody knows: those that an earlier run planned, and those whose sending failed. */
function createPlans(inbox: Pick<Inbox, "plan" | "sendings">, job: string) {
  const notSent = new Set<number>();
  return {
    mayBeSent: (part: number) =>
      !notSent.has(part) && inbox.sendings(job).some((sending) => sending.part === part && !sending.posted),
    begun: (part: number) => void notSent.delete(part),
    /** Sends a part, which is surely not sent where that gives nothing, or where Slack refuses. */
    async attempt<Result>(part: number, send: () => Promise<Result | undefined>): Promise<Result | undefined> {
      inbox.plan(job, part);
      notSent.delete(part);
      try {
        const result = await send();
        if (result === undefined) notSent.add(part);
        return result;
      } catch (error) {
        if (refusalOf(error) !== undefined || waitOf(error) !== undefined) notSent.add(part);
        throw error;
      }
    },
  };
}

function markOf(job: string, part: number): Mark {
  return { type: "hearth_answer", payload: { job, part } };
}

function partOf(inbox: Pick<Inbox, "sendings">, job: string, { id }: Posted): number {
  return inbox.sendings(job).find(({ posted }) => posted?.id === id)?.part ?? 0;
}

/** The parts of a job that are known to be posted. */
export function partsOf(inbox: Pick<Inbox, "sendings">, job: string): ReadonlyMap<number, Posted> {
  return new Map(inbox.sendings(job).flatMap(({ part, posted }) => (posted ? [[part, posted] as const] : [])));
}

/** A message of Hearth's own as others know it. */
export function toPosted({ team, channel, thread }: Spot, ts: string): Posted {
  const conversation = conversationIn({ team, channel, thread });
  return { id: ts, conversation, url: addressOf(conversation, ts) };
}
