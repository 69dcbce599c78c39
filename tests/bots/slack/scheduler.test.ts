import { describe, expect, it } from "vitest";
import { createScheduler, SLACK_RATES, type Clock, type Due, type Rates } from "../../../src/bots/slack/scheduler.ts";

const update: Due = { key: "T1", method: "chat.update" };
const { signal } = new AbortController();

/** A scheduler over a clock that a test turns on, and a count of what was made. */
function scheduled(rates: Rates = SLACK_RATES) {
  let time = 0;
  const sleepers: { readonly at: number; readonly wake: () => void }[] = [];
  const clock: Clock = {
    now: () => time,
    pause: (ms, over) =>
      new Promise((wake, fail) => {
        sleepers.push({ at: time + ms, wake });
        over.addEventListener("abort", () => fail(over.reason), { once: true });
      }),
  };
  const scheduler = createScheduler(rates, clock);
  let made = 0;
  return {
    scheduler,
    ask: (...dues: readonly Due[]) => dues.forEach((due) => void scheduler.turn(due, { signal }).then(() => made++)),
    /** Lets time pass; gives how many calls were made meanwhile. */
    after: async (ms: number): Promise<number> => {
      const before = made;
      time += ms;
      for (const { at, wake } of sleepers) if (at <= time) wake();
      await new Promise((resolve) => setImmediate(resolve));
      return made - before;
    },
  };
}

describe("when a method of Slack's may be called", () => {
  it("is as often as it allows in a minute, for each workspace and method by itself", async () => {
    const { ask, after } = scheduled();
    ask(...Array.from({ length: 60 }, () => update));
    expect(await after(1_000)).toBe(50);
    ask({ ...update, key: "T2" }, { ...update, method: "chat.delete" });
    expect(await after(1_000)).toBe(2);
    expect(await after(57_000)).toBe(0);
    expect(await after(3_000)).toBe(10);
  });

  it("leaves half to what cannot be left out", async () => {
    const { scheduler, ask, after } = scheduled();
    expect(Array.from({ length: 60 }, () => scheduler.spare(update)).filter(Boolean)).toHaveLength(25);
    ask(...Array.from({ length: 60 }, () => update));
    expect(await after(0)).toBe(25);
  });

  it("is for posts once a second in a channel, while other channels do not wait", async () => {
    const { ask, after } = scheduled();
    ask(...["C1", "C1", "C1", "C2", "C3"].map((channel) => ({ key: "T1", method: "chat.postMessage", channel })));
    expect(await after(0)).toBe(3);
    expect(await after(1_000)).toBe(0);
    expect(await after(200)).toBe(1);
  });

  it("is not before Slack's wait is over", async () => {
    const { scheduler, ask, after } = scheduled();
    scheduler.close(update, 30);
    expect(scheduler.spare(update)).toBe(false);
    ask(update);
    expect(await after(29_900)).toBe(0);
    expect(await after(200)).toBe(1);
  });

  it("ends with its signal, and lets the next have its turn", async () => {
    const { scheduler, ask, after } = scheduled({ ...SLACK_RATES, perMinute: () => 1 });
    ask(update);
    await after(0);
    const stop = new AbortController();
    const given = scheduler.turn(update, { signal: stop.signal });
    ask(update);
    await after(10);
    stop.abort();
    await expect(given).rejects.toThrow();
    expect(await after(61_000)).toBe(1);
  });
});
