import { describe, expect, it } from "vitest";
import { personId } from "../../../src/bots/slack/ids.ts";
import { conversationIn } from "../../../src/bots/slack/ids.ts";
import type { Asked } from "../../../src/bots/platform.ts";
import { connected, eventually } from "./slack-world.ts";

type World = Awaited<ReturnType<typeof connected>>;

/** What may be read where somebody asks, in order. */
async function granted(
  world: World,
  of: { readonly by: string; readonly in: string; readonly team?: string; readonly seenBy?: Asked["seenBy"] },
) {
  const { by: user, in: channel, team = world.acme.id, seenBy = "place" } = of;
  const asked: Asked = {
    id: "1",
    platform: "slack",
    message: {
      id: "1",
      conversation: conversationIn({ team: world.acme.id, channel }),
      author: { id: personId({ team, user }), name: "", isBot: false },
      text: "",
      sentAt: new Date().toISOString(),
    },
    seenBy,
    files: [],
    route: {},
  };
  return (await world.hearth().clearance(asked, { signal: AbortSignal.timeout(5_000) })).toSorted();
}

/** Two companies, and one of them with a private channel and a guest. */
async function companies() {
  const world = await connected();
  const { slack, acme, ada, ben } = world;
  const hr = slack.world.channel({ team: acme.id, name: "hr", kind: "private", members: [ada] });
  const guest = slack.world.user({ team: acme.id, name: "guest", guest: "multi" });
  const other = slack.world.workspace({ name: "Other", installed: false });
  const eve = slack.world.user({ team: other.id, name: "eve" });
  const own = (channel: string) => `slack:${acme.id}:${channel}`;
  const members = ["public", `slack:${acme.id}`, "team"];
  return {
    ...world,
    ada,
    ben,
    hr,
    guest,
    other,
    eve,
    own,
    members,
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

describe("what everybody may read who sees an answer on Slack", () => {
  it("is in a channel of members what is for them and for the channel, and of other channels nothing", async () => {
    await using world = await companies();
    const { ada, general, hr, own, members } = world;
    expect(await granted(world, { by: ada, in: general })).toEqual([...members, own(general)].toSorted());
    expect(await granted(world, { by: ada, in: hr })).toEqual([...members, own(hr)].toSorted());
  });

  it("is less where a guest is in the channel, as soon as he comes and until he goes", async () => {
    await using world = await companies();
    const { slack, ada, general, guest, own, members } = world;
    expect(await granted(world, { by: ada, in: general })).toContain("team");
    slack.world.join({ channel: general, user: guest });
    const less = ["public", own(general)].toSorted();
    await eventually(async () => (await granted(world, { by: ada, in: general })).length === 2);
    expect(await granted(world, { by: ada, in: general })).toEqual(less);
    slack.world.leave({ channel: general, user: guest });
    await eventually(async () => (await granted(world, { by: ada, in: general })).length === members.length + 1);
  });

  it("is what is public where another company is in the channel, or once it comes", async () => {
    await using world = await companies();
    const { slack, ada, general, other, eve } = world;
    expect(await granted(world, { by: ada, in: general })).toContain("team");
    slack.world.share({ channel: general, with: other.id });
    await eventually(async () => (await granted(world, { by: ada, in: general })).length === 1);
    slack.world.join({ channel: general, user: eve });
    expect(await granted(world, { by: eve, in: general, team: other.id })).toEqual(["public"]);
    slack.world.unshare({ channel: general, with: other.id });
    await eventually(async () => (await granted(world, { by: ada, in: general })).length > 1);
  });

  it("is to a person alone what he may read himself, wherever he asks", async () => {
    await using world = await companies();
    const { slack, ada, ben, guest, general, hr, own, members } = world;
    const dm = (user: string) => slack.world.dm({ with: [user] });
    expect(await granted(world, { by: ada, in: dm(ada) })).toEqual(
      [...members, own(general), own(hr), own(dm(ada))].toSorted(),
    );
    expect(await granted(world, { by: ben, in: dm(ben) })).toEqual([...members, own(general), own(dm(ben))].toSorted());
    expect(await granted(world, { by: guest, in: dm(guest) })).toEqual(["public", own(dm(guest))].toSorted());
    expect(await granted(world, { by: ada, in: general, seenBy: "asker" })).toEqual(
      [...members, own(general), own(hr)].toSorted(),
    );
  });

  it("is no longer what he could read before he was taken out of a channel", async () => {
    await using world = await companies();
    const { slack, ada, hr, own } = world;
    const dm = slack.world.dm({ with: [ada] });
    expect(await granted(world, { by: ada, in: dm })).toContain(own(hr));
    slack.world.leave({ channel: hr, user: ada });
    await eventually(async () => !(await granted(world, { by: ada, in: dm })).some((one) => one === own(hr)));
  });

  it("means a person by workspace and id together", async () => {
    await using world = await companies();
    const { slack, ada, other } = world;
    const dm = slack.world.dm({ with: [ada] });
    expect(await granted(world, { by: ada, in: dm, team: other.id })).not.toContain("team");
  });

  it("is in a group what all of its people may read as members", async () => {
    await using world = await companies();
    const { slack, ada, ben, guest, own, members } = world;
    const two = slack.world.dm({ with: [ada, ben] });
    const three = slack.world.dm({ with: [ada, ben, guest] });
    expect(await granted(world, { by: ada, in: two })).toEqual([...members, own(two)].toSorted());
    expect(await granted(world, { by: ada, in: three })).toEqual(["public", own(three)].toSorted());
  });

  it("is less where Slack refuses to tell, and asked again where it cannot", async () => {
    await using world = await companies();
    const { slack, ada, general, own } = world;
    slack.rest.fail({ method: "conversations.members", sequence: [{ error: "missing_scope" }] });
    expect(await granted(world, { by: ada, in: general })).toEqual(["public", own(general)].toSorted());
    slack.world.setUser({ user: ada, isAdmin: false });
    slack.rest.fail({ method: "conversations.info", sequence: [500] });
    await eventually(() =>
      granted(world, { by: ada, in: general }).then(
        () => false,
        () => true,
      ),
    );
    expect(await granted(world, { by: ada, in: general })).toContain("team");
  });

  it("holds the team's documents only in the workspaces that the owner named", async () => {
    await using world = await companies();
    const { ada, general, acme } = world;
    await world.stop();
    await world.start({ team: ["T0000OTHER"] });
    expect(await granted(world, { by: ada, in: general })).not.toContain("team");
    await world.stop();
    await world.start({ team: [acme.id] });
    expect(await granted(world, { by: ada, in: general })).toContain("team");
  });

  it("has to be of all workspaces of an organisation that share a channel", async () => {
    await using world = await companies();
    const { slack, tokens } = world;
    await world.stop();
    const enterprise = slack.world.enterprise({ name: "Org" });
    const north = slack.world.workspace({ name: "North", enterprise, orgInstall: true });
    const south = slack.world.workspace({ name: "South", enterprise, orgInstall: true });
    const nora = slack.world.user({ team: north.id, name: "nora" });
    const both = slack.world.channel({ team: north.id, name: "both", members: [nora] });
    slack.world.share({ channel: both, with: south.id });
    tokens.splice(0, 1, north.token);
    for (const [team, holds] of [
      [[north.id], false],
      [[north.id, south.id], true],
    ] as const) {
      await world.start({ team: [...team] });
      const audiences = await granted({ ...world, acme: north }, { by: nora, in: both, team: north.id });
      expect(audiences.includes("team")).toBe(holds);
      expect(audiences).not.toContain(`slack:${north.id}`);
      await world.stop();
    }
  });
});
