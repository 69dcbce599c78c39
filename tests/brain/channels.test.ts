import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openChannels } from "../../src/brain/channels.ts";
import { readersOf, type Question } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { DAY_MS } from "../../src/memory/record.ts";
import { scratch } from "../helpers/hearth.ts";
import { askedIn as ask, heardIn, NOW, OTHER_PLACE as OTHER, PLACE, saidIn } from "../helpers/channel-talk.ts";
import { channelsIn, type TestChannels } from "../helpers/open-channels.ts";
import type { Line } from "../helpers/talk.ts";

const signal = AbortSignal.timeout(300_000);
const LINES: readonly Line[] = [
  ["ann", "which colour do we take for the new logo?", 0],
  ["bob", "[AGREED] the logo will be green, it prints well", 1],
  ["cem", "I'll send the files to the printer tomorrow", 2, { replyTo: "m1" }],
  ["ann", "the brand book is at https://example.org/brand", 3],
  ["logbot", "the logo will be purple", 4, { isBot: true }],
];

/** Whether words stand in any file of a folder. */
function isOnDisk(folder: string, words: string): boolean {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .some((path) => readFileSync(path).includes(words));
}

/** Channels over some record and digests. */
function over({ record, digests }: Pick<TestChannels, "record" | "digests">) {
  const nothing = async () => {};
  return openChannels({ record, digests, log: silentLog(), now: () => NOW, onChanged: nothing, onForgotten: nothing });
}

describe("what is kept", () => {
  it("are the places that were switched on, by whom and for how long, and what was said there since", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    expect(await channels.hear(saidIn(OTHER, [["eve", "nobody keeps this", 0]]), { signal })).toBe(0);
    const [kept, ...others] = await channels.keptTalk({ platform: "discord", space: "g" }, { signal });
    expect(others).toEqual([]);
    expect(kept).toEqual({
      ...PLACE,
      since: new Date(NOW).toISOString(),
      by: "ann",
      days: 180,
      messages: 5,
      oldest: "2026-11-02T09:00:00.000Z",
    });
    await channels.keepTalk(PLACE, { by: "bob", days: 30, signal });
    expect(await channels.keptTalk(PLACE, { signal })).toMatchObject([{ days: 30, since: kept?.since, messages: 5 }]);
    expect(await channels.keptTalk({ platform: "slack" }, { signal })).toEqual([]);
  });

  it("refuses more messages than may be heard at once", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, []);
    const many = Array.from({ length: 501 }, (_, number): Line => ["ann", `line ${number}`, number]);
    await expect(channels.hear(saidIn(PLACE, many), { signal })).rejects.toThrow("501 messages");
  });

  it("goes with the place, off the disk too", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    await channels.digest({ place: PLACE, to: new Date(NOW).toISOString() }, { signal });
    expect(isOnDisk(place.folder, "prints well")).toBe(true);
    const gone = await channels.dropTalk(PLACE, { signal });
    expect(gone).toMatchObject({ talk: 5, messages: 0 });
    expect(gone.lines).toBeGreaterThan(0);
    expect(await channels.keptTalk(PLACE, { signal })).toEqual([]);
    expect(isOnDisk(place.folder, "prints well")).toBe(false);
  });

  it("is nothing of people who opted out, until they are back", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const bob = { platform: "discord", space: "g", personId: "bob" } as const;
    expect(await channels.optOut(bob, { isOut: true, signal })).toMatchObject({ talk: 1 });
    expect(isOnDisk(place.folder, "prints well")).toBe(false);
    const more = saidIn(PLACE, [["bob", "the logo prints badly", 20, { id: "b2" }]]);
    expect(await channels.hear(more, { signal })).toBe(0);
    await channels.optOut(bob, { isOut: false, signal });
    expect(await channels.hear(more, { signal })).toBe(1);
  });

  it("is deleted when it is older than the place keeps it", async () => {
    using place = scratch();
    let id = "";
    {
      await using channels = await heardIn(place.folder, LINES);
      ({ id } = await channels.digest({ place: PLACE, to: new Date(NOW).toISOString() }, { signal }));
      expect(await channels.digestNow(id, { signal })).toBeDefined();
    }
    await using channels = channelsIn(place.folder, { now: () => NOW + 180 * DAY_MS });
    await expect.poll(async () => (await channels.keptTalk(PLACE, { signal }))[0]?.messages).toBe(0);
    expect(await channels.digestNow(id, { signal })).toBeUndefined();
  });
});

describe("recall", () => {
  it("gives what people said as passages with speaker, day and link, and no bot's words", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const { hits, coverage, asksForTalk } = await channels.recall(ask("what did we decide about the logo?", [PLACE]), {
      signal,
    });
    expect(asksForTalk).toBe(true);
    expect(coverage).toBeGreaterThan(0.5);
    const [first] = hits.map(({ passage }) => passage);
    expect(first).toMatchObject({
      id: "talk:discord:g:design#m1",
      documentId: "talk:discord:g:design",
      title: "bob, 2026-11-02",
      said: { by: "bob", at: "2026-11-02T09:01:00.000Z" },
      url: "https://chat.example/design/m1",
      text: "[AGREED] the logo will be green, it prints well",
    });
    expect(hits.some(({ passage }) => passage.said?.by === "logbot")).toBe(false);
  });

  it("looks only into places that the question names, that its clearance covers and that are kept", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    await channels.keepTalk(OTHER, { by: "ann", days: 180, signal });
    await channels.hear(saidIn(OTHER, [["eve", "the logo of the candidate was hideous", 5]]), { signal });
    const found = async (question: Question) =>
      (await channels.recall(question, { signal })).hits.map(({ passage }) => passage.documentId);
    const words = "what was said about the logo?";
    expect(new Set(await found(ask(words, [PLACE])))).toEqual(new Set(["talk:discord:g:design"]));
    expect(await found(ask(words, [PLACE, OTHER]))).toContain("talk:discord:g:hiring");
    expect(await found(ask(words, [PLACE], { clearance: ["team"] }))).toEqual([]);
    expect(await found(ask(words, [], { clearance: ["team", readersOf(PLACE)] }))).toEqual([]);
    expect(await found(ask(words, [{ ...PLACE, channel: "elsewhere" }]))).toEqual([]);
  });

  it("leaves the question itself out, which was heard as well", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, [
      ...LINES,
      ["dora", "what did we decide about the logo?", 1_500, { id: "asked" }],
    ]);
    const { hits } = await channels.recall(ask("what did we decide about the logo?", [PLACE]), { signal });
    expect(hits.length).toBeGreaterThan(0);
    expect(hits.map(({ passage }) => passage.id)).not.toContain("talk:discord:g:design#asked");
  });

  it("follows edits and deletions, also those that come as messages once more", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const texts = async () =>
      (await channels.recall(ask("what did we decide about the logo?", [PLACE]), { signal })).hits.map(
        ({ passage }) => passage.text,
      );
    expect(await channels.revise([{ conversation: PLACE, id: "m1", text: "[AGREED] the logo will be red" }])).toBe(1);
    expect(await texts()).toContain("[AGREED] the logo will be red");
    const again = saidIn(PLACE, [["bob", "[AGREED] the logo will be blue", 1, { id: "m1" }]]).map((message) => ({
      ...message,
      editedAt: "2030-01-01T09:30:00.000Z",
    }));
    await channels.hear(again, { signal });
    expect(await texts()).toContain("[AGREED] the logo will be blue");
    expect(await channels.revise([{ conversation: PLACE, id: "m1" }])).toBe(1);
    expect((await texts()).join()).not.toContain("AGREED");
  });
});

describe("what fails", () => {
  it("leaves in the record what could not be taken out of digests, for the next attempt", async () => {
    using place = scratch();
    await using world = await heardIn(place.folder, LINES);
    const { id } = await world.digest({ place: PLACE, to: new Date(NOW).toISOString() }, { signal });
    const full = () => {
      throw new Error("no room on the disk");
    };
    const failing = over({ ...world, digests: { ...world.digests, erase: full } });
    const of = { platform: "discord", space: "g", askerId: "bob" } as const;
    await expect(failing.forget(of)).rejects.toThrow("no room");
    await expect(failing.revise([{ conversation: PLACE, id: "m1" }])).rejects.toThrow("no room");
    await failing[Symbol.asyncDispose]();
    expect(world.record.messages(PLACE, ["m1"])).toHaveLength(1);
    expect(await world.forget(of)).toEqual({ talk: 1, lines: 1 });
    expect(JSON.stringify(await world.digestNow(id, { signal }))).not.toContain("prints well");
  });

  it("takes a deleted message out of digests whose record does not know it any more", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const { id } = await channels.digest({ place: PLACE, to: new Date(NOW).toISOString() }, { signal });
    channels.record.revise([{ conversation: PLACE, id: "m1" }]);
    expect(await channels.revise([{ conversation: PLACE, id: "m1" }])).toBe(0);
    expect(JSON.stringify(await channels.digestNow(id, { signal }))).not.toContain("prints well");
  });

  it("keeps no other place from being looked after", async () => {
    using place = scratch();
    await using world = await heardIn(place.folder, []);
    await world.keepTalk(OTHER, { by: "ann", days: 180, signal });
    const all = Promise.withResolvers<number>();
    let times = 0;
    const tend = () => {
      times += 1;
      if (times === 2) all.resolve(times);
      throw new Error("damaged");
    };
    const failing = over({ ...world, record: { ...world.record, tend } });
    expect(await all.promise).toBe(2);
    await failing[Symbol.asyncDispose]();
    expect(times).toBe(2);
  });
});

describe("forgetting", () => {
  it("deletes from record and digests, tells what else was made of it, and leaves no byte", async () => {
    using place = scratch();
    const told: string[] = [];
    const onForgotten = async () => void told.push("model");
    const onChanged = async (places: readonly string[]) => void told.push(...places);
    await using channels = await heardIn(place.folder, LINES, { onForgotten, onChanged });
    const { id } = await channels.digest({ place: PLACE, to: new Date(NOW).toISOString() }, { signal });
    const forgotten = await channels.forget({ platform: "discord", space: "g", askerId: "bob" });
    expect(forgotten).toEqual({ talk: 1, lines: 1 });
    expect(told).toEqual(["model", "talk:discord:g:design"]);
    expect(isOnDisk(place.folder, "prints well")).toBe(false);
    const left = (await channels.digestNow(id, { signal }))?.groups.flatMap(({ lines }) => lines) ?? [];
    expect(left.map(({ author }) => author)).toContain("cem");
    expect(left.map(({ author }) => author)).not.toContain("bob");
  });
});
