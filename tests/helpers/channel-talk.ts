import { readersOf, type Question, type TalkMessage, type TalkPlace } from "../../src/chat.ts";
import { channelsIn, type TestChannels } from "./open-channels.ts";
import { talk, type Line } from "./talk.ts";

/** The place of tests' talk, which begins on Monday, 2 November 2026 at 9:00 UTC; and Tuesday noon after it, in milliseconds. */
export const PLACE: TalkPlace = { platform: "discord", space: "g", channel: "design" };
export const OTHER_PLACE: TalkPlace = { ...PLACE, channel: "hiring" };
export const NOW = Date.parse("2026-11-03T12:00:00Z");

const signal = AbortSignal.timeout(300_000);

/** Made-up messages of a place, with links. */
export function saidIn(place: TalkPlace, lines: readonly Line[]): TalkMessage[] {
  return talk(lines).map((message) => ({
    ...message,
    conversation: { ...message.conversation, ...place },
    url: `https://chat.example/${place.channel}/${message.id}`,
  }));
}

/** A question of dora's in the place of tests, on Tuesday noon, for which the talk of some places may be recalled. */
export function askedIn(text: string, places: readonly TalkPlace[], given: Partial<Question> = {}): Question {
  const author = { id: "dora", name: "dora", isBot: false };
  const message = { id: "asked", conversation: PLACE, author, text, sentAt: new Date(NOW).toISOString() };
  const readers = places.map(readersOf);
  return { message, turns: [], clearance: ["team", ...readers], talk: readers, ...given };
}

/** Channels in a folder that have heard what was said in the place of tests. */
export async function heardIn(
  folder: string,
  lines: readonly Line[],
  options: Parameters<typeof channelsIn>[1] = {},
): Promise<TestChannels> {
  const channels = channelsIn(folder, { now: () => NOW, ...options });
  await channels.keepTalk(PLACE, { by: "ann", days: 180, signal });
  await channels.hear(saidIn(PLACE, lines), { signal });
  return channels;
}
