import type { KeptTalk } from "../../src/brain/channel-brain.ts";
import type { TalkPlace } from "../../src/chat.ts";
import type { Desk } from "../../src/bots/platform.ts";
import type { NewSchedule, Schedule } from "../../src/bots/schedule.ts";
import type { ReadingBack } from "../../src/bots/talk.ts";

/** What a desk can do about talk, and what it was told. */
export interface FakeTalk extends Pick<Desk, "talk" | "schedules"> {
  readonly calls: (readonly [what: string, given: unknown])[];
}

/** A desk's talk in memory: these places are kept, and what is switched on is from then on. */
export function fakeTalk(
  of: {
    readonly kept?: readonly TalkPlace[];
    readonly configured?: readonly TalkPlace[];
    readonly reading?: ReadingBack;
    readonly since?: string;
  } = {},
): FakeTalk {
  const { since = "2026-11-28T09:00:00.000Z" } = of;
  const keyOf = ({ platform, space, channel }: TalkPlace) => `${platform}:${space}:${channel}`;
  const kept = new Set((of.kept ?? []).map(keyOf));
  const calls: (readonly [string, unknown])[] = [];
  const made: Schedule[] = [];
  const nothing = { messages: 0, answers: 0, ratings: 0, talk: 3, lines: 1 };
  return {
    calls,
    talk: {
      keeps: (place) => kept.has(keyOf(place)),
      isConfigured: (place) => (of.configured ?? []).some((one) => keyOf(one) === keyOf(place)),
      untold: (asked) => void calls.push(["untold", asked]),
      async switchOn(place, { signal: _signal, ...options }): Promise<KeptTalk> {
        calls.push(["switchOn", { place, ...options }]);
        kept.add(keyOf(place));
        return { ...place, since, by: options.by, days: options.days ?? 180, messages: 0 };
      },
      async switchOff(place) {
        calls.push(["switchOff", place]);
        kept.delete(keyOf(place));
        return nothing;
      },
      reading: () => of.reading,
      revised: (place) => void calls.push(["revised", place]),
      lookAt: (digests) => void calls.push(["lookAt", digests]),
      handedOver: async () => {},
      settled: async () => {},
      forgot: (what) => void calls.push(["forgot", what]),
    },
    schedules: {
      add(schedule: NewSchedule) {
        const one = { ...schedule, id: String(made.length + 1), isConfigured: false, createdAt: 0 };
        made.push(one);
        return one;
      },
      of: ({ platform, space, channel }) =>
        made
          .filter(({ place }) => place.platform === platform && place.space === space)
          .filter(({ place }) => channel === undefined || place.channel === channel)
          .map((one) => ({ ...one, next: "2026-11-30T08:00:00.000Z" })),
      remove(id) {
        const at = made.findIndex((one) => one.id === id);
        if (at !== -1) made.splice(at, 1);
        return at !== -1;
      },
    },
  };
}
