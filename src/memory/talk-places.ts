import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { readersOf, type TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import { openSqliteFile } from "../sqlite-file.ts";
import type { KeptPlace } from "./record.ts";

/** A place with the number of its file. `touchedAt`: since when its file may hold bytes of what was deleted or changed. */
export interface NumberedPlace extends KeptPlace {
  readonly number: number;
  readonly touchedAt?: number;
}

/** Which places are kept; none of what was said. */
export interface TalkPlaces extends Disposable {
  all(): readonly NumberedPlace[];
  get(place: TalkPlace): NumberedPlace | undefined;
  put(place: KeptPlace): void;
  remove(place: TalkPlace): void;
  /** Notes that something is about to be deleted or changed in a place's file, or (null) that it was written anew. */
  touch(place: TalkPlace, at: number | null): void;
}

const TABLES = `
  CREATE TABLE IF NOT EXISTS places (
    number INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL,
    since INTEGER NOT NULL, by TEXT NOT NULL, days REAL NOT NULL, touched_at INTEGER, UNIQUE (platform, space, channel)) STRICT;`;
const PLACE = "platform = :platform AND space = :space AND channel = :channel";
const PUT = `
  INSERT INTO places (platform, space, channel, since, by, days) VALUES (:platform, :space, :channel, :since, :by, :days)
  ON CONFLICT (platform, space, channel) DO UPDATE SET days = excluded.days, by = excluded.by`;

const PLATFORMS: readonly TalkPlace["platform"][] = ["discord", "slack", "web", "terminal"];

type Values = Record<string, SQLInputValue>;

/** Opens the list of places. Throws SQLite's error where the file cannot be used. */
export function openTalkPlaces({ path, log }: { readonly path: string; readonly log: Log }): TalkPlaces {
  const name = "the list of channels whose talk is kept";
  // What people consented to, and took back, has to outlive a power failure.
  const database = openSqliteFile({ path, name, version: 1, tables: TABLES, synchronous: "FULL" }, { log });
  let places = readPlaces(database);
  const change = (query: string, values: Values) => {
    database.prepare(query).run(values);
    places = readPlaces(database);
  };
  return {
    all: () => [...places.values()],
    get: (place) => places.get(readersOf(place)),
    put: ({ since, by, days, ...place }) => change(PUT, { ...valuesOf(place), since, by, days }),
    remove: (place) => change(`DELETE FROM places WHERE ${PLACE}`, valuesOf(place)),
    touch: (place, at) => change(`UPDATE places SET touched_at = :at WHERE ${PLACE}`, { ...valuesOf(place), at }),
    [Symbol.dispose]: () => database.close(),
  };
}

function valuesOf({ platform, space, channel }: TalkPlace): Values {
  return { platform, space, channel };
}

function readPlaces(database: DatabaseSync): Map<string, NumberedPlace> {
  const rows = database.prepare("SELECT * FROM places ORDER BY number").all();
  return new Map(rows.flatMap(toPlace).map((place) => [readersOf(place), place]));
}

function toPlace(row: Record<string, SQLOutputValue>): NumberedPlace[] {
  const platform = PLATFORMS.find((name) => name === row["platform"]);
  if (!platform) return [];
  const [space = "", channel = "", by = ""] = ["space", "channel", "by"].map((column) => String(row[column]));
  const [since = 0, days = 0, number = 0] = ["since", "days", "number"].map((column) => Number(row[column]));
  const touchedAt = row["touched_at"];
  return [
    { platform, space, channel, since, by, days, number, ...(touchedAt !== null && { touchedAt: Number(touchedAt) }) },
  ];
}
