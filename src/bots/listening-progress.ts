import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { Inbox } from "./inbox.ts";
import type { PlatformName } from "./platform.ts";
import type { ReadingBack, Talk } from "./talk.ts";

/** How far a place is read back. */
export interface Progress extends ReadingBack {
  readonly cursor?: string;
}

/** What was forgotten of a space, which is not to be kept again: of a person, of a channel or thread, or all of it. Times in milliseconds. */
export interface ForgottenTalk {
  readonly channel?: string;
  readonly personId?: string;
  readonly from: number;
  readonly to: number;
}

/** What the inbox notes of places that are read back. */
export interface ProgressNotes {
  read(place: TalkPlace): Progress | undefined;
  write(place: TalkPlace, progress: Progress): void;
  clear(place: TalkPlace): void;
  /** What was said up to now is left out, as far as it was forgotten: also by what is begun later. */
  forget(of: Parameters<Talk["forgot"]>[0], now: number): void;
  forgotten(space: string): readonly ForgottenTalk[];
}

/** Progress as notes of an inbox. */
export function progressIn(inbox: Pick<Inbox, "note" | "noted">, platform: PlatformName): ProgressNotes {
  const name = (place: TalkPlace) => `read back ${keyOf(place)}`;
  const forgotten = (space: string): readonly ForgottenTalk[] =>
    JSON.parse(inbox.noted(platform, `forgotten ${space}`) ?? "[]");
  return {
    read(place) {
      const noted = inbox.noted(platform, name(place));
      return noted === undefined || noted === "" ? undefined : JSON.parse(noted);
    },
    write: (place, progress) => inbox.note(platform, name(place), JSON.stringify(progress)),
    clear: (place) => inbox.note(platform, name(place), ""),
    forget({ space, channel, personId, since }, now) {
      const from = since === undefined ? 0 : Date.parse(since);
      const gone = {
        from,
        to: now,
        ...(channel !== undefined && { channel }),
        ...(personId !== undefined && { personId }),
      };
      // What it holds already needs no line of its own.
      const others = forgotten(space).filter(
        (one) => one.channel !== channel || one.personId !== personId || one.from < from,
      );
      inbox.note(platform, `forgotten ${space}`, JSON.stringify([...others, gone]));
    },
    forgotten,
  };
}

/** Whether a message that is read back was not forgotten. Pure. */
export function isToBeKept(
  { author, sentAt, conversation }: TalkMessage,
  forgotten: readonly ForgottenTalk[],
): boolean {
  const at = Date.parse(sentAt);
  const places = [conversation.channel, conversation.thread];
  return !forgotten.some(
    ({ channel, personId = author.id, from, to }) =>
      (channel === undefined || places.includes(channel)) && personId === author.id && at >= from && at <= to,
  );
}

/** A place of a platform as a key. Pure. */
export function keyOf({ space, channel }: Pick<TalkPlace, "space" | "channel">): string {
  return `${space} ${channel}`;
}
