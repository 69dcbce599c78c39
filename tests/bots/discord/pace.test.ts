import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createPace } from "../../../src/bots/discord/pace.ts";
import { eventually } from "./discord-world.ts";

const EVERY_MS = 80;
const never = new AbortController().signal;

/** A pace whose sends take a while, and what it sent when. */
function paced(takesMs = 0) {
  const sent: { readonly state: string; readonly from: number; to: number }[] = [];
  const failures: unknown[] = [];
  const pace = createPace<string>({
    everyMs: EVERY_MS,
    async send(state) {
      const entry = { state, from: performance.now(), to: Infinity };
      sent.push(entry);
      await delay(takesMs);
      entry.to = performance.now();
      if (state === "broken") throw new Error("broken");
    },
    failed: (error) => failures.push(error),
  });
  return { pace, sent, failures, states: () => sent.map(({ state }) => state) };
}

describe("a pace", () => {
  it("shows the newest of what waits, a while after the end of the one before", async () => {
    const { pace, sent, states } = paced(40);
    pace.show("a");
    await eventually(() => sent.length === 1);
    for (const state of ["b", "c", "d"]) pace.show(state);
    await eventually(() => sent.length === 2);
    pace.show("e");
    await eventually(() => sent.length === 3);
    expect(states()).toEqual(["a", "d", "e"]);
    // A timer may fire a part of a millisecond early.
    for (const [index, { from }] of sent.slice(1).entries())
      expect(from - (sent[index]?.to ?? Infinity)).toBeGreaterThanOrEqual(EVERY_MS - 1);
  });

  it("goes on after a failure", async () => {
    const { pace, sent, failures, states } = paced();
    pace.show("broken");
    await eventually(() => failures.length === 1);
    pace.show("whole");
    await eventually(() => sent.length === 2);
    expect(states()).toEqual(["broken", "whole"]);
  });

  it("ends after what runs, without what waits, and shows nothing any more", async () => {
    const { pace, sent, states } = paced(40);
    pace.show("a");
    await eventually(() => sent.length === 1);
    pace.show("never seen");
    const end = pace.last(async () => performance.now(), { signal: never });
    pace.show("never seen either");
    expect((await end) - (sent[0]?.to ?? Infinity)).toBeGreaterThanOrEqual(EVERY_MS - 1);
    expect(states()).toEqual(["a"]);
  });

  it("ends at once where nothing was shown, and not at all after the signal", async () => {
    expect(await paced().pace.last(async () => "done", { signal: never })).toBe("done");
    const over = AbortSignal.abort(new Error("over"));
    await expect(paced().pace.last(async () => "done", { signal: over })).rejects.toThrow("over");
  });
});
