import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openClaim } from "../../src/knowledge/lance-claim.ts";
import { connectLance } from "../../src/knowledge/lance-place.ts";
import { sharedStorage, type SharedStorage } from "../helpers/shared-storage.ts";

const QUICK_MS = 200;
const soon = { timeout: 30_000 };

/** A machine that may write: its own folder and its own way to the storage. */
async function machine(storage: SharedStorage, name: string) {
  const folder = join(storage.folder, name);
  mkdirSync(folder, { recursive: true });
  const way = await storage.open();
  const { place } = way.shared;
  const claim = async () => {
    const opened = openClaim({ place, folder, mayTry: () => true, beatMs: QUICK_MS });
    await opened.settled;
    return opened;
  };
  return { claim, place, way };
}

describe("the claim to write an index", { timeout: 60_000 }, () => {
  it("is one machine's at a time, and passes to another when it is given back", async () => {
    await using storage = await sharedStorage();
    const [one, other] = [await machine(storage, "one"), await machine(storage, "other")];
    const first = await one.claim();
    expect(first.isHeld()).toBe(true);
    await using second = await other.claim();
    expect(second.isHeld()).toBe(false);
    expect(second.heldBy()).toMatch(/^[\w.-]+$/);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => second.isHeld(), soon).toBe(true);
    expect(first.isHeld()).toBe(false);
  });

  it("goes to exactly one of many that ask at once", async () => {
    await using storage = await sharedStorage();
    const machines = await Promise.all(["a", "b", "c", "d"].map((name) => machine(storage, name)));
    const claims = await Promise.all(machines.map(({ claim }) => claim()));
    expect(claims.filter((claim) => claim.isHeld())).toHaveLength(1);
    for (const claim of claims) await claim[Symbol.asyncDispose]();
  });

  it("runs out when who had it says nothing more, and is never held by two", async () => {
    await using storage = await sharedStorage();
    const [one, other] = [await machine(storage, "one"), await machine(storage, "other")];
    const first = await one.claim();
    await using second = await other.claim();
    expect([first.isHeld(), second.isHeld()]).toEqual([true, false]);
    // Its way to the storage is gone, as if its cable were cut.
    await one.way[Symbol.asyncDispose]();
    const seen: (readonly [boolean, boolean])[] = [];
    await expect
      .poll(
        () => {
          seen.push([first.isHeld(), second.isHeld()]);
          return second.isHeld();
        },
        { ...soon, interval: 20 },
      )
      .toBe(true);
    expect(seen.filter(([had, has]) => had && has)).toEqual([]);
    await first[Symbol.asyncDispose]();
  });

  it("is a machine's own again at once after it died", async () => {
    await using storage = await sharedStorage();
    const one = await machine(storage, "one");
    // Never disposed of, and no longer renewed.
    const dead = openClaim({
      place: one.place,
      folder: join(storage.folder, "one"),
      mayTry: () => true,
      beatMs: 60_000,
    });
    await dead.settled;
    expect(dead.isHeld()).toBe(true);
    await using again = await one.claim();
    expect(again.isHeld()).toBe(true);
  });

  it("is kept by the one that is stored where two could write at once", async () => {
    await using storage = await sharedStorage({ conditional: false });
    const [one, other] = [await machine(storage, "one"), await machine(storage, "other")];
    const claims = await Promise.all([one.claim(), other.claim()]);
    await expect.poll(() => claims.filter((claim) => claim.isHeld()).length, soon).toBe(1);
    for (const claim of claims) await claim[Symbol.asyncDispose]();
  });

  it("keeps few versions of its own", async () => {
    await using storage = await sharedStorage();
    const one = await machine(storage, "one");
    await using claim = openClaim({
      place: one.place,
      folder: join(storage.folder, "one"),
      mayTry: () => true,
      beatMs: 100,
    });
    await claim.settled;
    const database = await connectLance(one.place);
    const table = await database.openTable("writer");
    await expect.poll(() => table.version(), { timeout: 50_000 }).toBeGreaterThan(45);
    await expect.poll(async () => (await table.listVersions()).length, soon).toBeLessThan(30);
    await expect.poll(() => claim.isHeld(), soon).toBe(true);
    database.close();
  });
});
