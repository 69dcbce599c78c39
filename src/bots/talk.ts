import type { Forgotten } from "../brain/brain.ts";
import type { KeptTalk } from "../brain/channel-brain.ts";
import type { TalkPlace } from "../chat.ts";
import type { Asked, Given } from "./platform.ts";

/** How far what was said before is read back: since when (ISO 8601), how many messages so far, and whether that is all. */
export interface ReadingBack {
  readonly since: string;
  readonly read: number;
  readonly isDone: boolean;
}

/** Which places' talk is kept, and what the desk does about it. */
export interface Talk {
  keeps(place: TalkPlace): boolean;
  /** Whether the configuration names it: then it is switched on again at the next start. */
  isConfigured(place: TalkPlace): boolean;
  /**
   * Keeps the talk of a place from now on: says so there, once, and reads back so many days. Where it is kept already, the days change.
   * Rejects where the core cannot be told.
   */
  switchOn(
    place: TalkPlace,
    options: {
      readonly by: string;
      readonly days?: number;
      readonly backfillDays?: number;
      readonly signal: AbortSignal;
    },
  ): Promise<KeptTalk>;
  /** Keeps it no longer, and deletes what was kept of it. */
  switchOff(place: TalkPlace, options: { readonly signal: AbortSignal }): Promise<Forgotten>;
  /** Words of Hearth's own can never be posted. Where these were to say that a place's talk is kept, it is kept no longer. */
  untold(asked: Pick<Asked, "id" | "message">): void;
  /** How far what was said before the switch is read; undefined where nothing is. */
  reading(place: TalkPlace): ReadingBack | undefined;
  /** Something of a place's talk is gone: digests of it that stand are looked at again. Without a channel: all of a space. */
  revised(of: Pick<TalkPlace, "platform" | "space"> & Partial<TalkPlace>): void;
  /** These digests stand, and are looked at again. `isForgotten`: what the core knows no more was forgotten, and is taken away. */
  lookAt(digests: readonly Given[], options: { readonly isForgotten: boolean }): void;
  /** What was heard is with the core, or dropped; also when the signal comes. */
  handedOver(options: { readonly signal: AbortSignal }): Promise<void>;
  /** What is on its way to the core is there, or has failed: what the core is told next comes after it. */
  settled(): Promise<void>;
  /** Messages that are read back from now on are left out where they were forgotten: of a person, or all of a place, before now. */
  forgot(
    of: Pick<TalkPlace, "platform" | "space"> & {
      readonly channel?: string;
      readonly personId?: string;
      readonly since?: string;
    },
  ): void;
}
