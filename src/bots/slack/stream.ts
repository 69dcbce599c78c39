import type { Posted } from "../platform.ts";
import type { Call } from "./call.ts";
import type { Stream } from "./carrier.ts";
import { isDirect } from "./ids.ts";
import { stopStream, tsOf, type Spot } from "./messages.ts";
import { refusalOf } from "./refusal.ts";
import { LONGEST_MESSAGE, type MessageBody } from "./to-slack.ts";

/** As many of the streams that Slack allows in a minute are begun: each has to be closed too. */
const START_SHARE = 0.9;

interface Beginning {
  readonly spot: Spot;
  readonly user: string;
  readonly userTeam: string;
  readonly text: string;
  readonly blocks: MessageBody["blocks"];
}

interface Around {
  readonly signal: AbortSignal;
  /** Writes down what it became. */
  readonly sent: (ts: string) => Posted;
}

/**
 * Begins a message that grows; undefined where Slack has no room for one, or does not let it be there. Rejects where it may have begun
 * all the same.
 */
export async function openStream(
  call: Call,
  { spot, user, userTeam, text, blocks }: Beginning,
  { signal, sent }: Around,
): Promise<Stream | undefined> {
  const { team, channel, thread } = spot;
  const chunks = [{ type: "markdown_text", text }, ...(blocks.length > 0 ? [{ type: "blocks", blocks }] : [])];
  const recipient = isDirect(channel) ? {} : { recipient_user_id: user, recipient_team_id: userTeam };
  const args = { channel, thread_ts: thread, ...recipient, chunks };
  const answer = await call
    .spare(team, "chat.startStream", args, { signal, share: START_SHARE })
    .catch((error: unknown) => {
      if (refusalOf(error) === undefined) throw error;
      return undefined;
    });
  if (!answer) return undefined;
  const ts = tsOf(answer);
  let length = text.length;
  return {
    posted: sent(ts),
    async append(more, options) {
      if (length + more.length > LONGEST_MESSAGE) return false;
      const done = await call.spare(team, "chat.appendStream", { channel, ts, markdown_text: more }, options);
      if (done) length += more.length;
      return done !== undefined;
    },
    close: (options) => stopStream(call, { team, channel, ts }, options),
  };
}
