import { describe, expect, it } from "vitest";
import type { TalkPlace } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { recallIn } from "../../src/memory/recall-places.ts";
import { openTalkRecord } from "../../src/memory/record-sqlite.ts";
import type { TalkRecord } from "../../src/memory/record.ts";
import { freshFolder } from "../helpers/fresh-folder.ts";
import { channel, DAY, NOW, said } from "../helpers/talk-record.ts";

const { signal } = new AbortController();
const [general, logo, hidden] = [channel("general"), channel("logo"), channel("hidden")];
const MINUTE = 60_000;

function recordOf(): TalkRecord {
  const record = openTalkRecord({ folder: freshFolder(), log: silentLog() });
  for (const place of [general, logo, hidden]) record.keepPlace({ ...place, since: NOW, by: "admin", days: 180 });
  const at = (days: number, minutes = 0) => NOW - days * DAY + minutes * MINUTE;
  record.keep(
    [
      // Hundreds of messages of no matter, so that what is looked around is a small part of them.
      ...Array.from({ length: 400 }, (_, row) =>
        said(`x${row}`, `small talk number ${row} of the day`, { by: `p${row % 9}`, at: at(40, row * 90) }),
      ),
      said("asked", "which colour do we take for the logo?", { at: at(14), place: logo }),
      said("green", "I would say green, it prints well", { by: "bob", at: at(14, 1), place: logo }),
      said("blue", "blue, the customer asked for it", { by: "dora", at: at(2, 1), place: logo }),
      said("again", "which colour do we take for the logo?", { at: at(2), place: logo }),
      said("printer", "the printer on the second floor is broken again", { at: at(1) }),
      said("service", "ann: I will call the service on Thursday", { by: "bob", at: at(1, 1) }),
      said("minutes", "minutes are at https://example.org/minutes/17", { by: "dora", at: at(1, 60) }),
      said("secret", "the logo colour is secretly red", { at: at(1), place: hidden }),
    ],
    NOW,
  );
  return record;
}

const ask = async (text: string, places: readonly TalkPlace[], more: object = {}) => {
  using record = recordOf();
  const { found, ...rest } = await recallIn({ text, places, now: NOW, ...more }, { record, signal });
  return {
    ids: found.map(({ message }) => message.id),
    places: found.map(({ message }) => message.conversation.channel),
    ...rest,
  };
};

describe("recall from the record", () => {
  it("finds an answer that uses no word of the question, beside what was asked", async () => {
    const { ids, coverage } = await ask("which colour is the logo?", [logo], { limit: 3 });
    expect(ids).toContain("blue");
    expect(coverage).toBeGreaterThan(0.5);
  });

  it("looks into several places, and into no other", async () => {
    const { ids, places } = await ask("what about the printer and the logo colour?", [general, logo]);
    expect(ids).toEqual(expect.arrayContaining(["printer"]));
    expect(new Set(places)).toEqual(new Set(["general", "logo"]));
    expect((await ask("secretly red logo colour", [general, logo])).ids).not.toContain("secret");
    expect((await ask("secretly red", [hidden])).ids).toEqual(["secret"]);
  });

  it("prefers the time that is named, and says which it was", async () => {
    const { ids, span } = await ask("what did we decide about the logo colour two weeks ago?", [logo]);
    expect(["asked", "green"]).toContain(ids[0]);
    expect(span).toBeDefined();
    expect(["again", "blue"]).toContain(
      (await ask("what did we decide about the logo colour two days ago?", [logo])).ids[0],
    );
  });

  it("knows speakers by name, and finds the link when one is asked for", async () => {
    expect((await ask("what did bob say about the printer?", [general], { limit: 2 })).ids).toContain("service");
    expect((await ask("link to the minutes?", [general])).ids[0]).toBe("minutes");
  });

  it("gives nothing for what nobody talked about, nor of places that are not kept", async () => {
    expect(await ask("zeppelin?", [general, logo])).toMatchObject({ ids: [], coverage: 0 });
    expect(await ask("logo?", [channel("unknown")])).toMatchObject({ ids: [], coverage: 0 });
    expect(await ask("logo?", [])).toMatchObject({ ids: [] });
  });

  it("finds what a pasted page is about, and lets others work in between", async () => {
    const page = `${"we talk of it and so on, day by day. ".repeat(100)} zeppelins?`;
    using record = recordOf();
    record.keep([said("zeppelin", "the zeppelin lands at noon", { by: "bob", at: NOW - 3 * DAY })], NOW);
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    const { found, coverage } = await recallIn({ text: page, places: [general, logo], now: NOW }, { record, signal });
    clearInterval(count);
    expect(found[0]?.message.id).toBe("zeppelin");
    expect(coverage).toBeGreaterThan(0);
    expect(turns).toBeGreaterThan(2);
  });

  it("ends when nobody waits any more", async () => {
    using record = recordOf();
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(recallIn({ text: "logo?", places: [logo], now: NOW }, { record, signal: gone })).rejects.toThrow(
      "gone",
    );
  });
});
