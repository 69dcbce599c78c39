import { expect, it } from "vitest";
import type { Inbox } from "../../../src/bots/inbox.ts";
import { eventually, openDiscordWorld } from "./discord-world.ts";

/** What an inbox says on a full disk of everything that is not a question or its answer. */
const refuse = (): never => {
  throw new Error("The disk is full");
};

it("Discord goes on where nothing can be noted, also when a server, a channel or a thread goes", async () => {
  const inbox = (whole: Inbox): Inbox => ({
    ...whole,
    note: refuse,
    see: refuse,
    join: refuse,
    leave: refuse,
    forget: refuse,
  });
  await using world = await openDiscordWorld({ inbox });
  const { emulator, acme } = world;
  expect(world.discord.state()).toEqual({ kind: "connected" });
  emulator.say({ by: acme.ann, in: acme.general, text: "how?", mentionsBot: true });
  expect((await world.question("how?")).message.text).toBe("how?");
  const thread = emulator.world.thread({ in: acme.general, name: "mine", by: acme.ann });
  emulator.say({ by: acme.ann, in: thread, text: "and there?", mentionsBot: true });
  await world.question("and there?");
  emulator.world.deleteChannel({ channel: acme.leads });
  emulator.world.kickBot({ guild: acme.guild });
  await eventually(() => world.desk.lefts.includes(acme.guild));
  expect(world.discord.state()).toEqual({ kind: "connected" });
});
