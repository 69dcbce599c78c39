import { describe, expect, it } from "vitest";
import { exchangeText, follow } from "../../src/memory/talk.ts";
import { windowsOf, windowText } from "../../src/memory/windows.ts";
import { talk, type Line } from "../helpers/talk.ts";

const ids = (lines: readonly Line[], size?: Parameters<typeof windowsOf>[1]) =>
  windowsOf(talk(lines), size).map(({ messages }) => messages.map(({ id }) => id));

describe("windowsOf", () => {
  it("ends a conversation at a long pause", () => {
    expect(
      ids([
        ["ann", "hello", 0],
        ["bob", "hi", 1],
        ["ann", "lunch?", 60],
      ]),
    ).toEqual([["m0", "m1"], ["m2"]]);
  });

  it("lets a reply go on with what it replies to, however late", () => {
    expect(
      ids([
        ["ann", "who has the key?", 0],
        ["bob", "next topic", 60],
        ["cem", "me", 120, { replyTo: "m0" }],
      ]),
    ).toEqual([["m0", "m2"], ["m1"]]);
  });

  it("tells apart two talks at the same time by the names in them", () => {
    const lines: Line[] = [
      ["ann", "how do I reset it?", 0],
      ["eve", "unrelated: the printer is on fire", 30],
      ["bob", "ann: hold the button", 31],
      ["dan", "eve: which one?", 32],
      ["ann", "bob: thanks", 33],
    ];
    expect(ids(lines)).toEqual([
      ["m0", "m2", "m4"],
      ["m1", "m3"],
    ]);
  });

  it("keeps threads apart", () => {
    expect(
      ids([
        ["ann", "a", 0, { thread: "t" }],
        ["bob", "b", 1],
        ["cem", "c", 2, { thread: "t" }],
      ]),
    ).toEqual([["m0", "m2"], ["m1"]]);
  });

  it("cuts what is long, with an overlap, and loses nothing", () => {
    const lines = Array.from({ length: 7 }, (_, place): Line => ["ann", `line ${place}`, place]);
    expect(ids(lines, { messages: 4, characters: 1_000, overlap: 1 })).toEqual([
      ["m0", "m1", "m2", "m3"],
      ["m3", "m4", "m5", "m6"],
    ]);
    expect(ids(lines, { messages: 4, characters: 1, overlap: 1 })).toHaveLength(7);
  });

  it("says who spoke and when", () => {
    const [window] = windowsOf(
      talk([
        ["ann", "hello", 0],
        ["bob", "hi", 5],
      ]),
    );
    expect(window).toMatchObject({ id: "m0..m1", speakers: ["ann", "bob"], to: "2026-11-02T09:05:00.000Z" });
    expect(window && windowText(window)).toBe("ann: hello\nbob: hi");
  });
});

describe("follow", () => {
  it("takes a question's answer for what it is, and an author's next line for more of the same", () => {
    const said = follow(
      talk([
        ["ann", "where is it?", 0],
        ["ann", "the red one", 1],
        ["bob", "in the hall", 2],
      ]),
    );
    expect(said.map(({ after, isAnswer }) => [after, isAnswer])).toEqual([
      [undefined, false],
      [0, false],
      [1, true],
    ]);
    expect(exchangeText(2, said)).toBe("ann: where is it?\nann: the red one\nbob: in the hall");
  });

  it("does not take a colon for a name that nobody has", () => {
    expect(
      follow(
        talk([
          ["ann", "hi", 0],
          ["bob", "note: it is late", 1],
        ]),
      )[1]?.to,
    ).toEqual([]);
  });
});
