import { afterEach, describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import { createDesk, type DeskOptions, type OpenDesk } from "../../src/bots/serve.ts";
import { Undeliverable } from "../../src/bots/undeliverable.ts";
import type { Answered, Brain } from "../../src/brain/brain.ts";
import type { ChatMessage, Question } from "../../src/chat.ts";
import { createLog, silentLog } from "../../src/log.ts";
import { aborted } from "../../src/abort.ts";
import { asked, START } from "../contracts/inbox.ts";
import { fakePlatform, type FakePlatform, type PlatformScript } from "../helpers/fake-platform.ts";
import { passage, quoted, scriptedBrain, staleAnswer, unknown } from "../helpers/scripted-brain.ts";

const HOUR = 60 * 60_000;

const opened: OpenDesk[] = [];
afterEach(async () => {
  for (const desk of opened.splice(0)) await desk[Symbol.asyncDispose]();
});

interface World {
  readonly desk: OpenDesk;
  readonly platform: FakePlatform;
  readonly inbox: Inbox;
  readonly lines: string[];
}

/** A desk on a platform of the test, started. */
async function world(
  given: {
    readonly brain?: Partial<Brain>;
    readonly platform?: PlatformScript;
    readonly inbox?: Inbox;
    readonly settings?: Partial<DeskOptions["settings"]>;
    readonly queue?: DeskOptions["queue"];
    readonly now?: () => number;
  } = {},
): Promise<World> {
  const lines: string[] = [];
  const log = createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } });
  const { inbox = openInbox({ path: ":memory:", log: silentLog() }), now = () => START } = given;
  const platform = fakePlatform(given.platform);
  const settings = { linkHosts: [], sourceChanged: "mark", apologyHours: 6, askHuman: [], ...given.settings } as const;
  const desk = createDesk({
    brain: scriptedBrain(given.brain),
    inbox,
    platforms: [platform],
    settings,
    log,
    now,
    queue: { graceMs: 20, ...given.queue },
  });
  opened.push(desk);
  await desk.start({ signal: AbortSignal.timeout(20_000) });
  return { desk, platform, inbox, lines };
}

/** A brain that answers when the test lets it, or ends with the signal. */
function heldBrain(answered: Answered = quoted()) {
  const questions: Question[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const answer: Brain["answer"] = async (question, { signal, onProgress }) => {
    questions.push(question);
    onProgress?.({ kind: "searching" });
    if (answered.answer.kind === "quoted") onProgress?.({ kind: "quoted", answer: answered.answer });
    await Promise.race([promise, aborted(signal)]);
    signal.throwIfAborted();
    return answered;
  };
  return { answer, questions, let: () => resolve() };
}

/** Resolves when nothing more is to be done with the questions. */
async function whenDone(inbox: Inbox): Promise<void> {
  await expect.poll(() => inbox.open("discord").length).toBe(0);
}

describe("a question", () => {
  it("that is too long to be one is answered by its beginning", async () => {
    const texts: string[] = [];
    const { platform } = await world({
      brain: {
        answer: async ({ message }) => {
          texts.push(message.text);
          return quoted();
        },
      },
    });
    expect(platform.desk().ask(asked({ text: `Leave? ${"word ".repeat(40_000)}` }))).toBe(true);
    await platform.whenFinished("1000");
    expect(texts.map((text) => [text.slice(0, 11), text.length])).toEqual([["Leave? word", 4_000]]);
  });

  it("is answered under its place's clearance, kept for its buttons and for follow-ups, and done", async () => {
    const questions: Question[] = [];
    const remembered: ChatMessage[] = [];
    const { platform, inbox, desk } = await world({
      brain: {
        answer: async (question) => {
          questions.push(question);
          return quoted();
        },
        turns: async () => [{ role: "user", text: "before" }],
        remember: async (messages) => void remembered.push(...messages),
      },
    });
    expect(platform.desk().ask(asked())).toBe(true);
    const { markdown, buttons } = await platform.whenFinished("1000");
    expect(markdown).toContain("> Everybody gets 28 days of annual leave.");
    expect(buttons.map(({ kind }) => kind)).toEqual(["up", "down", "why"]);
    await whenDone(inbox);
    expect(questions).toEqual([
      {
        message: asked().message,
        turns: [{ role: "user", text: "before" }],
        clearance: ["public"],
        files: [{ name: "leave.pdf", base64: Buffer.alloc(12).toString("base64") }],
      },
    ]);
    expect(inbox.given({ answerId: quoted().id })).toMatchObject({ askedId: "1000", askerId: "U1", givenAt: START });
    expect(remembered).toEqual([
      asked().message,
      {
        id: "P1000",
        conversation: asked().message.conversation,
        author: { id: "hearth", name: "Hearth", isBot: true },
        text: "Everybody gets 28 days of annual leave.",
        sentAt: new Date(START).toISOString(),
        replyTo: "1000",
      },
    ]);
    expect(platform.desk().ask(asked())).toBe(false);
    expect(platform.finished("1000")).toHaveLength(1);
    expect(desk.waiting()).toBe(0);
  });

  it("is in the inbox before anything else happens, and throws where it cannot be", async () => {
    const { platform, inbox } = await world({ brain: heldBrain() });
    platform.desk().ask(asked());
    expect(inbox.open("discord")).toHaveLength(1);
    inbox[Symbol.dispose]();
    expect(() => platform.desk().ask(asked({ id: "1001" }))).toThrow();
  });

  it("shows what is quoted at once, with a button that stops it", async () => {
    const brain = heldBrain();
    const { platform } = await world({ brain });
    platform.desk().ask(asked());
    const state = await platform.whenShown("1000", ({ markdown }) => markdown.includes("28 days"));
    expect(state.markdown).toContain("*Writing …*");
    expect(state.buttons).toEqual([{ kind: "stop", job: expect.stringMatching(/^[a-z0-9]{20}$/) }]);
    brain.let();
    await platform.whenFinished("1000");
  });

  it("asked of the asker alone is not remembered where others read", async () => {
    const remembered: ChatMessage[] = [];
    const { platform, inbox } = await world({
      brain: { remember: async (messages) => void remembered.push(...messages) },
    });
    platform.desk().ask({ ...asked(), seenBy: "asker" });
    await platform.whenFinished("1000");
    await whenDone(inbox);
    expect(remembered).toEqual([]);
  });

  it("that replies to a later part of an answer continues that answer", async () => {
    const of: unknown[] = [];
    const { platform, inbox } = await world({
      brain: {
        turns: async (given) => {
          of.push(given);
          return [];
        },
      },
    });
    const { conversation } = asked().message;
    inbox.give({
      answerId: "a1",
      job: "j",
      platform: "discord",
      conversation,
      askedId: "900",
      askerId: "U1",
      seenBy: "place",
      posted: [
        { id: "P1", conversation },
        { id: "P2", conversation },
      ],
      givenAt: START,
    });
    platform.desk().ask({ ...asked(), message: { ...asked().message, replyTo: "P2" } });
    await platform.whenFinished("1000");
    expect(of).toEqual([{ conversation, replyTo: "P1" }]);
  });

  it("brings at most five files and 8 MB, and names the others without fetching them", async () => {
    const file = (name: string, bytes: number) => ({ name, bytes, source: name });
    const files = [
      file("huge.pdf", 9_000_000),
      ...["a.md", "b.md", "c.md", "d.md"].map((name) => file(name, 10)),
      file("broken.md", 10),
      file("e.md", 10),
      file("f.md", 10),
    ];
    const { platform } = await world({
      platform: {
        fetchFile: async ({ name, bytes }) => {
          if (name === "broken.md") throw new Error("It is gone");
          return new Uint8Array(bytes);
        },
      },
    });
    platform.desk().ask({ ...asked(), files });
    const { markdown } = await platform.whenFinished("1000");
    expect(platform.fetched).toEqual(["a.md", "b.md", "c.md", "d.md", "broken.md", "e.md"]);
    expect(markdown).toContain(
      "Could not read `huge.pdf` (too large: the files of a question are read up to 8 MB in all), " +
        "`broken.md` (it could not be fetched), `f.md` (only 5 files of a question are read)",
    );
  });

  it("that breaks the brain gets one sentence, and its text is in no log", async () => {
    const { platform, inbox, lines } = await world({
      brain: {
        answer: async ({ message }) => {
          throw new TypeError(`Cannot read ${message.text}`);
        },
      },
    });
    platform.desk().ask(asked({ text: "CANARY words" }));
    const { markdown, buttons } = await platform.whenFinished("1000");
    expect(markdown).toBe("Sorry: something broke while this was being answered. It is in the log; please ask again.");
    expect(buttons).toEqual([]);
    await whenDone(inbox);
    expect(lines.join("")).toContain('"type":"TypeError"');
    expect(lines.join("")).not.toContain("CANARY");
    expect(lines.join("")).not.toContain("Ann");
  });

  it("stays in the inbox and is tried again where the platform cannot be reached", async () => {
    let tries = 0;
    const { platform, inbox } = await world({
      platform: {
        beforeFinish() {
          tries += 1;
          if (tries === 1) throw new Error("The network is down");
          expect(inbox.open("discord")).toHaveLength(1);
        },
      },
    });
    platform.desk().ask(asked());
    await platform.whenFinished("1000");
    await whenDone(inbox);
    expect(tries).toBe(2);
  });

  it("is done with where nobody is there any more to be answered", async () => {
    const { platform, inbox, lines } = await world({
      platform: {
        beforeFinish: () => {
          throw new Undeliverable("Its place is gone");
        },
      },
    });
    platform.desk().ask(asked());
    await whenDone(inbox);
    expect(inbox.given({ answerId: quoted().id })).toBeUndefined();
    expect(lines.join("")).toContain("nobody is there any more");
  });

  it("is still answered where it cannot be remembered", async () => {
    const { platform, inbox } = await world({
      brain: {
        remember: async () => {
          throw new Error("The disk is full");
        },
      },
    });
    platform.desk().ask(asked());
    await platform.whenFinished("1000");
    await whenDone(inbox);
    expect(inbox.given({ answerId: quoted().id })).toBeDefined();
  });

  it("that is asked too often by one person gets a refusal with an estimate", async () => {
    const brain = heldBrain();
    const { platform, inbox } = await world({ brain, queue: { atOnce: 1 } });
    for (const id of ["1", "2", "3", "4"]) platform.desk().ask(asked({ id, channel: `C${id}` }));
    const { markdown } = await platform.whenFinished("4");
    expect(markdown).toBe(
      "Two questions of yours are waiting already, so this one is not answered. Please ask again in about 20 s.",
    );
    await platform.whenShown("3", (content) => content.markdown === "*2 questions before yours, about 20 s*");
    await expect.poll(() => inbox.open("discord").length).toBe(3);
    brain.let();
    await platform.whenFinished("3");
  });

  it("offers a human where the owner named one for its channel", async () => {
    const settings = { askHuman: [{ channel: "77", mention: ["user:12345"] }] };
    const { platform } = await world({ settings, brain: { answer: async () => unknown(passage()) } });
    platform.desk().ask(asked({ space: "55", channel: "77" }));
    const { markdown, buttons } = await platform.whenFinished("1000");
    expect(markdown).toContain("**Not in the docs.**");
    expect(markdown).toContain("*Ask a human*");
    expect(buttons.map(({ kind }) => kind)).toContain("human");
    platform.desk().ask(asked({ id: "1001", space: "55", channel: "78" }));
    expect((await platform.whenFinished("1001")).markdown).not.toContain("human");
  });
});

describe("stopping", () => {
  it("leaves what is there, for the asker alone", async () => {
    const { platform, inbox } = await world({ brain: heldBrain() });
    platform.desk().ask(asked());
    const { buttons } = await platform.whenShown("1000", ({ markdown }) => markdown.includes("28 days"));
    const job = buttons[0]?.kind === "stop" ? buttons[0].job : "";
    expect(platform.desk().stop(job, "U2")).toBe("not yours");
    expect(platform.desk().stop(job, "U1")).toBe("stopped");
    const { markdown, buttons: left } = await platform.whenFinished("1000");
    expect(markdown).toContain("28 days");
    expect(markdown).toContain("*Stopped.*");
    expect(left).toEqual([]);
    await whenDone(inbox);
    expect(platform.desk().stop(job, "U1")).toBe("over");
  });

  it("ends a question that waits", async () => {
    const brain = heldBrain();
    const { platform, inbox } = await world({ brain, queue: { atOnce: 1 } });
    platform.desk().ask(asked({ id: "1" }));
    platform.desk().ask(asked({ id: "2" }));
    const waiting = inbox.open("discord")[1]?.job ?? "";
    expect(platform.desk().stop(waiting, "U1")).toBe("stopped");
    expect((await platform.whenFinished("2")).markdown).toBe("Stopped.");
    brain.let();
    await platform.whenFinished("1");
    await whenDone(inbox);
    expect(brain.questions).toHaveLength(1);
  });
});

describe("edits and deletions", () => {
  it("change a question that waits, drop one that is gone, and reach what is remembered", async () => {
    const brain = heldBrain();
    const revised: unknown[] = [];
    const { platform, inbox } = await world({
      brain: {
        ...brain,
        async revise(revisions) {
          revised.push(...revisions);
          if (revised.length === 1) throw new Error("The core was restarted");
          return 1;
        },
      },
      queue: { atOnce: 1 },
    });
    const { conversation } = asked().message;
    for (const id of ["1", "2", "3"]) platform.desk().ask(asked({ id, by: `U${id}` }));
    platform.desk().revised({ conversation, ids: ["2"], text: "What about sick leave?" });
    platform.desk().revised({ conversation, ids: ["3", "99"] });
    brain.let();
    await platform.whenFinished("2");
    await whenDone(inbox);
    expect(brain.questions.map(({ message }) => message.text)).toEqual([
      "How many days of leave?",
      "What about sick leave?",
    ]);
    expect(platform.finished("3")).toEqual([]);
    await expect.poll(() => revised.length).toBe(4);
    expect(revised).toContainEqual({ conversation, id: "99" });
    expect(revised.filter((one) => JSON.stringify(one).includes("sick leave"))).toHaveLength(2);
  });

  it("reach what is remembered in their order, also where the core has to be told again", async () => {
    const texts: (string | undefined)[] = [];
    let calls = 0;
    const { platform } = await world({
      brain: {
        async revise([revision]) {
          calls += 1;
          if (calls === 1) throw new Error("The core was restarted");
          texts.push(revision?.text);
          return 1;
        },
      },
    });
    const { conversation } = asked().message;
    for (const text of ["one", "two", "three"]) platform.desk().revised({ conversation, ids: ["5"], text });
    platform.desk().revised({ conversation, ids: ["5"] });
    await expect.poll(() => texts, { timeout: 10_000 }).toEqual(["one", "two", "three", undefined]);
  });

  it("end an answer whose question is deleted while it is made", async () => {
    const { platform, inbox } = await world({ brain: heldBrain() });
    platform.desk().ask(asked());
    await platform.whenShown("1000", () => true);
    platform.desk().revised({ conversation: asked().message.conversation, ids: ["1000"] });
    await whenDone(inbox);
    expect(platform.finished("1000")).toEqual([]);
  });
});

describe("leaving a space", () => {
  it("drops what waits there, closes its threads, and says what cures what is kept", async () => {
    const { platform, inbox, lines } = await world({ brain: heldBrain() });
    inbox.join("discord", { space: "G1", channel: "T1", isDirect: false });
    inbox.join("discord", { space: "G2", channel: "T2", isDirect: false });
    platform.desk().ask(asked({ id: "1" }));
    platform.desk().ask(asked({ id: "2", space: "G2", channel: "C2" }));
    await platform.whenShown("2", () => true);
    platform.desk().left("discord", "G1");
    expect(inbox.open("discord").map((job) => job.asked.id)).toEqual(["2"]);
    expect(inbox.joined("discord").map(({ space }) => space)).toEqual(["G2"]);
    expect(lines.join("")).toContain("hearth forget");
    platform.desk().left("discord");
    expect(inbox.open("discord")).toEqual([]);
  });
});

describe("a start", () => {
  it("takes up what an earlier run left, and says sorry for what is too old", async () => {
    const inbox = openInbox({ path: ":memory:", log: silentLog(), now: () => START });
    inbox.accept(asked({ id: "1" }));
    const late = asked({ id: "2", channel: "C2" });
    inbox.accept({ ...late, message: { ...late.message, sentAt: new Date(START - 6 * HOUR).toISOString() } });
    const { platform } = await world({ inbox, now: () => START + 1 });
    expect((await platform.whenFinished("1")).markdown).toContain("28 days");
    expect((await platform.whenFinished("2")).markdown).toBe(
      "Sorry: this was asked more than 6 hours before I could read it. Please ask again if you still want to know.",
    );
    await whenDone(inbox);
  });

  it("answers once what the platform brings again meanwhile", async () => {
    const inbox = openInbox({ path: ":memory:", log: silentLog(), now: () => START });
    inbox.accept(asked());
    const { platform } = await world({
      inbox,
      platform: {
        start: async (desk) => {
          expect(desk.ask(asked())).toBe(false);
          expect(desk.ask(asked({ id: "1001" }))).toBe(true);
        },
      },
    });
    await platform.whenFinished("1000");
    await platform.whenFinished("1001");
    await whenDone(inbox);
    expect(platform.finished("1001")).toHaveLength(1);
  });
});

describe("closing", () => {
  it("takes no more, ends what runs after a while, and leaves all of it in the inbox", async () => {
    const { desk, platform, inbox } = await world({ brain: heldBrain() });
    platform.desk().ask(asked());
    await platform.whenShown("1000", () => true);
    await desk[Symbol.asyncDispose]();
    platform.desk().ask(asked({ id: "1001" }));
    expect(platform.finished("1000")).toEqual([]);
    expect(inbox.open("discord").map((job) => job.asked.id)).toEqual(["1000", "1001"]);
  });
});

describe("an answer whose source changed", () => {
  const tells = (): Partial<Brain> => ({
    async watchAnswers({ platform }, { signal, onStale }) {
      expect(platform).toBe("discord");
      await onStale(staleAnswer).catch(() => {});
      await aborted(signal);
    },
  });
  const inboxWithAnswer = () => {
    const inbox = openInbox({ path: ":memory:", log: silentLog() });
    const { conversation } = asked().message;
    inbox.give({
      answerId: staleAnswer.id,
      job: "j",
      platform: "discord",
      conversation,
      askedId: "1000",
      askerId: "U1",
      seenBy: "place",
      posted: [{ id: "P1000", conversation }],
      givenAt: START,
    });
    return inbox;
  };

  it("is marked below", async () => {
    const { platform } = await world({ inbox: inboxWithAnswer(), brain: tells() });
    await expect
      .poll(() => platform.marked.map(([, line]) => line))
      .toEqual(["The source changed since: Leave. Ask again to see what the documents say now."]);
  });

  it("is answered again in its place where the owner wants that", async () => {
    const answer = async () => ({ ...quoted(), id: "a-new" });
    const { platform, inbox } = await world({
      inbox: inboxWithAnswer(),
      brain: { ...tells(), answer },
      settings: { sourceChanged: "update" },
      platform: { recall: async () => asked() },
    });
    await expect.poll(() => inbox.given({ platform: "discord", messageId: "P1000" })?.answerId).toBe("a-new");
    expect(platform.amended[0]?.[1].markdown).toContain("28 days");
    expect(platform.amended[0]?.[1].markdown).toContain(
      "*Answered again on 2026-11-28. The source changed since: Leave.*",
    );
    expect(platform.amended[0]?.[1].buttons[0]).toEqual({ kind: "up", answerId: "a-new" });
    expect(platform.marked).toEqual([]);
  });

  it("is marked where it cannot be asked or answered again", async () => {
    const settings = { sourceChanged: "update" } as const;
    const { platform } = await world({ inbox: inboxWithAnswer(), brain: tells(), settings });
    await expect.poll(() => platform.marked.length).toBe(1);
    const answer = async () => {
      throw new Error("The model is gone");
    };
    const { platform: other } = await world({
      inbox: inboxWithAnswer(),
      brain: { ...tells(), answer },
      settings,
      platform: { recall: async () => asked() },
    });
    await expect.poll(() => other.marked.length).toBe(1);
  });

  it("is told again where the platform could not be reached, and no more where it is gone", async () => {
    const told: string[] = [];
    const watch = (failing: Error) =>
      world({
        inbox: inboxWithAnswer(),
        brain: {
          async watchAnswers(_of, { signal, onStale }) {
            await onStale(staleAnswer).then(
              () => told.push("told"),
              () => told.push("not told"),
            );
            await aborted(signal);
          },
        },
        platform: {
          mark: async () => {
            throw failing;
          },
        },
      });
    await watch(new Error("The network is down"));
    await expect.poll(() => told).toEqual(["not told"]);
    await watch(new Undeliverable("It was deleted"));
    await expect.poll(() => told).toEqual(["not told", "told"]);
  });
});
