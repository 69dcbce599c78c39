import { setTimeout as delay } from "node:timers/promises";
import type { ChatMessage, Conversation } from "../chat.ts";
import type { Brain, Forgotten } from "../brain/brain.ts";
import type { Inbox } from "./inbox.ts";
import type { Desk, Given, PlatformName } from "./platform.ts";

/** How often, and for how long, it is looked whether stopped answers have come to their end. */
const LOOK_MS = 100;
const LOOKS = 50;

/** What was deleted; `rows` are the inbox's, `digests` those that stand somewhere and are mended now. */
export type ForgottenHere = Forgotten & { readonly rows: number; readonly digests: number };

/** What it takes to forget. `since` (ISO 8601): only what was said from then on. */
export interface Forgetting {
  readonly platform: PlatformName;
  readonly brain: Pick<Brain, "forget">;
  readonly desk: Pick<Desk, "stop" | "talk">;
  readonly inbox: Pick<Inbox, "open" | "forget" | "digests">;
  readonly since?: string;
  readonly signal: AbortSignal;
}

type Scope = Omit<Parameters<Brain["forget"]>[0], "platform" | "since">;

/** Deletes what is kept of a person in each of the spaces. */
export async function forgetPerson(
  { askerId, spaces }: { readonly askerId: string; readonly spaces: readonly string[] },
  forgetting: Forgetting,
): Promise<ForgottenHere> {
  await stopAnswering(({ author }) => author.id === askerId, forgetting);
  const each: ForgottenHere[] = [];
  for (const space of spaces) each.push(await forget({ space, askerId }, { space, askerId }, forgetting));
  return sumOf(each);
}

/** Deletes what is kept of a channel, or of one thread. */
export async function forgetConversation(
  { space, channel, thread }: Conversation,
  forgetting: Forgetting,
): Promise<ForgottenHere> {
  await stopAnswering(
    ({ conversation }) => (thread === undefined ? conversation.channel === channel : conversation.thread === thread),
    forgetting,
  );
  const kept = { space, channel: thread ?? channel };
  const forgotten = await forget({ space, channel, ...(thread !== undefined && { thread }) }, kept, forgetting);
  // A private thread is a place of its own where its talk is kept.
  const isPlace = thread !== undefined && forgetting.desk.talk.keeps({ platform: forgetting.platform, ...kept });
  return isPlace ? sumOf([forgotten, await forget(kept, kept, forgetting)]) : forgotten;
}

/** `scope` is as the core knows it, `kept` as the inbox does. */
async function forget(
  scope: Scope,
  kept: { readonly space: string; readonly channel?: string; readonly askerId?: string },
  { platform, brain, desk, inbox, since, signal }: Forgetting,
): Promise<ForgottenHere> {
  const { space, channel, askerId: personId } = kept;
  const from = since === undefined ? {} : { since };
  const place = { platform, space, ...(channel !== undefined && { channel }) };
  const digests: readonly Given[] = inbox.digests(place);
  // What is read back from now on, or on its way to the core, is not to bring it back.
  desk.talk.forgot({ ...place, ...from, ...(personId !== undefined && { personId }) });
  const rows = inbox.forget({ platform, ...kept, ...from });
  await desk.talk.settled();
  const forgotten = await brain.forget({ platform, ...scope, ...from }, { signal });
  // Of a digest whose messages have passed their time the core knows nothing either, and one person's wish does not take that away.
  desk.talk.lookAt(digests, { isForgotten: personId === undefined && since === undefined });
  return { ...forgotten, rows, digests: digests.length };
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

function sumOf(each: readonly ForgottenHere[]): ForgottenHere {
  const sum = (count: (one: ForgottenHere) => number) => each.reduce((all, one) => all + count(one), 0);
  return {
    messages: sum(({ messages }) => messages),
    answers: sum(({ answers }) => answers),
    ratings: sum(({ ratings }) => ratings),
    talk: sum(({ talk }) => talk),
    lines: sum(({ lines }) => lines),
    rows: sum(({ rows }) => rows),
    digests: sum(({ digests }) => digests),
  };
}
