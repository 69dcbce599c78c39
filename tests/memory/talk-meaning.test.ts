import { readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { createLog, silentLog, type Log } from "../../src/log.ts";
import { openTalkVectors } from "../../src/memory/recall-lance.ts";
import type { TalkVectors } from "../../src/memory/recall-vectors.ts";
import { recallIn } from "../../src/memory/recall-places.ts";
import { openTalkRecord } from "../../src/memory/record-sqlite.ts";
import type { TalkRecord } from "../../src/memory/record.ts";
import { createTalkMeaning, type TalkEmbedder, type TalkMeaning } from "../../src/memory/talk-meaning.ts";
import { countingEmbedder } from "../helpers/counting-embedder.ts";
import { freshFolder } from "../helpers/fresh-folder.ts";
import { meaningEmbedder } from "../helpers/meaning-embedder.ts";
import { channel, DAY, filesWith, NOW, said } from "../helpers/talk-record.ts";

const { signal } = new AbortController();
const other = channel("other");

interface Failing {
  readonly log?: Log;
  readonly failing?: (vectors: TalkVectors) => TalkVectors;
}

function opened(
  folder = freshFolder(),
  embedder: TalkEmbedder = meaningEmbedder(),
  { log = silentLog(), failing = (vectors) => vectors }: Failing = {},
): { folder: string; record: TalkRecord; meaning: TalkMeaning } & AsyncDisposable {
  const record = openTalkRecord({ folder: join(folder, "talk"), log });
  const index = join(folder, "index");
  const meaning = createTalkMeaning({
    record,
    embedder,
    log,
    openVectors: async (model) => failing(await openTalkVectors({ folder: index, model, log })),
    removeVectors: () => rm(index, { recursive: true, force: true }),
  });
  const close = async () => {
    await meaning[Symbol.asyncDispose]();
    record[Symbol.dispose]();
  };
  return { folder, record, meaning, [Symbol.asyncDispose]: close };
}

function keep(record: TalkRecord): void {
  for (const place of [channel(), other]) record.keepPlace({ ...place, since: NOW, by: "admin", days: 180 });
  record.keep(
    [
      said("1", "Urlaub immer vorher eintragen", { at: NOW - 3 * DAY }),
      said("2", "the dog was at the beach", { at: NOW - 2 * DAY }),
      said("1", "salary comes on the first", { place: other, at: NOW - 3 * DAY }),
    ],
    NOW,
  );
}

/** The nearest message of places to a text. */
async function nearest(meaning: TalkMeaning, text: string, places = [channel()]): Promise<string | undefined> {
  const nearness = await meaning.nearness(text, places, { signal });
  return [...(nearness ?? [])].sort(([, one], [, two]) => two - one)[0]?.[0];
}

describe("what was said, by its meaning", { timeout: 120_000 }, () => {
  it("is found in its place alone, once it was embedded", async () => {
    await using world = opened();
    const { record, meaning } = world;
    keep(record);
    expect(await meaning.nearness("vacation", [channel()], { signal })).toBeUndefined();
    await meaning.settled();
    expect(await nearest(meaning, "vacation")).toBe("1");
    expect(await nearest(meaning, "beach")).toBe("2");
    const near = await meaning.nearness("wages", [other], { signal });
    expect([...(near?.keys() ?? [])]).toEqual(["1"]);
    expect(await meaning.nearness("vacation", [channel("unknown")], { signal })).toBeUndefined();
    expect(record.unsettled(channel())).toEqual([]);
  });

  it("helps recall where no word is the same", async () => {
    await using world = opened();
    const { record, meaning } = world;
    keep(record);
    await meaning.settled();
    const ask = (more: object) =>
      recallIn({ text: "vacation", places: [channel()], now: NOW }, { record, signal, ...more });
    expect((await ask({})).found).toEqual([]);
    expect((await ask({ meaning })).found[0]?.message.id).toBe("1");
  });

  it("leaves recall to words where the model fails", async () => {
    const embedder = countingEmbedder();
    await using world = opened(undefined, embedder);
    keep(world.record);
    await world.meaning.settled();
    embedder.before = () => Promise.reject(new Error("out of memory"));
    const asked = { text: "beach?", places: [channel()], now: NOW };
    const { found } = await recallIn(asked, { record: world.record, meaning: world.meaning, signal });
    expect(found[0]?.message.id).toBe("2");
  });

  it("follows edits and deletions, and embeds only what is new", async () => {
    const embedder = countingEmbedder();
    await using world = opened(undefined, embedder);
    const { record, meaning } = world;
    keep(record);
    await meaning.settled();
    const before = embedder.texts.length;
    record.revise([{ conversation: channel(), id: "1", text: "zebra" }]);
    record.keep([said("3", "quite new", { at: NOW })], NOW);
    await meaning.settled();
    expect(embedder.texts.slice(before).toSorted()).toEqual(["ann: quite new", "ann: zebra"]);
    record.revise([{ conversation: channel(), id: "1" }]);
    await meaning.settled();
    const near = await meaning.nearness("ann", [channel()], { signal });
    expect([...(near?.keys() ?? [])].toSorted()).toEqual(["2", "3"]);
  });

  it("leaves no byte of what was forgotten, nor of a place that is dropped", async () => {
    await using world = opened();
    const { record, meaning, folder } = world;
    keep(record);
    record.keep([said("secret-9", "about the dog", { by: "eve", at: NOW - DAY })], NOW);
    await meaning.settled();
    expect(filesWith(folder, "secret-9").some((name) => name.startsWith("index"))).toBe(true);
    record.forget({ platform: "discord", space: "guild", authorId: "U-eve" });
    meaning.follow("now");
    await meaning.settled();
    // The record knows for a day which message is not to come back; nothing else does.
    expect(filesWith(join(folder, "index"), "secret-9")).toEqual([]);
    expect(await nearest(meaning, "beach")).toBe("2");
    const tables = () =>
      readdirSync(join(folder, "index"), { recursive: true, encoding: "utf8" }).filter(
        (name) => name.endsWith(".lance") && !name.includes("data"),
      );
    const before = tables().length;
    record.dropPlace(channel());
    meaning.follow("now");
    await meaning.settled();
    expect(tables()).toHaveLength(before - 1);
    expect(await nearest(meaning, "wages", [other])).toBe("1");
  });

  it("is made again where the vectors are lost, and by another model", async () => {
    const folder = freshFolder();
    {
      await using world = opened(folder);
      keep(world.record);
      await world.meaning.settled();
    }
    await rm(join(folder, "index"), { recursive: true });
    {
      await using world = opened(folder);
      await world.meaning.settled();
      expect(await nearest(world.meaning, "vacation")).toBe("1");
    }
    const embedder = countingEmbedder();
    await using world = opened(folder, embedder);
    await world.meaning.settled();
    expect(embedder.texts).toHaveLength(3);
    expect(readdirSync(join(folder, "index"))).toEqual(["a".repeat(32)]);
  });

  it("knows nothing any more where the record was begun anew", async () => {
    const folder = freshFolder();
    {
      await using world = opened(folder);
      keep(world.record);
      await world.meaning.settled();
    }
    await rm(join(folder, "talk", "1.sqlite"));
    await using world = opened(folder);
    await world.meaning.settled();
    expect(await world.meaning.nearness("vacation", [channel()], { signal })).toBeUndefined();
  });

  it("follows in every other place where one fails", async () => {
    const failing = (vectors: TalkVectors): TalkVectors => ({
      ...vectors,
      windows: async (place) => {
        if (place.channel === "general") throw new Error("a damaged table");
        return await vectors.windows(place);
      },
    });
    await using world = opened(undefined, undefined, { failing });
    keep(world.record);
    await world.meaning.settled();
    expect(await nearest(world.meaning, "wages", [other])).toBe("1");
    expect(world.record.unsettled(channel()).length).toBeGreaterThan(0);
  });

  it("is tried again by itself where something that is forgotten could not be taken out", async () => {
    const failed = Promise.withResolvers<void>();
    const takenOut = Promise.withResolvers<void>();
    let failures = 1;
    const failing = (vectors: TalkVectors): TalkVectors => ({
      ...vectors,
      change: async (place, change) => {
        const isOut = change.removed.length > 0;
        if (isOut && failures-- > 0) throw new Error("the disk is full");
        await vectors.change(place, change);
        if (isOut) takenOut.resolve();
      },
    });
    const log = createLog({ level: "error", process: "test", to: { write: () => failed.resolve() } });
    await using world = opened(undefined, undefined, { log, failing });
    keep(world.record);
    await world.meaning.settled();
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      world.record.forget({ platform: "discord", space: "guild", messageId: "2", authorId: "U-ann" });
      world.meaning.follow("now");
      await failed.promise;
      while (vi.getTimerCount() === 0) await setImmediate();
      vi.advanceTimersByTime(60_000);
      await takenOut.promise;
    } finally {
      vi.useRealTimers();
    }
    await world.meaning.settled();
    expect(await nearest(world.meaning, "beach")).not.toBe("2");
  });

  it("is put off where the model fails; what is to be forgotten is not", async () => {
    const folder = freshFolder();
    {
      await using world = opened(folder);
      keep(world.record);
      await world.meaning.settled();
    }
    const broken: TalkEmbedder = { ...countingEmbedder(), ready: () => Promise.reject(new Error("no such model")) };
    await using world = opened(folder, broken);
    await world.meaning.settled();
    expect(readdirSync(folder)).toContain("index");
    world.record.forget({ platform: "discord", space: "guild", authorId: "U-ann" });
    world.meaning.follow("now");
    await world.meaning.settled();
    expect(readdirSync(folder)).not.toContain("index");
  });
});
