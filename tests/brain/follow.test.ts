import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { StaleAnswer } from "../../src/brain/brain.ts";
import { createBrain } from "../../src/brain/create-brain.ts";
import { followAnswers } from "../../src/brain/follow.ts";
import { openAnswerRecords } from "../../src/brain/records-sqlite.ts";
import type { Passage, Question } from "../../src/chat.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import type { FolderOptions } from "../../src/knowledge/source.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { openMemory } from "../../src/memory/sqlite.ts";
import { asked } from "../contracts/brain.ts";
import { DOCUMENTS, scratch } from "../helpers/hearth.ts";
import { channelsIn } from "../helpers/open-channels.ts";
import { folderOf } from "../helpers/read-brain.ts";
import { passage, quoted } from "../helpers/scripted-brain.ts";

const signal = AbortSignal.timeout(300_000);
const log = silentLog();
const HOW_MANY = "How many days of annual leave do we get?";
const LEAVE = DOCUMENTS["docs/leave.md"];

/** A brain over the files of a place, whose records last: what a start of Hearth makes. */
async function started(folder: string, options: Partial<FolderOptions> = {}) {
  await using stack = new AsyncDisposableStack();
  const records = stack.use(openAnswerRecords({ path: join(folder, "data", "answers.sqlite"), log }));
  const knowledge = stack.use(
    await openKnowledge({
      dataFolder: join(folder, "data"),
      folders: [folderOf(join(folder, "docs"), options)],
      watch: false,
      log,
    }),
  );
  await knowledge.sync({ signal });
  const follower = stack.use(followAnswers({ records, knowledge, log, graceMs: 0, lookMs: 10 }));
  await follower.changed();
  const seal = { kind: "sealed", interfaces: ["lo"], by: "test" } as const;
  const memory = stack.use(openMemory({ path: ":memory:", log }));
  const channels = stack.use(channelsIn(join(folder, "data")));
  const brain = createBrain({ knowledge, follower, seal, model: { kind: "none" }, records, memory, channels });
  const owned = stack.move();
  return { ...brain, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

type Started = Awaited<ReturnType<typeof started>>;

/** Asks what the documents answer, and gives the answer's id. */
async function ask(brain: Started, text: string, given: Partial<Question> = {}): Promise<string> {
  const question = asked(text);
  const message = { ...question.message, id: text };
  const answered = await brain.answer({ ...question, message, ...given }, { signal });
  expect(answered.answer.kind).toBe("quoted");
  return answered.id;
}

async function changesOf(brain: Started, ids: readonly string[]): Promise<string[]> {
  const stale = await brain.staleAnswers({ platform: "terminal", ids }, { signal });
  return stale.flatMap(({ sources }) => sources.map(({ change }) => change));
}

/** The first answer that a watch tells of. */
async function firstTold(brain: Started): Promise<StaleAnswer> {
  const ending = new AbortController();
  const told = Promise.withResolvers<StaleAnswer>();
  const onStale = async (stale: StaleAnswer) => told.resolve(stale);
  const watching = brain.watchAnswers({ platform: "terminal" }, { signal: ending.signal, onStale });
  const stale = await told.promise;
  ending.abort();
  await watching;
  return stale;
}

describe("answers are followed over a restart", { timeout: 60_000 }, () => {
  it("and what changed meanwhile is told, once", async () => {
    using place = scratch(DOCUMENTS);
    const ids: string[] = [];
    {
      await using brain = await started(place.folder);
      ids.push(await ask(brain, HOW_MANY), await ask(brain, "Which receipts need approval?"));
      expect(await changesOf(brain, ids)).toEqual([]);
    }
    place.write("docs/leave.md", LEAVE.replace("28", "30"));
    {
      await using brain = await started(place.folder);
      expect((await firstTold(brain)).id).toBe(ids[0]);
      expect(await changesOf(brain, ids)).toEqual(["changed"]);
    }
    place.write("docs/expenses.md", "# Expenses\n\nNothing is paid back.\n");
    await using brain = await started(place.folder);
    expect((await firstTold(brain)).id).toBe(ids[1]);
    expect(await changesOf(brain, ids)).toEqual(["changed", "changed"]);
  });

  it("and a folder that is no longer for the readers of the place counts as removed", async () => {
    using place = scratch(DOCUMENTS);
    let id = "";
    {
      await using brain = await started(place.folder, { audience: "public" });
      id = await ask(brain, HOW_MANY, { clearance: ["public"] });
      expect(await changesOf(brain, [id])).toEqual([]);
    }
    {
      await using brain = await started(place.folder, { audience: "team" });
      expect(await changesOf(brain, [id])).toEqual(["removed"]);
    }
    await using brain = await started(place.folder, { audience: "public" });
    expect(await changesOf(brain, [id])).toEqual([]);
  });
});

describe("a follower", () => {
  const given = { ...asked(HOW_MANY), turns: [] };
  const answered = (id: string) => ({ ...quoted(), id });
  const changed = passage({ text: "Everybody gets 30 days of annual leave." });

  /** A follower over one document, whose passages a test sets. */
  function following(document: (id: string) => Promise<readonly Passage[]>, lines: string[] = []) {
    const spying = createLog({ level: "info", process: "test", to: { write: (line) => void lines.push(line) } });
    const records = openAnswerRecords({ path: ":memory:", log: spying });
    const follower = followAnswers({ records, knowledge: { document, lookup: async () => [] }, log: spying });
    return {
      ...follower,
      changesNow: async (id: string) => {
        const [stale] = await follower.staleAnswers({ platform: "terminal", ids: [id] }, { signal });
        return stale?.sources.map(({ change }) => change);
      },
    };
  }

  it("looks at once at what changed while it was being answered", async () => {
    await using follower = following(async () => [changed]);
    const begun = follower.changes();
    await follower.changed();
    follower.keep({ answered: answered("late"), question: given, begun });
    await follower.idle();
    expect(await follower.changesNow("late")).toEqual(["changed"]);
  });

  it("tries again with the next change what it could not look at, and goes on with the rest", async () => {
    let isBroken = true;
    const lines: string[] = [];
    await using follower = following(async () => {
      if (isBroken) throw new Error("CANARY");
      return [changed];
    }, lines);
    follower.keep({ answered: answered("one"), question: given, begun: follower.changes() });
    await follower.changed([passage().documentId]);
    expect(await follower.changesNow("one")).toBeUndefined();
    expect(lines.join("")).toContain("could not be looked at again");
    isBroken = false;
    await follower.changed(["something else"]);
    expect(await follower.changesNow("one")).toEqual(["changed"]);
  });

  it("follows a text to the document that it was moved to, however many others have that title", async () => {
    const moved = passage({ documentId: "b".repeat(32), id: `${"b".repeat(32)}#4`, path: "people/leave.md" });
    let now = [moved];
    await using follower = following(async (id) => now.filter(({ documentId }) => documentId === id));
    follower.keep({ answered: answered("one"), question: given, begun: follower.changes() });
    await follower.changed([passage().documentId, moved.documentId]);
    expect(await follower.changesNow("one")).toBeUndefined();
    now = [{ ...moved, text: "Everybody gets 30 days of annual leave." }];
    await follower.changed([moved.documentId]);
    expect(await follower.changesNow("one")).toEqual(["changed"]);
  });

  it("follows a text to where an earlier change than the last has put it", async () => {
    const moved = passage({ documentId: "b".repeat(32), id: `${"b".repeat(32)}#4`, path: "people/leave.md" });
    const gate = Promise.withResolvers<void>();
    await using follower = following(async (id) => {
      await gate.promise;
      return [moved, before].filter(({ documentId }) => documentId === id);
    });
    const before = passage({ documentId: "c".repeat(32), id: `${"c".repeat(32)}#0`, text: "Tea is free." });
    const message = { ...given.message, id: "zero" };
    const zero = { ...given, message };
    follower.keep({ answered: { ...quoted(before), id: "zero" }, question: zero, begun: follower.changes() });
    follower.keep({ answered: answered("one"), question: given, begun: follower.changes() });
    const first = follower.changed([before.documentId, passage().documentId, moved.documentId]);
    const second = follower.changed();
    gate.resolve();
    await Promise.all([first, second]);
    expect(await follower.changesNow("one")).toBeUndefined();
  });

  it("asks for no document that nothing was taken from", async () => {
    const read: string[] = [];
    await using follower = following(async (id) => {
      read.push(id);
      return [passage()];
    });
    follower.keep({ answered: answered("one"), question: given, begun: follower.changes() });
    await follower.changed(["b".repeat(32), passage().documentId]);
    expect(read).toEqual([passage().documentId]);
  });
});
