import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TalkMessage, TalkPlace } from "../../src/chat.ts";
import { filesBelow } from "./fresh-folder.ts";

/** An instant that messages of `said` are kept at. */
export const NOW = Date.parse("2026-11-28T12:00:00Z");
export const DAY = 86_400_000;

/** A channel of a guild. */
export function channel(name = "general", space = "guild"): TalkPlace {
  return { platform: "discord", space, channel: name };
}

/** A message in a channel, by ann, half an hour ago, unless something else is given. */
export function said(
  id: string,
  text: string,
  {
    by = "ann",
    at = NOW - DAY / 48,
    place = channel(),
    ...more
  }: Partial<TalkMessage> & {
    readonly by?: string;
    readonly at?: number;
    readonly place?: TalkPlace & { readonly thread?: string };
  } = {},
): TalkMessage {
  return {
    id,
    conversation: place,
    author: { id: `U-${by}`, name: by, isBot: false },
    text,
    sentAt: new Date(at).toISOString(),
    ...more,
  };
}

/** The files below a folder that hold some words, as bytes. */
export function filesWith(folder: string, words: string): string[] {
  return filesBelow(folder).filter((name) => readFileSync(join(folder, name)).includes(words));
}
