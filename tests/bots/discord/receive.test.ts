import { expect, it } from "vitest";
import { openDiscordWorld } from "./discord-world.ts";

it("asks what it is mentioned in", async () => {
  await using world = await openDiscordWorld();
  const { emulator, acme } = world;
  const id = emulator.say({ by: acme.ann, in: acme.general, text: "how do I deploy?", mentionsBot: true });
  const asked = await world.question();
  expect(asked.message).toMatchObject({
    id,
    text: "how do I deploy?",
    conversation: { space: acme.guild, channel: acme.general },
  });
  expect(emulator.transcript.violations).toEqual([]);
});
