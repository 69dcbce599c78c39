import { describe, expect, it } from "vitest";
import { connected, eventually } from "./slack-world.ts";

/** Always the same numbers, so that a failure can be seen again. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

describe("questions in a storm", () => {
  it("are each asked once, through copies in any order, cut sockets, refreshes and restarts", async () => {
    await using world = await connected({ emulator: { bounds: { redeliverMs: [50, 200, 400] } } });
    const { slack, acme, ada, ben, general, desk } = world;
    const random = numbers(7);
    const dm = slack.world.dm({ with: [ada] });
    slack.deliveries.disorder({ copies: () => 1 + Math.floor(random() * 4), delayMs: () => Math.floor(random() * 80) });
    const said: string[] = [];
    for (let round = 0; round < 15; round++) {
      for (let i = 0; i < 20; i++) {
        const text = `question ${round}-${i}`;
        said.push(
          i % 5 === 0
            ? slack.say({ by: ada, in: dm, text })
            : slack.say({ by: i % 2 === 0 ? ada : ben, in: general, text: `<@${acme.bot}> ${text}` }),
        );
      }
      const act = round % 5;
      if (act === 1) slack.sockets.drop();
      if (act === 2) slack.sockets.disconnect("refresh_requested", { closeAfterMs: 500 });
      if (act === 3) {
        await world.stop();
        said.push(slack.say({ by: ben, in: general, text: `<@${acme.bot}> while it was down ${round}` }));
        await world.start();
      }
    }
    await eventually(() => desk.asked.length >= said.length, 60_000);
    await world.hearth().caughtUp();
    expect(desk.asked.map(({ message }) => message.id).toSorted()).toEqual(said.toSorted());
    expect(slack.transcript.violations).toEqual([]);
  }, 180_000);
});
