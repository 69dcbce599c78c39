import type { Brain } from "../brain/brain.ts";
import type { KeptTalk } from "../brain/channel-brain.ts";
import type { TalkPlace } from "../chat.ts";
import type { KeptChannel } from "../config-talk.ts";
import type { Log } from "../log.ts";
import type { Dialect } from "./dialect.ts";
import type { Inbox } from "./inbox.ts";
import type { Backfill } from "./listening-backfill.ts";
import type { Handover } from "./listening-handover.ts";
import { isFirstNotice, noticeOf } from "./listening-notice.ts";
import { keyOf } from "./listening-progress.ts";
import type { Asked, ChatPlatform, Desk, PlatformName } from "./platform.ts";
import { untilDone } from "./serve-again.ts";
import type { Talk } from "./talk.ts";

/** Where it is noted which places' talk was kept last, so that nothing is lost while the core cannot be asked. */
const NOTE = "kept talk";
const DAY_MS = 24 * 60 * 60_000;

/** What listening works with. */
export interface ListeningOptions {
  readonly platform: Pick<ChatPlatform, "history" | "clearance"> & { readonly name: PlatformName };
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

/** What its parts share. */
export interface ListeningParts extends ListeningOptions {
  readonly kept: Map<string, TalkPlace>;
  /** Places that were switched off since the start, and not on again. */
  readonly off: Set<string>;
  readonly handover: Handover;
  readonly backfill: Backfill;
}

/** Keeps the talk of a place from now on, tells its people, and begins to read back. Rejects where the core cannot be told. */
export async function switchOn(
  { platform, space, channel }: TalkPlace,
  { by, days, backfillDays = 0, signal }: Parameters<Talk["switchOn"]>[1],
  parts: ListeningParts,
): Promise<KeptTalk> {
  const { brain, backfill, settings, now, off } = parts;
  const place = { platform, space, channel };
  off.delete(keyOf(place));
  const found = await brain.keepTalk(place, { by, days: days ?? settings.days, signal });
  // It was switched off meanwhile.
  if (off.has(keyOf(place))) return found;
  parts.kept.set(keyOf(place), place);
  noteKept(parts);
  const back = Math.min(backfillDays, found.days);
  tellOnce(found, { ...parts, backfillDays: back });
  if (back > 0) backfill.begin(place, new Date(now() - back * DAY_MS).toISOString());
  return found;
}

/** Keeps it no longer. Rejects where the core cannot be told. */
export async function switchOff(
  { platform, space, channel }: TalkPlace,
  { signal }: { readonly signal: AbortSignal },
  parts: ListeningParts,
): ReturnType<Talk["switchOff"]> {
  const { brain, inbox, backfill, handover, kept, off } = parts;
  const place = { platform, space, channel };
  kept.delete(keyOf(place));
  off.add(keyOf(place));
  noteKept(parts);
  backfill.end(place);
  inbox.forgetHeard({ platform: parts.platform.name, space, channel });
  await Promise.all([handover.settled(), backfill.settled()]);
  return brain.dropTalk(place, { signal });
}

/** Nothing is kept where nobody can be told that it is: a switch whose notice cannot be posted is taken back. Never rejects. */
export async function switchOffUntold(asked: Pick<Asked, "id" | "message">, parts: ListeningParts): Promise<void> {
  const { conversation } = asked.message;
  const { log, signal } = parts;
  if (!parts.kept.has(keyOf(conversation)) || !isFirstNotice(asked)) return;
  const { space, channel } = conversation;
  log.warn(
    { space, channel },
    "a channel's talk is not kept, since its people cannot be told: let Hearth see it and write in it, then switch it on again",
  );
  await untilDone(() => switchOff(conversation, { signal }, parts), {
    signal,
    failed: (error) =>
      log.warn({ err: error, channel }, "the core does not yet know that a channel's talk is not kept"),
  });
}

/** People are told once of a switch, once of other days, and once of what is read back. */
export function tellOnce(
  found: KeptTalk,
  { inbox, platform, ask, now, backfillDays, ...options }: ListeningParts & { readonly backfillDays: number },
): void {
  const key = `told of ${keyOf(found)}`;
  const [since, days, back = "0", told = "0"] = inbox.noted(platform.name, key)?.split(" ") ?? [];
  const isSame = since === found.since;
  if (isSame && days === String(found.days) && (backfillDays === 0 || back === String(backfillDays))) return;
  const again = isSame ? Number(told) + 1 : 0;
  ask(noticeOf(found, { ...options, backfillDays, again, platform: platform.name, now: now() }));
  inbox.note(platform.name, key, [found.since, found.days, backfillDays, again].join(" "));
}

/** The places whose talk was kept last, as they were noted. */
export function lastKept({ inbox, platform }: Pick<ListeningOptions, "inbox" | "platform">): readonly TalkPlace[] {
  const noted = inbox.noted(platform.name, NOTE);
  return noted === undefined ? [] : JSON.parse(noted);
}

/** Notes them. */
export function noteKept({ inbox, platform, kept }: ListeningParts): void {
  inbox.note(platform.name, NOTE, JSON.stringify([...kept.values()]));
}
