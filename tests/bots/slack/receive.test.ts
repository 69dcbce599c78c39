import { describe, expect, it } from "vitest";
import { scriptedBrain } from "../../helpers/scripted-brain.ts";
import { connected, eventually } from "./slack-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(15_000) });

describe("what is asked on Slack", () => {
  it("is every message to Hearth alone, each with a thread of its own", async () => {
    await using world = await connected();
    const { slack, ada, desk } = world;
    const dm = slack.world.dm({ with: [ada] });
    const first = slack.say({ by: ada, in: dm, text: "how much leave?" });
    await eventually(() => desk.asked.length === 1);
    const second = slack.say({ by: ada, in: dm, text: "and in May?", thread: first });
    await eventually(() => desk.asked.length === 2);
    expect(desk.asked.map(({ message }) => message.conversation.thread)).toEqual([first, first]);
    expect(desk.asked[1]?.message.id).toBe(second);
    for (const asked of desk.asked) await world.hearth().reply(asked).finish({ markdown: "Yes.", buttons: [] }, soon());
    expect(slack.visible({ to: ada, in: dm, thread: first }).map(({ text }) => text)).toEqual([
      "how much leave?",
      "and in May?",
      "Yes.",
      "Yes.",
    ]);
    expect(slack.transcript.violations).toEqual([]);
  });

  it("is what follows in a thread that Hearth was asked in, also after a restart, and nothing else there", async () => {
    await using world = await connected();
    const { slack, acme, ada, ben, general, desk } = world;
    const other = slack.say({ by: ada, in: general, text: "Lunch?" });
    const root = slack.say({ by: ada, in: general, text: `<@${acme.bot}> how much leave?` });
    await eventually(() => desk.asked.length === 1);
    await world.stop();
    await world.start();
    slack.say({ by: ben, in: general, text: "Pizza.", thread: other });
    slack.say({ by: ben, in: general, text: "and for contractors?", thread: root });
    await eventually(() => desk.asked.length === 2);
    expect(desk.asked[1]).toMatchObject({ message: { text: "and for contractors?", conversation: { thread: root } } });
    slack.say({ by: ben, in: general, text: "Or pasta.", thread: other });
    slack.say({ by: ben, in: general, text: "thanks", thread: root });
    await eventually(() => desk.asked.length === 3);
  });

  it("is not what Hearth itself says, what Slack says, or what another app says", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const robot = slack.world.user({ team: acme.id, name: "robot", isBot: true });
    slack.world.join({ channel: general, user: robot });
    slack.say({ by: robot, in: general, text: `<@${acme.bot}> beep` });
    slack.say({ by: acme.bot, in: general, text: `<@${acme.bot}> myself` });
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> a person` });
    await eventually(() => desk.asked.length === 1);
    expect(desk.asked[0]?.message.text).toBe("a person");
  });

  it("is what an app asks that the owner named, three times in a row at most", async () => {
    await using world = await connected();
    await world.stop();
    const { slack, acme, ada, general, desk } = world;
    const robot = slack.world.user({ team: acme.id, name: "robot", isBot: true });
    slack.world.join({ channel: general, user: robot });
    await world.start({ bots: [robot] });
    for (const time of ["one", "two", "three", "four"])
      slack.say({ by: robot, in: general, text: `<@${acme.bot}> ${time}` });
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> five` });
    slack.say({ by: robot, in: general, text: `<@${acme.bot}> six` });
    await eventually(() => desk.asked.length === 5);
    expect(desk.asked.map(({ message }) => message.text)).toEqual(["one", "two", "three", "five", "six"]);
    expect(desk.asked[0]?.message.author.isBot).toBe(true);
  });

  it("is asked once, however often and in whatever order its events come", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    let turn = 0;
    slack.deliveries.disorder({ copies: () => 3, delayMs: () => (turn++ * 37) % 100 });
    const all = Array.from({ length: 20 }, (_, i) => slack.say({ by: ada, in: general, text: `<@${acme.bot}> ${i}` }));
    await eventually(() => desk.asked.length === 20);
    await slack.until(
      () => slack.transcript.entries.filter((one) => one.kind === "delivery" && one.ackedAt).length === 120,
    );
    expect(desk.asked.map(({ message }) => message.id).toSorted()).toEqual(all);
  });

  it("is what is written in a thread of the legacy pane, and answered there", async () => {
    await using world = await connected({ emulator: { surface: "assistant" } });
    const { slack, ada, general, desk } = world;
    const { channel, thread } = slack.startAssistantThread(ada, general);
    slack.say({ by: ada, in: channel, thread, text: "how much leave?" });
    const asked = await eventually(() => desk.asked[0]);
    expect(desk.asked).toHaveLength(1);
    await world.hearth().reply(asked).finish({ markdown: "28 days.", buttons: [] }, soon());
    expect(slack.history(channel).at(-1)).toMatchObject({ text: "28 days.", thread });
    expect(slack.transcript.violations).toEqual([]);
  });

  it("comes with files, of which only Slack's own host is given the token", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const files = [
      { name: "leave.md", content: "28 days" },
      { name: "elsewhere.md", content: "far away", elsewhere: true },
      { name: "shared.md", content: "from another company", stub: true },
      { name: "large.md", content: "x".repeat(2_000) },
    ];
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> what does it say?`, files });
    const asked = await eventually(() => desk.asked[0]);
    const fetched = await Promise.all(
      asked.files.map(async (file) =>
        world
          .hearth()
          .fetchFile(file, { most: 1_000, ...soon() })
          .then((bytes) => Buffer.from(bytes).toString())
          .catch((error: unknown) => Object(error).name),
      ),
    );
    expect(fetched).toEqual(["28 days", "FileRefused", "from another company", "FileRefused"]);
    expect(asked.files.map(({ name }) => name)).toEqual(["leave.md", "elsewhere.md", "a file", "large.md"]);
    expect(slack.transcript.violations).toEqual([]);
  });
});

describe("what becomes of it", () => {
  it("is told: an edit with its new text, a deletion, and no link's preview", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const [edited, removed, rooted] = ["one", "two", "three"].map((text) =>
      slack.say({ by: ada, in: general, text: `<@${acme.bot}> ${text}` }),
    );
    if (edited === undefined || removed === undefined || rooted === undefined) return;
    await eventually(() => desk.asked.length === 3);
    slack.say({ by: ada, in: general, text: "a reply", thread: rooted });
    slack.unfurl({ in: general, message: edited });
    slack.edit({ in: general, message: edited, text: `<@${acme.bot}> one and a half` });
    slack.remove({ in: general, message: removed });
    slack.remove({ in: general, message: rooted });
    await eventually(() => desk.revisions.length === 3);
    const conversation = { platform: "slack", space: acme.id, channel: general };
    expect(desk.revisions).toEqual([
      { conversation, ids: [edited], text: "one and a half" },
      { conversation, ids: [removed] },
      { conversation, ids: [rooted] },
    ]);
  });

  it("is followed up in a channel that got another id", async () => {
    await using world = await connected();
    const { slack, acme, ada, general, desk } = world;
    const root = slack.say({ by: ada, in: general, text: `<@${acme.bot}> one` });
    await eventually(() => desk.asked.length === 1);
    const other = slack.world.changeId({ channel: general });
    await eventually(() => world.inbox.joined("slack")[0]?.channel === `${other}/${root}`);
    slack.say({ by: ada, in: other, text: "two", thread: root });
    await eventually(() => desk.asked.length === 2);
  });

  it("goes with its channel", async () => {
    const forgotten: unknown[] = [];
    const brain = scriptedBrain({
      forget: async (of) => {
        forgotten.push(of);
        return { messages: 1, answers: 0, ratings: 0, talk: 0, lines: 0 };
      },
    });
    await using world = await connected({ options: { brain } });
    const { slack, acme, ada, general, desk, inbox } = world;
    slack.say({ by: ada, in: general, text: `<@${acme.bot}> one` });
    await eventually(() => desk.asked.length === 1);
    slack.world.deleteChannel({ channel: general, by: ada });
    await eventually(() => forgotten.length > 0);
    expect(forgotten).toEqual([{ platform: "slack", space: acme.id, channel: general }]);
    expect(inbox.open("slack")).toEqual([]);
    expect(inbox.joined("slack")).toEqual([]);
  });
});
