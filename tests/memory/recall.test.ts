import { describe, expect, it } from "vitest";
import { indexTalk } from "../../src/memory/recall-index.ts";
import { recall } from "../../src/memory/recall.ts";
import { daysLater, talk, type Line } from "../helpers/talk.ts";

const DAY = 24 * 60;
const LINES: readonly Line[] = [
  ["ann", "which colour do we take for the logo?", 0],
  ["bob", "I would say green, it prints well", 1],
  ["cem", "agreed, green it is", 2],
  ["ann", "the printer on the second floor is broken again", 60],
  ["bob", "ann: I will call the service on Thursday", 61],
  ["dora", "minutes are at https://example.org/minutes/17", 120],
  ["cem", "anyone for lunch?", 180],
  ["ann", "which colour do we take for the logo?", 14 * DAY],
  ["dora", "blue, the customer asked for it", 14 * DAY + 1],
  ["bob", "the backup took 45 minutes tonight", 15 * DAY],
  ["ann", "the backup is slow, but it is a good backup", 15 * DAY + 1],
  ["bot", "backup backup backup: 1 for, 0 against", 15 * DAY + 2, { isBot: true }],
];
const index = indexTalk(talk(LINES));
const found = (text: string, options: Partial<Parameters<typeof recall>[2]> = {}) =>
  recall(text, index, { now: daysLater(16), ...options }).found.map(({ message }) => message.id);

describe("recall", () => {
  it("finds an answer that uses no word of the question, beside what was asked", () => {
    expect(found("which colour is the logo?", { limit: 3 })).toContain("m8");
  });

  it("prefers the time that is named", () => {
    expect(["m1", "m2"]).toContain(found("what did we decide about the logo colour two weeks ago?")[0]);
    expect(["m7", "m8"]).toContain(found("what did we decide about the logo colour two days ago?")[0]);
  });

  it("knows speakers by name, and what they were told", () => {
    expect(found("what did bob say about the printer?", { limit: 2 })).toContain("m4");
    expect(found("what did cem say about the logo?", { limit: 2 })).toContain("m2");
  });

  it("finds the link when one is asked for", () => {
    expect(found("link to the minutes?")[0]).toBe("m5");
  });

  it("prefers a number where one is asked for, and people to bots", () => {
    expect(found("how long did the backup take?")[0]).toBe("m9");
  });

  it("takes no longer for what looks like the end of a question or of a name, however long", () => {
    const marks = "!".repeat(200_000);
    const said = indexTalk(
      talk([
        ["ann", `backup ${marks.replaceAll("!", "?")}x`, 0],
        [`ann${marks}b`, `x${marks}y: of tapes no backup is known`, 1],
      ]),
    );
    expect(recall("backup", said, { now: daysLater(1) }).found).toHaveLength(2);
  });

  it("knows nothing of what was said later", () => {
    expect(found("which colour is the logo?", { now: daysLater(1) })).not.toContain("m8");
    expect(recall("backup?", index, { now: daysLater(1) }).coverage).toBe(0);
  });

  it("finds by meaning what words do not", () => {
    const nearness = new Map([
      ["m3", 0.9],
      ["m6", 0.1],
    ]);
    expect(found("Drucker", {})).toEqual([]);
    expect(found("Drucker", { nearness })[0]).toBe("m3");
  });

  it("gives what was first said where it is said again at once", () => {
    const echoed = indexTalk(
      talk([
        ["ann", "[ACTION] bob to order new chairs", 0],
        ["bot", "ACTION received: bob to order new chairs", 1],
      ]),
    );
    const { found: all } = recall("who orders chairs?", echoed, { now: daysLater(1) });
    expect(all.map(({ message }) => message.id)).toEqual(["m0"]);
  });

  it("gives at most as many as are wanted, none twice", () => {
    const all = found("logo colour backup printer minutes", { limit: 4 });
    expect(all).toHaveLength(4);
    expect(new Set(all).size).toBe(4);
  });

  it("finds words of scripts without spaces", () => {
    const chat = indexTalk(
      talk([
        ["京子", "会議は三時からです", 0],
        ["太郎", "わかりました", 1],
        ["京子", "昼ご飯は何にしますか", 200],
      ]),
    );
    expect(recall("会議は何時ですか", chat, { now: daysLater(1) }).found[0]?.message.id).toBe("m0");
  });
});
