import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** What no index has used for so long is dropped: vectors of text that is gone, and those of models that are not used any more. */
const KEEP_DAYS = 7;
const DAY_MS = 24 * 60 * 60_000;
/** Another process may be writing; nobody waits long for that, as a vector can be made again. */
const BUSY_MS = 500;
/** Counts up when the tables change; a file of another version is started anew. */
const VERSION = 1;
/** SQLite's codes for a damaged file, and for one that is no database. */
const DAMAGED: readonly number[] = [11, 26];

const TABLES = `
  CREATE TABLE IF NOT EXISTS vectors (number INTEGER PRIMARY KEY, vector BLOB NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS texts (
    model TEXT NOT NULL, hash BLOB NOT NULL, used INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (model, hash)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS checks (place TEXT PRIMARY KEY, day INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS standings (
    place TEXT PRIMARY KEY, model TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};`;

/**
 * Vectors by embedding model and by what was embedded, so that nothing is embedded twice. All indexes of a data folder share it. It can
 * be deleted at any time: a vector that is not here is made again. Nothing here throws over the file's state.
 */
export interface VectorCache extends Disposable {
  /** The model's vector of each text, by the text's SHA-256, in their order. They count as used. */
  get(model: string, hashes: readonly Uint8Array[]): (Float32Array | undefined)[];
  /** Keeps vectors, at half the precision: a cosine changes by less than 0.001. */
  put(model: string, entries: readonly { readonly hash: Uint8Array; readonly vector: Float32Array }[]): void;
  /** Whether it is time for a place to say what it uses: once a day. */
  isDue(place: string): boolean;
  /** Says that a place has said what it uses, by `get`; what nobody has used for a week is dropped. */
  checked(place: string): void;
  /** How many passages of a place had their vectors when it was last looked at, so that this can be told before a model is loaded. */
  standing(place: string): Standing | undefined;
  stand(place: string, standing: Standing): void;
}

/** Passages with their vectors, of how many, and the name of the model that made them. */
export interface Standing {
  readonly model: string;
  readonly done: number;
  readonly total: number;
}

/** Opens the cache in a file, which is made where there is none. `now` gives milliseconds since 1970. */
export function openVectorCache(options: CacheOptions): VectorCache {
  const kept = openSafely(options);
  const attempt = <Result>(work: (database: DatabaseSync) => Result) => kept.attempt(work);
  const today = () => Math.floor(options.now() / DAY_MS);
  return {
    get: (model, hashes) =>
      attempt((open) => getAll(open, { model, hashes, today: today() })) ?? hashes.map(() => undefined),
    put(model, entries) {
      attempt((open) => putAll(open, { model, entries, today: today() }));
    },
    isDue: (place) =>
      attempt((open) => {
        const row = open.prepare("SELECT day FROM checks WHERE place = ?").get(place);
        return Number(row?.["day"] ?? 0) < today();
      }) ?? false,
    checked(place) {
      attempt((open) => {
        open.prepare("INSERT OR REPLACE INTO checks VALUES (?, ?)").run(place, today());
        dropUnused(open, today() - KEEP_DAYS);
      });
    },
    standing: (place) =>
      attempt((open) => {
        const row = open.prepare("SELECT model, done, total FROM standings WHERE place = ?").get(place);
        return row && { model: String(row["model"]), done: Number(row["done"]), total: Number(row["total"]) };
      }),
    stand(place, { model, done, total }) {
      attempt((open) =>
        open.prepare("INSERT OR REPLACE INTO standings VALUES (?, ?, ?, ?)").run(place, model, done, total),
      );
    },
    [Symbol.dispose]: () => kept.close(),
  };
}

interface CacheOptions {
  readonly file: string;
  readonly now: () => number;
  readonly onWarning?: (sentence: string) => void;
}

/** The file, and a way to do work on it in one transaction, which gives undefined where the file could not be used. */
function openSafely(options: CacheOptions) {
  let database = openOrRenew(options);
  return {
    attempt<Result>(work: (database: DatabaseSync) => Result): Result | undefined {
      try {
        return database && inOneStep(database, work);
      } catch (error) {
        const code = codeOfSqlite(error);
        if (DAMAGED.includes(code)) {
          database?.close();
          database = renew(options);
        } else if (code !== BUSY) options.onWarning?.("vectors could not be kept for later; the disk may be full");
        return undefined;
      }
    },
    close: () => database?.close(),
  };
}

function getAll(
  database: DatabaseSync,
  { model, hashes, today }: { readonly model: string; readonly hashes: readonly Uint8Array[]; readonly today: number },
): (Float32Array | undefined)[] {
  const find = database.prepare(
    "SELECT used, vector FROM texts JOIN vectors USING (number) WHERE model = ? AND hash = ?",
  );
  const use = database.prepare("UPDATE texts SET used = ? WHERE model = ? AND hash = ?");
  return hashes.map((hash) => {
    const row = find.get(model, hash);
    const vector = row?.["vector"];
    if (!(vector instanceof Uint8Array)) return undefined;
    if (Number(row?.["used"]) < today) use.run(today, model, hash);
    return Float32Array.from(new Float16Array(vector.slice().buffer));
  });
}

function putAll(
  database: DatabaseSync,
  given: { readonly model: string; readonly entries: Parameters<VectorCache["put"]>[1]; readonly today: number },
): void {
  const { model, entries, today } = given;
  const find = database.prepare("SELECT 1 FROM texts WHERE model = ? AND hash = ?");
  const addVector = database.prepare("INSERT INTO vectors (vector) VALUES (?)");
  const addText = database.prepare("INSERT INTO texts VALUES (?, ?, ?, ?)");
  for (const { hash, vector } of entries) {
    if (find.get(model, hash)) continue;
    const { lastInsertRowid } = addVector.run(new Uint8Array(Float16Array.from(vector).buffer));
    addText.run(model, hash, today, lastInsertRowid);
  }
}

function dropUnused(database: DatabaseSync, before: number): void {
  database.prepare("DELETE FROM vectors WHERE number IN (SELECT number FROM texts WHERE used < ?)").run(before);
  database.prepare("DELETE FROM texts WHERE used < ?").run(before);
}

function inOneStep<Result>(database: DatabaseSync, work: (database: DatabaseSync) => Result): Result {
  database.exec("BEGIN IMMEDIATE");
  try {
    const result = work(database);
    database.exec("COMMIT");
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
}

type Place = Pick<CacheOptions, "file" | "onWarning">;

function openOrRenew(place: Place): DatabaseSync | undefined {
  try {
    return openDatabase(place.file);
  } catch (error) {
    if (DAMAGED.includes(codeOfSqlite(error))) return renew(place);
    place.onWarning?.(UNUSABLE);
    return undefined;
  }
}

const UNUSABLE =
  "vectors cannot be kept for later; the rights of the data folder may be wrong, or another process holds the file";

/** Deletes the file and starts anew; undefined where not even that can be done: then nothing is kept. */
function renew({ file, onWarning }: Place): DatabaseSync | undefined {
  try {
    for (const end of ["", "-wal", "-shm"]) rmSync(file + end, { force: true });
    onWarning?.("the kept vectors were damaged and are started anew; what is missing is embedded again");
    return openDatabase(file);
  } catch {
    onWarning?.(UNUSABLE);
    return undefined;
  }
}

function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const database = new DatabaseSync(file, { timeout: BUSY_MS });
  try {
    // What a power failure takes back is made again.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON");
    const version = Number(database.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version === 0) database.exec(TABLES);
    else if (version !== VERSION) throw Object.assign(new Error("It is of another version"), { errcode: DAMAGED[0] });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** SQLite's code for a file that another process is writing. */
const BUSY = 5;

function codeOfSqlite(error: unknown): number {
  // The higher bits say more than is needed.
  return error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : 0;
}
