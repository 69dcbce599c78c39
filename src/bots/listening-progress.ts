import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { Inbox } from "./inbox.ts";
import type { PlatformName } from "./platform.ts";
import type { ReadingBack, Talk } from "./talk.ts";

/** How far a place is read back, and what was forgotten meanwhile, which is not to be kept again. Times in milliseconds. */
export interface Progress extends ReadingBack {
  readonly cursor?: string;
  readonly without: readonly { readonly personId?: string; readonly from: number; readonly to: number }[];
}

/** What the inbox notes of places that are read back. */
export interface ProgressNotes {
  read(place: TalkPlace): Progress | undefined;
  write(place: TalkPlace, progress: Progress): void;
  clear(place: TalkPlace): void;
  /** What was said in a place up to now is left out, as far as it was forgotten. */
  forget(place: TalkPlace, of: Parameters<Talk["forgot"]>[0], now: number): void;
}

/** Progress as notes of an inbox. */
export function progressIn(inbox: Pick<Inbox, "note" | "noted">, platform: PlatformName): ProgressNotes {
  const name = (place: TalkPlace) => `read back ${keyOf(place)}`;
  const read = (place: TalkPlace): Progress | undefined => {
    const noted = inbox.noted(platform, name(place));
    return noted === undefined || noted === "" ? undefined : JSON.parse(noted);
  };
  const write = (place: TalkPlace, progress: Progress) => inbox.note(platform, name(place), JSON.stringify(progress));
  return {
    read,
    write,
    clear: (place) => inbox.note(platform, name(place), ""),
    forget(place, { space, channel = place.channel, personId, since }, now) {
      const progress = place.space === space && place.channel === channel ? read(place) : undefined;
      if (!progress) return;
      const from = since === undefined ? 0 : Date.parse(since);
      const gone = { from, to: now, ...(personId !== undefined && { personId }) };
      write(place, { ...progress, without: [...progress.without, gone] });
    },
  };
}

/** Whether a message that is read back was not forgotten meanwhile. Pure. */
export function isToBeKept({ author, sentAt }: TalkMessage, { without }: Pick<Progress, "without">): boolean {
  const at = Date.parse(sentAt);
  return !without.some(({ personId = author.id, from, to }) => personId === author.id && at >= from && at <= to);
}

/** A place of a platform as a key. Pure. */
export function keyOf({ space, channel }: Pick<TalkPlace, "space" | "channel">): string {
  return `${space} ${channel}`;
}
