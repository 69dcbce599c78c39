import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { fingerprintOf } from "../../src/brain/evidence.ts";
import { openAnswerRecords } from "../../src/brain/records-sqlite.ts";
import type { AnswerRecord } from "../../src/brain/records.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { scratch, root } from "../helpers/hearth.ts";

const DAY = 24 * 60 * 60_000;
const NOW = Date.parse("2026-11-28T09:00:00.000Z");

function record(given: Partial<AnswerRecord> = {}): AnswerRecord {
  return {
    id: "a1",
    answeredAt: new Date(NOW).toISOString(),
    conversation: { platform: "slack", space: "T1", channel: "C1", thread: "1.2" },
    messageId: "m1",
    askerId: "U1",
    clearance: ["public", "slack:T1"],
    sources: [
      {
        passageId: "d1#0",
        documentId: "d1",
        path: "leave.md",
        title: "Leave",
        headings: ["Annual leave"],
        textHash: "0".repeat(64),
        stretches: [fingerprintOf("Everybody gets 28 days.")],
      },
    ],
    why: {
      kind: "quoted",
      timings: { search: 3, answer: 1 },
      passages: [{ documentId: "d1", path: "leave.md", title: "Leave", headings: [], score: 2, isUsed: true }],
    },
    ...given,
  };
}

/** Records in a file of their own, and what the log said. */
function opened(path: string) {
  const lines: string[] = [];
  const log = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
  return { records: openAnswerRecords({ path, log }), lines };
}

function stale(records: ReturnType<typeof openAnswerRecords>, ...ids: string[]) {
  return records.stale("slack", ids).map(({ id, sources }) => [id, ...sources.map(({ change }) => change)].join(" "));
}

describe("records of answers", () => {
  it("are kept over a restart, with what became of them, in a file that only this user can read", () => {
    using place = scratch();
    const path = join(place.folder, "data", "answers.sqlite");
    {
      using records = openAnswerRecords({ path, log: silentLog() });
      records.add(record());
      const [source] = records.sourcesIn("d1");
      const { platform, space, channel } = record().conversation;
      const question = { platform, space, channel, messageId: "m1" };
      const kept = { key: source?.key, clearance: ["public", "slack:T1"], question };
      expect(source).toEqual({ ...record().sources[0], ...kept });
      records.judge(source?.key ?? 0, "removed", NOW);
      for (const name of readdirSync(join(place.folder, "data"))) {
        expect([name, statSync(join(place.folder, "data", name)).mode & 0o777]).toEqual([name, 0o600]);
      }
    }
    using records = openAnswerRecords({ path, log: silentLog() });
    expect(records.stale("slack", ["a1"])).toEqual([
      {
        id: "a1",
        answeredAt: record().answeredAt,
        conversation: record().conversation,
        messageId: "m1",
        askerId: "U1",
        sources: [{ title: "Leave", path: "leave.md", change: "removed" }],
      },
    ]);
    expect(records.untold("slack", NOW)).toEqual(["a1"]);
    records.told("a1", NOW);
    expect(records.untold("slack", NOW)).toEqual([]);
    expect(stale(records, "a1")).toEqual(["a1 removed"]);
  });

  it("say which messages of a channel were questions", () => {
    using records = openAnswerRecords({ path: ":memory:", log: silentLog() });
    records.add(record());
    const { conversation } = record();
    expect([...records.answered(conversation, ["m0", "m1"])]).toEqual(["m1"]);
    expect([...records.answered({ ...conversation, channel: "elsewhere" }, ["m1"])]).toEqual([]);
  });

  it("are told at once where a message is no longer as it was", () => {
    using records = openAnswerRecords({ path: ":memory:", log: silentLog() });
    const [source] = record().sources;
    if (!source) throw new Error("A record has a source");
    records.add(
      record({ sources: [{ ...source, documentId: "talk:slack:T1:C1", passageId: "talk:slack:T1:C1#1.2" }] }),
    );
    const [kept] = records.sourcesIn("talk:slack:T1:C1");
    expect(records.sourcesIn("talk:slack:T1:C1", ["talk:slack:T1:C1#1.2"])).toEqual([kept]);
    expect(records.sourcesIn("talk:slack:T1:C1", ["talk:slack:T1:C1#1.3"])).toEqual([]);
    records.judge(kept?.key ?? 0, "removed", NOW);
    expect(records.untold("slack", NOW - 60_000)).toEqual(["a1"]);
  });

  it("are told only after they have been stale for long enough, and no more once they are true again", () => {
    using records = openAnswerRecords({ path: ":memory:", log: silentLog() });
    const [source] = record().sources;
    if (!source) throw new Error("A record has a source");
    records.add(record({ sources: [source, { ...source, documentId: "d2", path: "b.md" }] }));
    const keys = ["d1", "d2"].map((id) => records.sourcesIn(id)[0]?.key ?? 0);
    records.judge(keys[0] ?? 0, "changed", NOW);
    records.judge(keys[1] ?? 0, "removed", NOW + 5);
    expect(records.untold("slack", NOW - 1)).toEqual([]);
    expect(records.untold("slack", NOW)).toEqual(["a1"]);
    expect(stale(records, "a1")).toEqual(["a1 changed removed"]);
    records.judge(keys[0] ?? 0, undefined, NOW + 6);
    expect(stale(records, "a1")).toEqual(["a1 removed"]);
    records.judge(keys[1] ?? 0, undefined, NOW + 7);
    expect(records.untold("slack", NOW + 10)).toEqual([]);
    expect(stale(records, "a1")).toEqual([]);
  });

  it("hold one answer to a message: one asked again replaces the one before", () => {
    using records = openAnswerRecords({ path: ":memory:", log: silentLog() });
    records.add(record());
    records.add(record({ id: "a2" }));
    records.add(record({ id: "a3", messageId: "m2" }));
    expect(records.sourcesIn("d1")).toHaveLength(2);
  });

  it("go after thirty days", () => {
    using records = openAnswerRecords({ path: ":memory:", log: silentLog() });
    records.add(record());
    records.prune(NOW + 30 * DAY);
    expect(records.documents()).toEqual(["d1"]);
    records.prune(NOW + 30 * DAY + 1);
    expect(records.documents()).toEqual([]);
  });

  it("of a time before it was kept how they came about are still there", () => {
    using place = scratch();
    const path = join(place.folder, "answers.sqlite");
    {
      using records = openAnswerRecords({ path, log: silentLog() });
      records.add(record());
    }
    const database = new DatabaseSync(path);
    database.exec("DROP TABLE whys; DROP TABLE ratings");
    database.close();
    using records = openAnswerRecords({ path, log: silentLog() });
    expect(records.documents()).toEqual(["d1"]);
    expect(records.why("a1")).toBeUndefined();
    records.rate({ answerId: "a1", personId: "U1", rating: "up" }, NOW);
    records.add(record({ id: "a2", messageId: "m2" }));
    expect(records.why("a2")).toEqual({ id: "a2", answeredAt: record().answeredAt, ...record().why });
    expect(records.forget({ platform: "slack", space: "T1" })).toEqual({ answers: 2, ratings: 1 });
  });

  it("leave nothing in the file once they are forgotten", () => {
    using place = scratch();
    const path = join(place.folder, "answers.sqlite");
    using records = openAnswerRecords({ path, log: silentLog() });
    for (let number = 0; number < 50; number += 1) {
      records.add(record({ id: `a${number}`, messageId: `m${number}`, askerId: number % 2 === 0 ? "UCANARY" : "U1" }));
    }
    const onDisk = () => readdirSync(place.folder).map((name) => readFileSync(join(place.folder, name), "latin1"));
    expect(onDisk().join("")).toContain("UCANARY");
    expect(records.forget({ platform: "slack", space: "T1", askerId: "UCANARY" }).answers).toBe(25);
    expect(onDisk().join("")).not.toContain("UCANARY");
    expect(records.forget({ platform: "slack", space: "T1", messageId: "m1" }).answers).toBe(1);
    expect(records.forget({ platform: "slack", space: "T1", channel: "C1", since: record().answeredAt }).answers).toBe(
      24,
    );
    expect(records.documents()).toEqual([]);
  });

  it("are put aside and begun anew when the file is damaged, and the log says so", () => {
    const damages: Readonly<Record<string, (path: string) => void>> = {
      "no database": (path) => writeFileSync(path, "This is not a database. ".repeat(1_000)),
      "cut short": (path) => truncateSync(path, 5_000),
      "zeros within": (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0, 4_096);
        writeFileSync(path, bytes);
      },
    };
    for (const [name, damage] of Object.entries(damages)) {
      using place = scratch();
      const path = join(place.folder, "answers.sqlite");
      {
        using records = openAnswerRecords({ path, log: silentLog() });
        for (let number = 0; number < 100; number += 1)
          records.add(record({ id: `a${number}`, messageId: `${number}` }));
      }
      damage(path);
      const { records, lines } = opened(path);
      using _closed = records;
      expect([name, lines.join("")]).toEqual([name, expect.stringContaining("put aside and begun anew")]);
      records.add(record());
      expect(records.documents()).toEqual(["d1"]);
      expect(readdirSync(place.folder)).toContain("answers.sqlite.damaged");
    }
  });

  it("are kept by one process at a time: another keeps its own as long as it lives, and says so", async () => {
    using place = scratch();
    const path = join(place.folder, "answers.sqlite");
    using records = openAnswerRecords({ path, log: silentLog() });
    records.add(record());
    const script = `
      import { createLog } from "${root}/src/log.ts";
      import { openAnswerRecords } from "${root}/src/brain/records-sqlite.ts";
      const log = createLog({ level: "trace", process: "other", to: process.stdout });
      using records = openAnswerRecords({ path: ${JSON.stringify(path)}, log });
      console.log("documents:", records.documents().length);`;
    const other = spawn(process.execPath, ["--input-type=module-typescript", "-e", script]);
    let said = "";
    for (const stream of [other.stdout, other.stderr]) stream.setEncoding("utf8").on("data", (text) => (said += text));
    await once(other, "close");
    expect(said).toContain("another Hearth keeps the record of answers");
    expect(said).toContain("documents: 0");
    expect(readdirSync(place.folder)).not.toContain("answers.sqlite.damaged");
  });

  it("last as long as the process where no file can be written", () => {
    using place = scratch({ afile: "" });
    const { records, lines } = opened(join(place.folder, "afile", "answers.sqlite"));
    using _closed = records;
    records.add(record());
    expect(records.documents()).toEqual(["d1"]);
    expect(lines.join("")).toContain("cannot be used");
  });
});
