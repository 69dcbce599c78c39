import type { TalkPlace } from "../chat.ts";
import type { CommandTools } from "./command-tools.ts";
import type { Wanted } from "./platform.ts";
import { notKeptWords } from "./serve-wanted.ts";
import { readSince } from "./since-words.ts";

/** A job that can be handed to the desk, or what to say instead. */
export type WantedOr = { readonly wanted: Wanted } | { readonly refusal: string };

/** Which stretch of a place is meant; `since` in the person's own words. */
export interface Stretch {
  readonly place: TalkPlace;
  readonly thread?: string;
  readonly since?: string;
}

type Tools = Pick<CommandTools, "desk" | "dialect" | "now">;

/** What somebody missed in a place: since their last message there, or since a time that they name. */
export function wantCatchUp(of: Stretch, tools: Tools): WantedOr {
  return wantStretch("catch-up", of, tools);
}

/** A digest or a catch-up of kept talk, or the sentence that says why there is none. */
export function wantStretch(
  kind: "digest" | "catch-up",
  { place, thread, since }: Stretch,
  { desk, dialect, now = Date.now }: Tools,
): WantedOr {
  if (!desk.talk.keeps(place)) return { refusal: notKeptWords(dialect) };
  const read = since === undefined || since.trim() === "" ? undefined : readSince(since, now());
  if (read && "refusal" in read) return read;
  return { wanted: { kind, place, ...(thread !== undefined && { thread }), ...(read && { from: read.since }) } };
}
