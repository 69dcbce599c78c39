import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { openTalkFile, type TalkFile } from "./talk-file.ts";
import type { TalkPlaces } from "./talk-places.ts";

/** Files that are open at once: each takes up to 1 MB of memory, two descriptors, and some milliseconds to open. */
const MOST_OPEN = 256;

/** The files of places, each opened when it is needed. */
export interface TalkFiles extends Disposable {
  /** A kept place's file; undefined where it is not kept. */
  of(place: TalkPlace): TalkFile | undefined;
  /** Deletes a file, open or not, with what lies beside it. */
  remove(number: number): void;
  /** What was put aside as damaged, which nobody can delete from. */
  removeDamaged(number: number): void;
  /** Deletes the files of places that are kept no longer: a kill may have come before. */
  removeStrays(): void;
}

/** The files of a folder, named by the numbers of their places. */
export function createTalkFiles({ folder, places, log }: { folder: string; places: TalkPlaces; log: Log }): TalkFiles {
  // In the order of their last use.
  const open = new Map<number, TalkFile>();
  const pathOf = (number: number) => join(folder, `${number}.sqlite`);
  const close = (number: number) => {
    open.get(number)?.[Symbol.dispose]();
    open.delete(number);
  };
  const damagedOf = (number: number) => `${pathOf(number)}.damaged`;
  const removeDamaged = (number: number) => rmSync(damagedOf(number), { force: true });
  const openOne = (place: TalkPlace, number: number) => {
    const file = openTalkFile({ path: pathOf(number), log });
    // It may hold what is forgotten later, and what was.
    if (existsSync(damagedOf(number)) && places.get(place)?.touchedAt === undefined) places.touch(place, Date.now());
    return file;
  };
  const remove = (number: number) => {
    close(number);
    for (const end of ["", "-wal", "-shm"]) rmSync(pathOf(number) + end, { force: true });
    removeDamaged(number);
  };
  return {
    of(place) {
      const number = places.get(place)?.number;
      if (number === undefined) return undefined;
      const file = open.get(number) ?? openOne(place, number);
      open.delete(number);
      open.set(number, file);
      const [oldest = number] = open.keys();
      if (open.size > MOST_OPEN) close(oldest);
      return file;
    },
    remove,
    removeDamaged,
    removeStrays() {
      const kept = new Set(places.all().map(({ number }) => number));
      const numbers = readdirSync(folder).flatMap((name) => /^(\d+)\.sqlite/.exec(name)?.[1] ?? []);
      for (const number of new Set(numbers.map(Number))) if (!kept.has(number)) remove(number);
    },
    [Symbol.dispose]: () => [...open.keys()].forEach(close),
  };
}
