import { describe, expect, it } from "vitest";
import { dayOf, fileOf, trailOf } from "../../../src/bots/terminal/place.ts";
import { passage } from "../../helpers/scripted-brain.ts";

describe("the place of a passage", () => {
  it("is file and line, or page or slide where the format has no lines", () => {
    expect(fileOf(passage())).toBe("leave.md:3");
    expect(fileOf(passage({ path: "book.pdf", lines: [0, 0], page: 3 }))).toBe("book.pdf, p. 3");
    expect(fileOf(passage({ path: "talk.PPTX", lines: [0, 0], page: 2 }))).toBe("talk.PPTX, slide 2");
    expect(fileOf(passage({ path: "mail.eml", lines: [0, 0] }))).toBe("mail.eml");
  });

  it("lets nothing drive the terminal", () => {
    const evil = passage({ title: "\u001B[2JA", headings: ["B\nC\u202E"], path: "d\u001B]0;x\u0007\n.md" });
    expect(`${trailOf(evil)} ${fileOf(evil)}`).toBe("A > B C d .md:3");
  });

  it("is dated by the day, where that is known", () => {
    expect(dayOf(passage({ modifiedAt: "2026-11-24T09:00:00.000Z" }))).toBe("2026-11-24");
    expect(dayOf(passage())).toBeUndefined();
  });
});
