import { describe, expect, it } from "vitest";
import { PLACE, said, talkingBrain, talkingWorld } from "./talking.ts";

const kept = (world: { readonly brain: { readonly kept: ReadonlyMap<string, unknown> } }) => [
  ...world.brain.kept.keys(),
];

describe("one message that the core refuses", () => {
  it("is dropped, and those around it are kept", { timeout: 30_000 }, async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const before = { ...brain };
    brain.hear = async (messages, options) => {
      if (messages.some(({ text }) => text === "poison")) throw new Error("The core refuses it");
      return before.hear(messages, options);
    };
    await using world = await talkingWorld({ brain });
    for (const id of ["M1", "M2", "M3"]) world.desk.hear(said({ id, text: id === "M2" ? "poison" : "words" }));
    await expect.poll(() => world.inbox.heard("discord", 10), { timeout: 20_000 }).toEqual([]);
    expect(kept(world)).toEqual(["M1", "M3"]);
  });

  it("is not dropped where it may be the core that fails", { timeout: 30_000 }, async () => {
    const brain = talkingBrain({ places: [PLACE] });
    const before = { ...brain };
    const tries = { alone: 0 };
    brain.hear = async (messages, options) => {
      if (messages.length === 1) tries.alone += 1;
      if (messages.some(({ id }) => id !== "M1")) throw new Error("The disk is full");
      return before.hear(messages, options);
    };
    await using world = await talkingWorld({ brain });
    for (const id of ["M1", "M2", "M3"]) world.desk.hear(said({ id }));
    await expect.poll(() => tries.alone, { timeout: 20_000 }).toBe(3);
    expect(world.inbox.heard("discord", 10).map(({ message }) => message.id)).toEqual(["M2", "M3"]);
  });

  it("is none for the length of its author's name", async () => {
    await using world = await talkingWorld();
    world.desk.hear({ ...said(), author: { id: "B1", name: "n".repeat(300), isBot: true } });
    await expect.poll(() => world.brain.kept.get("M1")?.author.name.length).toBe(200);
  });
});
