import type { Brain } from "../brain/brain.ts";
import type { KeptTalk } from "../brain/channel-brain.ts";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { KeptChannel } from "../config-talk.ts";
import type { Log } from "../log.ts";
import type { Dialect } from "./dialect.ts";
import type { Inbox } from "./inbox.ts";
import { createBackfill, type Backfill } from "./listening-backfill.ts";
import { createHandover, type Handover } from "./listening-handover.ts";
import { noticeOf } from "./listening-notice.ts";
import { keyOf } from "./listening-progress.ts";
import type { ChatPlatform, Desk, PlatformName } from "./platform.ts";
import { untilDone } from "./serve-again.ts";
import { keepable } from "./serve-keep.ts";
import type { Talk } from "./talk.ts";

/** Where it is noted which places' talk was kept last, so that nothing is lost while the core cannot be asked. */
const NOTE = "kept talk";
const DAY_MS = 24 * 60 * 60_000;

type Revised = Parameters<Desk["revised"]>[0];

/** The talk of a platform's places, as the desk hears it. */
export interface Listening extends Omit<Talk, "revised" | "lookAt"> {
  hear(message: TalkMessage): void;
  /** What waits, or is read back, has a change. Throws where the inbox cannot be written. */
  revise(of: Revised): void;
  /** Asks the core which places' talk is kept, switches on what the configuration names, and goes on with what an earlier run left. */
  begin(): void;
  ended(): Promise<void>;
}

/** What listening works with. */
export interface ListeningOptions {
  readonly platform: Pick<ChatPlatform, "history"> & { readonly name: PlatformName };
  readonly brain: Pick<Brain, "keepTalk" | "dropTalk" | "keptTalk" | "hear">;
  readonly inbox: Pick<Inbox, "hear" | "heard" | "handOver" | "reviseHeard" | "note" | "noted" | "forgetHeard">;
  readonly ask: Desk["ask"];
  readonly dialect: Pick<Dialect, "command">;
  /** Days where nobody says how many, and the places that the configuration names. */
  readonly settings: { readonly days: number; readonly channels: readonly KeptChannel[] };
  readonly waiting: () => number;
  readonly log: Log;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

interface Parts extends ListeningOptions {
  readonly kept: Map<string, TalkPlace>;
  readonly handover: Handover;
  readonly backfill: Backfill;
}

/** Listens where talk is kept, until the signal comes. */
export function createListening(options: ListeningOptions): Listening {
  const { inbox, platform } = options;
  const parts: Parts = {
    ...options,
    kept: new Map(readNote(inbox, platform.name).map((place) => [keyOf(place), place])),
    handover: createHandover({ ...options, platform: platform.name }),
    backfill: createBackfill(options),
  };
  const { kept, handover, backfill } = parts;
  let beginning: Promise<unknown> = Promise.resolve();
  return {
    keeps: (place) => place.platform === platform.name && kept.has(keyOf(place)),
    hear(message) {
      inbox.hear({ ...message, text: keepable(message.text) });
      handover.wake();
    },
    revise(of) {
      backfill.revised(of);
      inbox.reviseHeard({ ...of, platform: platform.name, ...(of.text !== undefined && { text: keepable(of.text) }) });
    },
    settled: async () => void (await Promise.all([handover.settled(), backfill.settled()])),
    handedOver: (given) => handover.empty(given),
    switchOn: (place, how) => switchOn(place, how, parts),
    switchOff: (place, how) => switchOff(place, how, parts),
    reading: (place) => backfill.reading(place),
    forgot: (of) => backfill.forgot(of),
    begin: () => void (beginning = begin(parts)),
    ended: async () => void (await Promise.all([beginning, backfill.ended()])),
  };
}

async function switchOn(
  { platform, space, channel }: TalkPlace,
  { by, days, backfillDays = 0, signal }: Parameters<Talk["switchOn"]>[1],
  parts: Parts,
): Promise<KeptTalk> {
  const { brain, backfill, settings, now } = parts;
  const place = { platform, space, channel };
  const found = await brain.keepTalk(place, { by, days: days ?? settings.days, signal });
  parts.kept.set(keyOf(place), place);
  writeNote(parts);
  const back = Math.min(backfillDays, found.days);
  tellOnce(found, { ...parts, backfillDays: back });
  if (back > 0) backfill.begin(place, new Date(now() - back * DAY_MS).toISOString());
  return found;
}

/** People are told once of a switch, and once of other days. */
function tellOnce(
  found: KeptTalk,
  { inbox, platform, ask, now, ...options }: Parts & { readonly backfillDays: number },
): void {
  const [key, told] = [`told of ${keyOf(found)}`, `${found.since} ${found.days}`];
  if (inbox.noted(platform.name, key) === told) return;
  ask(noticeOf(found, { ...options, platform: platform.name, now: now() }));
  inbox.note(platform.name, key, told);
}

async function switchOff(
  { platform, space, channel }: TalkPlace,
  { signal }: { readonly signal: AbortSignal },
  parts: Parts,
): ReturnType<Talk["switchOff"]> {
  const { brain, inbox, backfill, handover, kept } = parts;
  const place = { platform, space, channel };
  kept.delete(keyOf(place));
  writeNote(parts);
  backfill.end(place);
  inbox.forgetHeard({ platform: parts.platform.name, space, channel });
  await Promise.all([handover.settled(), backfill.settled()]);
  return brain.dropTalk(place, { signal });
}

/** Never rejects. */
async function begin(parts: Parts): Promise<void> {
  const { platform, brain, backfill, handover, kept, log, signal } = parts;
  handover.wake();
  const learn = async () => {
    const before = [...kept.keys()];
    const found = await brain.keptTalk({ platform: platform.name }, { signal });
    await switchOnConfigured(found, parts);
    for (const place of found) kept.set(keyOf(place), placeOf(place));
    const there = new Set([...found, ...parts.settings.channels].map(keyOf));
    // What was switched on meanwhile is not among them.
    for (const key of before) if (!there.has(key)) kept.delete(key);
    writeNote(parts);
    backfill.resume([...kept.values()]);
  };
  await untilDone(learn, {
    signal,
    failed: (error) => log.warn({ err: error }, "the core does not yet say which channels' talk is kept"),
  });
}

async function switchOnConfigured(found: readonly KeptTalk[], parts: Parts): Promise<void> {
  const { settings, signal } = parts;
  const known = new Map(found.map((place) => [keyOf(place), place.days]));
  for (const { days, backfillDays, ...place } of settings.channels.filter(
    (one) => one.platform === parts.platform.name,
  )) {
    const before = known.get(keyOf(place));
    if (before === days) continue;
    // Where only the days change, nothing is read back again.
    const back = before === undefined ? { backfillDays } : {};
    await switchOn(place, { by: "configuration", days, ...back, signal }, parts);
  }
}

function readNote(inbox: Pick<Inbox, "noted">, platform: PlatformName): readonly TalkPlace[] {
  const noted = inbox.noted(platform, NOTE);
  return noted === undefined ? [] : JSON.parse(noted);
}

function writeNote({ inbox, platform, kept }: Parts): void {
  inbox.note(platform.name, NOTE, JSON.stringify([...kept.values()]));
}

function placeOf({ platform, space, channel }: TalkPlace): TalkPlace {
  return { platform, space, channel };
}
