import { setImmediate } from "node:timers/promises";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import { spanIn, wordsBeside, type Span } from "./dates.ts";
import { indexTalk, rarity, type WholeTalk } from "./recall-index.ts";
import { promising, type Promising, type WeighedHits } from "./recall-hits.ts";
import { soughtFor } from "./recall-terms.ts";
import { recallAt, type Nearness } from "./recall.ts";
import type { Sighted, TalkRecord } from "./record.ts";
import type { TalkMeaning } from "./talk-meaning.ts";

/** A question, and the places that may be looked into for it. */
export interface AskedIn {
  readonly text: string;
  readonly places: readonly TalkPlace[];
  /** Milliseconds. */
  readonly now: number;
  /** Minutes that the asker's clock is ahead of UTC. */
  readonly offset?: number;
  /** At most so many messages over all places; 5 without it. */
  readonly limit?: number;
  /** Takes out messages that neither answer nor say what is talked about around them, such as the question itself. Pure. */
  readonly among?: (messages: readonly TalkMessage[]) => readonly TalkMessage[];
}

/** The messages that answer a question best, over all places, best first, and how much of its subject is talked about there (0 to 1). */
export interface RecalledIn {
  readonly found: readonly { readonly message: TalkMessage; readonly score: number }[];
  readonly coverage: number;
  /** The time that the question named. */
  readonly span?: Span;
}

interface Means {
  readonly record: TalkRecord;
  /** By words alone without it, and while it has nothing yet. */
  readonly meaning?: TalkMeaning;
  readonly signal: AbortSignal;
}

/** Messages that are looked around: what stands near them is ranked with them, about ten for each. */
const MOST_LOOKED_AT = 50;
/** Of those that are near in meaning. */
const MOST_NEAR = 20;
/** Places that are looked through by meaning, those where words found most: each takes some milliseconds. */
const MOST_BY_MEANING = 12;

/** What stands of a question in one place. */
interface Seen {
  readonly place: TalkPlace;
  readonly names: readonly string[];
  readonly messages: number;
  readonly sighted: ReadonlyMap<string, Sighted>;
}

/** A message of a place that is worth looking around. */
type Lead = Promising & { readonly place: TalkPlace };

/**
 * Recalls from the record what answers a question in several places; of one that is not kept, nothing. First where its words stand says
 * which messages are worth looking around, then those and what stands around them are ranked as a whole channel would be (recall.ts).
 */
export async function recallIn(asked: AskedIn, { record, meaning, signal }: Means): Promise<RecalledIn> {
  const { text, places, now, limit, offset, among = (all) => all } = asked;
  const span = spanIn(text, { now, ...(offset !== undefined && { offset }) });
  const words = span ? wordsBeside(text, span) : text;
  const seen: Seen[] = [];
  for (const place of places) {
    seen.push(lookInto(place, words, record));
    await othersFirst(signal);
  }
  const whole = wholeOf(seen);
  const all: Lead[] = [];
  for (const one of seen) {
    all.push(...leadsOf(one, { whole, span, now }));
    await othersFirst(signal);
  }
  const leads = all.sort((one, other) => other.score - one.score).slice(0, MOST_LOOKED_AT);
  const near = [...new Set([...leads.map(({ place }) => place), ...places])].slice(0, MOST_BY_MEANING);
  const nearness = await meaning?.nearness(words, near, { signal });
  const messages = among(gather({ places, leads, nearness, record }));
  await othersFirst(signal);
  const options = { span, now, ...(limit !== undefined && { limit }), ...(nearness && { nearness }) };
  return recallAt(words, indexTalk(messages, whole), options);
}

/** Other work goes on between two steps. */
async function othersFirst(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

function lookInto(place: TalkPlace, words: string, record: TalkRecord): Seen {
  const sought = soughtFor(words, (called) => record.names(place, called));
  const found = record.find(place, [...sought.values()]);
  const sighted = new Map([...sought.keys()].map((stem, row) => [stem, found[row] ?? { count: 0, hits: [] }]));
  const names = [...sought.values()].flatMap((one) => one.names ?? []);
  return { place, names, sighted, messages: record.count(place).messages };
}

function wholeOf(seen: readonly Seen[]): WholeTalk {
  const counts = new Map<string, number>();
  for (const { sighted } of seen) {
    for (const [stem, { count }] of sighted) counts.set(stem, (counts.get(stem) ?? 0) + count);
  }
  const messages = seen.reduce((sum, one) => sum + one.messages, 0);
  return { messages, counts, names: [...new Set(seen.flatMap(({ names }) => names))] };
}

function leadsOf(
  { place, sighted }: Seen,
  { whole, span, now }: { whole: WholeTalk; span: Span | undefined; now: number },
): Lead[] {
  const sought = [...sighted].map(([stem, { hits }]): WeighedHits => {
    return { weight: rarity(whole.counts.get(stem) ?? 0, whole.messages), hits };
  });
  return promising(sought, { most: MOST_LOOKED_AT, span, now }).map((one) => ({ ...one, place }));
}

interface Gathering {
  readonly places: readonly TalkPlace[];
  readonly leads: readonly Lead[];
  readonly nearness: Nearness | undefined;
  readonly record: TalkRecord;
}

/** The messages that leads and nearness in meaning lead to, with those around them, place by place in the order of time. */
function gather({ places, leads, nearness = new Map(), record }: Gathering): TalkMessage[] {
  const nearest = [...nearness].sort(([, one], [, other]) => other - one).slice(0, MOST_NEAR);
  const ids = nearest.map(([id]) => id);
  const numbers = Map.groupBy(leads, ({ place }) => place);
  return places.flatMap((place) => {
    const own = numbers.get(place)?.map(({ number }) => number) ?? [];
    return own.length + ids.length === 0 ? [] : record.around(place, { numbers: own, ids });
  });
}
