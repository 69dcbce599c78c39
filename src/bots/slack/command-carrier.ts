import type { Inbox } from "../inbox.ts";
import type { Asked, Posted } from "../platform.ts";
import type { Call } from "./call.ts";
import type { Carrier } from "./carrier.ts";
import { isDirect, isTs } from "./ids.ts";
import { partsOf, toPosted } from "./message-carrier.ts";
import type { Messages, Spot } from "./messages.ts";
import { codeOf } from "./refusal.ts";
import { respond } from "./respond.ts";
import type { SlackRoute } from "./route.ts";
import type { MessageBody } from "./to-slack.ts";

/** Slack's words for a place that Hearth or the asker is not in. */
const NOT_THERE = new Set(["not_in_channel", "channel_not_found", "user_not_in_channel"]);

interface Options {
  readonly signal: AbortSignal;
}

/** What the answer to a command is carried with. */
export interface CommandCarrying {
  readonly call: Call;
  readonly messages: Messages;
  readonly inbox: Pick<Inbox, "plan" | "sent" | "sendings">;
  readonly api: string;
  readonly job: string;
  readonly asked: Asked;
  readonly route: SlackRoute;
}

/**
 * An answer that the asker alone sees, as a message that stays with him: Slack keeps no such message, so that it is neither edited nor
 * looked for. Where Hearth is not in the channel, it takes the command's own address, and after half an hour a direct message.
 */
export function createPrivateCarrier(carrying: CommandCarrying): Carrier {
  const { call, inbox, job, route } = carrying;
  const { team, channel, user, thread } = route;
  const ephemeral = async (body: MessageBody, { signal }: Options): Promise<Posted | undefined> => {
    const args = { channel, user, ...(thread !== undefined && { thread_ts: thread }), ...body, parse: "none" };
    try {
      const { message_ts: ts } = await call.must(team, "chat.postEphemeral", args, { signal });
      return hidden(route, isTs(ts) ? ts : "private");
    } catch (error) {
      if (NOT_THERE.has(codeOf(error) ?? "")) return undefined;
      throw error;
    }
  };
  return {
    async post(part, body, options) {
      inbox.plan(job, part);
      const posted =
        (await ephemeral(body, options)) ??
        (await atAddress(carrying, body, { ...options, isPrivate: true, part })) ??
        (await direct(carrying, body, { ...options, part }));
      inbox.sent(job, part, posted);
      return posted;
    },
    edit: async (posted, body, options) => {
      if (isDirect(posted.conversation.channel))
        await carrying.messages.edit({ team, channel: posted.conversation.channel }, posted.id, body, options);
    },
    remove: () => Promise.resolve(),
    status: () => Promise.resolve(),
    posted: () => partsOf(inbox, job),
  };
}

/** An ordinary carrier that takes a command's own address where Hearth is not in the channel. */
export function withAddress(carrier: Carrier, carrying: CommandCarrying): Carrier {
  const { inbox, job } = carrying;
  return {
    ...carrier,
    async post(part, body, options) {
      try {
        return await carrier.post(part, body, options);
      } catch (error) {
        if (!NOT_THERE.has(codeOf(error) ?? "")) throw error;
        const posted = await atAddress(carrying, body, { ...options, isPrivate: false, part });
        if (!posted) throw error;
        inbox.sent(job, part, posted);
        return posted;
      }
    },
    async edit(posted, body, options) {
      if (isTs(posted.id)) await carrier.edit(posted, body, options);
    },
    async remove(posted, options) {
      if (isTs(posted.id)) await carrier.remove(posted, options);
    },
  };
}

async function atAddress(
  { api, asked, route }: CommandCarrying,
  body: MessageBody,
  { isPrivate, part, signal }: Options & { readonly isPrivate: boolean; readonly part: number },
): Promise<Posted | undefined> {
  if (route.respond === undefined) return undefined;
  const of = { address: route.respond, openedAt: Date.parse(asked.message.sentAt) };
  return (await respond(of, body, { api, isPrivate, signal })) ? hidden(route, `respond-${part}`) : undefined;
}

async function direct(
  { messages, job, route }: CommandCarrying,
  body: MessageBody,
  { signal, part }: Options & { readonly part: number },
): Promise<Posted> {
  const { team, user } = route;
  const spot: Spot = { team, channel: await messages.openDirect(team, user, { signal }) };
  const mark = { type: "hearth_answer", payload: { job, part } } as const;
  return toPosted(spot, await messages.post(spot, body, { signal, mark }));
}

/** A message that Slack keeps nothing of that could be edited: it has no address. */
function hidden({ team, channel, thread }: SlackRoute, id: string): Posted {
  const { conversation } = toPosted({ team, channel, thread }, id);
  return { id, conversation };
}
