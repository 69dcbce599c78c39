import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import type { TalkRecord } from "./record.ts";
import { createWrites, tendPlace } from "./record-writes.ts";
import type { TalkFile } from "./talk-file.ts";
import { createTalkFiles, type TalkFiles } from "./talk-files.ts";
import { openOptOuts } from "./talk-opt-outs.ts";
import { openTalkPlaces } from "./talk-places.ts";
import {
  findIn,
  readAround,
  readBetween,
  readCount,
  readDays,
  readLast,
  readMessages,
  readNames,
  readUnsettled,
} from "./talk-reads.ts";

/** A place is looked after so often. */
const TEND_MS = 60 * 60_000;

/**
 * The record in a folder: one file that says which places are kept, one that says who opted out, and one for each place. So what was said
 * in one place is never looked through for another, what is dropped goes with its file, and a file is small enough to be written anew at
 * once. Throws SQLite's error where it cannot be used (see isBusy).
 */
export function openTalkRecord({ folder, log }: { readonly folder: string; readonly log: Log }): TalkRecord {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const places = openTalkPlaces({ path: join(folder, "places.sqlite"), log });
  const optOuts = openOptOuts({ path: join(folder, "opted-out.sqlite"), log });
  const files = createTalkFiles({ folder, places, log });
  files.removeStrays();
  const tended = new Map<number, number>();
  return {
    ...createReads(files),
    ...createWrites({ places, files, optOuts }),
    keepPlace: (place) => places.put(place),
    places: () => places.all(),
    optOut: (person, isOut) => optOuts.optOut(person, isOut),
    isOut: (person) => optOuts.isOut(person),
    tend: (now, onGoing) => {
      const due = places.all().find(({ number }) => (tended.get(number) ?? 0) <= now - TEND_MS);
      if (due) tended.set(due.number, now);
      return due && tendPlace(due, { places, files, now, onGoing });
    },
    settle: (place, days) => {
      for (const { day, times } of days)
        files.of(place)?.query("DELETE FROM unsettled WHERE day = ? AND times = ?").run(day, times);
    },
    unsettle: (place, days) => files.of(place)?.unsettle(days),
    [Symbol.dispose]() {
      files[Symbol.dispose]();
      places[Symbol.dispose]();
      optOuts[Symbol.dispose]();
    },
  };
}

type Reads = "count" | "between" | "messages" | "lastOf" | "names" | "find" | "around" | "unsettled" | "days";

/** What the record says of a place; nothing of one that is not kept. */
function createReads(files: TalkFiles): Pick<TalkRecord, Reads> {
  const read = <Result>(place: TalkPlace, none: Result, from: (query: TalkFile["query"]) => Result): Result => {
    const file = files.of(place);
    return file ? from(file.query) : none;
  };
  return {
    count: (place) => read(place, { messages: 0 }, readCount),
    between: (place, stretch) => read(place, [], (query) => readBetween(query, { place, ...stretch })),
    messages: (place, ids) => read(place, [], (query) => readMessages(query, place, ids)),
    lastOf: (place, authorId) => read(place, undefined, (query) => readLast(query, authorId)),
    names: (place, words) => read(place, [], (query) => readNames(query, words)),
    find: (place, sought) => read(place, [], (query) => findIn(query, sought)),
    around: (place, of) => read(place, [], (query) => readAround(query, { place, ...of })),
    unsettled: (place) => read(place, [], readUnsettled),
    days: (place) => read(place, [], readDays),
  };
}
