import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { IndexedDocument } from "../../src/knowledge/document.ts";
import { openLedger, type Ledger } from "../../src/knowledge/ledger.ts";
import type { Reader, ReadJob } from "../../src/knowledge/read/reader.ts";
import type { FolderOptions, Refusal, Source, SourceFile } from "../../src/knowledge/source.ts";
import { planSync, sync } from "../../src/knowledge/sync.ts";
import { idOf, indexed } from "../contracts/passage-index.ts";
import { freshFolder } from "../helpers/fresh-folder.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import { folderOf } from "../helpers/read-brain.ts";

const signal = AbortSignal.timeout(60_000);

/** A folder whose listing and texts are given, for what cannot be arranged on a real disk by every user. */
function desk(given: Partial<FolderOptions> = {}) {
  const options = folderOf("/documents", given);
  const texts = new Map<string, string>();
  const refused: Refusal[] = [];
  const opened: string[] = [];
  const files = () =>
    [...texts].map(([path, text]): SourceFile => {
      const place = { id: idOf(path), path, absolutePath: path, modifiedAt: "2026-11-24T09:00:00.000Z" };
      return text.includes("lately") ? place : { ...place, stamp: text };
    });
  const source: Source = {
    options,
    idOf,
    list: async () => ({ files: files(), refused }),
    look: () => Promise.reject(new Error("A whole sync lists")),
    watch: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  };
  const index = memoryPassageIndex();
  const ledger = openLedger({ file: join(freshFolder(), "ledger.sqlite") });
  const run = (change: { readonly ledger?: Ledger; readonly source?: Source } = {}) => {
    opened.length = 0;
    const reader = readerOf(texts, opened);
    return sync({ sources: [change.source ?? source], index, ledger: change.ledger ?? ledger, reader, signal });
  };
  const stored = async () => [...(await index.documents()).values()].map(({ path }) => path).toSorted();
  return { options, texts, refused, opened, source, index, ledger, run, stored, reader: readerOf(texts, opened) };
}

/** Reads a text as one document, or, divided by "|", as many; "bad" cannot be read, "?" only in part. */
function readerOf(texts: ReadonlyMap<string, string>, opened: string[]): Reader {
  return {
    async read({ file, folder, knownHash }: ReadJob) {
      opened.push(file.path);
      const text = texts.get(file.path) ?? "";
      if (text.includes("bad")) throw new Error("it is broken");
      const { hash } = indexed(file.path, [`${folder.audience} ${text}`]);
      if (hash === knownHash) return { kind: "unchanged" };
      const parts = text.split("|");
      const make = (part: string, number: number): IndexedDocument => ({
        ...indexed(parts.length === 1 ? file.path : `${file.path}/${number}.md`, [part], { audience: folder.audience }),
        file: file.id,
        hash,
        ...(part.includes("?") && { unread: "one page could not be read" }),
      });
      const [first = "", ...others] = parts;
      return { kind: "read", documents: [make(first, 0), ...others.map((part, place) => make(part, place + 1))] };
    },
    async [Symbol.asyncDispose]() {},
  };
}

describe("sync", () => {
  it("keeps what it knew below a folder that cannot be read this time, and reports it", async () => {
    const { texts, refused, run, stored, ledger } = desk();
    for (const path of ["a.md", "sub/b.md", "subway.md"]) texts.set(path, "Words.");
    await run();
    for (const path of ["sub/b.md", "subway.md"]) texts.delete(path);
    refused.push({ path: "sub", reason: "the folder cannot be read (no permission)", isUnread: true });
    expect((await run()).report).toMatchObject({ removed: 1, failed: [{ path: "sub" }] });
    expect(await stored()).toEqual(["a.md", "sub/b.md"]);
    expect([...ledger.entries().keys()].toSorted()).toEqual([idOf("a.md"), idOf("sub/b.md")].toSorted());
  });

  it("takes out what was refused for what it is", async () => {
    const { texts, refused, run, stored, ledger } = desk();
    texts.set("a.md", "Words.");
    await run();
    texts.clear();
    refused.push({ path: "a.md", reason: "it is a link that leads out of the folder", isUnread: false });
    expect((await run()).report).toMatchObject({ removed: 1 });
    expect(await stored()).toEqual([]);
    expect(ledger.entries().size).toBe(0);
  });

  it("opens a file again only when its stamp has changed, or when it has none to trust", async () => {
    const { texts, opened, run } = desk();
    texts.set("a.md", "Words.").set("b.md", "Changed lately.");
    expect((await run()).report).toMatchObject({ added: 2 });
    expect((await run()).report).toMatchObject({ unchanged: 2, changed: 0 });
    expect(opened).toEqual(["b.md"]);
    texts.set("a.md", "Other words.");
    expect((await run()).report).toMatchObject({ unchanged: 1, changed: 1 });
    expect(opened.toSorted()).toEqual(["a.md", "b.md"]);
  });

  it("opens every file once where the ledger is lost, and reads none of them anew", async () => {
    const { texts, opened, run } = desk();
    texts.set("a.md", "Words.").set("b.zip", "One.|Two.");
    await run();
    using fresh = openLedger({ file: join(freshFolder(), "ledger.sqlite") });
    expect((await run({ ledger: fresh })).report).toMatchObject({ unchanged: 3, changed: 0, added: 0 });
    expect(opened.toSorted()).toEqual(["a.md", "b.zip"]);
    await run({ ledger: fresh });
    expect(opened).toEqual([]);
  });

  it("reads again what the index lacks though the ledger has it", async () => {
    const { texts, index, run, stored } = desk();
    texts.set("a.md", "Words.").set("b.zip", "One.|Two.");
    await run();
    await index.replace({ documents: [], removed: [idOf("a.md"), idOf("b.zip/1.md")] });
    expect((await run()).report).toMatchObject({ added: 2, removed: 0, failed: [] });
    expect(await stored()).toEqual(["a.md", "b.zip/0.md", "b.zip/1.md"]);
    expect((await run()).report).toMatchObject({ unchanged: 3 });
  });

  it("reads a file again that another audience is to read, though it has not changed", async () => {
    const { texts, source, options, run, index } = desk();
    texts.set("a.md", "Words.");
    await run();
    const open: Source = { ...source, options: { ...options, audience: "public" } };
    expect((await run({ source: open })).report).toMatchObject({ changed: 1 });
    expect([...(await index.documents()).values()]).toMatchObject([{ audience: "public" }]);
  });

  it("takes out what is not in a file of many documents any more, and the file whole when it is gone", async () => {
    const { texts, run, stored } = desk();
    texts.set("a.zip", "One.|Two.|Three.");
    expect((await run()).report).toMatchObject({ added: 3 });
    texts.set("a.zip", "One.|Two changed.");
    const { report, changes } = await run();
    expect(report).toMatchObject({ changed: 2, removed: 1, unchanged: 0 });
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "changed a.zip/0.md",
      "changed a.zip/1.md",
      "removed a.zip/2.md",
    ]);
    expect(changes.map(({ id }) => id)).toEqual([idOf("a.zip/0.md"), idOf("a.zip/1.md"), idOf("a.zip/2.md")]);
    texts.delete("a.zip");
    expect((await run()).report).toMatchObject({ removed: 2 });
    expect(await stored()).toEqual([]);
  });

  it("reports a file that cannot be read each time, opens it only once, and keeps what it knew of it", async () => {
    const { texts, opened, run, stored } = desk();
    texts.set("a.md", "Words.");
    await run();
    texts.set("a.md", "bad").set("b.md", "bad too");
    const failed = ["a.md", "b.md"].map((path) => ({ path, reason: "it is broken" }));
    expect((await run()).report).toMatchObject({ failed, removed: 0, changed: 0 });
    expect(opened.toSorted()).toEqual(["a.md", "b.md"]);
    expect((await run()).report).toMatchObject({ failed });
    expect(opened).toEqual([]);
    expect(await stored()).toEqual(["a.md"]);
    texts.set("a.md", "Words.").set("b.md", "Good.");
    expect((await run()).report).toMatchObject({ failed: [], added: 1, unchanged: 1 });
    expect((await run()).report).toMatchObject({ failed: [], unchanged: 2 });
  });

  it("tries what could not be read again after an hour", async () => {
    const { texts, opened, run, ledger } = desk();
    texts.set("a.md", "bad");
    await run();
    const long = [...ledger.entries().values()].map((entry) => ({ ...entry, lookedAt: entry.lookedAt - 3_700_000 }));
    ledger.note({ entries: long, gone: [] });
    await run();
    expect(opened).toEqual(["a.md"]);
  });

  it("takes in what could be read of a file, and says each time what could not", async () => {
    const { texts, run, stored } = desk();
    texts.set("a.md", "Half?").set("b.zip", "Whole.|Half?");
    const failed = ["a.md", "b.zip/1.md"].map((path) => ({ path, reason: "one page could not be read" }));
    expect((await run()).report).toMatchObject({ added: 3, failed });
    expect((await run()).report).toMatchObject({ unchanged: 3, failed });
    expect(await stored()).toHaveLength(3);
  });

  it("writes nothing when it only plans, and says what it would do", async () => {
    const { texts, run, stored, index, ledger, source, reader } = desk();
    texts.set("keep.md", "Words.").set("change.md", "Words.").set("go.md", "Words.");
    await run();
    texts.set("change.md", "Other.").set("new.md", "New.").set("bad.md", "bad").delete("go.md");
    const before = { documents: await index.documents(), entries: ledger.entries() };
    const { report, changes } = await planSync({ sources: [source], index, ledger, reader, signal });
    expect(report).toMatchObject({ added: 1, changed: 1, removed: 1, unchanged: 1, failed: [{ path: "bad.md" }] });
    expect(changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      "changed change.md",
      "removed go.md",
      "added new.md",
    ]);
    expect({ documents: await index.documents(), entries: ledger.entries() }).toEqual(before);
    expect(await stored()).toEqual(["change.md", "go.md", "keep.md"]);
  });

  it("rejects when the index cannot be written, and enters nothing that is not in the index", async () => {
    const { texts, source, index, ledger, reader } = desk();
    for (let number = 0; number < 3_000; number += 1) texts.set(`${number}.md`, `Words ${number}.`);
    let writes = 0;
    const failing = {
      ...index,
      replace: async (change: Parameters<typeof index.replace>[0]) => {
        writes += 1;
        if (writes === 2) throw new Error("no space left");
        return index.replace(change);
      },
    };
    await expect(sync({ sources: [source], index: failing, ledger, reader, signal })).rejects.toThrow("no space left");
    const known = await index.documents();
    expect(known.size).toBeGreaterThan(0);
    expect([...ledger.entries().keys()].filter((id) => !known.has(id))).toEqual([]);
    expect((await sync({ sources: [source], index, ledger, reader, signal })).report).toMatchObject({
      unchanged: known.size,
      added: 3_000 - known.size,
    });
  });

  it("stops when it is told to", async () => {
    const { texts, source, index, ledger, reader } = desk();
    texts.set("a.md", "Words.").set("b.md", "Words.");
    const stopping = new AbortController();
    const stopped: Reader = {
      ...reader,
      read: async (job, options) => {
        stopping.abort(new Error("no longer wanted"));
        return reader.read(job, options);
      },
    };
    const stopSignal = stopping.signal;
    await expect(sync({ sources: [source], index, ledger, reader: stopped, signal: stopSignal })).rejects.toThrow(
      "no longer wanted",
    );
  });
});
