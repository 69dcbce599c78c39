import { once } from "node:events";
import { Events, Routes } from "discord.js";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import type { Audience } from "../../../src/chat.ts";
import { COMMANDS } from "../../../src/bots/discord/commands.ts";
import { jobOf } from "../../../src/bots/inbox-questions.ts";
import { createLog } from "../../../src/log.ts";
import { surroundings } from "../../helpers/surroundings.ts";
import { passage, readyStatus } from "../../helpers/scripted-brain.ts";
import { ANSWER, connected, type Wanted } from "./connected.ts";

type World = Awaited<ReturnType<typeof connected>>;
const worlds: World[] = [];

async function world(wanted: Wanted = {}): Promise<World> {
  const opened = await connected(wanted);
  worlds.push(opened);
  onTestFinished(() => opened[Symbol.asyncDispose]());
  return opened;
}

/** Requests that a correct client would not make are a defect wherever they happen, and so is a ping that nobody configured. */
afterEach(() => {
  for (const { emulator } of worlds.splice(0)) {
    expect(emulator.transcript.violations).toEqual([]);
    const writing = emulator.transcript.entries.filter((entry) => entry.kind === "rest");
    const pinged = writing.map((entry) => emulator.pings(entry)).filter((pings) => pings?.everyone);
    expect(pinged).toEqual([]);
  }
});

const requests = ({ emulator }: World, method: string, route: string) =>
  emulator.transcript.entries.filter(
    (entry) => entry.kind === "rest" && entry.method === method && entry.route === route,
  );

describe("registration", () => {
  it("tells Discord of the commands once, and again where somebody changed them there", async () => {
    const here = await world();
    const puts = () => requests(here, "PUT", "/applications/{application}/commands").length;
    expect(here.emulator.commands().map(({ name }) => name)).toEqual(COMMANDS.map(({ name }) => name));
    expect(puts()).toBe(1);
    await here.register();
    expect(puts()).toBe(1);
    await here.client.application?.commands.create({ name: "other", description: "Somebody else's idea" });
    await here.register();
    expect(puts()).toBe(2);
    expect(here.emulator.commands().map(({ name }) => name)).not.toContain("other");
  });
});

describe("the start", () => {
  it("tells the owner, and the log by ids alone, what of the bot's rights is not well", async () => {
    const sentences: string[] = [];
    const { out, said } = surroundings();
    const others: string[] = [];
    await world({
      log: createLog({ level: "info", process: "edge", to: out }),
      say: (sentence) => sentences.push(sentence),
      prepare: (emulator) => {
        others.push(emulator.world.guild({ name: "Friends", botRights: ["VIEW_CHANNEL", "ADMINISTRATOR"] }));
      },
    });
    expect(said()).toMatch(/"guilds":\["\d+","\d+"\],"msg":"several servers and none of them is the team's"/);
    expect(said()).toContain(`"guild":"${others[0]}","rights":["Administrator"],"msg":"more rights than needed"`);
    expect(said()).not.toMatch(/Friends|Acme|general/);
    expect(sentences).toHaveLength(2);
    expect(sentences[1]).toMatch(
      /^Discord, Friends \(\d+\): the bot has more rights than needed: Administrator; in Server/,
    );
  });
});

describe("/ask", () => {
  it("is written down before it is acknowledged, and waits for no answer", async () => {
    const callbacks: number[] = [];
    const here: World = await world({
      ask: () => callbacks.push(requests(here, "POST", "/interactions/{interaction}/{token}/callback").length) > 0,
    });
    const used = here.emulator.slash({ by: here.ann, in: here.channel, name: "ask", options: { question: "Leave?" } });
    await here.emulator.until(() => used.deferred);
    expect(callbacks).toEqual([0]);
    expect(used.ephemeral).toBe(false);
  });

  it("becomes a question with what it takes to answer it", async () => {
    const here = await world();
    const { ann, channel, guild, emulator } = here;
    const question = `How much leave does <@${here.bob}> get in <#${channel}>?`;
    const used = emulator.slash({ by: ann, in: channel, name: "ask", options: { question } });
    await emulator.until(() => used.deferred);
    expect(here.asked).toMatchObject([
      {
        id: used.id,
        platform: "discord",
        message: {
          id: used.id,
          conversation: { platform: "discord", space: guild, channel },
          author: { id: ann, name: "ann", isBot: false },
          text: "How much leave does @unknown-user get in #general?",
        },
        seenBy: "place",
        files: [],
        route: { interaction: used.id, token: used.token, application: emulator.application },
      },
    ]);
  });

  it("may be private, and in direct messages is so by itself", async () => {
    const { emulator, ann, channel, asked } = await world();
    const options = { question: "Leave?", private: true };
    const used = emulator.slash({ by: ann, in: channel, name: "ask", options });
    await emulator.until(() => used.deferred);
    expect(used.ephemeral).toBe(true);
    const direct = emulator.slash({ by: ann, in: emulator.world.dm({ with: ann }), name: "ask", options });
    await emulator.until(() => direct.deferred);
    expect(asked.map(({ seenBy }) => seenBy)).toEqual(["asker", "place"]);
    expect(asked[1]?.message.conversation.space).toBe("@me");
  });

  it("in a thread is asked there", async () => {
    const { emulator, ann, channel, asked } = await world();
    const thread = emulator.world.thread({ in: channel, name: "Leave", by: ann });
    const used = emulator.slash({ by: ann, in: thread, name: "ask", options: { question: "Leave?" } });
    await emulator.until(() => used.deferred);
    expect(asked[0]?.message.conversation).toMatchObject({ channel, thread });
  });

  it("that cannot be written down is refused in a private sentence, and nobody waits for an answer", async () => {
    const { emulator, ann, channel } = await world({
      ask: () => {
        throw new Error("The disk is full");
      },
    });
    const used = emulator.slash({ by: ann, in: channel, name: "ask", options: { question: "Leave?" } });
    await emulator.until(() => used.content !== undefined);
    expect(used).toMatchObject({ ephemeral: true, content: expect.stringMatching(/^That did not work/) });
  });

  it("without a word in it is refused in a private sentence", async () => {
    const { emulator, ann, channel, asked } = await world();
    const used = emulator.slash({ by: ann, in: channel, name: "ask", options: { question: "   " } });
    await emulator.until(() => used.content !== undefined);
    expect(used).toMatchObject({ ephemeral: true, content: expect.stringContaining("no question") });
    expect(asked).toEqual([]);
  });
});

describe("suggestions of /docs", () => {
  const typed = (here: World, value: string) =>
    here.emulator.type({ by: here.ann, in: here.channel, name: "docs", option: "query", value });

  it("are titles and headings that the asker may read", async () => {
    const clearances: (readonly Audience[])[] = [];
    const here = await world({
      brain: {
        lookup: async (_words, { clearance }) => {
          clearances.push(clearance);
          return [{ passage: passage(), score: 1 }];
        },
      },
    });
    const handle = typed(here, "lea");
    const choices = await here.emulator.until(() => handle.choices);
    expect(choices).toEqual([{ name: "Leave › Annual leave", value: `=${"a".repeat(32)}#0` }]);
    expect(clearances).toEqual([["public", "team"]]);
    expect(here.seen).toMatchObject([{ askerId: here.ann, seenBy: "asker" }]);
  });

  it("are none for nothing typed, and none where the core fails", async () => {
    const here = await world({ brain: { lookup: () => Promise.reject(new Error("The core is gone")) } });
    for (const value of ["", "leave"]) {
      const handle = typed(here, value);
      expect(await here.emulator.until(() => handle.choices)).toEqual([]);
    }
  });

  it("of a letter give way to those of the next", async () => {
    const first = Promise.withResolvers<AbortSignal>();
    const here = await world({
      brain: {
        lookup: (words, { signal }) => {
          if (words === "leave") return Promise.resolve([{ passage: passage(), score: 1 }]);
          first.resolve(signal);
          return new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(new Error("Overtaken")));
          });
        },
      },
    });
    const unfinished = typed(here, "leav");
    const signal = await first.promise;
    const finished = typed(here, "leave");
    expect(await here.emulator.until(() => finished.choices)).toHaveLength(1);
    expect(signal.aborted).toBe(true);
    expect(await here.emulator.until(() => unfinished.choices)).toEqual([]);
  });
});

describe("/docs", () => {
  const secret = passage({
    id: `${"b".repeat(32)}#0`,
    documentId: "b".repeat(32),
    title: "Pay",
    text: "Pay is secret.",
  });
  const open = passage({ url: "https://docs.acme.example/leave#annual", text: "28 days. @everyone <@123456>" });
  const lookup: Wanted["brain"] = {
    lookup: async (_words, { clearance }) =>
      [open, ...(clearance.includes("team") ? [secret] : [])].map((found) => ({ passage: found, score: 1 })),
  };
  const use = (here: World, query: string) =>
    here.emulator.slash({ by: here.ann, in: here.channel, name: "docs", options: { query } });

  it("shows the asker alone what they may read, with links, and mentions nobody", async () => {
    const here = await world({ brain: lookup });
    const used = use(here, "leave");
    await here.emulator.until(() => used.content !== undefined);
    expect(used.ephemeral).toBe(true);
    expect(used.content).toContain("[Leave › Annual leave](https://docs.acme.example/leave#annual)");
    expect(used.content).toContain("> 28 days.");
    expect(used.content).toContain("Pay is secret.");
    expect(used.content).not.toMatch(/@everyone|<@/);
    expect(used.original?.components.map(({ label }) => label)).toEqual(["Share here"]);
  });

  it("shares what everybody there may read, once, after a restart too", async () => {
    const here = await world({ brain: lookup });
    const used = use(here, "leave");
    const message = (await here.emulator.until(() => used.content !== undefined && used.original)).id;
    here.restart();
    here.emulator.press({ by: here.ann, in: here.channel, message, label: "Share here" });
    const [posted] = await here.emulator.until(() => {
      const there = here.emulator.history(here.channel);
      return there.length > 0 && there;
    });
    expect(posted?.content).toContain("28 days.");
    expect(posted?.content).not.toContain("secret");
    expect(posted?.mentions).toEqual([]);
    expect(used.original?.components).toEqual([]);
    expect(here.seen.at(-1)).toMatchObject({ seenBy: "place", askerId: here.ann });
  });

  it("is shared once, however quickly the button is pressed twice", async () => {
    const here = await world({ brain: { lookup: async () => [{ passage: open, score: 3 }] } });
    const used = use(here, "leave");
    const message = await here.emulator.until(() => used.content !== undefined && used.original?.id);
    const press = () => here.emulator.press({ by: here.ann, in: here.channel, message, label: "Share here" });
    const presses = [press(), press()];
    await here.emulator.until(() => presses.every(({ state }) => state !== "waiting"));
    await here.emulator.until(() => here.emulator.history(here.channel).length > 0);
    await here.emulator.until(() => !used.original?.components.length);
    expect(here.emulator.history(here.channel)).toHaveLength(1);
  });

  it("shares nothing that somebody there may not read, nor for who may not write there", async () => {
    const here = await world({
      brain: {
        lookup: async (_words, { clearance }) => (clearance.includes("team") ? [{ passage: secret, score: 1 }] : []),
      },
    });
    const used = use(here, "pay");
    const message = (await here.emulator.until(() => used.content !== undefined && used.original)).id;
    const first = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Share here" });
    const [refused] = await here.emulator.until(() => first.followUps.length > 0 && first.followUps);
    expect(refused).toMatchObject({ ephemeral: true, content: expect.stringContaining("stays with you") });
    here.emulator.world.setOverwrite({ channel: here.channel, of: here.ann, deny: ["SEND_MESSAGES"] });
    const second = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Share here" });
    const [may] = await here.emulator.until(() => second.followUps.length > 0 && second.followUps);
    expect(may).toMatchObject({ ephemeral: true, content: expect.stringContaining("may not write here") });
    expect(here.emulator.history(here.channel)).toEqual([]);
  });

  it("shows the passage that was chosen, if the asker may read it", async () => {
    const asked: [string, readonly Audience[]][] = [];
    const here = await world({
      brain: {
        document: async (id, { clearance }) => {
          asked.push([id, clearance]);
          return id === open.documentId ? [open, passage({ id: `${"a".repeat(32)}#1`, text: "Another." })] : [];
        },
      },
    });
    const used = use(here, `=${"a".repeat(32)}#1`);
    await here.emulator.until(() => used.content !== undefined);
    expect(used.content).toContain("> Another.");
    expect(used.content).not.toContain("28 days");
    const none = use(here, `=${"c".repeat(32)}#1`);
    await here.emulator.until(() => none.content !== undefined);
    expect(none.content).toContain("no longer there");
    expect(asked.map(([, clearance]) => clearance)).toEqual([
      ["public", "team"],
      ["public", "team"],
    ]);
  });

  it("says so where nothing is found, and where the core is gone", async () => {
    const here = await world({ brain: { lookup: async () => [] } });
    const used = use(here, "nothing");
    await here.emulator.until(() => used.content !== undefined);
    expect(used).toMatchObject({ ephemeral: true, content: expect.stringMatching(/^Not found in the documents/) });
    const broken = await world({ brain: { lookup: () => Promise.reject(new Error("gone")) } });
    const failed = use(broken, "leave");
    await broken.emulator.until(() => failed.content !== undefined);
    expect(failed).toMatchObject({ ephemeral: true, content: expect.stringMatching(/^That did not work/) });
  });
});

describe("/privacy and /status", () => {
  it("say privately what is kept, where, and how it is", async () => {
    const { emulator, ann, channel } = await world({ brain: { status: async () => readyStatus } });
    const privacy = emulator.slash({ by: ann, in: channel, name: "privacy" });
    await emulator.until(() => privacy.content !== undefined);
    expect(privacy.ephemeral).toBe(true);
    expect(privacy.content).toMatch(/30 days[^]*no network \(sealed\)[^]*\/forget/);
    const status = emulator.slash({ by: ann, in: channel, name: "status" });
    await emulator.until(() => status.content !== undefined);
    expect(status.ephemeral).toBe(true);
    expect(status.content).toMatch(/Hearth 0\.1\.0[^]*2 documents, 7 passages[^]*sealed[^]*questions answered: 3/);
  });
});

describe("/forget", () => {
  const forgotten: Wanted["brain"] = {
    forget: async () => ({ messages: 2, answers: 1, ratings: 0, talk: 0, lines: 0 }),
  };
  const use = (here: World, by: string, what: string) =>
    here.emulator.slash({ by, in: here.channel, name: "forget", options: { what } });

  it("deletes what is kept of the person, everywhere, and gives a receipt", async () => {
    const scopes: object[] = [];
    const here = await world({
      brain: {
        forget: async (of) => {
          scopes.push(of);
          return { messages: 2, answers: 1, ratings: 0, talk: 0, lines: 0 };
        },
      },
    });
    await here.give();
    const used = use(here, here.ann, "me");
    await here.emulator.until(() => used.content !== undefined);
    expect(used.ephemeral).toBe(true);
    expect(used.content).toMatch(/4 messages[^]*2 answers[^]*1 entry[^]*Not deleted[^]*on Discord itself/);
    expect(scopes).toEqual([
      { platform: "discord", space: "@me", askerId: here.ann },
      { platform: "discord", space: here.guild, askerId: here.ann },
    ]);
    expect(here.inbox.given({ answerId: ANSWER })).toBeUndefined();
  });

  it("of a person reaches servers that took Hearth out, and goes back to a time where that is said", async () => {
    const scopes: object[] = [];
    const here = await world({
      brain: {
        forget: async (of) => {
          scopes.push(of);
          return { messages: 0, answers: 0, ratings: 0, talk: 2, lines: 1 };
        },
      },
    });
    here.inbox.note("discord", "guilds left", JSON.stringify(["77"]));
    const options = { what: "me", since: "2026-11-01" };
    const used = here.emulator.slash({ by: here.ann, in: here.channel, name: "forget", options });
    const text = await here.emulator.until(() => used.content);
    expect(text).toMatch(/of yours since[^]*6 messages of channels[^]*3 lines of digests/);
    expect(scopes.map((of) => ("space" in of ? of.space : undefined))).toEqual(["@me", here.guild, "77"]);
    expect(scopes).toContainEqual(expect.objectContaining({ since: expect.stringMatching(/^2026-1[01]-/) }));
    const wrong = here.emulator.slash({
      by: here.ann,
      in: here.channel,
      name: "forget",
      options: { what: "me", since: "soon" },
    });
    expect(await here.emulator.until(() => wrong.content)).toMatch(/`soon` is no time/);
    expect(scopes).toHaveLength(3);
  });

  it("of a channel takes the right to manage it there, or an admin's id; a name is not enough", async () => {
    const scopes: object[] = [];
    const brain: Wanted["brain"] = {
      forget: async (of) => {
        scopes.push(of);
        return { messages: 2, answers: 1, ratings: 0, talk: 0, lines: 0 };
      },
    };
    const here = await world({ brain });
    const impostor = here.emulator.world.member({ guild: here.guild, name: "mod", nick: "Admin" });
    const refused = use(here, impostor, "channel");
    await here.emulator.until(() => refused.content !== undefined);
    expect(refused).toMatchObject({ ephemeral: true, content: expect.stringContaining("Manage Channels") });
    expect(scopes).toEqual([]);
    const allowed = use(here, here.mod, "channel");
    await here.emulator.until(() => allowed.content !== undefined);
    expect(scopes).toEqual([{ platform: "discord", space: here.guild, channel: here.channel }]);
  });

  it("of a channel is an admin's too", async () => {
    const here = await world({ brain: forgotten });
    const settings = { ...here.tools.settings, admins: [here.bob] };
    Object.assign(here.tools, { settings });
    here.restart();
    const used = use(here, here.bob, "channel");
    await here.emulator.until(() => used.content !== undefined);
    expect(used.content).toContain("of this channel");
  });

  it("stops what is being written for who is forgotten, and deletes what its end leaves", async () => {
    const stopping = Promise.withResolvers<string>();
    const here = await world({
      brain: forgotten,
      stop(job) {
        stopping.resolve(job);
        return "stopped";
      },
    });
    const used = here.emulator.slash({ by: here.ann, in: here.channel, name: "ask", options: { question: "Leave?" } });
    await here.emulator.until(() => used.deferred);
    const [question] = here.asked;
    const job = question && here.inbox.accept(question)?.job;
    const receipt = use(here, here.ann, "me");
    expect(await stopping.promise).toBe(job);
    // The answer comes to its end after it was stopped, and is then written down.
    await here.give();
    here.inbox.done(job ?? "");
    await here.emulator.until(() => receipt.content !== undefined);
    expect(here.stopped).toEqual([[job, here.ann]]);
    expect(here.inbox.given({ answerId: ANSWER })).toBeUndefined();
  });
});

describe("Stop", () => {
  const stop = { kind: "stop", job: "job1" } as const;

  it("is the asker's", async () => {
    const stops: Wanted["stop"] = (_job, personId) => (personId === here.ann ? "stopped" : "not yours");
    const here: World = await world({ stop: stops });
    const message = await here.give({}, [stop]);
    const other = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Stop" });
    const [refused] = await here.emulator.until(() => other.followUps.length > 0 && other.followUps);
    expect(refused).toMatchObject({ ephemeral: true, content: expect.stringContaining("Only who asked") });
    const own = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Stop" });
    await here.emulator.until(() => own.deferred);
    expect(here.stopped).toEqual([
      ["job1", here.bob],
      ["job1", here.ann],
    ]);
    expect(own.followUps).toEqual([]);
  });

  it("is also theirs who manage the channel, in the asker's name", async () => {
    const here = await world();
    const used = here.emulator.slash({ by: here.ann, in: here.channel, name: "ask", options: { question: "Leave?" } });
    await here.emulator.until(() => used.deferred);
    const [question] = here.asked;
    const job = (question && here.inbox.accept(question)?.job) ?? "";
    const message = await here.give({}, [{ kind: "stop", job }]);
    const pressed = here.emulator.press({ by: here.mod, in: here.channel, message, label: "Stop" });
    await here.emulator.until(() => pressed.deferred);
    expect(here.stopped).toEqual([[job, here.ann]]);
  });

  it("says so where the answer is finished", async () => {
    const here = await world({ stop: () => "over" });
    const message = await here.give({}, [stop]);
    const pressed = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Stop" });
    const [over] = await here.emulator.until(() => pressed.followUps.length > 0 && pressed.followUps);
    expect(over).toMatchObject({ ephemeral: true, content: expect.stringContaining("finished already") });
  });
});

describe("a rating", () => {
  async function rated(wanted: Wanted = {}) {
    const said: object[] = [];
    const rate: NonNullable<Wanted["brain"]>["rate"] = async (one) => void said.push(one);
    const here = await world({ ...wanted, brain: { rate } });
    const message = await here.give();
    const buttons = here.emulator.history(here.channel)[0]?.components ?? [];
    const idOf = (emoji: string) => buttons.find((button) => button.emoji === emoji)?.customId ?? "";
    const press = async (by: string, emoji: string) => {
      const handle = here.emulator.press({ by, in: here.channel, message, customId: idOf(emoji) });
      await here.emulator.until(() => handle.content !== undefined);
      return handle;
    };
    return { here, said, press };
  }

  it("is everybody's who sees the answer, and thanked for privately", async () => {
    const { here, said, press } = await rated();
    const thanks = await press(here.bob, "👍");
    expect(thanks).toMatchObject({ ephemeral: true, content: expect.stringContaining("Thank you") });
    await press(here.ann, "👎");
    expect(said).toEqual([
      { answerId: ANSWER, personId: here.bob, rating: "up" },
      { answerId: ANSWER, personId: here.ann, rating: "down" },
    ]);
  });

  it("is taken back by the same button again, and changed by the other", async () => {
    const { here, said, press } = await rated();
    await press(here.ann, "👍");
    expect((await press(here.ann, "👍")).content).toBe("Taken back.");
    await press(here.ann, "👍");
    await press(here.ann, "👎");
    expect(said).toMatchObject([{ rating: "up" }, {}, { rating: "up" }, { rating: "down" }]);
    expect(said[1]).not.toHaveProperty("rating");
  });

  it("can be taken back after a restart", async () => {
    const { here, said, press } = await rated();
    const thanks = await press(here.ann, "👍");
    here.restart();
    const message = thanks.original?.id ?? "";
    const back = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Take it back" });
    await here.emulator.until(() => thanks.original?.content === "Taken back.");
    expect(back.original?.components).toEqual([]);
    expect(said.at(-1)).toEqual({ answerId: ANSWER, personId: here.ann });
  });
});

describe("a button", () => {
  it("of an answer that has just come waits until that is written down", async () => {
    const here = await world();
    const message = await here.give();
    const given = here.inbox.given({ answerId: ANSWER });
    if (!given) throw new Error("It was not given");
    here.inbox.forget({ platform: "discord", space: here.guild });
    const id = here.emulator.history(here.channel)[0]?.components[0]?.customId ?? "";
    const pressed = here.emulator.press({ by: here.ann, in: here.channel, message, customId: id });
    await once(here.client, Events.InteractionCreate);
    here.inbox.give(given);
    await here.emulator.until(() => pressed.content !== undefined);
    expect(pressed.content).toContain("Thank you");
  });
});

describe("Why?", () => {
  const considered = {
    ...passage({ url: "https://docs.acme.example/leave", modifiedAt: "2026-11-01T00:00:00.000Z" }),
    score: 12.5,
    isUsed: true,
  };

  it("says privately how the answer came about, with what the person who pressed may read", async () => {
    const clearances: (readonly Audience[])[] = [];
    const here = await world({
      brain: {
        why: async (id, { clearance }) => {
          clearances.push(clearance);
          return {
            id,
            answeredAt: "2026-11-24T09:00:00.000Z",
            kind: "quoted",
            passages: [considered],
            timings: { search: 12, answer: 3 },
          };
        },
      },
    });
    const message = await here.give();
    here.restart();
    const pressed = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Why?" });
    await here.emulator.until(() => pressed.content !== undefined);
    expect(pressed.ephemeral).toBe(true);
    expect(pressed.content).toContain(
      "☑ [Leave › Annual leave](https://docs.acme.example/leave) (12.50, as of 2026-11-01)",
    );
    expect(pressed.content).toMatch(/search 12 ms, choosing sentences 3 ms; Hearth 0\.1\.0/);
    expect(here.seen).toMatchObject([{ askerId: here.bob, seenBy: "asker" }]);
    expect(clearances).toEqual([["public", "team"]]);
  });

  it("is known of an answer that was put in another's place by a process that was killed right then", async () => {
    const other = "00000000-0000-4000-8000-0000000000b2";
    const whys: string[] = [];
    const here = await world({
      brain: {
        why: async (id) => {
          whys.push(id);
          return undefined;
        },
      },
    });
    const message = await here.give({}, [{ kind: "why", answerId: other }]);
    const pressed = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Why?" });
    await here.emulator.until(() => pressed.content !== undefined);
    expect(whys).toEqual([other]);
    expect(here.inbox.given({ answerId: other })?.posted[0].id).toBe(message);
  });

  it("says so where that is no longer known, to the core or to the inbox", async () => {
    const here = await world();
    const message = await here.give();
    const pressed = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Why?" });
    await here.emulator.until(() => pressed.content !== undefined);
    expect(pressed.content).toContain("no longer known");
    here.inbox.forget({ platform: "discord", space: here.guild });
    const later = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Why?" });
    await here.emulator.until(() => later.content !== undefined);
    expect(later).toMatchObject({ ephemeral: true, content: expect.stringContaining("no longer know that answer") });
  });

  it("of a private answer is its asker's alone", async () => {
    const here = await world();
    const message = await here.give({ seenBy: "asker" });
    const pressed = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Why?" });
    await here.emulator.until(() => pressed.content !== undefined);
    expect(pressed).toMatchObject({ ephemeral: true, content: expect.stringContaining("somebody else alone") });
  });
});

describe("Ask a human", () => {
  it("mentions whom the owner named, once for an answer, after a restart too", async () => {
    const settings = { askHuman: [] as { channel?: string; mention: string[] }[] };
    const here = await world({ settings });
    const role = here.emulator.world.role({ guild: here.guild, name: "people team", mentionable: true });
    settings.askHuman.push({ channel: here.channel, mention: [`user:${here.bob}`, `role:${role}`] });
    Object.assign(here.tools, { settings: { ...here.tools.settings, ...settings } });
    here.restart();
    const question = here.emulator.say({ by: here.ann, in: here.channel, text: "How much leave do we get?" });
    const message = await here.give({ askedId: question });
    const pressed = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Ask a human" });
    const [done] = await here.emulator.until(() => pressed.followUps.length > 0 && pressed.followUps);
    expect(done).toMatchObject({ ephemeral: true, content: "Asked." });
    const posted = here.emulator.history(here.channel).at(-1);
    expect(posted?.content).toContain(`<@${here.ann}> asks`);
    expect(posted?.content).toContain(`https://discord.com/channels/${here.guild}/${here.channel}/${question}`);
    const request = here.emulator.transcript.entries.find(
      (entry) => entry.kind === "rest" && entry.message === posted?.id,
    );
    if (request?.kind !== "rest") throw new Error("No request made that message");
    expect(here.emulator.pings(request)).toEqual({ everyone: false, roles: [role], users: [here.bob] });
    // The button is gone, so that somebody who presses it again has an old view of it.
    const labels = here.emulator.history(here.channel).find(({ id }) => id === message)?.components;
    expect(labels?.map(({ label, emoji }) => label ?? emoji)).toEqual(["👍", "👎", "Why?"]);
  });

  it("is asked once, however many press it", async () => {
    const here = await world({ settings: { askHuman: [{ mention: ["user:112233445566778899"] }] } });
    const message = await here.give();
    const presses = [here.ann, here.bob].map((by) =>
      here.emulator.press({ by, in: here.channel, message, label: "Ask a human" }),
    );
    for (const pressed of presses) await here.emulator.until(() => pressed.followUps.length > 0);
    expect(here.emulator.history(here.channel).filter(({ content }) => content.includes("asks for"))).toHaveLength(1);
  });

  it("is not asked again where Hearth was killed before it wrote down that it had asked", async () => {
    const here = await world({ settings: { askHuman: [{ mention: ["user:112233445566778899"] }] } });
    const message = await here.give();
    here.inbox.plan(jobOf({ platform: "discord", id: `human ${ANSWER}` }), 0);
    const address = `https://discord.com/channels/${here.guild}/${here.channel}/${message}`;
    const content = `<@112233445566778899> <@${here.ann}> asks for an answer from a person: ${address}`;
    await here.client.rest.post(Routes.channelMessages(here.channel), {
      body: { content, allowed_mentions: { parse: [] } },
    });
    const pressed = here.emulator.press({ by: here.bob, in: here.channel, message, label: "Ask a human" });
    await here.emulator.until(() => pressed.followUps.length > 0);
    expect(here.emulator.history(here.channel).filter((one) => one.content.includes("asks for"))).toHaveLength(1);
  });

  it("says so where nobody is named any more", async () => {
    const here = await world();
    const message = await here.give();
    const pressed = here.emulator.press({ by: here.ann, in: here.channel, message, label: "Ask a human" });
    const [sentence] = await here.emulator.until(() => pressed.followUps.length > 0 && pressed.followUps);
    expect(sentence).toMatchObject({ ephemeral: true, content: expect.stringContaining("Nobody is named") });
  });
});
