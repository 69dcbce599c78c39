import type { ChatMessage } from "../../src/chat.ts";

/** A made-up message: who said what, so many minutes after the first; more where a test needs it. */
export type Line = readonly [
  author: string,
  text: string,
  minutes: number,
  more?: {
    readonly id?: string;
    readonly replyTo?: string;
    readonly thread?: string;
    readonly isBot?: boolean;
    readonly reactions?: number;
  },
];

const FIRST = Date.parse("2026-11-02T09:00:00Z");

/** Messages of one channel, m0, m1, … from 9:00 UTC on Monday, 2 November 2026. */
export function talk(lines: readonly Line[]): (ChatMessage & { readonly reactions?: number })[] {
  return lines.map(([name, text, minutes, { id, replyTo, thread, isBot = false, reactions } = {}], place) => ({
    id: id ?? `m${place}`,
    conversation: { platform: "terminal", space: "s", channel: "c", ...(thread !== undefined && { thread }) },
    author: { id: name, name, isBot },
    text,
    sentAt: new Date(FIRST + minutes * 60_000).toISOString(),
    ...(replyTo !== undefined && { replyTo }),
    ...(reactions !== undefined && { reactions }),
  }));
}

/** An instant so many days after the first message, in milliseconds. */
export function daysLater(days: number): number {
  return FIRST + days * 86_400_000;
}
