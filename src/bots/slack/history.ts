import type { TalkMessage, TalkPlace } from "../../chat.ts";
import type { ChatPlatform } from "../platform.ts";
import { isTalk, toTalk } from "./from-slack.ts";
import { tsAt } from "./ids.ts";
import type { SlackMessage } from "./message.ts";
import type { Messages, Spot } from "./messages.ts";
import type { Names } from "./names.ts";
import { namesIn, type Receiver } from "./receive.ts";

/** How long a page waits for the names of those who wrote it. */
const NAMES_MS = 3_000;

type Options = Parameters<ChatPlatform["history"]>[1];
type Page = { readonly messages: readonly TalkMessage[]; readonly cursor: string };

/** What past talk is read with. */
export interface Reading {
  readonly messages: Pick<Messages, "page">;
  readonly receiver: Pick<Receiver, "around">;
  readonly names: Pick<Names, "ready">;
}

/**
 * What was said in a channel, from the newest back, each page with the threads that begin in it; threads that began before `since` are not
 * found. A cursor is the ts before which the next page lies, so that it holds however late somebody goes on. Of one thread, from its
 * beginning; there a cursor is the ts after which the next page lies.
 */
export function readHistory(reading: Reading, place: TalkPlace, options: Options): AsyncIterable<Page> {
  return options.thread === undefined
    ? readChannel(reading, place, options)
    : readThread(reading, { place, thread: options.thread }, options);
}

async function* readChannel(
  reading: Reading,
  place: TalkPlace,
  { since, cursor: from = "", signal }: Options,
): AsyncIterable<Page> {
  const spot: Spot = { team: place.space, channel: place.channel };
  const after = tsAt(Date.parse(since));
  const [start, common] = [from === "" ? {} : { before: from }, { after, isPatient: true, signal }];
  let reached = from;
  for (let next: string | undefined, isFirst = true; isFirst || next !== undefined; isFirst = false) {
    const page = await reading.messages.page(spot, {
      ...common,
      ...start,
      ...(next !== undefined && { cursor: next }),
    });
    for (const { ts, latestReply } of page.messages) {
      if (latestReply === undefined || latestReply <= after) continue;
      // With the cursor of before: whoever stops in between reads this page once more.
      for await (const replies of pagesOf(reading, { ...spot, thread: ts }, common))
        yield { messages: await toPage(reading, place, replies), cursor: reached };
    }
    reached = page.messages[0]?.ts ?? reached;
    yield { messages: await toPage(reading, place, page.messages), cursor: reached };
    next = page.next;
  }
}

async function* readThread(
  reading: Reading,
  { place, thread }: { readonly place: TalkPlace; readonly thread: string },
  { since, cursor = "", signal }: Options,
): AsyncIterable<Page> {
  const after = cursor === "" ? tsAt(Date.parse(since)) : cursor;
  const spot: Spot = { team: place.space, channel: place.channel, thread };
  for await (const replies of pagesOf(reading, spot, { after, isPatient: false, signal })) {
    const reached = replies.at(-1)?.ts ?? after;
    yield { messages: await toPage(reading, place, replies), cursor: reached };
  }
}

/** The pages of a thread, oldest first; each begins with its root. */
async function* pagesOf(
  { messages }: Reading,
  spot: Spot,
  options: { readonly after: string; readonly isPatient: boolean; readonly signal: AbortSignal },
): AsyncIterable<readonly SlackMessage[]> {
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await messages.page(spot, { ...options, ...(cursor !== undefined && { cursor }) });
    yield page.messages;
    cursor = page.next;
  }
}

async function toPage(
  { names, receiver }: Reading,
  place: TalkPlace,
  messages: readonly SlackMessage[],
): Promise<readonly TalkMessage[]> {
  const team = place.space;
  const around = receiver.around(team);
  const talk = messages.filter((message) => isTalk(message, around));
  await names.ready(team, [...new Set(talk.flatMap((message) => namesIn(message, around)))], NAMES_MS);
  return talk.map((message) => toTalk(message, { team, channel: place.channel }, around));
}
