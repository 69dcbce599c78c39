import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { Audience } from "../../../src/chat.ts";
import { passage, readyStatus } from "../../helpers/scripted-brain.ts";
import { ANSWER, interacting, type Wanted } from "./interacting.ts";
import { eventually } from "./slack-world.ts";

type World = Awaited<ReturnType<typeof interacting>>;
const worlds: World[] = [];

async function world(wanted: Wanted = {}): Promise<World> {
  const opened = await interacting(wanted);
  worlds.push(opened);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

/** Requests that a correct client would not make are a defect wherever they happen, and so is a slow acknowledgement. */
afterEach(() => {
  for (const { slack } of worlds.splice(0)) {
    expect(slack.transcript.violations).toEqual([]);
    const late = slack.transcript.entries.filter((entry) => entry.kind === "delivery" && entry.failed !== undefined);
    expect(late).toEqual([]);
  }
});

const [open, secret] = [
  passage({ url: "https://docs.acme.example/leave#annual", text: "28 days. @here <@U123456> <!channel>" }),
  passage({ id: `${"b".repeat(32)}#0`, documentId: "b".repeat(32), title: "Pay", text: "Pay is secret." }),
];
const lookup: Wanted["brain"] = {
  lookup: async (_words, { clearance }) =>
    [open, ...(clearance.includes("team") ? [secret] : [])].map((found) => ({ passage: found, score: 1 })),
};

/** What a person alone is told, once it is there. */
const told = ({ slack, general }: World, to: string, words: RegExp) =>
  slack.until(() => slack.visible({ to, in: general }).find(({ ephemeral, text }) => ephemeral && words.test(text)));

describe("/ask", () => {
  it("is written down before it is acknowledged, shows what was typed, and waits for no answer", async () => {
    const here = await world();
    const { slack, ada, general, acme } = here;
    const text = `How much leave does <@${here.ben}|ben> get &amp; who pays?`;
    const act = await slack.slash({ by: ada, in: general, command: "/ask", text });
    expect(act).toMatchObject({ kind: "acked", answer: { response_type: "in_channel" } });
    expect(here.asked).toMatchObject([
      {
        platform: "slack",
        message: {
          conversation: { platform: "slack", space: acme.id, channel: general },
          author: { id: `${acme.id}:${ada}`, name: "ada", isBot: false },
          text: "How much leave does @ben get & who pays?",
        },
        seenBy: "place",
        files: [],
        route: { team: acme.id, channel: general, user: ada, userTeam: acme.id, respond: act.responseUrl },
      },
    ]);
  });

  it("may be private, and says to the asker alone that the answer follows", async () => {
    const here = await world();
    const act = await here.slack.slash({ by: here.ada, in: here.general, command: "/ask", text: "private: Leave?" });
    expect(here.asked).toMatchObject([{ seenBy: "asker", message: { text: "Leave?" } }]);
    expect(act).toMatchObject({ kind: "acked", answer: { text: expect.stringContaining("for you alone") } });
  });

  it("in a direct message with Hearth is answered there, and in one of two people not at all", async () => {
    const here = await world();
    const { slack, acme, ada, ben } = here;
    const own = slack.openHome(ada);
    await slack.slash({ by: ada, in: own, command: "/ask", text: "Leave?" });
    expect(here.asked).toMatchObject([{ seenBy: "place", message: { conversation: { channel: own } } }]);
    // To Slack's API, a direct message of two people and one that Hearth is out of are the same: not there.
    const theirs = slack.world.dm({ with: [ben] });
    slack.world.leave({ channel: theirs, user: acme.bot });
    slack.world.join({ channel: theirs, user: ada });
    const act = await slack.slash({ by: ada, in: theirs, command: "/ask", text: "What does ben earn?" });
    expect(act).toMatchObject({ kind: "acked", answer: { text: expect.stringContaining("take no part") } });
    expect(here.asked).toHaveLength(1);
  });

  it("in a direct message whose it is Slack does not say in time is not answered, and that is said", async () => {
    const here = await world();
    const { slack, ada } = here;
    const own = slack.openHome(ada);
    slack.rest.fail({ method: "conversations.info", sequence: [{ retryAfter: 30 }] });
    const ask = () => slack.slash({ by: ada, in: own, command: "/ask", text: "Leave?" });
    expect(await ask()).toMatchObject({ answer: { text: expect.stringContaining("did not tell me in time") } });
    expect(here.asked).toEqual([]);
    // What was read there says whose it is, whatever Slack's limits are.
    here.inbox.see("slack", own, "1795882462.701000");
    expect(await ask()).toMatchObject({ kind: "acked", answer: { response_type: "in_channel" } });
    expect(here.asked).toHaveLength(1);
  });

  it("that cannot be written down, or holds no question, is refused to the person alone", async () => {
    const here = await world({
      ask: () => {
        throw new Error("The disk is full");
      },
    });
    const use = (text: string) => here.slack.slash({ by: here.ada, in: here.general, command: "/ask", text });
    expect(await use("Leave?")).toMatchObject({
      kind: "acked",
      answer: { text: expect.stringMatching(/^That did not/) },
    });
    expect(await use(" private: ")).toMatchObject({ answer: { text: expect.stringMatching(/no question/) } });
    expect(here.slack.visible({ to: here.ben, in: here.general })).toEqual([]);
  });
});

describe("/docs", () => {
  const use = ({ slack, ada, general }: World, text: string) =>
    slack.slash({ by: ada, in: general, command: "/docs", text });

  it("shows the asker alone what they may read, with links, and mentions nobody", async () => {
    const here = await world({ brain: lookup });
    expect(await use(here, "leave &amp; pay")).toMatchObject({ kind: "acked", answer: undefined });
    const { text, actions, pings } = await told(here, here.ada, /28 days/);
    expect(text).toContain("[Leave › Annual leave](https://docs.acme.example/leave#annual)");
    expect(text).toContain("Pay is secret.");
    expect(text).not.toMatch(/@here|<[@!]/);
    expect(actions).toEqual(["h1:share:leave & pay"]);
    expect(pings).toEqual({ users: [], groups: [], everyone: false });
    expect(here.slack.visible({ to: here.ben, in: here.general })).toEqual([]);
    expect(here.seen).toMatchObject([{ seenBy: "asker", askerId: `${here.acme.id}:${here.ada}` }]);
  });

  it("shares what everybody there may read, once, after a restart too", async () => {
    const here = await world({ brain: lookup });
    const { slack, ada, ben, general } = here;
    await use(here, "leave");
    const { ts } = await told(here, ada, /28 days/);
    await here.restart();
    const press = () => slack.press({ by: ada, in: general, message: ts, action: "h1:share:leave" });
    await Promise.all([press(), press()]);
    await told(here, ada, /^Shared\.$/);
    const shared = slack.visible({ to: ben, in: general });
    expect(shared).toHaveLength(1);
    expect(shared[0]?.text).toMatch(/^ada shares:[^]*28 days/);
    expect(shared[0]?.text).not.toContain("secret");
    expect(shared[0]?.pings).toEqual({ users: [], groups: [], everyone: false });
    expect(here.seen.at(-1)).toMatchObject({ seenBy: "place" });
    const [posted] = slack.transcript.calls("chat.postMessage");
    expect(posted?.args).toMatchObject({ unfurl_links: "false", unfurl_media: "false" });
    expect(posted?.args).not.toHaveProperty("link_names");
  });

  it("shares nothing that somebody there may not read", async () => {
    const here = await world({
      brain: {
        lookup: async (_words, { clearance }) => (clearance.includes("team") ? [{ passage: secret, score: 1 }] : []),
      },
    });
    await use(here, "pay");
    const { ts } = await told(here, here.ada, /secret/);
    await here.slack.press({ by: here.ada, in: here.general, message: ts, action: "h1:share:pay" });
    await told(here, here.ada, /stays with you/);
    expect(here.slack.history(here.general)).toEqual([]);
  });

  it("shares by the person's own address where Hearth is not in the channel", async () => {
    const here = await world({ brain: lookup });
    const { slack, ada, ben, acme } = here;
    const quiet = slack.world.channel({
      team: acme.id,
      name: "quiet",
      kind: "private",
      members: [ada, ben],
      bot: false,
    });
    await slack.slash({ by: ada, in: quiet, command: "/docs", text: "leave" });
    const { ts } = await slack.until(() => slack.visible({ to: ada, in: quiet }).find(({ text }) => /28/.test(text)));
    await slack.press({ by: ada, in: quiet, message: ts, action: "h1:share:leave" });
    const shared = await slack.until(() => slack.visible({ to: ben, in: quiet })[0]);
    expect(shared.text).toMatch(/28 days/);
  });

  it("says so where there is nothing to be found, and where the core fails", async () => {
    const here = await world({ brain: { lookup: async () => [] } });
    await use(here, "xyzzy");
    await told(here, here.ada, /try fewer or other words/);
    const broken = await world({ brain: { lookup: () => Promise.reject(new Error("The core is gone")) } });
    await use(broken, "leave");
    await told(broken, broken.ada, /^That did not work/);
  });

  it("without words opens a modal that suggests what the asker may read while they type", async () => {
    const here = await world({ brain: { ...lookup, document: async () => [open] } });
    const { slack, ada } = here;
    await use(here, "");
    await slack.until(() => slack.modal(ada));
    const suggest = (value: string) => slack.suggest({ by: ada, action: "h1:docs-select", value });
    expect(await suggest("lea")).toEqual([
      { text: "Search for “lea”", value: "lea" },
      { text: "Leave › Annual leave", value: `=${"a".repeat(32)}#0` },
      { text: "Pay › Annual leave", value: `=${"b".repeat(32)}#0` },
    ]);
    const act = await slack.submit({ by: ada, values: { docs: `=${"a".repeat(32)}#0` } });
    expect(act.kind).toBe("acked");
    expect(slack.modal(ada)).toBeUndefined();
    expect((await told(here, ada, /28 days/)).text).not.toContain("secret");
  });

  it("without words says what to do where Slack lets no window be opened in time", async () => {
    const rates = { channelMs: 0, perMinute: (method: string) => (method === "views.open" ? 1 : 1_000) };
    const here = await world({ rates });
    await use(here, "");
    await here.slack.until(() => here.slack.modal(here.ada));
    await use(here, "");
    await told(here, here.ada, /Type the words behind the command/);
  });

  it("suggests the words alone where the core fails", async () => {
    const here = await world({ brain: { lookup: () => Promise.reject(new Error("The core is gone")) } });
    await use(here, " ");
    await here.slack.until(() => here.slack.modal(here.ada));
    const suggested = await here.slack.suggest({ by: here.ada, action: "h1:docs-select", value: "x".repeat(200) });
    expect(suggested).toMatchObject([{ value: "x".repeat(90) }]);
  });
});

describe("/hearth", () => {
  const use = ({ slack, ada, general }: World, text: string, by = ada) =>
    slack.slash({ by, in: general, command: "/hearth", text });

  it.each([
    ["privacy", /What Hearth keeps of you[^]*also on Slack[^]*`\/hearth forget me`/],
    ["status", /Hearth 0\.1\.0[^]*2 documents, 7 passages, as of 2026-11-24 09:00 UTC[^]*questions answered: 3/],
    ["", /How to ask[^]*`\/ask your question`/],
    ["help", /How to ask/],
    ["dance", /I do not know that[^]*How to ask/],
    ["forget", /`\/hearth forget me`, or/],
  ])("%j is answered to the person alone", async (text, words) => {
    const here = await world();
    expect(await use(here, text)).toMatchObject({ kind: "acked" });
    await told(here, here.ada, words);
    expect(here.slack.history(here.general)).toEqual([]);
  });

  it("forgets a person everywhere, and gives a receipt", async () => {
    const forgotten: unknown[] = [];
    const here = await world({
      brain: {
        forget: async (of) => {
          forgotten.push(of);
          return { messages: 2, answers: 1, ratings: 0, talk: 0, lines: 0 };
        },
      },
    });
    await here.give();
    await use(here, "forget me");
    await told(here, here.ada, /2 messages[^]*1 entry of what was asked, heard and answered on Slack/);
    expect(forgotten).toEqual([{ platform: "slack", space: here.acme.id, askerId: `${here.acme.id}:${here.ada}` }]);
    expect(here.inbox.given({ answerId: ANSWER })).toBeUndefined();
  });

  it("forgets a channel for admins of the workspace, its creator and those whom the owner named, and for nobody else", async () => {
    const forgotten: unknown[] = [];
    const forget: Wanted["brain"] = {
      forget: async (of) => {
        forgotten.push(of);
        return { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
      },
    };
    const here = await world({ brain: forget });
    const { slack, acme, ada, ben, carl } = here;
    await use(here, "forget channel", ben);
    await told(here, ben, /for who made this channel/);
    expect(forgotten).toEqual([]);
    await use(here, "forget channel", ada);
    await told(here, ada, /of this channel/);
    const own = slack.world.channel({ team: acme.id, name: "own", members: [ben, carl], creator: carl });
    await slack.slash({ by: carl, in: own, command: "/hearth", text: "forget channel" });
    await slack.until(() => slack.visible({ to: carl, in: own }).find(({ text }) => text.includes("Deleted")));
    expect(forgotten).toMatchObject([{ channel: here.general }, { channel: own }]);
    slack.world.setUser({ user: ada, isAdmin: false });
    const named = await world({ brain: forget, settings: { admins: ["U0NOBODY"] } });
    await use(named, "forget channel", named.ben);
    await told(named, named.ben, /for who made this channel/);
  });
});

describe("App Home", () => {
  it("shows how to ask, what is known and what is kept", async () => {
    const here = await world({ brain: { status: async () => ({ ...readyStatus, documents: 12 }) } });
    here.slack.openHome(here.ben);
    const home = await here.slack.until(() => here.slack.home(here.ben));
    expect(home.text).toMatch(/How to ask[^]*12 documents[^]*Core: sealed[^]*What Hearth keeps of you/);
    expect(home.text).not.toContain("**");
  });
});

describe("buttons", () => {
  const press = ({ slack, general, ada }: World, message: string, action: string, by = ada) =>
    slack.press({ by, in: general, message, action });

  /** The job of a question of somebody else's that waits. */
  const waiting = ({ inbox, acme, general }: World): string => {
    const job = inbox.accept({
      id: "q",
      platform: "slack",
      message: {
        id: "1",
        conversation: { platform: "slack", space: acme.id, channel: general },
        author: { id: `${acme.id}:ASKER`, name: "asker", isBot: false },
        text: "Leave?",
        sentAt: new Date().toISOString(),
      },
      seenBy: "place",
      files: [],
      route: {},
    });
    if (!job) throw new Error("It was asked already");
    return job.job;
  };

  it("Stop ends the writing for the asker, and for who manages the channel", async () => {
    const job = "job2";
    const here = await world({ stop: (_job, person) => (person.endsWith(":ASKER") ? "stopped" : "not yours") });
    const { ts } = await here.give({}, [{ kind: "stop", job }]);
    const action = `h1:stop:${job}`;
    await press(here, ts, action, here.ben);
    await told(here, here.ben, /finished already/);
    const job2 = waiting(here);
    const real = await here.give({}, [{ kind: "stop", job: job2 }]);
    await press(here, real.ts, `h1:stop:${job2}`, here.ben);
    await told(here, here.ben, /Only who asked can stop this/);
    await press(here, real.ts, `h1:stop:${job2}`, here.ada);
    await eventually(() => here.stopped.at(-1)?.[1] === `${here.acme.id}:ASKER`);
  });

  it("👍 and 👎 are kept, taken back by the same again, and by a button, after a restart too", async () => {
    const ratings: unknown[] = [];
    const here = await world({ brain: { rate: async (said) => void ratings.push(said) } });
    const { ts } = await here.give();
    await press(here, ts, `h1:up:${ANSWER}`, here.ben);
    await told(here, here.ben, /noted as helpful/);
    await press(here, ts, `h1:up:${ANSWER}`, here.ben);
    await told(here, here.ben, /^Taken back\.$/);
    await press(here, ts, `h1:down:${ANSWER}`, here.ada);
    const thanks = await told(here, here.ada, /not helpful/);
    expect(thanks.thread).toBe(here.slack.history(here.general)[0]?.ts);
    await here.restart();
    await press(here, thanks.ts, `h1:unrate:${ANSWER}`, here.ada);
    await told(here, here.ada, /^Taken back\.$/);
    const of = (person: string) => ({ answerId: ANSWER, personId: `${here.acme.id}:${person}` });
    expect(ratings).toEqual([
      { ...of(here.ben), rating: "up" },
      of(here.ben),
      { ...of(here.ada), rating: "down" },
      of(here.ada),
    ]);
  });

  it("Why? says to the person alone what they may read of how the answer came about", async () => {
    const asked: (readonly Audience[])[] = [];
    const here = await world({
      brain: {
        why: async (id, { clearance }) => {
          asked.push(clearance);
          return {
            id,
            answeredAt: "2026-11-24T09:00:00.000Z",
            kind: "quoted",
            passages: [{ ...open, score: 12.5, isUsed: true }],
            timings: { search: 3, answer: 1 },
          };
        },
      },
    });
    const { ts } = await here.give();
    await press(here, ts, `h1:why:${ANSWER}`, here.ben);
    const { text } = await told(here, here.ben, /Why this answer/);
    expect(text).toMatch(/Leave › Annual leave[^]*Given 2026-11-24 09:00 UTC/);
    expect(asked).toEqual([["public", "team"]]);
    expect(here.slack.visible({ to: here.ada, in: here.general }).some(({ ephemeral }) => ephemeral)).toBe(false);
  });

  it("Ask a human mentions exactly those whom the owner named, once, and everybody sees that", async () => {
    const here = await world();
    const { slack, general, ada, ben, carl } = here;
    const group = slack.world.group({ handle: "people", users: [carl] });
    const named = await world({ settings: { askHuman: [{ mention: [`user:U0AAAA`, `group:S0AAAA`] }] } });
    expect(group).toMatch(/^S/);
    const { ts, question } = await named.give();
    const act = () => press(named, ts, `h1:human:${ANSWER}`, named.ben);
    await Promise.all([act(), act()]);
    await told(named, named.ben, /^Asked\.$/);
    await named.restart();
    const { actions } = await named.slack.until(() =>
      named.slack.history(named.general).find((one) => one.ts === ts && one.edits > 0),
    );
    expect(actions.some((id) => id.startsWith("h1:human"))).toBe(false);
    const calls = named.slack.history(named.general).filter(({ text }) => text.includes("asks for an answer"));
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ thread: question, pings: { groups: ["S0AAAA"], everyone: false } });
    expect(calls[0]?.text).toMatch(
      new RegExp(`^<@U0AAAA> <!subteam\\^S0AAAA> ben asks for .*p${question.replace(".", "")}`),
    );
    // Nobody is named here.
    const other = await here.give();
    await press(here, other.ts, `h1:human:${ANSWER}`, ben);
    await told(here, ben, /Nobody is named/);
    expect(slack.visible({ to: ada, in: general }).some(({ text }) => text.includes("asks for an answer"))).toBe(false);
  });

  it("work for people of another company in a shared channel, who are nobody's admin here", async () => {
    const here = await world({ stop: () => "not yours" });
    const { slack, general } = here;
    const other = slack.world.workspace({ name: "Other", installed: false });
    slack.world.share({ channel: general, with: other.id });
    const eve = slack.world.user({ team: other.id, name: "eve", isAdmin: true });
    slack.world.join({ channel: general, user: eve });
    const job = waiting(here);
    const { ts } = await here.give({}, [
      { kind: "why", answerId: ANSWER },
      { kind: "stop", job },
    ]);
    await press(here, ts, `h1:stop:${job}`, eve);
    await told(here, eve, /Only who asked/);
    expect(here.stopped).toEqual([[job, `${other.id}:${eve}`]]);
    expect(await press(here, ts, `h1:why:${ANSWER}`, eve)).toMatchObject({ kind: "acked" });
    await told(here, eve, /no longer known/);
    expect(here.seen.at(-1)).toMatchObject({
      askerId: `${other.id}:${eve}`,
      conversation: { space: here.acme.id },
      seenBy: "asker",
    });
  });

  it("below another message, of an answer that is no longer known, and of no kind that is known are refused", async () => {
    const here = await world();
    const { ts } = await here.give();
    const stray = await here.give({
      answerId: "another",
      posted: [{ id: ts, conversation: { platform: "slack", space: "T", channel: "C" } }],
    });
    await press(here, stray.ts, `h1:why:${ANSWER}`, here.ben);
    await told(here, here.ben, /somebody else alone/);
    here.inbox.forget({ platform: "slack", space: here.acme.id });
    await press(here, ts, `h1:why:${ANSWER}`, here.ada);
    await told(here, here.ada, /no longer know that answer/);
  });
});
