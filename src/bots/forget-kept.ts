import { setTimeout as delay } from "node:timers/promises";
import type { ChatMessage, Conversation } from "../chat.ts";
import type { Brain, Forgotten } from "../brain/brain.ts";
import type { Inbox } from "./inbox.ts";
import type { Desk, PlatformName } from "./platform.ts";

/** How often, and for how long, it is looked whether stopped answers have come to their end. */
const LOOK_MS = 100;
const LOOKS = 50;

/** What was deleted; `rows` are the inbox's. */
export type ForgottenHere = Forgotten & { readonly rows: number };
const NOTHING: ForgottenHere = { messages: 0, answers: 0, ratings: 0, rows: 0 };

/** What it takes to forget. */
export interface Forgetting {
  readonly platform: PlatformName;
  readonly brain: Pick<Brain, "forget">;
  readonly desk: Pick<Desk, "stop">;
  readonly inbox: Pick<Inbox, "open" | "forget">;
  readonly signal: AbortSignal;
}

/** Deletes what is kept of a person in each of the spaces. */
export async function forgetPerson(
  { askerId, spaces }: { readonly askerId: string; readonly spaces: readonly string[] },
  forgetting: Forgetting,
): Promise<ForgottenHere> {
  const { platform, brain, inbox, signal } = forgetting;
  await stopAnswering(({ author }) => author.id === askerId, forgetting);
  let sum = NOTHING;
  for (const space of spaces) {
    const rows = inbox.forget({ platform, space, askerId });
    sum = add(sum, { rows, ...(await brain.forget({ platform, space, askerId }, { signal })) });
  }
  return sum;
}

/** Deletes what is kept of a channel, or of one thread. */
export async function forgetConversation(
  { space, channel, thread }: Conversation,
  forgetting: Forgetting,
): Promise<ForgottenHere> {
  const { platform, brain, inbox, signal } = forgetting;
  await stopAnswering(
    ({ conversation }) => (thread === undefined ? conversation.channel === channel : conversation.thread === thread),
    forgetting,
  );
  const rows = inbox.forget({ platform, space, channel: thread ?? channel });
  const of = { platform, space, channel, ...(thread !== undefined && { thread }) };
  return { rows, ...(await brain.forget(of, { signal })) };
}

/** Stops answers in hand and waits a while for their ends, since what is kept of an answer is written down last. */
async function stopAnswering(
  isMeant: (message: ChatMessage) => boolean,
  { platform, desk, inbox, signal }: Forgetting,
): Promise<void> {
  const open = () => inbox.open(platform).filter(({ asked }) => isMeant(asked.message));
  for (const { job, asked } of open()) desk.stop(job, asked.message.author.id);
  for (let look = 0; look < LOOKS && open().length > 0; look++) await delay(LOOK_MS, undefined, { signal });
}

function add(one: ForgottenHere, other: ForgottenHere): ForgottenHere {
  return {
    messages: one.messages + other.messages,
    answers: one.answers + other.answers,
    ratings: one.ratings + other.ratings,
    rows: one.rows + other.rows,
  };
}
