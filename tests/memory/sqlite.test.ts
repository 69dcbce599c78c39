import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ChatMessage, Conversation } from "../../src/chat.ts";
import { createLog, silentLog } from "../../src/log.ts";
import type { Memory } from "../../src/memory/memory.ts";
import { openMemory } from "../../src/memory/sqlite.ts";
import { root, scratch } from "../helpers/hearth.ts";

const DAY = 24 * 60 * 60_000;
const NOW = Date.now();
const channel: Conversation = { platform: "discord", space: "guild", channel: "general" };
const thread: Conversation = { ...channel, thread: "q1" };
const direct: Conversation = { platform: "discord", space: "@me", channel: "dm" };

/** Messages are sent one second after the other. */
let seconds = 0;

function said(id: string, given: Partial<ChatMessage> & { readonly by?: string } = {}): ChatMessage {
  const { by = "ada", ...rest } = given;
  seconds += 1;
  return {
    id,
    conversation: channel,
    author: { id: by, name: by, isBot: by === "hearth" },
    text: `text of ${id}`,
    sentAt: new Date(NOW + seconds * 1_000).toISOString(),
    ...rest,
  };
}

function memoryOf(...messages: readonly ChatMessage[]): Memory {
  const memory = openMemory({ path: ":memory:", log: silentLog() });
  memory.keep(messages);
  return memory;
}

function textsOf(memory: Memory, of: Parameters<Memory["turns"]>[0], limit = 50): string[] {
  return memory.turns(of, { limit }).map(({ role, text }) => `${role}: ${text}`);
}

/** A question and Hearth's answer, twice, each in reply to the one before. */
const talk = [
  said("q1"),
  said("a1", { by: "hearth", replyTo: "q1" }),
  said("q2", { by: "bob", replyTo: "a1" }),
  said("a2", { by: "hearth", replyTo: "q2" }),
];

describe("turns", () => {
  it("in a channel are what a message replies to, and so on back, oldest first", () => {
    using memory = memoryOf(said("other"), ...talk);
    expect(textsOf(memory, { conversation: channel, replyTo: "a2" })).toEqual([
      "user: text of q1",
      "assistant: text of a1",
      "user: text of q2",
      "assistant: text of a2",
    ]);
    expect(textsOf(memory, { conversation: channel, replyTo: "a2" }, 2)).toEqual([
      "user: text of q2",
      "assistant: text of a2",
    ]);
    expect(textsOf(memory, { conversation: channel, replyTo: "unknown" })).toEqual([]);
    expect(textsOf(memory, { conversation: channel })).toEqual([]);
  });

  it("end where messages reply to each other", () => {
    using memory = memoryOf(said("one", { replyTo: "two" }), said("two", { replyTo: "one" }));
    expect(textsOf(memory, { conversation: channel, replyTo: "one" }, 3)).toHaveLength(3);
  });

  it("in a thread are its last messages, after the one that it hangs on", () => {
    using memory = memoryOf(
      said("q1"),
      said("elsewhere", { conversation: { ...channel, thread: "other" } }),
      said("a1", { by: "hearth", conversation: thread, replyTo: "q1" }),
      said("q2", { conversation: thread }),
    );
    expect(textsOf(memory, { conversation: thread })).toEqual([
      "user: text of q1",
      "assistant: text of a1",
      "user: text of q2",
    ]);
    expect(textsOf(memory, { conversation: thread }, 1)).toEqual(["user: text of q2"]);
  });

  it("in a direct message are its last messages", () => {
    using memory = memoryOf(said("d1", { conversation: direct }), said("d2", { conversation: direct, by: "hearth" }));
    expect(textsOf(memory, { conversation: direct })).toEqual(["user: text of d1", "assistant: text of d2"]);
    const slack: Conversation = { platform: "slack", space: "T1", channel: "D1" };
    memory.keep([said("s1", { conversation: slack })]);
    expect(textsOf(memory, { conversation: slack })).toEqual(["user: text of s1"]);
  });

  it("never come from another channel, guild or platform", () => {
    using memory = memoryOf(...talk, said("d1", { conversation: direct }));
    const others: readonly Conversation[] = [
      { ...channel, channel: "random" },
      { ...channel, space: "other" },
      { ...channel, platform: "slack" },
      { ...direct, channel: "dm2" },
    ];
    for (const conversation of others) expect(textsOf(memory, { conversation, replyTo: "a2" })).toEqual([]);
  });

  it("leave out what has no words, and keep the beginning of what is very long", () => {
    const long = `${"word ".repeat(2_000)}end`;
    using memory = memoryOf(
      said("d1", { conversation: direct, text: "" }),
      said("d2", { conversation: direct, text: long }),
      said("d3", { conversation: direct, text: "😀".repeat(3_000) }),
    );
    const [words = "", faces = "", ...rest] = memory
      .turns({ conversation: direct }, { limit: 50 })
      .map(({ text }) => text);
    expect(rest).toEqual([]);
    expect(words).toMatch(/^word word .* word …$/);
    expect(words.length).toBeLessThanOrEqual(4_000);
    expect(words.length).toBeGreaterThan(3_900);
    expect(faces.length).toBeLessThanOrEqual(4_000);
    expect(faces.isWellFormed()).toBe(true);
  });

  it("say what a message says now, and say it once", () => {
    using memory = memoryOf(...talk);
    expect(memory.revise([{ conversation: channel, id: "q1", text: "edited" }])).toBe(1);
    memory.keep([said("q2", { text: "kept again", replyTo: "a1" })]);
    expect(textsOf(memory, { conversation: channel, replyTo: "q2" })).toEqual([
      "user: edited",
      "assistant: text of a1",
      "user: kept again",
    ]);
  });
});

describe("what is deleted", () => {
  it("takes along what Hearth answered to it, in the channel or in a thread, and nothing that others said", () => {
    using memory = memoryOf(
      ...talk,
      said("part", { by: "hearth", conversation: thread, replyTo: "a1" }),
      said("q3", { conversation: thread }),
    );
    const revisions = [
      { conversation: channel, id: "q1" },
      { conversation: channel, id: "unknown" },
      { conversation: { ...channel, space: "other" }, id: "q2" },
    ];
    expect(memory.revise(revisions)).toBe(1);
    expect(textsOf(memory, { conversation: channel, replyTo: "a2" })).toEqual([
      "user: text of q2",
      "assistant: text of a2",
    ]);
    expect(textsOf(memory, { conversation: thread })).toEqual(["user: text of q3"]);
  });

  it("takes along an answer whose question was never kept", () => {
    using memory = memoryOf(said("a1", { by: "hearth", replyTo: "q1" }));
    expect(memory.revise([{ conversation: channel, id: "q1" }])).toBe(1);
    expect(textsOf(memory, { conversation: channel, replyTo: "a1" })).toEqual([]);
  });

  it("can be all of a guild, channel, thread or person, one message, or what came since", () => {
    const guild = { platform: "discord", space: "guild" } as const;
    const counted = [
      [guild, 5],
      [{ ...guild, channel: "general" }, 4],
      [{ ...guild, channel: "general", thread: "q1" }, 1],
      [{ ...guild, authorId: "bob" }, 2],
      [{ ...guild, authorId: "bob", channel: "random" }, 0],
      [{ ...guild, messageId: "q1" }, 2],
      [{ ...guild, since: talk[2]?.sentAt ?? "" }, 3],
      [{ ...guild, space: "other" }, 0],
      [{ ...guild, platform: "slack" }, 0],
    ] as const;
    for (const [scope, count] of counted) {
      const [q1, a1, q2, a2] = talk;
      if (!q1 || !a1 || !q2 || !a2) throw new Error("There is no talk");
      using memory = memoryOf(
        q1,
        { ...a1, conversation: thread },
        q2,
        a2,
        said("r1", { conversation: { ...channel, channel: "random" } }),
        said("d1", { conversation: direct }),
      );
      expect([scope, memory.forget(scope)]).toEqual([scope, count]);
    }
  });

  it("can be of several at a time, and counts each message once", () => {
    using memory = memoryOf(...talk, said("d1", { conversation: direct }));
    const scopes = ["q1", "q1", "a1", "unknown"].map((messageId) => {
      return { platform: "discord", space: "guild", channel: "general", messageId } as const;
    });
    expect(memory.forget(scopes)).toBe(2);
    expect(memory.forget([])).toBe(0);
    expect(textsOf(memory, { conversation: direct })).toHaveLength(1);
    expect(memory.forget({ platform: "discord", space: "guild" })).toBe(2);
  });

  it("goes by itself after thirty days", () => {
    using memory = memoryOf(said("old", { sentAt: new Date(NOW).toISOString(), conversation: direct }));
    memory.prune(NOW + 30 * DAY);
    expect(textsOf(memory, { conversation: direct })).toHaveLength(1);
    memory.prune(NOW + 30 * DAY + 1);
    expect(textsOf(memory, { conversation: direct })).toEqual([]);
  });
});

describe("a memory on disk", () => {
  const path = (folder: string) => join(folder, "data", "memory.sqlite");
  const bytesIn = (folder: string) =>
    readdirSync(join(folder, "data"))
      .map((name) => readFileSync(join(folder, "data", name), "latin1"))
      .join("");

  it("is there again after a restart, in files that only this user can read", () => {
    using place = scratch();
    {
      using memory = openMemory({ path: path(place.folder), log: silentLog() });
      memory.keep(talk);
      for (const name of readdirSync(join(place.folder, "data"))) {
        expect([name, statSync(join(place.folder, "data", name)).mode & 0o777]).toEqual([name, 0o600]);
      }
    }
    using memory = openMemory({ path: path(place.folder), log: silentLog() });
    expect(textsOf(memory, { conversation: channel, replyTo: "a2" })).toHaveLength(4);
  });

  it("loses nothing of what was kept when its process is killed", { timeout: 60_000 }, async () => {
    using place = scratch();
    const script = `
      import { openMemory } from "${root}/src/memory/sqlite.ts";
      import { silentLog } from "${root}/src/log.ts";
      const memory = openMemory({ path: ${JSON.stringify(path(place.folder))}, log: silentLog() });
      for (let number = 0; ; number += 1) {
        memory.keep([{ ...${JSON.stringify(said("x", { conversation: direct }))}, id: "m" + number, text: "number " + number }]);
        console.log(number);
      }`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script]);
    let out = "";
    const isBusy = Promise.withResolvers<void>();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (out.includes("\n200\n")) isBusy.resolve();
    });
    await isBusy.promise;
    child.kill("SIGKILL");
    await once(child, "close");
    const last = Number(out.slice(0, out.lastIndexOf("\n")).split("\n").at(-1));
    using memory = openMemory({ path: path(place.folder), log: silentLog() });
    const turns = memory.turns({ conversation: direct }, { limit: 1_000_000 });
    expect(turns.length).toBeGreaterThanOrEqual(last + 1);
    expect(turns.slice(0, last + 1).map(({ text }) => text)).toEqual(
      Array.from({ length: last + 1 }, (_, number) => `number ${number}`),
    );
  });

  it("has no byte left of what was deleted, edited, said again or forgotten", { timeout: 120_000 }, () => {
    using place = scratch();
    using memory = openMemory({ path: path(place.folder), log: silentLog() });
    const text = (number: number) =>
      `CANARY${number}X ${"word ".repeat((number * 37) % (number % 10 === 0 ? 700 : 50))}`;
    const conversation = (number: number) => ({ ...channel, channel: `c${number % 7}` });
    // In an order of its own, so that SQLite moves rows between pages.
    const numbers = Array.from({ length: 1_200 }, (_, number) => (number * 7_919) % 1_200);
    for (const number of numbers) {
      memory.keep([
        said(`m${number}`, { conversation: conversation(number), text: text(number), by: `p${number % 5}` }),
      ]);
    }
    expect(bytesIn(place.folder)).toContain("CANARY7X");
    const isIn = (bytes: string) =>
      numbers.filter((number) => bytes.includes(`CANARY${number}X`)).toSorted((a, b) => a - b);
    const sorted = numbers.toSorted((a, b) => a - b);
    const revised = (number: number) => ({ conversation: conversation(number), id: `m${number}` });
    for (let first = 0; first < 400; first += 40) {
      const some = sorted.slice(first, first + 40);
      memory.revise(some.map((number) => (number % 2 === 0 ? revised(number) : { ...revised(number), text: "now" })));
    }
    expect(isIn(bytesIn(place.folder))).toEqual(sorted.slice(400));
    memory.keep(sorted.slice(400, 500).map((number) => said(`m${number}`, { conversation: conversation(number) })));
    expect(isIn(bytesIn(place.folder))).toEqual(sorted.slice(500));
    memory.forget({ platform: "discord", space: "guild", authorId: "p3" });
    expect(isIn(bytesIn(place.folder))).toEqual(sorted.slice(500).filter((number) => number % 5 !== 3));
    memory.prune(NOW + 31 * DAY + seconds * 1_000);
    expect(isIn(bytesIn(place.folder))).toEqual([]);
  });

  it("is put aside and begun anew when it is damaged, and the log says so", () => {
    using place = scratch({ "data/memory.sqlite": "no database ".repeat(1_000) });
    const lines: string[] = [];
    const log = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
    {
      using memory = openMemory({ path: path(place.folder), log });
      memory.keep(talk);
      expect(textsOf(memory, { conversation: channel, replyTo: "a2" })).toHaveLength(4);
    }
    expect(lines.join("")).toContain("put aside and begun anew");
    expect(readdirSync(join(place.folder, "data"))).toContain("memory.sqlite.damaged");
  });

  it("lasts as long as the process where the file cannot be used, and the log says so", () => {
    using place = scratch();
    writeFileSync(join(place.folder, "data"), "a file");
    const lines: string[] = [];
    const log = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
    using memory = openMemory({ path: path(place.folder), log });
    memory.keep(talk);
    expect(textsOf(memory, { conversation: channel, replyTo: "a2" })).toHaveLength(4);
    expect(lines.join("")).toContain("cannot be used");
    expect(lines.join("")).not.toContain("text of");
  });
});
