import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import { createBackfill, type Backfill, type BackfillOptions } from "../../src/bots/listening-backfill.ts";
import type { TalkMessage } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { START } from "../contracts/inbox.ts";
import { pagesOf } from "../helpers/fake-platform.ts";
import { PLACE, said } from "./talking.ts";

const DAY = 24 * 60 * 60_000;
const OTHER = { ...PLACE, channel: "C2" };
const ago = (days: number) => new Date(START - days * DAY).toISOString();

interface World extends Disposable {
  readonly backfill: Backfill;
  readonly heard: TalkMessage[];
}

/** A backfill over an inbox of its own, and what the core was handed. */
function world(history: BackfillOptions["platform"]["history"], hear?: () => Promise<void>): World {
  const inbox = openInbox({ path: ":memory:", log: silentLog(), now: () => START });
  const closing = new AbortController();
  const heard: TalkMessage[] = [];
  const backfill = createBackfill({
    platform: { name: "discord", history },
    brain: {
      async hear(messages) {
        await hear?.();
        heard.push(...messages);
        return messages.length;
      },
    },
    inbox,
    waiting: () => 0,
    log: silentLog(),
    now: () => START,
    signal: closing.signal,
  });
  return {
    backfill,
    heard,
    [Symbol.dispose]() {
      closing.abort();
      inbox[Symbol.dispose]();
    },
  };
}

describe("reading back", () => {
  it("leaves out what was forgotten before it was begun, of a person, a thread, and a stretch, and nothing else", async () => {
    const messages = [
      said({ id: "M1", by: "U2", at: START - DAY }),
      said({ id: "M2", by: "U1", at: START - DAY }),
      said({ id: "M3", by: "U1", at: START - DAY, thread: "T1" }),
      said({ id: "M4", by: "U1", at: START - 1000, thread: "T2" }),
      said({ id: "M5", by: "U1", at: START - DAY, thread: "T2" }),
      said({ id: "M6", by: "U2", at: START + 1000 }),
    ];
    using w = world(() => pagesOf([messages]));
    const of = { platform: "discord", space: "G1" } as const;
    w.backfill.forgot({ ...of, personId: "U2" });
    w.backfill.forgot({ ...of, channel: "T1" });
    w.backfill.forgot({ ...of, channel: "T2", since: new Date(START - 60_000).toISOString() });
    w.backfill.forgot({ ...of, space: "G2" });
    w.backfill.begin(PLACE, ago(2));
    await w.backfill.ended();
    expect(w.heard.map(({ id }) => id)).toEqual(["M2", "M5", "M6"]);
  });

  it("leaves out what is forgotten while a page waits for the core", async () => {
    const [tries, isAway] = [{ now: 0 }, { now: true }];
    using w = world(
      () => pagesOf([[said({ id: "M1", by: "U2", at: START - DAY }), said({ id: "M2", at: START - DAY })]]),
      async () => {
        tries.now += 1;
        if (isAway.now) throw new Error("The core is away");
      },
    );
    w.backfill.begin(PLACE, ago(2));
    await expect.poll(() => tries.now).toBe(1);
    w.backfill.forgot({ platform: "discord", space: "G1", personId: "U2" });
    isAway.now = false;
    await w.backfill.ended();
    expect(w.heard.map(({ id }) => id)).toEqual(["M2"]);
  });

  it("hands over no text and no name that the core refuses for its length", async () => {
    const long = said({ text: "y".repeat(60_000), at: START - DAY });
    using w = world(() => pagesOf([[{ ...long, author: { ...long.author, name: "n".repeat(300) } }]]));
    w.backfill.begin(PLACE, ago(2));
    await w.backfill.ended();
    expect(w.heard.map(({ text, author }) => [text.length, author.name.length])).toEqual([[8_000, 200]]);
  });

  it("that is ended and begun again while another place is read begins again", async () => {
    const go = Promise.withResolvers<void>();
    const asked: unknown[] = [];
    using w = world(async function* ({ channel }, { since }) {
      asked.push([channel, since]);
      if (channel === PLACE.channel) await go.promise;
      yield* pagesOf([[]]);
    });
    w.backfill.begin(PLACE, ago(1));
    w.backfill.begin(OTHER, ago(1));
    await expect.poll(() => asked.length).toBe(1);
    w.backfill.end(OTHER);
    w.backfill.begin(OTHER, ago(3));
    go.resolve();
    await w.backfill.ended();
    expect(asked).toEqual([
      ["C1", ago(1)],
      ["C2", ago(3)],
    ]);
    expect(w.backfill.reading(OTHER)).toEqual({ since: ago(3), read: 0, isDone: true });
  });

  it("goes further back where that is wanted meanwhile, and on where less is", async () => {
    const sinces: string[] = [];
    using w = world(async function* (_place, { since, signal }) {
      sinces.push(since);
      yield* pagesOf([[said({ at: START - DAY })]]);
      await delay(50, undefined, { signal });
      yield* pagesOf([[said({ id: "M2", at: START - DAY })]]);
    });
    w.backfill.begin(PLACE, ago(7));
    await expect.poll(() => w.heard.length).toBe(1);
    w.backfill.begin(PLACE, ago(90));
    await expect.poll(() => sinces.length).toBe(2);
    w.backfill.begin(PLACE, ago(1));
    await w.backfill.ended();
    expect(sinces).toEqual([ago(7), ago(90)]);
    expect(w.backfill.reading(PLACE)).toEqual({ since: ago(90), read: 2, isDone: true });
  });
});
