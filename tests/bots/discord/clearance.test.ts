import { describe, expect, it } from "vitest";
import type { Asked } from "../../../src/bots/platform.ts";
import { type DiscordWorld, eventually, openDiscordWorld } from "./discord-world.ts";

interface Where {
  readonly by: string;
  readonly channel: string;
  readonly thread?: string;
  readonly space?: string;
  readonly seenBy?: Asked["seenBy"];
  readonly route?: Asked["route"];
}

/** What may be read where somebody asks something. */
async function clearance({ discord, acme }: DiscordWorld, where: Where): Promise<readonly string[]> {
  const { by, channel, thread, space = acme.guild, seenBy = "place", route = {} } = where;
  const conversation = { platform: "discord", space, channel, ...(thread !== undefined && { thread }) } as const;
  const message = {
    id: "1",
    conversation,
    author: { id: by, name: "somebody", isBot: false },
    text: "what?",
    sentAt: new Date(0).toISOString(),
  };
  const asked: Asked = { id: "1", platform: "discord", message, seenBy, files: [], route };
  return discord.clearance(asked, { signal: AbortSignal.timeout(5_000) });
}

describe("the clearance of a place", () => {
  it("follows who sees a channel, at once", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const { guild, general, leads } = acme;
    const inGeneral = () => clearance(world, { by: acme.ann, channel: general });
    const own = `discord:${guild}:${leads}`;
    expect((await inGeneral()).toSorted()).toEqual(
      ["public", "team", `discord:${guild}`, `discord:${guild}:${general}`].toSorted(),
    );
    expect(await clearance(world, { by: acme.ann, channel: leads })).toContain(own);
    for (const of of [guild, acme.leadsRole, emulator.bot]) emulator.world.removeOverwrite({ channel: leads, of });
    await eventually(async () => ((await inGeneral()).includes(own) ? true : undefined));
    emulator.world.setOverwrite({ channel: leads, of: guild, deny: ["VIEW_CHANNEL"] });
    await eventually(async () => ((await inGeneral()).includes(own) ? undefined : true));
    emulator.world.deleteChannel({ channel: leads });
    await eventually(async () =>
      (await clearance(world, { by: acme.ann, channel: leads })).length === 1 ? true : undefined,
    );
  });

  it("is nothing of a channel of which somebody who sees it reads nothing from before", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const { guild, general, leads } = acme;
    const own = `discord:${guild}:${leads}`;
    const bySeer = { by: acme.bob, channel: general, seenBy: "asker" } as const;
    expect(await clearance(world, bySeer)).toContain(own);
    emulator.world.setOverwrite({ channel: leads, of: acme.bob, deny: ["READ_MESSAGE_HISTORY"] });
    await eventually(async () => ((await clearance(world, bySeer)).includes(own) ? undefined : true));
    expect(await clearance(world, { by: acme.ann, channel: leads })).not.toContain(own);
    expect(await clearance(world, { ...bySeer, by: acme.ann })).toContain(own);
  });

  it("grants the team in its guilds alone", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const other = emulator.world.guild({ name: "Other" });
    await eventually(async () => {
      const granted = await clearance(world, { by: acme.ann, channel: acme.general });
      return granted.includes("team") ? undefined : true;
    });
    await using named = await openDiscordWorld({ prepare: (_, { guild }) => ({ team: [guild] }) });
    named.emulator.world.guild({ name: "Other" });
    expect(await clearance(named, { by: named.acme.ann, channel: named.acme.general })).toContain("team");
    expect(other).toBeDefined();
  });

  it("is public where guests may be, and where nothing is known", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const lounge = emulator.world.channel({ guild: acme.guild, name: "lounge", type: "voice" });
    await eventually(async () =>
      (await clearance(world, { by: acme.ann, channel: lounge })).length === 2 ? true : undefined,
    );
    expect(await clearance(world, { by: acme.ann, channel: lounge })).toEqual([
      "public",
      `discord:${acme.guild}:${lounge}`,
    ]);
    expect(await clearance(world, { by: acme.ann, channel: "5", space: "6" })).toEqual(["public"]);
  });

  it("of a public thread is its channel's", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const thread = emulator.world.thread({ in: acme.leads, name: "t", by: acme.ann });
    expect(await clearance(world, { by: acme.ann, channel: acme.leads, thread })).toEqual(
      await clearance(world, { by: acme.ann, channel: acme.leads }),
    );
    expect(await clearance(world, { by: acme.ann, channel: acme.general, thread })).toEqual(["public"]);
  });

  it("of a private thread is its own and every member's, where members are not known", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const { guild, leads } = acme;
    const thread = emulator.world.thread({
      in: leads,
      name: "t",
      by: acme.ann,
      private: true,
      members: [acme.ann, emulator.bot],
    });
    const granted = await clearance(world, { by: acme.ann, channel: leads, thread });
    expect(granted.toSorted()).toEqual(
      [
        "public",
        "team",
        `discord:${guild}`,
        `discord:${guild}:${leads}:${thread}`,
        `discord:${guild}:${thread}`,
      ].toSorted(),
    );
    // Its talk is a place of its own, and named by its id alone.
    expect((await clearance(world, { by: acme.ann, channel: thread })).toSorted()).toEqual(granted.toSorted());
  });

  it("of a digest that is sent to somebody covers a private thread only where they are in it", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const thread = emulator.world.thread({
      in: acme.general,
      name: "t",
      by: acme.ann,
      private: true,
      members: [acme.ann, emulator.bot],
    });
    const own = `discord:${acme.guild}:${thread}`;
    const route = { post: "direct" };
    expect(await clearance(world, { by: acme.ann, channel: thread, seenBy: "asker", route })).toContain(own);
    expect(await clearance(world, { by: acme.carl, channel: thread, seenBy: "asker", route })).not.toContain(own);
  });

  it("of a private thread is what its members have in common, where they are known", async () => {
    await using world = await openDiscordWorld({ settings: { members: true } });
    const { emulator, acme } = world;
    const { guild, general, leads } = acme;
    const thread = emulator.world.thread({
      in: general,
      name: "t",
      by: acme.ann,
      private: true,
      members: [acme.ann, acme.bob, emulator.bot],
    });
    const inThread = () => clearance(world, { by: acme.ann, channel: general, thread });
    expect(await inThread()).toEqual(
      expect.arrayContaining([`discord:${guild}:${leads}`, `discord:${guild}:${general}:${thread}`]),
    );
    emulator.world.addToThread({ thread, user: acme.carl });
    await eventually(async () => ((await inThread()).includes(`discord:${guild}:${leads}`) ? undefined : true));
    emulator.world.removeFromThread({ thread, user: acme.carl });
    await eventually(async () => ((await inThread()).includes(`discord:${guild}:${leads}`) ? true : undefined));
    emulator.world.removeRole({ guild, user: acme.bob, role: acme.leadsRole });
    await eventually(async () => ((await inThread()).includes(`discord:${guild}:${leads}`) ? undefined : true));
  });
});

describe("what the asker alone will see", () => {
  it("is what he may read, in a direct message and in a private reply", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const { guild, leads } = acme;
    const dm = emulator.world.dm({ with: acme.bob });
    const direct = { by: acme.bob, channel: dm, space: "@me" };
    const granted = await clearance(world, direct);
    expect(granted).toEqual(expect.arrayContaining(["team", `discord:${guild}:${leads}`, `discord:@me:${dm}`]));
    const carl = await clearance(world, { by: acme.carl, channel: acme.general, seenBy: "asker" });
    expect(carl).not.toContain(`discord:${guild}:${leads}`);
    expect(carl).toContain(`discord:${guild}:${acme.general}`);
  });

  it.each([false, true])("is less as soon as he lost a role (members: %s)", async (members) => {
    await using world = await openDiscordWorld({ settings: { members } });
    const { emulator, acme } = world;
    const direct = { by: acme.bob, channel: emulator.world.dm({ with: acme.bob }), space: "@me" };
    emulator.world.removeRole({ guild: acme.guild, user: acme.bob, role: acme.leadsRole });
    await eventually(async () =>
      (await clearance(world, direct)).includes(`discord:${acme.guild}:${acme.leads}`) ? undefined : true,
    );
  });

  it("is public for who is in none of the guilds, and where Discord does not tell", async () => {
    await using world = await openDiscordWorld();
    const { emulator, acme } = world;
    const stranger = emulator.world.user({ name: "stranger" });
    const dm = emulator.world.dm({ with: stranger });
    expect(await clearance(world, { by: stranger, channel: dm, space: "@me" })).toEqual([
      "public",
      `discord:@me:${dm}`,
    ]);
    emulator.rest.fail({ method: "GET", path: /\/members\//, sequence: [500, 500, 500] });
    const other = emulator.world.dm({ with: acme.bob });
    expect(await clearance(world, { by: acme.bob, channel: other, space: "@me" })).toEqual([
      "public",
      `discord:@me:${other}`,
    ]);
  });
});
