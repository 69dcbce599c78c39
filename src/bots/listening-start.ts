import type { KeptTalk } from "../brain/channel-brain.ts";
import { readersOf } from "../chat.ts";
import type { KeptChannel } from "../config-talk.ts";
import { askedIn } from "./listening-notice.ts";
import { keyOf } from "./listening-progress.ts";
import { noteKept, switchOn, tellOnce, type ListeningParts } from "./listening-switch.ts";
import { untilDone } from "./serve-again.ts";

/** Asks the core which places' talk is kept, and goes on with what an earlier run left; then switches on what the configuration names. Never rejects. */
export async function beginListening(parts: ListeningParts): Promise<void> {
  const { platform, brain, handover, settings, log, signal } = parts;
  handover.wake();
  let found: readonly KeptTalk[] = [];
  const learn = async () => {
    const before = [...parts.kept.keys()];
    found = await brain.keptTalk({ platform: platform.name }, { signal });
    takeUp(found, { ...parts, before });
  };
  await untilDone(learn, {
    signal,
    failed: (error) => log.warn({ err: error }, "the core does not yet say which channels' talk is kept"),
  });
  const configured = settings.channels.filter((one) => one.platform === platform.name);
  const begun = configured.map((one) =>
    untilDone(() => switchOnConfigured(one, { ...parts, found }), {
      signal,
      failed: (error) => log.warn({ err: error, channel: one.channel }, "a channel's talk could not be kept yet"),
    }),
  );
  await Promise.all(begun);
}

/** `before`: what was kept when the core was asked; what was switched on since is not among what it found. */
function takeUp(
  found: readonly KeptTalk[],
  { before, ...parts }: ListeningParts & { readonly before: readonly string[] },
): void {
  const { kept, off, settings, backfill } = parts;
  const places = found.filter((place) => !off.has(keyOf(place)));
  for (const { platform, space, channel } of places) {
    kept.set(keyOf({ space, channel }), { platform, space, channel });
  }
  const named = new Set(settings.channels.map(keyOf));
  const there = new Set([...places.map(keyOf), ...named]);
  for (const key of before) if (!there.has(key)) kept.delete(key);
  noteKept(parts);
  backfill.resume([...kept.values()]);
  // An earlier run may have been killed before it told them.
  for (const place of places) if (!named.has(keyOf(place))) tellOnce(place, { ...parts, backfillDays: 0 });
}

async function switchOnConfigured(
  { days, backfillDays, ...place }: KeptChannel,
  { found, ...parts }: ListeningParts & { readonly found: readonly KeptTalk[] },
): Promise<void> {
  const { platform, backfill, kept, off, log, now, signal } = parts;
  const key = keyOf(place);
  const known = found.find((one) => keyOf(one) === key);
  const back = backfill.reading(place) === undefined ? backfillDays : 0;
  const isAsNamed = known?.days === days && back === 0;
  if (isAsNamed && !off.has(key)) return tellOnce(known, { ...parts, backfillDays: 0 });
  const asked = askedIn(place, { id: `memory of ${key}`, platform: platform.name, now: now() });
  const readable = await platform.clearance(asked, { signal });
  if (off.has(key)) return;
  if (readable.includes(readersOf(place))) {
    await switchOn(place, { by: "configuration", days, backfillDays: back, signal }, parts);
    return;
  }
  log.warn(
    { ...place },
    "what is said in a channel under memory.channels is not kept: Hearth cannot see it, or people of elsewhere can; take it out there, or let Hearth in",
  );
  if (known) return;
  kept.delete(key);
  noteKept(parts);
}
