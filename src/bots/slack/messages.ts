import type { Posted } from "../platform.ts";
import type { Call } from "./call.ts";
import { readMessage, type SlackMessage } from "./message.ts";
import { isTs } from "./ids.ts";
import { listOf, nextCursor, type Raw } from "./read.ts";
import { codeOf } from "./refusal.ts";
import { type MessageBody, QUIET } from "./to-slack.ts";

interface Options {
  readonly signal: AbortSignal;
}

/** Where messages are posted: a channel, or a thread in it. */
export interface Spot {
  readonly team: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}

/** What Hearth hangs on each of its messages, so that it can be told from all others. */
export interface Mark {
  readonly type: "hearth_answer" | "hearth_note";
  readonly payload: Readonly<Record<string, string | number>>;
}

/** Posting, editing and reading of messages, each answer checked. */
export interface Messages {
  post(spot: Spot, body: MessageBody, options: Options & { readonly mark: Mark }): Promise<string>;
  /** The same where much is left of what Slack allows; undefined where it is not. */
  tryPost(spot: Spot, body: MessageBody, options: Options & { readonly mark: Mark }): Promise<string | undefined>;
  edit(spot: Spot, ts: string, body: MessageBody, options: Options & { readonly mark?: Mark }): Promise<void>;
  tryEdit(spot: Spot, ts: string, body: MessageBody, options: Options): Promise<boolean>;
  remove(spot: Spot, ts: string, options: Options): Promise<void>;
  /** One page, oldest first: of a thread, or of a channel without its threads. */
  page(
    spot: Spot,
    options: Options & {
      readonly after?: string;
      readonly upTo?: string;
      /** Older than this alone. */
      readonly before?: string;
      readonly cursor?: string;
      readonly limit?: number;
      /** Behind all other calls. */
      readonly isPatient?: boolean;
    },
  ): Promise<{ readonly messages: readonly SlackMessage[]; readonly next?: string }>;
  openDirect(team: string, user: string, options: Options): Promise<string>;
}

/** Messages over calls. */
export function createMessages(call: Call): Messages {
  return {
    async post({ team, ...spot }, body, { signal, mark }) {
      return tsOf(await call.must(team, "chat.postMessage", toPost(spot, body, mark), { signal }));
    },
    async tryPost({ team, ...spot }, body, { signal, mark }) {
      const answer = await call.spare(team, "chat.postMessage", toPost(spot, body, mark), { signal });
      return answer && tsOf(answer);
    },
    async edit({ team, channel }, ts, body, { signal, mark }) {
      const metadata = mark && toMetadata(mark);
      const args = { channel, ts, ...body, parse: "none", ...(metadata && { metadata }) };
      try {
        await call.must(team, "chat.update", args, { signal });
      } catch (error) {
        // A stream that nobody closed, such as before a kill.
        if (codeOf(error) !== "streaming_state_conflict") throw error;
        await stopStream(call, { team, channel, ts }, { signal });
        await call.must(team, "chat.update", args, { signal });
      }
    },
    async tryEdit({ team, channel }, ts, body, { signal }) {
      const answer = await call.spare(team, "chat.update", { channel, ts, ...body, parse: "none" }, { signal });
      return answer !== undefined;
    },
    async remove({ team, channel }, ts, { signal }) {
      await call.must(team, "chat.delete", { channel, ts }, { signal });
    },
    page: (spot, options) => page(call, spot, options),
    async openDirect(team, user, { signal }) {
      const answer = await call.must(team, "conversations.open", { users: user, team_id: team }, { signal });
      const channel: unknown = Object(answer["channel"]).id;
      if (typeof channel !== "string") throw new TypeError("Slack answered without a channel");
      return channel;
    },
  };
}

/** Ends a message that grows; one that has ended by itself is no error. */
export async function stopStream(
  call: Pick<Call, "must">,
  { team, channel, ts }: { readonly team: string; readonly channel: string; readonly ts: string },
  { signal }: Options,
): Promise<void> {
  await call.must(team, "chat.stopStream", { channel, ts }, { signal }).catch((error: unknown) => {
    if (codeOf(error) !== "message_not_in_streaming_state") throw error;
  });
}

/** Metadata as Slack takes it. Pure. */
export function toMetadata({ type, payload }: Mark): Raw {
  return { event_type: type, event_payload: payload };
}

/** The ts of what was made. */
export function tsOf(answer: Raw): string {
  const { ts } = answer;
  if (!isTs(ts)) throw new TypeError("Slack answered without a message");
  return ts;
}

/** The spot of a message of Hearth's. Pure. */
export function spotOf({ conversation: { space, channel, thread } }: Pick<Posted, "conversation">): Spot {
  return { team: space, channel, thread };
}

function toPost({ channel, thread }: Omit<Spot, "team">, body: MessageBody, mark: Mark): Raw {
  return {
    channel,
    ...(thread !== undefined && { thread_ts: thread }),
    ...body,
    ...QUIET,
    metadata: toMetadata(mark),
  };
}

async function page(
  call: Call,
  { team, channel, thread }: Spot,
  { after, upTo, before, cursor, limit = 200, isPatient = false, signal }: Parameters<Messages["page"]>[1],
): ReturnType<Messages["page"]> {
  const args = {
    channel,
    limit,
    include_all_metadata: true,
    ...(thread !== undefined && { ts: thread }),
    ...(after !== undefined && { oldest: after }),
    ...(upTo !== undefined && { latest: upTo, inclusive: true }),
    ...(before !== undefined && { latest: before }),
    ...(cursor !== undefined && { cursor }),
  };
  const method = thread === undefined ? "conversations.history" : "conversations.replies";
  const answer = await (isPatient
    ? call.behind(team, method, args, { signal })
    : call.must(team, method, args, { signal }));
  const messages = listOf(answer, "messages").flatMap((message) => readMessage(message) ?? []);
  const next = nextCursor(answer);
  return {
    messages: messages.toSorted((one, other) => (one.ts < other.ts ? -1 : 1)),
    ...(next !== undefined && { next }),
  };
}
