import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Knowledge } from "../../src/knowledge/knowledge.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { openLanceIndex } from "../../src/knowledge/lance.ts";
import { lancePlaceIn } from "../../src/knowledge/lance-place.ts";
import { followIndex, openWhenNeeded, standingOf } from "../../src/knowledge/shared-index.ts";
import { silentLog } from "../../src/log.ts";
import { UserError } from "../../src/user-error.ts";
import { indexed } from "../contracts/passage-index.ts";
import { scratch } from "../helpers/hearth.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import { folderOf } from "../helpers/read-brain.ts";
import { sharedStorage, type SharedStorage } from "../helpers/shared-storage.ts";

const signal = AbortSignal.timeout(600_000);
const soon = { timeout: 30_000 };
const team = { clearance: ["team"], limit: 10, signal } as const;

/** A Hearth on a machine of its own that shares the index. */
async function machine(
  storage: SharedStorage,
  name: string,
  given: { readonly access: "read" | "write"; readonly docs?: string; readonly onChanged?: () => void },
): Promise<Knowledge> {
  await using stack = new AsyncDisposableStack();
  const way = stack.use(await storage.open({ access: given.access }));
  const knowledge = stack.use(
    await openKnowledge({
      dataFolder: join(storage.folder, name),
      folders: given.docs === undefined ? [] : [folderOf(given.docs)],
      watch: true,
      log: silentLog(),
      shared: way.shared,
      ...(given.onChanged && { onChanged: given.onChanged }),
    }),
  );
  const owned = stack.move();
  return { ...knowledge, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const paths = async (knowledge: Knowledge, words: string) =>
  (await knowledge.lookup(words, team)).map(({ passage }) => passage.path).toSorted();

describe("an index that several share", { timeout: 120_000 }, () => {
  it("is written by one, and read by others that need not know the documents", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using storage = await sharedStorage();
    let changes = 0;
    await using reader = await machine(storage, "reader", { access: "read", onChanged: () => (changes += 1) });
    expect(await reader.sync({ signal })).toMatchObject({ isKeptElsewhere: true, unchanged: 0 });
    expect(await paths(reader, "apples")).toEqual([]);
    await using writer = await machine(storage, "writer", { access: "write", docs: join(files.folder, "docs") });
    await writer.sync({ signal });
    expect(await paths(writer, "apples")).toEqual(["a.md"]);
    await expect.poll(() => paths(reader, "apples"), soon).toEqual(["a.md"]);
    await expect.poll(() => changes, soon).toBeGreaterThan(0);
    expect(await reader.status()).toMatchObject({ documents: 1, storage: { isWrittenHere: false } });
    expect(await writer.status()).toMatchObject({ documents: 1, storage: { isWrittenHere: true } });
    const before = changes;
    files.write("docs/b.md", "More apples.");
    rmSync(join(files.folder, "docs/a.md"));
    await expect.poll(() => paths(reader, "apples"), soon).toEqual(["b.md"]);
    await expect.poll(() => changes, soon).toBeGreaterThan(before);
  });

  it("has one writer at a time, and another takes over when the first has ended", async () => {
    using files = scratch({ "one/a.md": "Apples.", "two/b.md": "Other apples." });
    await using storage = await sharedStorage();
    const first = await machine(storage, "first", { access: "write", docs: join(files.folder, "one") });
    await first.sync({ signal });
    await using second = await machine(storage, "second", { access: "write", docs: join(files.folder, "two") });
    expect(await second.sync({ signal })).toMatchObject({ isKeptElsewhere: true });
    expect(await paths(second, "apples")).toEqual(["a.md"]);
    await first[Symbol.asyncDispose]();
    await expect.poll(() => paths(second, "apples"), { timeout: 60_000 }).toEqual(["b.md"]);
  });

  it("says why while the storage is away, and is used again once it is back", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using storage = await sharedStorage();
    await using writer = await machine(storage, "writer", { access: "write", docs: join(files.folder, "docs") });
    await writer.sync({ signal });
    await using reader = await machine(storage, "reader", { access: "read" });
    await expect.poll(() => paths(reader, "apples"), soon).toEqual(["a.md"]);
    await storage.server.stop();
    const failure = async () => reader.status().then(({ sync }) => (sync.kind === "failed" ? sync.reason : ""));
    await expect.poll(failure, soon).toMatch(/^The storage of the index at \S+ refuses connections \(ECONNREFUSED\)/);
    expect(await reader.status()).toMatchObject({ documents: 1 });
    const searched = paths(reader, "pears").catch((error: unknown) => error);
    await expect(searched).resolves.toBeInstanceOf(UserError);
    await storage.server.start();
    await expect.poll(failure, soon).toBe("");
    await expect.poll(() => paths(reader, "apples").catch(() => []), soon).toEqual(["a.md"]);
    files.write("docs/b.md", "More apples.");
    await expect.poll(() => paths(reader, "apples").catch(() => []), soon).toEqual(["a.md", "b.md"]);
  });

  it("starts while the storage is away, and reads once it is there", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using storage = await sharedStorage();
    await storage.server.stop();
    await using writer = await machine(storage, "writer", { access: "write", docs: join(files.folder, "docs") });
    await expect(writer.sync({ signal })).rejects.toThrow("refuses connections");
    expect(await writer.status()).toMatchObject({ documents: 0, sync: { kind: "failed" } });
    await storage.server.start();
    await expect.poll(() => paths(writer, "apples").catch(() => []), { timeout: 60_000 }).toEqual(["a.md"]);
  });

  it("is made anew when somebody takes it away", async () => {
    using files = scratch({ "docs/a.md": "Apples." });
    await using storage = await sharedStorage();
    await using writer = await machine(storage, "writer", { access: "write", docs: join(files.folder, "docs") });
    await writer.sync({ signal });
    await storage.server.stop();
    rmSync(join(storage.folder, "s3/docs/hearth"), { recursive: true });
    await storage.server.start();
    const again = async () => {
      await writer.sync({ signal }).catch(() => {});
      return existsSync(join(storage.folder, "s3/docs/hearth")) ? paths(writer, "apples").catch(() => []) : [];
    };
    await expect.poll(again, { timeout: 60_000, interval: 500 }).toEqual(["a.md"]);
  });
});

describe("a place on storage", () => {
  it("is not taken for damaged while the storage is away", { timeout: 60_000 }, async () => {
    await using storage = await sharedStorage();
    await using way = await storage.open();
    const place = lancePlaceIn(way.shared.place, "passages");
    {
      await using index = await openLanceIndex({ ...place, mayWrite: true });
      await index.replace({ documents: [indexed("a.md", ["Apples."])], removed: [] });
    }
    await storage.server.stop();
    await expect(openLanceIndex({ ...place, mayWrite: true })).rejects.toThrow();
    await storage.server.start();
    const open = () => openLanceIndex({ ...place, mayWrite: true }).catch(() => undefined);
    await expect.poll(async () => (await (await open())?.count())?.documents, soon).toBe(1);
  });
});

describe("an index that is opened when it is needed", () => {
  it("is opened once, by the first that need it", async () => {
    let opened = 0;
    await using index = openWhenNeeded(
      async () => {
        opened += 1;
        return memoryPassageIndex();
      },
      { whyFailed: () => undefined },
    );
    expect(opened).toBe(0);
    await Promise.all([index.count(), index.documents(), index.version()]);
    expect(opened).toBe(1);
  });

  it("is tried again after a failure, with the storage's reason in its place", async () => {
    let why: string | undefined = "The storage is away";
    await using index = openWhenNeeded(
      async () => {
        if (why !== undefined) throw new Error("lance says much");
        return memoryPassageIndex();
      },
      { whyFailed: () => why },
    );
    await expect(index.count()).rejects.toThrow(new UserError("The storage is away"));
    why = undefined;
    expect(await index.count()).toEqual({ documents: 0, passages: 0 });
  });

  it("is let go of once after LanceDB failed, however many saw it, and the next one stays", async () => {
    const gates: PromiseWithResolvers<never>[] = [];
    const closed: number[] = [];
    let opened = 0;
    await using index = openWhenNeeded(
      async () => {
        const number = (opened += 1);
        const version = async () => {
          if (number > 1) return number;
          const gate = Promise.withResolvers<never>();
          gates.push(gate);
          return gate.promise;
        };
        return { ...memoryPassageIndex(), version, [Symbol.asyncDispose]: async () => void closed.push(number) };
      },
      { whyFailed: () => undefined },
    );
    const seen = [index.version(), index.version(), index.version()].map((one) =>
      expect(one).rejects.toThrow("broken"),
    );
    await expect.poll(() => gates.length).toBe(3);
    const broken = () => Object.assign(new Error("broken"), { code: "GenericFailure" });
    gates[0]?.reject(broken());
    gates[1]?.reject(broken());
    await Promise.all(seen.slice(0, 2));
    expect(await index.version()).toBe(2);
    gates[2]?.reject(broken());
    await seen[2];
    expect(closed).toEqual([1]);
    expect(await index.version()).toBe(2);
  });

  it("gives other errors as they are", async () => {
    await using index = openWhenNeeded(async () => memoryPassageIndex(), { whyFailed: () => undefined });
    await expect(index.search("a", { clearance: [], limit: 1 })).rejects.toThrow("A search needs a clearance");
  });
});

describe("following an index", () => {
  it("tells of new versions and of storage that is there again, and of nothing else", async () => {
    let version: number | Error = 1;
    let looks = 0;
    let changes = 0;
    const index = {
      version: async () => {
        looks += 1;
        if (version instanceof Error) throw version;
        return version;
      },
    };
    const later = async () => {
      const before = looks;
      await expect.poll(() => looks).toBeGreaterThan(before + 2);
      return changes;
    };
    using following = followIndex(index, { onChanged: () => (changes += 1), everyMs: 5 });
    expect(await later()).toBe(0);
    version = 2;
    expect(await later()).toBe(1);
    version = new UserError("It is away");
    expect(await later()).toBe(1);
    expect(following.problem()).toBe("It is away");
    version = 2;
    expect(await later()).toBe(2);
    expect(following.problem()).toBeUndefined();
  });

  it("tells the last counts and why where the storage fails", async () => {
    let problem: string | undefined;
    const index = { count: async () => ({ documents: 3, passages: 7 }) };
    const standing = standingOf(index, {
      state: () => ({ kind: "current", at: "now", seconds: 1 }),
      problem: () => problem,
    });
    expect(await standing()).toMatchObject({ documents: 3, passages: 7, sync: { kind: "current" } });
    problem = "It is away";
    expect(await standing()).toEqual({ documents: 3, passages: 7, sync: { kind: "failed", reason: "It is away" } });
  });
});
