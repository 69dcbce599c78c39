import { z } from "zod";
import type { TalkPlace } from "./chat.ts";
import type { ConfigFile } from "./config-file.ts";

/** Messages of a channel are kept for so many days, unless the configuration says otherwise. */
const KEPT_DAYS = 180;
const MOST_DAYS = 3_650;

const PLACE = /^(?:discord:\d{5,20}:\d{5,20}|slack:T[A-Z0-9]{2,20}:[CG][A-Z0-9]{2,20})$/;
const place = z.string().regex(PLACE, {
  error:
    'is "discord:", a server\'s and a channel\'s id ("discord:112233445566778899:223344556677889900"), or "slack:T…:C…"',
});
const target = z.string().refine((value) => value === "same" || PLACE.test(value), {
  error: 'is "same", another place written as place is, or a list of people\'s ids',
});
const person = z.string().regex(/^(?:\d{5,20}|(?:T[A-Z0-9]{2,20}:)?[UW][A-Z0-9]{2,20})$/, {
  error: "is a person's id (Discord: 17 to 20 digits; Slack: a member's id such as U0123ABCD)",
});
const days = z.int().min(1).max(MOST_DAYS);

/** A channel whose talk is kept, by the owner's word. */
export const keptChannelSchema = z.strictObject({
  place,
  days: days.optional(),
  backfillDays: z.int().min(0).max(MOST_DAYS).default(0),
});

/** The key `memory` of the configuration. */
export const memorySchema = z.strictObject({
  days: days.default(KEPT_DAYS),
  channels: z.array(keptChannelSchema).default([]),
});

/** One digest by the clock. `when` and `zone` are looked at by the edge, which knows what they mean. */
export const digestSchema = z.strictObject({
  place,
  when: z.string().min(1).max(100),
  zone: z.string().min(1).max(60).optional(),
  to: z.union([target, z.array(person).min(1).max(50)]).default("same"),
  quiet: z.enum(["skip", "say"]).default("skip"),
});

/** A channel whose talk is kept, each message for so many days, and what was said so many days before. */
export interface KeptChannel extends TalkPlace {
  readonly days: number;
  readonly backfillDays: number;
}

/** A digest by the clock, with where in the file it stands. Without `zone` it is the machine's. */
export interface ConfiguredDigest {
  readonly place: TalkPlace;
  readonly when: string;
  readonly zone: string | undefined;
  readonly to: "same" | TalkPlace | readonly string[];
  readonly quiet: "skip" | "say";
  readonly at: string;
}

/** What the owner chose about the talk of channels. */
export interface TalkSettings {
  /** For how many days messages are kept where nothing else is said. */
  readonly days: number;
  readonly channels: readonly KeptChannel[];
  readonly digests: readonly ConfiguredDigest[];
}

/** The settings of the keys `memory` and `digests`. Pure. */
export function readTalkSettings({ parsed: { memory, digests }, at }: ConfigFile): TalkSettings {
  return {
    days: memory.days,
    channels: memory.channels.map(({ place: named, days: kept = memory.days, backfillDays }) => ({
      ...placeOf(named),
      days: kept,
      backfillDays: Math.min(backfillDays, kept),
    })),
    digests: digests.map(({ place: named, when, zone, to, quiet }, index) => ({
      place: placeOf(named),
      when,
      zone,
      to: typeof to === "string" ? (to === "same" ? to : placeOf(to)) : to,
      quiet,
      at: at(["digests", index, "when"]),
    })),
  };
}

function placeOf(named: string): TalkPlace {
  const [platform, space = "", channel = ""] = named.split(":");
  return { platform: platform === "slack" ? "slack" : "discord", space, channel };
}
