import { mkdir, rm } from "node:fs/promises";
import { connect, Session, type Connection } from "@lancedb/lancedb";

/** Where LanceDB keeps its tables: a folder of this machine, or a place on S3-compatible storage. */
export type LancePlace = { readonly folder: string } | { readonly s3: StoragePlace };

/** A place on S3-compatible storage, and how it is reached. */
export interface StoragePlace {
  /** "s3://bucket/prefix". */
  readonly uri: string;
  /** LanceDB's storage options: endpoint, credentials, the way there. */
  readonly options: Readonly<Record<string, string>>;
  /** Why the storage could not be used at some time since `at` (of performance.now), as a sentence; undefined when it could. */
  readonly whyFailed: (at: number) => string | undefined;
}

/** A place of its own within a place. */
export function lancePlaceIn(place: LancePlace, name: string): LancePlace {
  return "s3" in place
    ? { s3: { ...place.s3, uri: `${place.s3.uri}/${name}` } }
    : { folder: `${place.folder}/${name}` };
}

/** How old what is read on storage may be, as each look for a new version is a request. */
const STORAGE_READ_SECONDS = 2;
/** What LanceDB may keep in memory of a place, in bytes: of its indexes, and of its files' headers. Left alone it takes 6 and 1 GB. */
const INDEX_CACHE = 1_000_000_000n;
const HEADER_CACHE = 250_000_000n;

/** Connects to the tables of a place, the folder being made where there is none. A folder's tables are always read at their newest. */
export async function connectLance(place: LancePlace): Promise<Connection> {
  const session = new Session(INDEX_CACHE, HEADER_CACHE);
  if ("s3" in place) {
    const { uri, options } = place.s3;
    const storageOptions = { ...options };
    return connect(uri, { storageOptions, readConsistencyInterval: STORAGE_READ_SECONDS, session });
  }
  const { folder } = place;
  if (folder.includes("://")) throw new Error("The index must be in a folder on this machine");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return connect(folder, { readConsistencyInterval: 0, session });
}

/** Takes everything out of a place, which can then be connected to again. For the one process that may write there. */
export async function emptyLance(place: LancePlace): Promise<void> {
  if ("folder" in place) return rm(place.folder, { recursive: true, force: true });
  const database = await connectLance(place);
  try {
    for (const name of await database.tableNames()) await database.dropTable(name);
  } finally {
    database.close();
  }
}
