import { describe, expect, it } from "vitest";
import type { Asked, Content } from "../../../src/bots/platform.ts";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import { Undeliverable } from "../../../src/bots/undeliverable.ts";
import { connected, eventually, type Wanted } from "./slack-world.ts";

const soon = () => ({ signal: AbortSignal.timeout(15_000) });
const plain = (markdown: string): Content => ({ markdown, buttons: [] });

/** Hearth, and a question that was asked of it. */
async function asked(wanted: Wanted = {}, text = "how much leave?") {
  const world = await connected(wanted);
  const { slack, acme, ada, general, desk } = world;
  const ts = slack.say({ by: ada, in: general, text: `<@${acme.bot}> ${text}` });
  const question = await eventually(() => desk.asked[0]);
  const thread = () => slack.visible({ to: ada, in: general, thread: ts }).slice(1);
  return {
    ...world,
    ts,
    question,
    thread,
    job: jobOf(question),
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

function finish(world: { hearth: Awaited<ReturnType<typeof asked>>["hearth"] }, question: Asked, content: Content) {
  return world.hearth().reply(question).finish(content, soon());
}

describe("an answer on Slack", () => {
  it.each(["reset", "commit-then-reset", 503, "garbled", { error: "internal_error" }] as const)(
    "is there once where its post meets %o",
    async (fault) => {
      await using world = await asked();
      world.slack.rest.fail({ method: "chat.postMessage", sequence: [fault] });
      const posted = await finish(world, world.question, plain("28 days."));
      expect(world.thread()).toHaveLength(1);
      expect(world.thread()[0]).toMatchObject({ ts: posted[0].id, text: "28 days." });
      expect(world.slack.transcript.violations).toEqual([]);
    },
  );

  it("is there once after a kill between its post and its record, and says what the last run says", async () => {
    await using world = await asked();
    const { inbox, job } = world;
    inbox.plan(job, 0);
    await finish(world, world.question, plain("28 days."));
    // As if the record of it had been lost: a sending that was planned, and nothing that was posted.
    const sendings = inbox.sendings(job);
    const lossy = { ...inbox, sendings: () => sendings.map(({ part, plannedAt }) => ({ job, part, plannedAt })) };
    await world.stop();
    await using other = await restarted(world, lossy);
    await other.reply(world.question).finish(plain("29 days."), soon());
    expect(world.thread().map(({ text }) => text)).toEqual(["29 days."]);
  });

  it("that was growing when Hearth was killed is closed and made whole", async () => {
    await using world = await asked();
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await world.slack.until(() => world.thread()[0]?.streaming);
    const sendings = world.inbox.sendings(world.job);
    for (const isKnown of [true, false]) {
      await world.stop();
      const known = isKnown ? sendings : sendings.map(({ job, part, plannedAt }) => ({ job, part, plannedAt }));
      await using other = await restarted(world, { ...world.inbox, sendings: () => known });
      await other.reply(world.question).finish(plain(`28 days (${isKnown}).`), soon());
      expect(world.thread()).toHaveLength(1);
      expect(world.thread()[0]).toMatchObject({ text: `28 days (${isKnown}).`, streaming: false });
    }
  });

  it("takes several messages where it is long, and fewer where a later one is shorter", async () => {
    await using world = await asked();
    const long = Array.from({ length: 400 }, (_, i) => `Paragraph ${i} of a long answer about annual leave.`).join(
      "\n\n",
    );
    const posted = await finish(world, world.question, { markdown: long, buttons: [{ kind: "why", answerId: "a" }] });
    expect(posted).toHaveLength(2);
    expect(world.thread().map(({ actions }) => actions)).toEqual([[], ["h1:why:a"]]);
    expect(
      world
        .thread()
        .map(({ text }) => text)
        .join("\n\n"),
    ).toContain("Paragraph 399");
    await finish(world, world.question, plain("Short."));
    expect(world.thread().map(({ text }) => text)).toEqual(["Short."]);
    expect(world.slack.transcript.violations).toEqual([]);
  });

  it("is a message that is edited where nothing may grow, with a button to stop it", async () => {
    await using world = await asked({ settings: { streaming: "edit" } });
    const reply = world.hearth().reply(world.question);
    reply.show({
      markdown: "> 28 days.\n\n*Writing …*",
      grows: "> 28 days.",
      buttons: [{ kind: "stop", job: world.job }],
    });
    await world.slack.until(() => world.thread()[0]?.actions[0] === `h1:stop:${world.job}`);
    await reply.finish(plain("28 days."), soon());
    expect(world.thread()).toMatchObject([{ text: "28 days.", actions: [] }]);
    expect(world.slack.transcript.calls("chat.startStream")).toEqual([]);
  });

  it("shows a line of what goes on until it is there, and none after", async () => {
    await using world = await asked({ settings: { streaming: "off" } });
    const reply = world.hearth().reply(world.question);
    const line = () => world.slack.around({ in: world.general }).status[world.ts]?.status;
    await world.slack.until(() => line()?.includes("looking"));
    reply.show({ markdown: "*2 questions before yours, about 40 s*", buttons: [] });
    await world.slack.until(() => line() === "2 questions before yours, about 40 s");
    await reply.finish(plain("28 days."), soon());
    expect(line()).toBeUndefined();
    expect(world.slack.transcript.calls("chat.postMessage")).toHaveLength(1);
  });

  it("goes down the ladder where Slack has no room, and is whole at the end", async () => {
    await using world = await asked({
      options: { rates: { perMinute: (method) => (method === "chat.startStream" ? 0 : 1_000), channelMs: 0 } },
    });
    world.slack.rest.fail({ method: "chat.startStream", sequence: [{ retryAfter: 30 }] });
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await reply.finish(plain("28 days."), soon());
    expect(world.thread()).toMatchObject([{ text: "28 days." }]);
    expect(world.slack.transcript.violations).toEqual([]);
  });

  it("is stopped by Slack's own button beside what grows", async () => {
    await using world = await asked();
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> One.\n\n*Writing …*", grows: "> One.", buttons: [] });
    const first = await world.slack.until(() => world.thread()[0]?.streaming && world.thread()[0]);
    world.slack.stopStream({ in: world.general, message: first.ts });
    reply.show({ markdown: "> One.\n\nTwo.\n\n*Writing …*", grows: "> One.\n\nTwo.", buttons: [] });
    await eventually(() => world.desk.stops.length === 1);
    expect(world.desk.stops).toEqual([[world.job, world.question.message.author.id]]);
    await reply.finish(plain("One. Stopped."), soon());
    expect(world.thread()).toMatchObject([{ text: "One. Stopped." }]);
  });

  it("waits as long as Slack asks, and asks nothing before", async () => {
    await using world = await asked();
    world.slack.rest.fail({ method: "chat.postMessage", sequence: [{ retryAfter: 1 }] });
    await finish(world, world.question, plain("28 days."));
    expect(world.thread()).toHaveLength(1);
    expect(world.hearth().counts().waits).toBe(1);
    expect(world.slack.transcript.violations).toEqual([]);
  });

  it("is given up where its question is gone, and where Hearth may not write", async () => {
    await using world = await asked();
    world.slack.world.archive({ channel: world.general, by: world.ada });
    await expect(finish(world, world.question, plain("28 days."))).rejects.toBeInstanceOf(Undeliverable);
    world.slack.world.unarchive({ channel: world.general, by: world.ada });
    world.slack.remove({ in: world.general, message: world.ts });
    await eventually(() => world.desk.revisions.length > 0);
    await expect(finish(world, world.question, plain("28 days."))).rejects.toBeInstanceOf(Undeliverable);
    expect(world.thread()).toEqual([]);
  });
});

describe("an answer that stands", () => {
  it("gets a line below it once, and so does its asker in the thread", async () => {
    await using world = await asked();
    const posted = await finish(world, world.question, {
      markdown: "28 days.",
      buttons: [{ kind: "why", answerId: "a" }],
    });
    const given = givenOf(world, posted);
    for (let time = 0; time < 2; time++) await world.hearth().mark(given, "The source changed since: Leave.", soon());
    expect(world.thread()).toHaveLength(2);
    expect(world.thread()[0]).toMatchObject({ actions: ["h1:why:a"] });
    expect(world.thread()[0]?.text).toMatch(/28 days\.[^]*The source changed since: Leave\./);
    expect(world.thread()[1]?.text).toBe("The source changed since: Leave.");
    expect(world.slack.transcript.violations).toEqual([]);
  });

  it("is asked again, and another is put in its place", async () => {
    await using world = await asked();
    const given = givenOf(world, await finish(world, world.question, plain("28 days.")));
    expect(await world.hearth().recall(given, soon())).toMatchObject({
      id: world.question.id,
      message: { text: "how much leave?" },
    });
    await world.hearth().amend(given, plain("30 days."), soon());
    expect(world.thread().map(({ text }) => text)).toEqual(["30 days."]);
    world.slack.remove({ in: world.general, message: world.ts });
    expect(await world.hearth().recall(given, soon())).toBeUndefined();
  });
});

type World = Awaited<ReturnType<typeof asked>>;

function givenOf({ question, job, ada }: World, posted: Awaited<ReturnType<typeof finish>>) {
  const { message, seenBy } = question;
  const of = { conversation: message.conversation, askedId: message.id, askerId: ada, seenBy, givenAt: 0 };
  return { answerId: "a", job, platform: "slack" as const, posted, ...of };
}

/** Another run over an inbox that knows less than the one before did. */
async function restarted(world: World, inbox: World["inbox"]) {
  return world.start({}, { inbox });
}

describe("an answer to a question that is deleted", () => {
  it("is taken back while it is being written", async () => {
    await using world = await asked();
    world
      .hearth()
      .reply(world.question)
      .show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await world.slack.until(() => world.thread()[0]?.streaming);
    world.slack.remove({ in: world.general, message: world.ts });
    await world.slack.until(() => world.slack.history(world.general).every(({ by }) => by !== world.acme.bot));
    expect(world.slack.transcript.violations).toEqual([]);
  });
});

describe("an answer of an earlier run to a question that is gone", () => {
  it("is taken away", async () => {
    await using world = await asked();
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await eventually(() => world.inbox.sendings(world.job)[0]?.posted !== undefined);
    await world.stop();
    const other = await world.start();
    await other.reply(world.question).abandon?.(soon());
    expect(world.thread()).toEqual([]);
    await other.reply(world.question).abandon?.(soon());
    expect(world.slack.transcript.calls("chat.delete")).toHaveLength(2);
  });
});

describe("an answer whose Markdown Slack refuses", () => {
  it("is said in plain text", async () => {
    await using world = await asked();
    world.slack.rest.fail({ method: "chat.postMessage", sequence: [{ error: "invalid_blocks" }] });
    const long = `**28 days** for <b>all</b>\n\n${"word ".repeat(2_000)}`;
    await finish(world, world.question, { markdown: long, buttons: [{ kind: "why", answerId: "a" }] });
    expect(world.thread()[0]).toMatchObject({ actions: ["h1:why:a"] });
    expect(world.thread()[0]?.text).toContain("**28 days** for &lt;b&gt;all");
    expect(world.thread()[0]?.text.match(/word/g)).toHaveLength(2_000);
    expect(world.slack.transcript.violations).toEqual([]);
  });
});

describe("an answer that cannot be edited into what it shall say", () => {
  it("makes room for another message", async () => {
    await using world = await asked({ settings: { streaming: "edit" } });
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await world.slack.until(() => world.thread().length === 1);
    world.slack.rest.fail({ method: "chat.update", sequence: [{ error: "block_mismatch" }] });
    await reply.finish(plain("28 days."), soon());
    expect(world.thread().map(({ text }) => text)).toEqual(["28 days."]);
    expect(world.inbox.sendings(world.job)[0]?.posted?.id).toBe(world.thread()[0]?.ts);
  });
});

describe("an answer that stopped growing by itself just when it was to be closed", () => {
  it("is made whole all the same", async () => {
    await using world = await asked({ settings: { streaming: "edit" } });
    const reply = world.hearth().reply(world.question);
    reply.show({ markdown: "> 28 days.\n\n*Writing …*", grows: "> 28 days.", buttons: [] });
    await eventually(() => world.inbox.sendings(world.job)[0]?.posted !== undefined);
    world.slack.rest.fail({ method: "chat.update", sequence: [{ error: "streaming_state_conflict" }] });
    await reply.finish(plain("28 days."), soon());
    expect(world.thread().map(({ text }) => text)).toEqual(["28 days."]);
  });
});

describe("an answer that is tried again", () => {
  it("has no line of an earlier try below it", async () => {
    await using world = await asked({ settings: { streaming: "off" } });
    const lines = () => world.slack.transcript.calls("assistant.threads.setStatus").length;
    const earlier = world.hearth().reply(world.question);
    await world.slack.until(() => lines() === 1);
    const reply = world.hearth().reply(world.question);
    const given = givenOf(world, await reply.finish(plain("28 days."), soon()));
    const shown = lines();
    earlier.show({ markdown: "*2 questions before yours, about 40 s*", buttons: [] });
    for (let time = 0; time < 3; time++) await world.hearth().recall(given, soon());
    expect(lines()).toBe(shown);
  });
});

describe("an answer to a question that is gone, of which nobody knows whether it was posted", () => {
  it("is looked for and taken away", async () => {
    await using world = await asked();
    world.slack.rest.fail({ method: "chat.postMessage", sequence: ["commit-then-reset"] });
    const reply = world.hearth().reply(world.question);
    const dropped = new AbortController();
    const finished = reply.finish(plain("28 days."), { signal: dropped.signal });
    await world.slack.until(() => world.thread().length === 1);
    dropped.abort(new Error("The question was deleted"));
    await expect(finished).rejects.toThrow("The question was deleted");
    await reply.abandon?.(soon());
    expect(world.thread()).toEqual([]);
  });
});
