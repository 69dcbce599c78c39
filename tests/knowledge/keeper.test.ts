import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createKeeper } from "../../src/knowledge/keeper.ts";
import { openLedger } from "../../src/knowledge/ledger.ts";
import type { Reader } from "../../src/knowledge/read/reader.ts";
import type { Source } from "../../src/knowledge/source.ts";
import { silentLog } from "../../src/log.ts";
import { idOf, indexed } from "../contracts/passage-index.ts";
import { freshFolder } from "../helpers/fresh-folder.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import { folderOf } from "../helpers/read-brain.ts";

const { signal } = new AbortController();

afterEach(() => {
  vi.useRealTimers();
});

/** A keeper of a folder whose texts are given; a listing waits for `gate`, where there is one. */
function desk(given: { readonly mayWrite?: () => boolean } = {}) {
  const texts = new Map<string, string>();
  const listings: PromiseWithResolvers<void>[] = [];
  const looks: (readonly string[])[] = [];
  const isGated = { now: false };
  const source: Source = {
    options: folderOf("/documents"),
    idOf,
    list: async () => {
      const gate = Promise.withResolvers<void>();
      listings.push(gate);
      if (isGated.now) await gate.promise;
      if (texts.has("gone")) throw new Error("The folder /documents cannot be read");
      const files = [...texts].map(([path, text]) => {
        return { id: idOf(path), path, absolutePath: path, modifiedAt: "2026-11-24T09:00:00.000Z", stamp: text };
      });
      return { files, refused: [] };
    },
    look: async (paths) => {
      const asked = [...paths];
      looks.push(asked);
      const files = asked.flatMap((path) => {
        const text = texts.get(path);
        const place = { id: idOf(path), path, absolutePath: path, modifiedAt: "2026-11-24T09:00:00.000Z" };
        return text === undefined ? [] : [{ ...place, stamp: text }];
      });
      return { files, refused: [], ids: new Set(asked.map(idOf)) };
    },
    watch: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  };
  const reader: Reader = {
    read: async ({ file }) => ({ kind: "read", documents: [indexed(file.path, [texts.get(file.path) ?? ""])] }),
    async [Symbol.asyncDispose]() {},
  };
  let upkeeps = 0;
  const index = { ...memoryPassageIndex(), optimize: async () => void (upkeeps += 1) };
  const told: (readonly string[])[] = [];
  const keeper = createKeeper({
    index,
    ledger: openLedger({ file: join(freshFolder(), "ledger.sqlite") }),
    reader,
    sources: [source],
    mayWrite: given.mayWrite ?? (() => true),
    log: silentLog(),
    onChanged: (change) => told.push(change?.documents ?? ["any"]),
  });
  return { texts, listings, looks, isGated, index, told, keeper, upkeeps: () => upkeeps };
}

describe("createKeeper", () => {
  it("tells of documents that were added, changed or taken out, and of nothing where nothing changed or the folder failed", async () => {
    const { texts, told, keeper } = desk();
    await using _closing = keeper;
    texts.set("a.md", "One.").set("b.md", "Two.");
    await keeper.sync({ signal });
    expect(told.splice(0)).toEqual([[idOf("a.md"), idOf("b.md")]]);
    await keeper.sync({ signal });
    expect(told).toEqual([]);
    texts.set("c.md", "Three.").set("a.md", "Changed.").delete("b.md");
    await keeper.sync({ signal });
    expect(told.splice(0)).toEqual([[idOf("a.md"), idOf("b.md"), idOf("c.md")]]);
    texts.set("gone", "");
    await expect(keeper.sync({ signal })).rejects.toThrow("cannot be read");
    expect(told).toEqual([]);
    expect(keeper.state()).toEqual({ kind: "failed", reason: "The folder /documents cannot be read" });
  });

  it("tells of any documents where a sync failed after it had written", async () => {
    const { texts, index, told, keeper } = desk();
    await using _closing = keeper;
    const reachable = { ...index };
    index.catchUp = async () => {
      throw new Error("The storage is away");
    };
    await expect(keeper.sync({ signal })).rejects.toThrow("The storage is away");
    expect(told).toEqual([]);
    texts.set("a.md", "One.");
    await expect(keeper.sync({ signal })).rejects.toThrow("The storage is away");
    expect(told.splice(0)).toEqual([["any"]]);
    index.catchUp = () => reachable.catchUp();
    await keeper.sync({ signal });
    expect(told).toEqual([]);
  });

  it("joins a sync in hand, and does one more however often it was asked meanwhile", async () => {
    const { texts, listings, isGated, keeper } = desk();
    await using _closing = keeper;
    texts.set("a.md", "One.");
    isGated.now = true;
    const first = keeper.sync({ signal });
    const joined = keeper.sync({ signal });
    await vi.waitFor(() => expect(listings).toHaveLength(1));
    for (let turn = 0; turn < 5; turn += 1) keeper.syncSoon();
    listings[0]?.resolve();
    expect(await first).toBe(await joined);
    await vi.waitFor(() => expect(listings).toHaveLength(2));
    const second = keeper.sync({ signal });
    listings[1]?.resolve();
    await second;
    expect(listings).toHaveLength(2);
  });

  it("reads what was touched before it lists the folder again, and leaves the rest to that", async () => {
    const { texts, listings, looks, isGated, index, told, keeper } = desk();
    await using _closing = keeper;
    texts.set("a.md", "One.").set("b.md", "Two.").set("c.md", "Three.");
    keeper.syncSoon(["a.md"]);
    await keeper.sync({ signal });
    expect(looks).toEqual([]);
    told.length = 0;
    texts.set("a.md", "Changed.").set("d.md", "New.").delete("b.md");
    texts.delete("c.md");
    isGated.now = true;
    keeper.syncSoon(["a.md", "b.md", "d.md"]);
    await vi.waitFor(() => expect(told).toEqual([[idOf("a.md"), idOf("b.md"), idOf("d.md")]]));
    expect(looks).toEqual([["a.md", "b.md", "d.md"]]);
    const paths = async () => [...(await index.documents()).values()].map(({ path }) => path).toSorted();
    expect(await paths()).toEqual(["a.md", "c.md", "d.md"]);
    const joined = keeper.sync({ signal });
    await vi.waitFor(() => expect(listings).toHaveLength(2));
    listings[1]?.resolve();
    expect(await joined).toMatchObject({ added: 1, changed: 1, removed: 2, unchanged: 0 });
    expect(await paths()).toEqual(["a.md", "d.md"]);
  });

  it("reads what is touched meanwhile before it lists the folder, which it does once nothing is touched for two seconds", async () => {
    const { texts, listings, told, keeper } = desk();
    await using _closing = keeper;
    await keeper.sync({ signal });
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    for (const path of ["a.md", "b.md"]) {
      texts.set(path, "New.");
      keeper.syncSoon([path]);
      await vi.waitFor(() => expect(told.splice(0)).toEqual([[idOf(path)]]));
      await vi.advanceTimersByTimeAsync(1_500);
      expect(listings).toHaveLength(1);
    }
    await vi.advanceTimersByTimeAsync(600);
    await vi.waitFor(() => expect(listings).toHaveLength(2));
  });

  it("lists the folder at once where very many files were touched", async () => {
    const { looks, listings, keeper } = desk();
    await using _closing = keeper;
    await keeper.sync({ signal });
    keeper.syncSoon(Array.from({ length: 101 }, (_, number) => `${number}.md`));
    await vi.waitFor(() => expect(listings).toHaveLength(2));
    expect(looks).toEqual([]);
  });

  it("plans after the sync in hand, and writes nothing", async () => {
    const { texts, listings, isGated, index, told, keeper } = desk();
    await using _closing = keeper;
    texts.set("a.md", "One.");
    isGated.now = true;
    const syncing = keeper.sync({ signal });
    await vi.waitFor(() => expect(listings).toHaveLength(1));
    const planning = keeper.plan({ signal });
    isGated.now = false;
    listings[0]?.resolve();
    await syncing;
    expect((await planning).report).toMatchObject({ added: 0, unchanged: 1 });
    texts.set("b.md", "Two.");
    expect((await keeper.plan({ signal })).changes).toEqual([{ kind: "added", id: idOf("b.md"), path: "b.md" }]);
    expect((await index.documents()).size).toBe(1);
    expect(told).toHaveLength(1);
  });

  it("only says what is stored while another process keeps the index", async () => {
    let mayWrite = false;
    const { texts, told, index, keeper } = desk({ mayWrite: () => mayWrite });
    await using _closing = keeper;
    await index.replace({ documents: [indexed("theirs.md", ["Words."])], removed: [] });
    texts.set("a.md", "One.");
    expect(await keeper.sync({ signal })).toMatchObject({ isKeptElsewhere: true, unchanged: 1, added: 0 });
    expect(told).toEqual([]);
    mayWrite = true;
    expect(await keeper.sync({ signal })).toMatchObject({ added: 1, removed: 1 });
  });

  it("looks after the index once nothing has changed for a while, and not once it is closed", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { texts, keeper, upkeeps } = desk();
    texts.set("a.md", "One.");
    await keeper.sync({ signal });
    await vi.advanceTimersByTimeAsync(15_000);
    texts.set("a.md", "Two.");
    await keeper.sync({ signal });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(upkeeps()).toBe(0);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(upkeeps()).toBe(1);
    await keeper.sync({ signal });
    await keeper[Symbol.asyncDispose]();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(upkeeps()).toBe(1);
  });
});
