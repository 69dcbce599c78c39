import { describe, expect, it } from "vitest";
import { Closing, createQueue, type Place, type QueueOptions, type Ticket } from "../../src/bots/queue.ts";

/** A queue whose work ends when the test says so. */
function opened(options: QueueOptions = {}) {
  const clock = { now: 0 };
  const queue = createQueue({ now: () => clock.now, ...options });
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const reasons = new Map<string, unknown>();
  const places = new Map<string, Place[]>();
  const add = (job: string, given: Partial<Ticket> & { readonly always?: boolean } = {}) => {
    const { person = job, conversation = job, always = false } = given;
    const onPlace = (place: Place) => places.set(job, [...(places.get(job) ?? []), place]);
    return queue.add(
      { job, person, conversation },
      ({ signal }) => {
        begun.push(job);
        const { promise, resolve } = Promise.withResolvers<void>();
        ends.set(job, resolve);
        signal.addEventListener("abort", () => {
          if (ends.has(job)) reasons.set(job, signal.reason);
          resolve();
        });
        return promise;
      },
      { onPlace, always },
    );
  };
  /** Ends work, and lets what follows begin. */
  const end = async (job: string, seconds = 0) => {
    clock.now += seconds * 1_000;
    ends.get(job)?.();
    ends.delete(job);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, begun, add, end, reasons, places };
}

describe("the queue of questions", () => {
  it("begins so many at once, and the next when one ends", async () => {
    const { begun, add, end } = opened({ atOnce: 2 });
    for (const job of ["a", "b", "c"]) add(job);
    expect(begun).toEqual(["a", "b"]);
    await end("a");
    expect(begun).toEqual(["a", "b", "c"]);
  });

  it("answers one question after the other in a conversation, and lets others pass", async () => {
    const { begun, add, end } = opened({ atOnce: 2 });
    add("a", { conversation: "C1" });
    add("b", { conversation: "C1" });
    add("c", { conversation: "C2" });
    expect(begun).toEqual(["a", "c"]);
    await end("c");
    expect(begun).toEqual(["a", "c"]);
    await end("a");
    expect(begun).toEqual(["a", "c", "b"]);
  });

  it("takes people in turns, whoever asked more", async () => {
    const { begun, add, end } = opened({ atOnce: 1 });
    add("a1", { person: "ann" });
    add("a2", { person: "ann" });
    add("a3", { person: "ann" });
    add("b1", { person: "bob" });
    add("c1", { person: "carl" });
    add("b2", { person: "bob" });
    for (const job of ["a1", "a2", "b1", "c1", "a3"]) await end(job);
    expect(begun).toEqual(["a1", "a2", "b1", "c1", "a3", "b2"]);
  });

  it("lets two questions of a person wait, and so many in all, and says how long it will be so", async () => {
    const { add, end, queue } = opened({ atOnce: 1, mostWaiting: 3 });
    expect(add("a0", { person: "ann" })).toBeUndefined();
    expect(add("a1", { person: "ann" })).toBeUndefined();
    expect(add("a2", { person: "ann" })).toBeUndefined();
    expect(add("a3", { person: "ann" })).toEqual({ why: "person", seconds: 20 });
    expect(add("b1")).toBeUndefined();
    expect(add("c1")).toEqual({ why: "all", seconds: 10 });
    expect(add("old", { always: true })).toBeUndefined();
    expect(queue.waiting()).toBe(4);
    await end("a0", 3);
    expect(add("c2")).toEqual({ why: "all", seconds: 3 });
  });

  it("tells a place and an estimate from the answers that it saw, whenever they change", async () => {
    const { add, end, places } = opened({ atOnce: 1 });
    add("a");
    add("b");
    add("c");
    expect(places.get("c")).toEqual([{ ahead: 2, seconds: 20 }]);
    await end("a", 4);
    expect(places.get("c")).toEqual([
      { ahead: 2, seconds: 20 },
      { ahead: 1, seconds: 4 },
    ]);
    expect(places.has("a")).toBe(false);
  });

  it("counts only what is before it in its own conversation where there is room", () => {
    const { add, places } = opened({ atOnce: 8 });
    for (const job of ["a", "b", "c"]) add(job, { conversation: "C1" });
    expect(places.get("b")).toEqual([{ ahead: 1, seconds: 10 }]);
    expect(places.get("c")).toEqual([{ ahead: 2, seconds: 20 }]);
  });

  it("cancels what waits and what runs, and nothing else", async () => {
    const { queue, begun, add, end, reasons } = opened({ atOnce: 1 });
    add("a");
    add("b");
    add("c");
    expect(queue.cancel("b")).toBe("waiting");
    const reason = new Error("The asker stopped it");
    expect(queue.cancel("a", reason)).toBe("running");
    expect(queue.cancel("x")).toBeUndefined();
    await end("a");
    expect(reasons.get("a")).toBe(reason);
    expect(begun).toEqual(["a", "c"]);
    expect(queue.stateOf("c")).toBe("running");
    expect(queue.stateOf("b")).toBeUndefined();
  });

  it("lets what runs go on for a while when it closes, ends it then, and begins nothing more", async () => {
    const { queue, begun, add, end, reasons } = opened({ atOnce: 2, graceMs: 30 });
    for (const job of ["a", "b", "c"]) add(job);
    const closed = queue[Symbol.asyncDispose]();
    await end("a");
    expect(begun).toEqual(["a", "b"]);
    await closed;
    expect(reasons.has("a")).toBe(false);
    expect(reasons.get("b")).toBeInstanceOf(Closing);
    add("d");
    expect(begun).toEqual(["a", "b"]);
  });
});
