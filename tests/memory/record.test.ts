import { spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { TalkMessage, TalkPlace } from "../../src/chat.ts";
import { randomFrom } from "../../src/eval/random.ts";
import { silentLog } from "../../src/log.ts";
import { openTalkRecord } from "../../src/memory/record-sqlite.ts";
import type { TalkRecord } from "../../src/memory/record.ts";
import { isBusy } from "../../src/sqlite-file.ts";
import { filesBelow, freshFolder } from "../helpers/fresh-folder.ts";
import { root } from "../helpers/hearth.ts";
import { channel, DAY, filesWith, NOW, said } from "../helpers/talk-record.ts";

const log = silentLog();
const other = channel("other");

function open(folder = freshFolder()): TalkRecord {
  return openTalkRecord({ folder, log });
}

function keeping(folder?: string, places: readonly TalkPlace[] = [channel(), other]): TalkRecord {
  const record = open(folder);
  for (const place of places) record.keepPlace({ ...place, since: NOW, by: "admin", days: 180 });
  return record;
}

const textsIn = (record: TalkRecord, place: TalkPlace = channel()) =>
  record.between(place, { from: 0, to: NOW + DAY, most: 10_000 }).map(({ text }) => text);

/** Looks after every place, as the core does each hour. */
function tendAll(record: TalkRecord, now: number): string[] {
  const gone: string[] = [];
  for (let one = record.tend(now); one; one = record.tend(now)) gone.push(...one.ids);
  return gone;
}

describe("what is kept", () => {
  it("comes back as it was, also when the file is opened again", () => {
    const folder = freshFolder();
    const place = { ...channel(), thread: "900000000000000001" };
    const all: TalkMessage[] = [
      said("1000000000000000001", "first"),
      said("1000000000000000002", "a reply, with an address", {
        by: "bob",
        at: NOW - 1_000,
        replyTo: "1000000000000000001",
        url: "https://discord.com/channels/guild/general/1000000000000000002",
        editedAt: new Date(NOW - 500).toISOString(),
        reactions: 3,
      }),
      said("1732795200.123456", "in a thread 日本語", {
        at: NOW - 900,
        place,
        author: { id: "B1", name: "CI", isBot: true },
        url: "https://x.slack.com/archives/C1/p1732795200123456?thread_ts=900000000000000001&cid=C1",
      }),
    ];
    {
      using record = keeping(folder);
      expect(record.keep(all, NOW)).toEqual(all);
    }
    using record = open(folder);
    expect(record.between(channel(), { from: 0, to: NOW + DAY, most: 10 })).toEqual(all);
    expect(record.messages(channel(), ["1732795200.123456", "gone"])).toEqual([all[2]]);
    expect(record.count(channel())).toEqual({ messages: 3, oldest: Date.parse(all[0]?.sentAt ?? "") });
    expect(record.lastOf(channel(), "U-bob")).toBe(NOW - 1_000);
    expect(record.lastOf(other, "U-bob")).toBeUndefined();
    expect(record.places()).toMatchObject([{ ...channel(), since: NOW, by: "admin", days: 180 }, other]);
  });

  it("is only what was said in a place that is kept, by people who did not opt out, lately", () => {
    using record = keeping();
    const person = { platform: "discord", space: "guild", personId: "U-out" } as const;
    record.optOut(person, true);
    const kept = record.keep(
      [
        said("1", "kept"),
        said("2", "elsewhere", { place: channel("unknown") }),
        said("3", "of another guild", { place: channel("general", "guild2") }),
        said("4", "opted out", { by: "out" }),
        said("5", "too old", { at: NOW - 181 * DAY }),
        said("6", "no time", { sentAt: "" }),
      ],
      NOW,
    );
    expect(kept.map(({ id }) => id)).toEqual(["1"]);
    expect(textsIn(record)).toEqual(["kept"]);
    expect([record.isOut(person), record.isOut({ ...person, space: "guild2" })]).toEqual([true, false]);
    record.optOut(person, false);
    expect(record.keep([said("4", "in again", { by: "out" })], NOW)).toHaveLength(1);
  });

  it("is the newest version, whatever order they come in", () => {
    using record = keeping();
    const edited = said("1", "second", { editedAt: new Date(NOW).toISOString() });
    record.keep([said("1", "first")], NOW);
    expect(record.keep([edited], NOW)).toHaveLength(1);
    expect(record.keep([said("1", "first")], NOW)).toEqual([]);
    expect(textsIn(record)).toEqual(["second"]);
    expect(record.find(channel(), [{ stems: ["first"] }, { stems: ["second"] }]).map(({ count }) => count)).toEqual([
      0, 1,
    ]);
  });

  it("stays as it is when it is heard again", () => {
    using record = keeping();
    record.keep([said("1", "same")], NOW);
    record.settle(channel(), record.unsettled(channel()));
    expect(record.keep([said("1", "same", { reactions: 2 })], NOW)).toHaveLength(1);
    expect(record.messages(channel(), ["1"])[0]?.reactions).toBe(2);
    expect(record.unsettled(channel())).toEqual([]);
  });

  it("is all of a batch or nothing", () => {
    using record = keeping();
    const broken = { ...said("2", "broken"), ...JSON.parse('{ "id": null }') };
    expect(() => record.keep([said("1", "whole"), broken], NOW)).toThrow();
    expect(textsIn(record)).toEqual([]);
  });

  it("outlives a kill, up to the last message that was kept", { timeout: 120_000 }, async () => {
    const folder = freshFolder();
    keeping(folder)[Symbol.dispose]();
    const script = `
      import { openTalkRecord } from ${JSON.stringify(join(root, "src/memory/record-sqlite.ts"))};
      import { silentLog } from ${JSON.stringify(join(root, "src/log.ts"))};
      const record = openTalkRecord({ folder: ${JSON.stringify(folder)}, log: silentLog() });
      for (let number = 0; ; number += 1) {
        record.keep([{ ...${JSON.stringify(said("x", ""))}, id: "m" + number, text: "number " + number }], ${NOW});
        console.log(number);
      }`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script]);
    let out = "";
    const isAtWork = Promise.withResolvers<void>();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.includes("\n300\n")) isAtWork.resolve();
    });
    await isAtWork.promise;
    child.kill("SIGKILL");
    await once(child, "close");
    const last = Number(out.slice(0, out.lastIndexOf("\n")).split("\n").at(-1));
    using record = open(folder);
    expect(textsIn(record).slice(0, last + 1)).toEqual(
      Array.from({ length: last + 1 }, (_, number) => `number ${number}`),
    );
    expect(record.find(channel(), [{ stems: ["number"] }])[0]?.count).toBe(textsIn(record).length);
  });

  it("is one process's to keep", () => {
    const folder = freshFolder();
    using record = keeping(folder);
    expect(record.places()).toHaveLength(2);
    let failure: unknown;
    try {
      open(folder);
    } catch (error) {
      failure = error;
    }
    expect(isBusy(failure)).toBe(true);
  });
});

describe("edits and deletions", () => {
  it("are followed at once, also in the words", () => {
    using record = keeping();
    record.keep([said("1", "the printer is broken"), said("2", "lunch?")], NOW);
    const edit = { conversation: channel(), id: "1", text: "the scanner is broken" };
    expect(record.revise([edit, { conversation: channel(), id: "unknown", text: "x" }])).toEqual([edit]);
    expect(record.messages(channel(), ["1"])[0]).toMatchObject({ text: edit.text, editedAt: expect.any(String) });
    const counts = () =>
      record.find(channel(), [{ stems: ["printer"] }, { stems: ["scanner"] }]).map(({ count }) => count);
    expect(counts()).toEqual([0, 1]);
    expect(record.revise([{ conversation: channel(), id: "1" }])).toHaveLength(1);
    expect(counts()).toEqual([0, 0]);
    expect(textsIn(record)).toEqual(["lunch?"]);
  });

  it("can be a thousand at once", { timeout: 60_000 }, () => {
    using record = keeping();
    const ids = Array.from({ length: 1_000 }, (_, number) => `m${number}`);
    record.keep(
      ids.map((id) => said(id, `text of ${id}`)),
      NOW,
    );
    expect(record.revise(ids.map((id) => ({ conversation: channel(), id })))).toHaveLength(1_000);
    expect(record.count(channel())).toEqual({ messages: 0 });
  });

  it("reach a private thread, which is a place of its own", () => {
    const thread = channel("thread-9");
    using record = keeping(undefined, [thread]);
    record.keep([said("1", "in it", { place: thread })], NOW);
    expect(record.revise([{ conversation: { ...channel(), thread: "thread-9" }, id: "1" }])).toHaveLength(1);
    expect(textsIn(record, thread)).toEqual([]);
  });

  it("are not undone by history that was read before", () => {
    using record = keeping();
    record.keep([said("1", "deleted")], NOW);
    record.revise([{ conversation: channel(), id: "1" }]);
    expect(record.keep([said("1", "deleted")], NOW)).toEqual([]);
    tendAll(record, Date.now() + 2 * DAY);
    expect(record.keep([said("1", "deleted", { at: NOW })], NOW)).toHaveLength(1);
  });

  it("leave no byte once the places were looked after for a day", { timeout: 60_000 }, () => {
    const folder = freshFolder();
    using record = keeping(folder);
    record.keep(canaries(300), NOW);
    const ids = Array.from({ length: 150 }, (_, number) => `m${number * 2}`);
    record.revise(ids.map((id, row) => ({ conversation: channel(), id, ...(row % 2 === 0 && { text: "mended" }) })));
    record.keep(
      canaries(300).map((one) => ({ ...one, text: "said again", editedAt: new Date(Date.now() + DAY).toISOString() })),
      NOW,
    );
    for (let hours = 1; hours <= 24; hours += 1) tendAll(record, Date.now() + (hours * DAY) / 24);
    expect(filesWith(folder, "qxcanary")).toEqual([]);
    expect(record.count(channel()).messages).toBe(225);
  });
});

/** Messages each with a word that nobody else uses, in an order of its own, so that SQLite moves rows between pages. */
function canaries(count: number, more: Parameters<typeof said>[2] = {}): TalkMessage[] {
  return Array.from({ length: count }, (_, at) => {
    const number = (at * 37) % count;
    const own = `${String(number).split("").toReversed().join("")}qxcanary`;
    const text = `${own} ${"word ".repeat((number * 37) % (number % 10 === 0 ? 700 : 50))}`;
    return said(`m${number}`, text, { at: NOW - DAY + number, ...more });
  });
}

describe("forgetting", () => {
  it("leaves no byte of a person: neither text nor words nor name", () => {
    const folder = freshFolder();
    using record = keeping(folder);
    for (const place of [channel(), other]) {
      record.keep(canaries(200, { place, author: { id: "U-eve", name: "Evelyn", isBot: false } }), NOW);
      record.keep([said("stays", "this stays", { place })], NOW);
    }
    expect(filesWith(folder, "qxcanary").length).toBeGreaterThan(0);
    const gone = record.forget({ platform: "discord", space: "guild", authorId: "U-eve" });
    expect(gone.map(({ place, ids }) => [place.channel, ids.length])).toEqual([
      ["general", 200],
      ["other", 200],
    ]);
    for (const words of ["qxcanary", "Evelyn", "evelyn", "U-eve"]) expect(filesWith(folder, words)).toEqual([]);
    expect([textsIn(record), textsIn(record, other)]).toEqual([["this stays"], ["this stays"]]);
    expect(record.forget({ platform: "discord", space: "guild", authorId: "U-eve" })).toEqual([]);
  });

  it("leaves no byte of what was edited or deleted before either", () => {
    const folder = freshFolder();
    using record = keeping(folder);
    record.keep(canaries(50), NOW);
    record.revise(canaries(50).map(({ id, conversation }) => ({ id, conversation })));
    record.forget({ platform: "discord", space: "guild", authorId: "U-ann" });
    expect(filesWith(folder, "qxcanary")).toEqual([]);
  });

  it("can be of a thread, a message, or since a time, and stays within its place", () => {
    using record = keeping();
    const all = ["a", "b", "c", "d"].map((id, row) =>
      said(id, id, { at: NOW - (4 - row) * 1_000, place: row === 1 ? { ...channel(), thread: "t" } : channel() }),
    );
    record.keep([...all, said("a", "elsewhere", { place: other })], NOW);
    const of = { platform: "discord", space: "guild", channel: "general" } as const;
    const ids = (more: object) => record.forget({ ...of, ...more }).flatMap((one) => one.ids);
    expect(ids({ thread: "t" })).toEqual(["b"]);
    expect(ids({ messageId: "a" })).toEqual(["a"]);
    expect(ids({ since: new Date(NOW - 1_000).toISOString() })).toEqual(["d"]);
    expect(ids({})).toEqual(["c"]);
    expect(textsIn(record, other)).toEqual(["elsewhere"]);
  });

  it("takes a place's file with it when the place is dropped, also after a kill", () => {
    const folder = freshFolder();
    {
      using record = keeping(folder);
      record.keep(canaries(20), NOW);
      expect(record.dropPlace(channel())).toBe(20);
      expect(filesWith(folder, "qxcanary")).toEqual([]);
      expect([record.count(channel()), textsIn(record), record.places().length]).toEqual([{ messages: 0 }, [], 1]);
      expect(record.dropPlace(channel())).toBe(0);
    }
    writeFileSync(join(folder, "77.sqlite-wal"), "left by a kill");
    using record = open(folder);
    expect(record.places()).toHaveLength(1);
    expect(filesWith(folder, "left by a kill")).toEqual([]);
  });

  it("stays for those who opted out where the list of places is damaged", () => {
    const folder = freshFolder();
    const person = { platform: "discord", space: "guild", personId: "U-eve" } as const;
    {
      using record = keeping(folder);
      record.optOut(person, true);
    }
    writeFileSync(join(folder, "places.sqlite"), "damaged ".repeat(1_000));
    using record = keeping(folder);
    expect(record.isOut(person)).toBe(true);
    expect(record.keep([said("1", "x", { by: "eve" })], NOW)).toEqual([]);
  });

  it("takes with it what was put aside as damaged", () => {
    const folder = freshFolder();
    {
      using record = keeping(folder);
      record.keep([said("1", "qxcanary")], NOW);
    }
    const [file = ""] = filesWith(folder, "qxcanary");
    rmSync(join(folder, file));
    writeFileSync(join(folder, file), `qxcanary ${"damaged ".repeat(1_000)}`);
    using record = open(folder);
    record.keep([said("2", "new")], NOW);
    expect(filesWith(folder, "qxcanary")).toEqual([`${file}.damaged`]);
    record.forget({ platform: "discord", space: "guild", channel: "general" });
    expect(filesWith(folder, "qxcanary")).toEqual([]);
  });

  it("takes with it what was put aside as damaged also where nothing else was deleted, and with age", () => {
    const damage = (folder: string) => {
      {
        using record = keeping(folder);
        record.keep([said("1", "qxcanary", { by: "eve" })], NOW);
      }
      writeFileSync(join(folder, "1.sqlite"), `qxcanary ${"damaged ".repeat(1_000)}`);
    };
    const [asked, aged] = [freshFolder(), freshFolder()];
    [asked, aged].forEach(damage);
    using record = open(asked);
    record.forget({ platform: "discord", space: "guild", authorId: "U-eve" });
    expect(filesWith(asked, "qxcanary")).toEqual([]);
    using later = open(aged);
    tendAll(later, Date.now());
    expect(filesWith(aged, "qxcanary")).toEqual(["1.sqlite.damaged"]);
    tendAll(later, Date.now() + DAY);
    expect(filesWith(aged, "qxcanary")).toEqual([]);
  });

  it("comes with age: what is older than its place keeps", () => {
    using record = keeping();
    record.keepPlace({ ...other, since: NOW, by: "admin", days: 7 });
    for (const place of [channel(), other])
      record.keep([said("old", "old", { place, at: NOW - 6 * DAY }), said("new", "new", { place, at: NOW })], NOW);
    expect(tendAll(record, NOW + 2 * DAY)).toEqual(["old"]);
    expect([textsIn(record), textsIn(record, other)]).toEqual([["old", "new"], ["new"]]);
    expect(record.tend(NOW + 2 * DAY)).toBeUndefined();
  });
});

describe("looking things up", () => {
  it("finds words of any script by their stems, and people by their names", () => {
    using record = keeping();
    record.keep(
      [
        said("1", "the printers were replaced", { by: "Bob Miller" }),
        said("2", "会議は三時からです", { by: "京子" }),
        said("3", "поставили принтеры (½ of them)"),
        said("4", "nothing"),
      ],
      NOW,
    );
    const counts = record.find(channel(), [
      { stems: ["printer"] },
      { stems: ["会議"] },
      { stems: ["принтеры", "printer"] },
      { stems: ["1⁄2", '"', ""] },
      { stems: ["x"], names: ["bob miller"] },
    ]);
    expect(counts.map(({ count }) => count)).toEqual([1, 1, 2, 1, 1]);
    expect(record.names(channel(), ["miller", "bob", "京子", "ann"])).toEqual(
      expect.arrayContaining(["bob miller", "京子", "ann"]),
    );
    expect(record.names(channel(), ["bob"])).toEqual([]);
    expect(record.names(other, ["ann"])).toEqual([]);
  });

  it("gives what stands around a message: neighbours, its thread, what it answers and what answers it", () => {
    using record = keeping();
    const minutes = (count: number) => NOW - DAY + count * 60_000;
    record.keep(
      [
        said("root", "root", { at: minutes(-500) }),
        said("far", "far before", { at: minutes(-100) }),
        said("before", "before", { at: minutes(-5) }),
        said("it", "it", { at: minutes(0), place: { ...channel(), thread: "root" }, replyTo: "asked" }),
        said("after", "after", { at: minutes(5) }),
        said("asked", "asked", { at: minutes(-300) }),
        said("thread", "later in its thread", { at: minutes(400), place: { ...channel(), thread: "root" } }),
        said("answer", "answers it", { at: minutes(600), replyTo: "it" }),
      ],
      NOW,
    );
    const ids = record.around(channel(), { numbers: [], ids: ["it"] }).map(({ id }) => id);
    expect(ids).toEqual(["root", "asked", "before", "it", "after", "thread", "answer"]);
  });

  it("never finds what was said in another place", { timeout: 120_000 }, () => {
    const random = randomFrom(8);
    const places = Array.from({ length: 12 }, (_, row) => channel(`c${row}`, row % 2 === 0 ? "guild" : "guild2"));
    using record = keeping(undefined, places);
    const words = ["alpha", "beta", "gamma", "delta"];
    for (let number = 0; number < 600; number += 1) {
      const place = places[Math.floor(random() * places.length)] ?? channel();
      const word = words[Math.floor(random() * words.length)] ?? "";
      // The same ids come in several places, as Slack's do.
      record.keep(
        [said(`m${number % 90}`, `${word} in ${place.space} ${place.channel}`, { place, at: NOW - number * 1_000 })],
        NOW,
      );
    }
    for (const place of places) {
      const [sighted] = record.find(place, [{ stems: words }]);
      const numbers = sighted?.hits.map(([number]) => number) ?? [];
      const ids = Array.from({ length: 90 }, (_, number) => `m${number}`);
      const found = [...record.around(place, { numbers, ids }), ...record.messages(place, ids)];
      expect(sighted?.count).toBe(record.count(place).messages);
      expect(found.length).toBeGreaterThan(0);
      for (const { text, conversation } of found) {
        expect(text.endsWith(`${place.space} ${place.channel}`)).toBe(true);
        expect(conversation).toEqual(place);
      }
    }
  });
});

it("has files that nobody else may read, and no text in their names", () => {
  const folder = freshFolder();
  using record = keeping(folder);
  record.keep([said("1", "x")], NOW);
  expect(filesBelow(folder).filter((name) => !/^(places|opted-out|\d+)\.sqlite(-wal)?$/.test(name))).toEqual([]);
});
