import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { connectLance, type LancePlace } from "./lance-place.ts";

const TABLE = "writer";
/** How often a claim is renewed, or looked at. */
const BEAT_MS = 20_000;
/** How soon it is tried again after a failure. */
const AGAIN_MS = 5_000;
/** A claim that was not renewed for so long belongs to nobody any more. */
const EXPIRES_MS = 70_000;
/** Whoever could not renew its claim for so long stops writing, well before another may begin. */
const HOLDS_MS = 45_000;
/** The claim's table is tidied after so many renewals, and keeps about as many old versions. */
const KEEP_BEATS = 20;
/** Giving a claim back may take this long. */
const RELEASE_MS = 1_000;

/** The one row of the table: who writes ("" when nobody does), and how often that was renewed. */
interface Row {
  readonly holder: string;
  readonly beat: number;
}

/** The right to write an index that other machines can write too. */
export interface Claim extends AsyncDisposable {
  /** Once it is known for the first time who holds it, or that the storage cannot be asked. */
  readonly settled: Promise<void>;
  isHeld(): boolean;
  /** The machine of who holds it, where that is another. */
  heldBy(): string | undefined;
}

interface ClaimOptions {
  readonly place: LancePlace;
  /** Whether this process may try, now. */
  readonly mayTry: () => boolean;
  /** A folder of this machine's that this process keeps. */
  readonly folder: string;
  /** Told when the claim comes, and when it is lost. */
  readonly onChange?: (isHeld: boolean) => void;
  readonly beatMs?: number;
}

/**
 * Claims the right to write an index on storage, and renews that until it is disposed of. Who finds another's claim waits until it is
 * given back, or was not renewed for over a minute, as measured on the own clock alone. It rests on the storage writing an object only if
 * there is none yet; where it cannot do that, two may hold the claim until the next renewal.
 */
export function openClaim(options: ClaimOptions): Claim {
  const { beatMs = BEAT_MS } = options;
  const { beat, release, isHeld, heldBy } = createKeeping(options, beatMs);
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  const beatOn = async (): Promise<void> => {
    const isWell = await beat();
    if (isClosed) return;
    const again = () => void (working = beatOn());
    timer = setTimeout(again, isWell ? beatMs : Math.min(AGAIN_MS, beatMs));
    timer.unref();
  };
  const settled = beatOn();
  let working = settled;
  return {
    settled,
    isHeld,
    heldBy,
    async [Symbol.asyncDispose]() {
      isClosed = true;
      clearTimeout(timer);
      await working;
      await release();
    },
  };
}

/** What is known of the claim, and each step of keeping it. */
function createKeeping({ place, mayTry, folder, onChange }: ClaimOptions, beatMs: number) {
  const stored = openRow(place);
  const scale = beatMs / BEAT_MS;
  const { attempt, seen } = createAttempts(stored, { folder, expiresMs: EXPIRES_MS * scale, beatMs });
  let renewedAt: number | undefined;
  const isHeld = () => renewedAt !== undefined && Date.now() - renewedAt < HOLDS_MS * scale;
  const beat = async (): Promise<boolean> => {
    const before = isHeld();
    let isWell = true;
    try {
      const isOwn = mayTry() && (await attempt(renewedAt !== undefined));
      renewedAt = isOwn ? Date.now() : undefined;
    } catch {
      // Storage that is away leaves the claim as it is, until it runs out; the index says what is wrong with it.
      isWell = false;
      stored.forget();
    }
    if (isHeld() !== before) onChange?.(isHeld());
    return isWell;
  };
  const release = async (): Promise<void> => {
    const row = seen();
    const given = isHeld() && row ? stored.change(row, { holder: "", beat: row.beat + 1 }) : undefined;
    renewedAt = undefined;
    const late = new Promise((resolve) => setTimeout(resolve, RELEASE_MS).unref());
    await Promise.race([given?.catch(() => {}), late]);
    stored.close();
  };
  const heldBy = () => (isHeld() ? undefined : machineOf(seen()?.holder ?? ""));
  return { isHeld, heldBy, beat, release };
}

/** Attempts to make the row one's own, or to renew it as that, each giving whether it is. */
function createAttempts(
  stored: ReturnType<typeof openRow>,
  { folder, expiresMs, beatMs }: { readonly folder: string; readonly expiresMs: number; readonly beatMs: number },
) {
  let own: string | undefined;
  /** The row as it was seen last, and since when it has not changed. */
  let seen: (Row & { readonly since: number }) | undefined;
  const look = async (): Promise<Row & { readonly since: number }> => {
    const { holder, beat } = await stored.read();
    if (holder !== seen?.holder || beat !== seen.beat) seen = { holder, beat, since: Date.now() };
    return seen;
  };
  /** `isRenewal`: it was held before, and so has to be as it was left. */
  const attempt = async (isRenewal: boolean): Promise<boolean> => {
    own ??= ownName(folder);
    const before = seen;
    const row = await look();
    const isOwn = row.holder === own && (!isRenewal || row.beat === before?.beat);
    const isFree = row.holder === "" || Date.now() - row.since > expiresMs;
    if (!isOwn && !isFree) return false;
    await stored.change(row, { holder: own, beat: row.beat + 1 });
    // What is stored now decides, also where two could write at once.
    const now = await look();
    // What cannot be tidied now can be the next time.
    if (now.beat % KEEP_BEATS === 0) await stored.tidy(KEEP_BEATS * beatMs).catch(() => {});
    return now.holder === own;
  };
  return { attempt, seen: () => seen };
}

/** The row on storage, in a table that is made when it is first looked at. */
function openRow(place: LancePlace) {
  let database: Connection | undefined;
  let table: Table | undefined;
  const forget = () => {
    table?.close();
    table = undefined;
  };
  return {
    async read(): Promise<Row> {
      database ??= await connectLance(place);
      table ??= await openTable(database);
      await table.checkoutLatest();
      const [row]: Row[] = await table.query().toArray();
      return row ?? { holder: "", beat: 0 };
    },
    /** Changes the row where it is still as it was. */
    async change(from: Row, to: Row): Promise<void> {
      await table?.update({ where: `holder = '${from.holder}' AND beat = ${from.beat}`, values: { ...to } });
    },
    async tidy(keepMs: number): Promise<void> {
      await table?.optimize({ cleanupOlderThan: new Date(Date.now() - keepMs) });
    },
    /** Lets go of a table that may be there no more. */
    forget,
    close() {
      forget();
      database?.close();
    },
  };
}

async function openTable(database: Connection): Promise<Table> {
  const open = async () => ((await database.tableNames()).includes(TABLE) ? database.openTable(TABLE) : undefined);
  const found = await open();
  if (found) return found;
  try {
    return await database.createTable(TABLE, [{ holder: "", beat: 0 }]);
  } catch (error) {
    // Another was first.
    const made = await open();
    if (made) return made;
    throw error;
  }
}

/** A name of this data folder on this machine, which outlives the process: after a crash the claim is still its own. */
function ownName(folder: string): string {
  const file = join(folder, "writer-id");
  if (!existsSync(file)) writeFileSync(file, randomUUID(), { mode: 0o600 });
  const id = readFileSync(file, "utf8").replaceAll(/[^\w-]/g, "");
  return `${id}@${hostname().replaceAll(/[^\w.-]/g, "-")}`;
}

function machineOf(holder: string): string | undefined {
  return holder.split("@")[1];
}
