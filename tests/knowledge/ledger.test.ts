import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { openLedger, type LedgerEntry } from "../../src/knowledge/ledger.ts";
import { freshFolder } from "../helpers/fresh-folder.ts";

const entry = (file: string, given: Partial<LedgerEntry> = {}): LedgerEntry => ({
  file,
  stamp: "12 1 2 3",
  settings: "3\0\0team",
  hash: "abc",
  documents: 1,
  failed: [],
  lookedAt: 1_764_000_000_000,
  ...given,
});
const known = (file: string) => {
  using ledger = openLedger({ file });
  return [...ledger.entries().values()].map((each) => each.file).toSorted();
};

describe("openLedger", () => {
  it("gives back what was entered, after it was closed and opened too", () => {
    const file = join(freshFolder(), "below", "ledger.sqlite");
    const entries = [
      entry("a"),
      entry("b", { failed: [{ path: "b.md", reason: "it's ☂ broken" }], documents: 0, hash: "" }),
    ];
    {
      using ledger = openLedger({ file });
      expect(ledger.entries()).toEqual(new Map());
      ledger.note({ entries, gone: [] });
    }
    using again = openLedger({ file });
    expect([...again.entries().values()]).toEqual(entries);
  });

  it("enters a file anew, and strikes out what is gone", () => {
    using ledger = openLedger({ file: join(freshFolder(), "ledger.sqlite") });
    ledger.note({ entries: [entry("a"), entry("b"), entry("c")], gone: [] });
    ledger.note({ entries: [entry("a", { hash: "other" })], gone: ["b", "never"] });
    expect(ledger.entries()).toEqual(
      new Map([
        ["a", entry("a", { hash: "other" })],
        ["c", entry("c")],
      ]),
    );
  });

  it("begins anew where the file is no database, cut short, or of another layout", () => {
    const file = join(freshFolder(), "ledger.sqlite");
    const write = (name: string) => {
      using ledger = openLedger({ file });
      ledger.note({ entries: [entry(name)], gone: [] });
    };
    writeFileSync(file, "no database at all, but longer than the header of one ".repeat(40));
    expect(known(file)).toEqual([]);
    write("a");
    expect(known(file)).toEqual(["a"]);
    truncateSync(file, 5_000);
    write("b");
    expect(known(file)).toEqual(["b"]);
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    write("c");
    expect(known(file)).toEqual(["c"]);
  });

  it("throws where there can be no file, instead of going on without", () => {
    const file = join(freshFolder(), "a-file");
    writeFileSync(file, "");
    using ledger = openLedger({ file: join(file, "ledger.sqlite") });
    expect(() => ledger.entries()).toThrow();
  });
});
