import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { readersOf } from "../chat.ts";
import { DAY_MS, type KeptPlace, type TalkRecord, type Unsettled } from "./record.ts";
import type { TalkVectors, TalkWindow } from "./recall-vectors.ts";
import type { TalkEmbedder } from "./talk-meaning.ts";
import { windowsOf, windowText } from "./windows.ts";

/** Windows that are embedded in one step: what is asked meanwhile waits for one step at most. */
const STEP = 16;
/** Windows that are written in one change. */
const BATCH = 256;
/** More are not said in a day. */
const MOST_A_DAY = 50_000;

/** What one run works with. */
export interface Following {
  readonly record: TalkRecord;
  readonly embedder: TalkEmbedder;
  readonly vectors: TalkVectors;
  /** Places whose days were compared with those that have vectors, since this process began; a run adds to it. */
  readonly checked: Set<string>;
  /** Whether the run is to end early, since another one has something to take out. */
  readonly isHurried: () => boolean;
  readonly signal: AbortSignal;
}

/** A window that needs its vector. */
type Wanted = Omit<TalkWindow, "vector"> & { readonly text: string };

/** Takes out of every place's vectors what goes. A place that fails keeps no other one waiting; gives those that did not, and the failures. */
export async function takeOutAll(
  run: Following,
): Promise<{ places: readonly KeptPlace[]; failures: readonly unknown[] }> {
  const all = run.record.places();
  await run.vectors.keepOnly(all);
  const [places, failures]: [KeptPlace[], unknown[]] = [[], []];
  for (const place of all) {
    try {
      await checkDays(place, run);
      await takeOut(place, run);
      places.push(place);
    } catch (error) {
      run.signal.throwIfAborted();
      failures.push(error);
    }
  }
  return { places, failures };
}

/** Embeds what is new in places. */
export async function embedAll(places: readonly KeptPlace[], run: Following): Promise<void> {
  for (const place of places) if (!run.isHurried()) await embedPlace(place, run);
}

/** Once for each place: days that have vectors and no messages, or the other way, are taken for changed. */
async function checkDays(place: KeptPlace, { record, vectors, checked, signal }: Following): Promise<void> {
  const key = `${readersOf(place)} ${place.since}`;
  if (checked.has(key)) return;
  signal.throwIfAborted();
  const embedded = new Set((await vectors.windows(place)).values());
  const said = new Set(record.days(place));
  const differing = [...embedded.symmetricDifference(said)];
  if (differing.length > 0) record.unsettle(place, differing);
  checked.add(key);
}

async function takeOut(place: KeptPlace, run: Following): Promise<void> {
  const { record, vectors } = run;
  const days = record.unsettled(place).map(({ day }) => day);
  const known = days.length > 0 ? await vectors.windows(place) : new Map<string, number>();
  const going = new Set([...known].flatMap(([id, day]) => (days.includes(day) ? [id] : [])));
  const embedded = new Set(known.values());
  for (const day of days) {
    if (embedded.has(day)) for (const { id } of await windowsOn(day, place, run)) going.delete(id);
  }
  if (going.size > 0) await vectors.change(place, { added: [], removed: [...going] });
}

async function embedPlace(place: KeptPlace, run: Following): Promise<void> {
  const { record, vectors } = run;
  const unsettled = record.unsettled(place);
  if (unsettled.length === 0) return;
  const known = await vectors.windows(place);
  let [days, missing]: [Unsettled[], Wanted[]] = [[], []];
  const write = async () => {
    const added = await embedWindows(missing, run);
    if (added.length > 0) await vectors.change(place, { added, removed: [] });
    record.settle(place, days);
    [days, missing] = [[], []];
  };
  for (const one of unsettled) {
    missing.push(...(await windowsOn(one.day, place, run)).filter(({ id }) => !known.has(id)));
    days.push(one);
    if (missing.length >= BATCH) await write();
    if (run.isHurried()) return;
  }
  await write();
}

/** The windows of a day's messages. Each is known by what it says, so that an edited one is another. */
async function windowsOn(day: number, place: KeptPlace, { record, signal }: Following): Promise<Wanted[]> {
  // Other work goes on between two days.
  await setImmediate();
  signal.throwIfAborted();
  const messages = record.between(place, { from: day * DAY_MS, to: (day + 1) * DAY_MS, most: MOST_A_DAY });
  const said = messages.filter(({ text }) => text.trim() !== "");
  const windows = windowsOf(said).map((window) => {
    const text = windowText(window);
    const ids = window.messages.map(({ id }) => id);
    const id = createHash("sha256")
      .update(JSON.stringify([ids, text]))
      .digest("hex")
      .slice(0, 32);
    return { id, day, messages: ids, text };
  });
  return [...new Map(windows.map((window) => [window.id, window])).values()];
}

async function embedWindows(windows: readonly Wanted[], { embedder, signal }: Following): Promise<TalkWindow[]> {
  const made: TalkWindow[] = [];
  for (let start = 0; start < windows.length; start += STEP) {
    signal.throwIfAborted();
    const step = windows.slice(start, start + STEP);
    const texts = step.map(({ text }) => text);
    const vectors = await embedder.embed(texts, { as: "passage", wanted: "in the background", signal });
    for (const [row, { id, day, messages }] of step.entries()) {
      const vector = vectors[row];
      if (!vector) throw new Error("The embedding model gave fewer vectors than there are texts");
      made.push({ id, day, messages, vector });
    }
  }
  return made;
}
