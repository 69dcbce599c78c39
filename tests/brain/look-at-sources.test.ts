import { describe, expect, it } from "vitest";
import { lookAtTalk } from "../../src/brain/look-at-sources.ts";
import { openAnswerRecords } from "../../src/brain/records-sqlite.ts";
import type { AnswerRecords } from "../../src/brain/records.ts";
import { passageIdOf } from "../../src/brain/talk-passages.ts";
import { silentLog } from "../../src/log.ts";

const PLACE = { platform: "discord", space: "g", channel: "design" } as const;
const DOCUMENT = "talk:discord:g:design";
const passages = ["m1", "m2"].map((id) => passageIdOf(id, DOCUMENT));
const everythingGone = { standing: (_: string, of: readonly unknown[]) => of.map(() => "gone" as const) };
const knowledge = { document: async () => [], lookup: async () => [] };

/** Records of two answers, each of which was taken from the same two messages. */
function twoAnswers(): AnswerRecords {
  const records = openAnswerRecords({ path: ":memory:", log: silentLog() });
  const of = { documentId: DOCUMENT, path: DOCUMENT, title: "ann", headings: [], textHash: "0", stretches: [] };
  const why = { kind: "quoted", timings: { search: 1, answer: 1 }, passages: [] } as const;
  for (const messageId of ["q1", "q2"]) {
    const sources = passages.map((passageId) => ({ ...of, passageId }));
    const answer = { id: messageId, answeredAt: "2026-11-02T09:00:00.000Z", askerId: "dora", clearance: [], why };
    records.add({ ...answer, messageId, conversation: PLACE, sources });
  }
  return records;
}

const staleIn = (records: AnswerRecords) => records.stale("discord", ["q1", "q2"]).map(({ id }) => id);

describe("looking at messages again", () => {
  it("tells at once, and once each, of questions whose answers repeat what is gone", () => {
    using records = twoAnswers();
    const told: (readonly unknown[])[] = [];
    const given = { records, knowledge, talk: everythingGone };
    const onTalkGone = (questions: readonly unknown[]) => void told.push(questions);
    lookAtTalk(DOCUMENT, { ...given, onTalkGone });
    expect(told).toEqual([["q1", "q2"].map((messageId) => ({ ...PLACE, messageId }))]);
    expect(staleIn(records)).toEqual(["q1", "q2"]);
    expect(records.sourcesIn(DOCUMENT).map(({ textHash }) => textHash)).toEqual(["", "", "", ""]);
    lookAtTalk(DOCUMENT, { ...given, onTalkGone });
    expect(told).toHaveLength(1);
  });

  it("looks at the messages that are named alone", () => {
    using records = twoAnswers();
    lookAtTalk(DOCUMENT, { records, knowledge, talk: everythingGone }, passages.slice(1));
    expect(records.sourcesIn(DOCUMENT).map(({ change }) => change)).toEqual([
      undefined,
      "removed",
      undefined,
      "removed",
    ]);
  });

  it("notes nothing where what was answered could not be forgotten, so that it is tried again", () => {
    using records = twoAnswers();
    const onTalkGone = () => {
      throw new Error("no room on the disk");
    };
    expect(() => lookAtTalk(DOCUMENT, { records, knowledge, talk: everythingGone, onTalkGone })).toThrow("no room");
    expect(staleIn(records)).toEqual([]);
  });
});
