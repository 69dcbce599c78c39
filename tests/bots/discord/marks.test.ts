import { describe, expect, it } from "vitest";
import { createMarks } from "../../../src/bots/discord/marks.ts";
import { openInbox } from "../../../src/bots/inbox-sqlite.ts";
import { silentLog } from "../../../src/log.ts";

/** Marks, and what is written down of them when they are disposed of. */
function open() {
  const inbox = openInbox({ path: ":memory:", log: silentLog() });
  const marks = createMarks(inbox);
  return { marks, inbox, seen: (channelId: string) => inbox.seen("discord", channelId) };
}

describe("marks", () => {
  it("are written down later where the disk is full", () => {
    const written: string[] = [];
    const room = { isFull: true };
    const marks = createMarks({
      seen: () => undefined,
      see(_platform, _channelId, messageId) {
        if (room.isFull) throw new Error("database or disk is full");
        written.push(messageId);
      },
    });
    marks.saw("1", "10");
    marks.hold();
    expect(written).toEqual([]);
    room.isFull = false;
    marks.close(marks.gap());
    expect(written).toEqual(["10"]);
    marks[Symbol.dispose]();
  });

  it("are the newest messages, written down in the end", () => {
    const { marks, seen } = open();
    for (const id of ["100", "99", "1000", "101"]) marks.saw("1", id);
    expect(seen("1")).toBeUndefined();
    marks[Symbol.dispose]();
    expect(seen("1")).toBe("1000");
  });

  it("stay where they are while there is a gap before what is seen", () => {
    const { marks, seen } = open();
    marks.saw("1", "10");
    marks.hold();
    marks.saw("1", "20");
    marks.saw("2", "20");
    expect(marks.of("1")).toBe("10");
    marks.close(marks.gap(), "2");
    expect([seen("1"), seen("2")]).toEqual(["10", "20"]);
    marks.close(marks.gap());
    expect(seen("1")).toBe("20");
  });

  it("are not moved over a gap by whoever closes the one before", () => {
    const { marks, seen } = open();
    marks.saw("1", "10");
    marks.hold();
    const first = marks.gap();
    marks.hold();
    marks.saw("1", "30");
    marks.close(first, "1");
    marks.close(first);
    marks[Symbol.dispose]();
    expect(seen("1")).toBe("10");
  });

  it("of one channel wait for what could not be written down there", () => {
    const { marks, seen } = open();
    marks.saw("1", "10");
    marks.holdOne("1");
    marks.saw("2", "10");
    marks.hold();
    marks.close(marks.gap());
    expect([seen("1"), seen("2"), marks.areAnyHeld()]).toEqual([undefined, "10", true]);
    marks.close(marks.gap(), "1");
    expect([seen("1"), marks.areAnyHeld()]).toEqual(["10", false]);
  });
});
