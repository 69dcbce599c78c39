import { describe, expect, it } from "vitest";
import { asksForTalk } from "../../src/brain/asks-for-talk.ts";

const now = Date.parse("2026-11-03T12:00:00Z");
const asks = (text: string, speakers: readonly string[] = []) => asksForTalk(text, { now, speakers });

describe("asksForTalk", () => {
  it.each([
    "What did we decide about the logo last week?",
    "did anyone mention the new office?",
    "who said the build is broken",
    "who was going to book the room?",
    "what was agreed on pricing?",
    "what happened on Monday?",
    "Was haben wir zum Logo beschlossen?",
    "wer hat das gesagt?",
    "Qu'avons-nous décidé pour le logo ?",
    "¿quién dijo que el logo es verde?",
    "что мы решили про логотип?",
    "ロゴの色は何に決めましたか、誰が言いましたか",
  ])("is so for %s", (text) => {
    expect(asks(text)).toBe(true);
  });

  it.each([
    "How many days of annual leave do we get?",
    "how do i get added to the rotation",
    "Where is the wifi password?",
    "Wie viele Urlaubstage haben wir?",
    "can I take next week off?",
    "what changed in last week's release",
  ])("is not so for %s", (text) => {
    expect(asks(text)).toBe(false);
  });

  it("is so where somebody is named who speaks there, not where a word of grammar is somebody's name", () => {
    expect(asks("which colour does Ann want?", ["Ann Lee"])).toBe(true);
    expect(asks("which colour does Ann want?", ["bob"])).toBe(false);
    expect(asks("how do I do it?", ["how", "do"])).toBe(false);
  });
});
