import { createHash } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { connect, Session, type Connection } from "@lancedb/lancedb";
import { readersOf } from "../chat.ts";
import type { Log } from "../log.ts";
import {
  changeTable,
  keyIn,
  openPlaceTable,
  readWindows,
  search,
  tableNames,
  type PlaceTable,
} from "./recall-lance-table.ts";
import type { TalkVectors, VectorPlace } from "./recall-vectors.ts";

/** What LanceDB may keep in memory, in bytes: of indexes (there are none), and of its files' headers. Left alone it takes 6 and 1 GB. */
const INDEX_CACHE = 50_000_000n;
const HEADER_CACHE = 100_000_000n;

/**
 * Vectors in LanceDB: a folder for the model, and in it a table for each place, which needs no index to be looked through and is small
 * enough to be written anew when rows go, so that none of their bytes stay. Vectors of other models are deleted, and a table that is
 * damaged is begun anew.
 */
export async function openTalkVectors(of: {
  readonly folder: string;
  readonly model: { readonly id: string; readonly dimensions: number };
  readonly log: Log;
}): Promise<TalkVectors> {
  const { folder, model, log } = of;
  const database = await connectFor(model, folder);
  const opened = { database, dimensions: model.dimensions, log };
  const tables = new Map<string, Promise<PlaceTable>>();
  const tableOf = (place: VectorPlace) => {
    const key = keyOf(place);
    const table = tables.get(key) ?? openPlaceTable(key, opened);
    tables.set(key, table);
    // What could not be opened is tried again.
    table.catch(() => tables.delete(key));
    return table;
  };
  /** One thing after the other in each place, so that nobody looks into a table that is being replaced. */
  const inTurn = async <Result>(place: VectorPlace, work: (own: PlaceTable) => Promise<Result>): Promise<Result> => {
    const own = await tableOf(place);
    return own.turns.add(() => work(own));
  };
  return {
    windows: (place) => inTurn(place, ({ table }) => readWindows(table)),
    change: (place, change) => inTurn(place, (own) => changeTable(own, { ...change, ...opened, key: keyOf(place) })),
    nearest: (place, vector, limit) => inTurn(place, ({ table }) => search(table, vector, limit)),
    keepOnly: async (places) => {
      const kept = new Set(places.map(keyOf));
      const gone = [...tables].filter(([key]) => !kept.has(key));
      for (const [key, own] of gone) {
        tables.delete(key);
        await (await own).turns.onIdle();
      }
      for (const name of await tableNames(database)) if (!kept.has(keyIn(name))) await database.dropTable(name);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...tables.values()].map(async (own) => (await own).turns.onIdle()));
      database.close();
    },
  };
}

/** The tables of one model. Those of others are of no use beside it. */
async function connectFor({ id }: { readonly id: string }, folder: string): Promise<Connection> {
  if (!/^[0-9a-f]{32}$/.test(id)) throw new Error("A model's id must be 32 hexadecimal digits");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(folder)) {
    if (name !== id) await rm(join(folder, name), { recursive: true, force: true });
  }
  return connect(join(folder, id), { session: new Session(INDEX_CACHE, HEADER_CACHE) });
}

/** No name of a place stands on the disk. */
function keyOf(place: VectorPlace): string {
  return createHash("sha256")
    .update(`${readersOf(place)} ${place.since}`)
    .digest("hex")
    .slice(0, 32);
}
