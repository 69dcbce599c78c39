import { describe, expect, it } from "vitest";
import { createModelQueue, QueueFull, type Ticket } from "../../src/brain/model-queue.ts";

const { signal } = new AbortController();
const by = (person: string, given: Partial<Ticket> = {}): Ticket => ({
  person,
  place: "here",
  urgency: "interactive",
  ...given,
});

/** A queue whose work is finished by hand, and the order in which it was begun. */
function queueByHand() {
  const queue = createModelQueue();
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (name: string, ticket: Ticket, options: Partial<Parameters<typeof queue.run>[2]> = {}) =>
    queue.run(
      ticket,
      () => {
        begun.push(name);
        return new Promise<void>((resolve) => ends.set(name, resolve));
      },
      { signal, ...options },
    );
  const end = async (name: string) => {
    ends.get(name)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, begun, ask, end };
}

describe("the model's queue", () => {
  it("serves everybody once before anybody twice", async () => {
    const { begun, ask, end } = queueByHand();
    const all = [
      ask("a1", by("ann")),
      ask("a2", by("ann")),
      ask("a3", by("ann")),
      ask("b1", by("bob")),
      ask("c1", by("cy")),
    ];
    for (const name of ["a1", "b1", "c1", "a2", "a3"]) await end(name);
    await Promise.all(all);
    expect(begun).toEqual(["a1", "b1", "c1", "a2", "a3"]);
  });

  it("owes nothing to who was idle: a newcomer waits for the turn at work, no more", async () => {
    const { begun, ask, end } = queueByHand();
    const first = ["a1", "a2", "a3"].map((name) => ask(name, by("ann")));
    await end("a1");
    await end("a2");
    const late = ["d1", "d2"].map((name) => ask(name, by("dee")));
    const more = ask("a4", by("ann"));
    for (const name of ["a3", "d1", "d2", "a4"]) await end(name);
    await Promise.all([...first, ...late, more]);
    expect(begun.slice(2)).toEqual(["a3", "d1", "d2", "a4"]);
  });

  it("takes turns among the channels of equal persons", async () => {
    const { begun, ask, end } = queueByHand();
    const busy = ask("now", by("zed", { place: "lobby" }));
    const all = [
      ask("x1", by("ann", { place: "x" })),
      ask("x2", by("bob", { place: "x" })),
      ask("y1", by("cy", { place: "y" })),
    ];
    for (const name of ["now", "x1", "y1", "x2"]) await end(name);
    await Promise.all([busy, ...all]);
    expect(begun).toEqual(["now", "x1", "y1", "x2"]);
  });

  it("puts people before digests, and digests before upkeep", async () => {
    const { begun, ask, end } = queueByHand();
    const all = [
      ask("now", by("ann")),
      ask("upkeep", by("hearth", { urgency: "upkeep" })),
      ask("digest", by("hearth", { urgency: "digest" })),
      ask("person", by("bob")),
    ];
    for (const name of ["now", "person", "digest", "upkeep"]) await end(name);
    await Promise.all(all);
    expect(begun).toEqual(["now", "person", "digest", "upkeep"]);
  });

  it("tells who waits how many are ahead, again whenever that changes, and nothing once the turn has come", async () => {
    const { ask, end, queue } = queueByHand();
    const places: number[] = [];
    const all = [
      ask("a", by("ann")),
      ask("b", by("bob")),
      ask("c", by("cy"), {
        onPlace: ({ ahead, seconds }) => {
          places.push(ahead);
          expect(seconds).toBeGreaterThan(0);
        },
      }),
    ];
    expect(queue.waiting()).toBe(2);
    for (const name of ["a", "b", "c"]) await end(name);
    await Promise.all(all);
    expect(places[0]).toBe(2);
    expect(places.at(-1)).toBe(1);
    expect(queue.waiting()).toBe(0);
  });

  it("lets go of who stops waiting, so that nobody waits for them", async () => {
    const { begun, ask, end } = queueByHand();
    const stop = new AbortController();
    const first = ask("a", by("ann"));
    const gone = ask("b", by("bob"), { signal: stop.signal });
    const last = ask("c", by("cy"));
    stop.abort(new Error("no longer wanted"));
    await expect(gone).rejects.toThrow("no longer wanted");
    await end("a");
    await end("c");
    await Promise.all([first, last]);
    expect(begun).toEqual(["a", "c"]);
  });

  it("works on several at once where the model can", async () => {
    const { queue, begun, ask, end } = queueByHand();
    queue.setParallel(2);
    const all = [ask("a", by("ann")), ask("b", by("bob")), ask("c", by("cy"))];
    expect(begun).toEqual(["a", "b"]);
    for (const name of ["a", "b", "c"]) await end(name);
    await Promise.all(all);
  });

  it("refuses the two hundred and fifty-eighth rather than let the line grow for ever", async () => {
    const { ask, end } = queueByHand();
    const first = ask("0", by("0"));
    const all = Array.from({ length: 256 }, (_, number) => ask(`${number + 1}`, by(`person ${number}`)));
    await expect(ask("more", by("more"))).rejects.toBeInstanceOf(QueueFull);
    for (let number = 0; number <= 256; number += 1) await end(`${number}`);
    await Promise.all([first, ...all]);
  });
});
