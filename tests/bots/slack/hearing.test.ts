import { describe, expect, it } from "vitest";
import { connected, eventually } from "./slack-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(15_000) });

describe("what is heard where talk is kept", { timeout: 30_000 }, () => {
  it("is what people and other apps write, questions too, with who said it, and each once", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general, desk } = world;
    const robot = slack.world.user({ team: acme.id, name: "robot", isBot: true });
    slack.world.join({ channel: general, user: robot });
    desk.kept.add(general);
    const said = [
      slack.say({ by: ada, in: general, text: `Let us ask <@${ben}> &amp; go` }),
      slack.say({ by: robot, in: general, text: "build 7 is red" }),
      slack.say({ by: ben, in: general, text: `<@${acme.bot}> how much leave?` }),
    ];
    slack.say({ by: acme.bot, in: general, text: "I am Hearth" });
    slack.say({ by: ada, in: general, text: "", files: [{ name: "leave.txt", content: "28 days" }] });
    slack.world.join({ channel: general, user: slack.world.user({ team: acme.id, name: "carl" }) });
    const last = slack.say({ by: ada, in: general, text: "done" });
    await eventually(() => desk.heard.some(({ id }) => id === last));
    await eventually(() => desk.asked.length === 1);
    const heard = new Map(desk.heard.map((message) => [message.id, message]));
    expect([...heard.keys()].toSorted()).toEqual([...said, last]);
    expect(heard.get(said[0] ?? "")).toEqual({
      id: said[0],
      conversation: { platform: "slack", space: acme.id, channel: general },
      author: { id: `${acme.id}:${ada}`, name: "ada", isBot: false },
      text: "Let us ask @ben & go",
      sentAt: expect.stringMatching(/^20.*Z$/),
      url: expect.stringContaining(`/archives/${general}/p`),
    });
    expect(heard.get(said[1] ?? "")?.author).toMatchObject({ isBot: true });
    expect(desk.asked[0]?.message.id).toBe(said[2]);
  });

  it("is a thread's reply with its thread, and an edit or a deletion of either is told of the same place", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general, desk } = world;
    desk.kept.add(general);
    const root = slack.say({ by: ada, in: general, text: "Friday?" });
    const reply = slack.say({ by: ben, in: general, thread: root, text: "Monday." });
    const shown = slack.say({ by: ben, in: general, thread: root, text: "Or Tuesday.", broadcast: true });
    await eventually(() => desk.heard.length === 3);
    const channel = { platform: "slack", space: acme.id, channel: general };
    expect(desk.heard.map(({ id, conversation }) => [id, conversation])).toEqual([
      [root, channel],
      [reply, { ...channel, thread: root }],
      [shown, { ...channel, thread: root }],
    ]);
    slack.edit({ in: general, message: reply, text: "Tuesday." });
    slack.edit({ in: general, message: root, text: "Saturday?" });
    slack.remove({ in: general, message: shown });
    await eventually(() => desk.revisions.length === 3);
    expect(desk.revisions).toEqual([
      { conversation: { ...channel, thread: root }, ids: [reply], text: "Tuesday." },
      { conversation: channel, ids: [root], text: "Saturday?" },
      { conversation: { ...channel, thread: root }, ids: [shown] },
    ]);
  });

  it("is nothing of a place whose talk is not kept, and nothing that cannot be written down is acknowledged", async () => {
    await using world = await connected({ emulator: { bounds: { ackMs: 300, redeliverMs: [20, 100, 300] } } });
    const { slack, ada, general, desk, acme } = world;
    const random = slack.world.channel({ team: acme.id, name: "random", members: [ada] });
    desk.kept.add(random);
    await world.stop();
    let fails = 2;
    desk.hear = (message) => {
      if (fails-- > 0) throw new Error("The disk is full");
      desk.heard.push(message);
    };
    await world.start();
    slack.say({ by: ada, in: general, text: "not for Hearth" });
    const said = slack.say({ by: ada, in: random, text: "we decided" });
    await eventually(() => desk.heard.length > 0);
    expect(desk.heard.map(({ id }) => id)).toEqual([said]);
    expect(fails).toBe(-1);
  });

  it("is heard after a gap too: in the channel, in threads, and what was edited meanwhile", async () => {
    await using world = await connected();
    const { slack, ada, ben, general, desk } = world;
    desk.kept.add(general);
    const [root, edited] = ["An idea", "It is on Friday"].map((text) => slack.say({ by: ada, in: general, text }));
    if (root === undefined || edited === undefined) return;
    // More than one page stands between an old thread and what is new.
    for (let i = 0; i < 230; i++) slack.say({ by: ada, in: general, text: `chatter ${i}` });
    await eventually(() => desk.heard.length === 232);
    await world.stop();
    desk.heard.length = 0;
    slack.edit({ in: general, message: edited, text: "It is on Monday" });
    const missed = [
      slack.say({ by: ben, in: general, text: "late" }),
      slack.say({ by: ben, in: general, thread: root, text: "late in a thread" }),
    ];
    await world.start();
    expect(desk.heard.map(({ id, text }) => [id, text])).toEqual([
      [edited, "It is on Monday"],
      [missed[0], "late"],
      [missed[1], "late in a thread"],
    ]);
    expect(desk.heard[0]?.editedAt).toBeDefined();
    expect(slack.transcript.violations).toEqual([]);
  });
});

describe("what changes while it is read after a gap", { timeout: 30_000 }, () => {
  it("is heard as it is then, and what was deleted is not", async () => {
    await using world = await connected();
    const { slack, ada, ben, general, desk } = world;
    desk.kept.add(general);
    const root = slack.say({ by: ada, in: general, text: "An idea" });
    await eventually(() => desk.heard.length === 1);
    await world.stop();
    const [edited, removed] = ["It is on Friday", "A secret"].map((text) => slack.say({ by: ben, in: general, text }));
    const reply = slack.say({ by: ben, in: general, thread: root, text: "late in a thread" });
    if (edited === undefined || removed === undefined) return;
    // The channel is read before its threads.
    slack.rest.fail({ method: "conversations.replies", sequence: [{ delayMs: 1_000 }] });
    const isHistory = (one: { readonly kind: string; readonly method?: string }) =>
      one.method === "conversations.history";
    const before = slack.transcript.entries.filter(isHistory).length;
    const started = world.start();
    await eventually(() => slack.transcript.entries.filter(isHistory).length > before);
    await eventually(() =>
      slack.transcript.entries.some((one) => "method" in one && one.method === "conversations.replies"),
    );
    slack.edit({ in: general, message: edited, text: "It is on Monday" });
    slack.remove({ in: general, message: removed });
    await started;
    await eventually(() => desk.heard.some(({ id }) => id === reply));
    expect(desk.heard.slice(1).map(({ id, text }) => [id, text])).toEqual([
      [edited, "It is on Monday"],
      [reply, "late in a thread"],
    ]);
  });
});

describe("a channel that is shared with another company", { timeout: 30_000 }, () => {
  /** A workspace of another company, whose people come into a channel. */
  function partner(world: Awaited<ReturnType<typeof connected>>) {
    const { slack } = world;
    const other = slack.world.workspace({ name: "Partner", installed: false });
    return { other, eve: slack.world.user({ team: other.id, name: "eve" }) };
  }

  it("is not heard any more, what was kept of it is forgotten, and it is told so", async () => {
    await using world = await connected();
    const { slack, general, desk } = world;
    const { other, eve } = partner(world);
    desk.kept.add(general);
    slack.world.share({ channel: general, with: other.id });
    slack.world.join({ channel: general, user: eve });
    slack.say({ by: eve, in: general, text: "from elsewhere" });
    const said = await eventually(() => desk.asked[0]);
    expect(desk.kept.has(general)).toBe(false);
    expect(desk.heard).toEqual([]);
    await world
      .hearth()
      .reply(said)
      .finish({ markdown: said.says ?? "", buttons: [] }, soon());
    expect(slack.history(general).at(-1)?.text).toMatch(/no longer kept/);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("is so too where it became one while Hearth was away", async () => {
    await using world = await connected();
    const { slack, ada, general, desk } = world;
    const { other } = partner(world);
    desk.kept.add(general);
    slack.say({ by: ada, in: general, text: "among us" });
    await eventually(() => desk.heard.length === 1);
    await world.stop();
    slack.world.share({ channel: general, with: other.id });
    slack.say({ by: ada, in: general, text: "among others" });
    await world.start();
    expect(desk.kept.has(general)).toBe(false);
    expect(desk.heard).toHaveLength(1);
  });

  it("is not one because it was made private", async () => {
    await using world = await connected();
    const { slack, ada, general, desk } = world;
    desk.kept.add(general);
    slack.say({ by: ada, in: general, text: "one" });
    slack.world.convert({ channel: general, to: "private", by: ada });
    slack.say({ by: ada, in: general, text: "two" });
    await eventually(() => desk.heard.length === 2);
    expect(desk.kept.has(general)).toBe(true);
  });

  it("that got another id is another channel: what was kept of the old one is forgotten", async () => {
    await using world = await connected();
    const { slack, general, desk } = world;
    desk.kept.add(general);
    slack.world.changeId({ channel: general });
    await eventually(() => !desk.kept.has(general));
  });
});
