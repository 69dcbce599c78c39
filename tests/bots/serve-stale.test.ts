import { describe, expect, it } from "vitest";
import { aborted } from "../../src/abort.ts";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Given } from "../../src/bots/platform.ts";
import { takenBackWords } from "../../src/bots/render-states.ts";
import { healAnswers } from "../../src/bots/serve-stale.ts";
import type { Brain, StaleAnswer } from "../../src/brain/brain.ts";
import type { ChatMessage, Conversation, Question, Turn } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { asked, START } from "../contracts/inbox.ts";
import { fakePlatform, type PlatformScript } from "../helpers/fake-platform.ts";
import { quoted, scriptedBrain, staleAnswer } from "../helpers/scripted-brain.ts";

/** Tells of one stale answer, which the owner wants answered again, and gives what came of it. */
async function heal(given: {
  readonly in?: Partial<Conversation>;
  readonly brain?: Partial<Brain>;
  readonly platform?: PlatformScript;
  readonly stale?: StaleAnswer;
  readonly sourceChanged?: "mark" | "update";
}) {
  const message = { ...asked().message, conversation: { ...asked().message.conversation, ...given.in } };
  using inbox = openInbox({ path: ":memory:", log: silentLog() });
  const answer: Given = {
    answerId: staleAnswer.id,
    job: "j",
    platform: "discord",
    conversation: message.conversation,
    askedId: "1000",
    askerId: "U1",
    seenBy: "place",
    posted: [{ id: "P1000", conversation: message.conversation }],
    givenAt: START,
  };
  inbox.give(answer);
  const questions: Question[] = [];
  const ended = new AbortController();
  const platform = fakePlatform({ recall: async () => ({ ...asked(), message }), ...given.platform });
  const brain = scriptedBrain({
    async answer(question) {
      questions.push(question);
      return { ...quoted(), id: "a-new" };
    },
    async watchAnswers(_of, { signal, onStale }) {
      await onStale(given.stale ?? staleAnswer).finally(() => ended.abort());
      await aborted(signal);
    },
    ...given.brain,
  });
  const settings = {
    linkHosts: [],
    apologyHours: 6,
    askHuman: [],
    sourceChanged: given.sourceChanged ?? "update",
  } as const;
  const healing = { platform, brain, inbox, settings, log: silentLog(), now: () => START };
  await healAnswers(healing, { signal: AbortSignal.any([ended.signal, AbortSignal.timeout(10_000)]) });
  return { platform, questions, given: inbox.given({ platform: "discord", messageId: "P1000" }) };
}

const before: Turn[] = [
  { role: "user", text: "Who gets leave?" },
  { role: "assistant", text: "Everybody." },
];
const thread: Turn[] = [
  ...before,
  { role: "user", text: "How many days of leave?" },
  { role: "assistant", text: "An answer that is no longer true." },
];

describe("an answer that is given again", () => {
  it.each([
    ["a thread", { thread: "T1" }],
    ["a direct message", { space: "@me" }],
  ])("in %s goes on from what was said before its question alone", async (_place, place) => {
    const { questions, platform } = await heal({ in: place, brain: { turns: async () => thread } });
    expect(questions.map(({ turns }) => turns)).toEqual([before]);
    expect(platform.amended).toHaveLength(1);
  });

  it("is marked instead where it is no longer known what was said before", async () => {
    const { questions, platform } = await heal({ in: { thread: "T1" }, brain: { turns: async () => before } });
    expect(questions).toEqual([]);
    expect(platform.marked).toHaveLength(1);
  });

  it("stands there at last, however often that fails, for the core does not tell of it again", async () => {
    let tries = 0;
    const { platform, given } = await heal({
      platform: {
        amend: async () => {
          tries += 1;
          if (tries === 1) throw new Error("The network is down");
        },
      },
    });
    expect(tries).toBe(2);
    expect(platform.amended).toHaveLength(1);
    expect(given?.answerId).toBe("a-new");
  });

  it("is known by all messages that it stands in now", async () => {
    const { conversation } = asked().message;
    const posted = [
      { id: "P1000", conversation },
      { id: "P1001", conversation },
    ] as const;
    const { given } = await heal({ platform: { amend: async () => posted } });
    expect(given).toMatchObject({ answerId: "a-new", posted });
  });

  it("is what follow-ups go on from", async () => {
    const remembered: ChatMessage[] = [];
    await heal({ brain: { remember: async (messages) => void remembered.push(...messages) } });
    expect(remembered).toMatchObject([
      { id: "P1000", replyTo: "1000", text: "Everybody gets 28 days of annual leave.", author: { isBot: true } },
    ]);
  });
});

describe("an answer that was taken from a message which was deleted", () => {
  const stale: StaleAnswer = {
    ...staleAnswer,
    sources: [{ title: "a message of 2026-11-28", path: "talk:discord:G1:C1", change: "removed" }],
  };

  it("is given again, even where answers are only marked", async () => {
    const { platform, given } = await heal({ stale, sourceChanged: "mark" });
    expect(platform.marked).toEqual([]);
    expect(platform.amended).toHaveLength(1);
    expect(given?.answerId).toBe("a-new");
  });

  it("is taken away where it cannot be given again, and from what was said", async () => {
    const remembered: ChatMessage[] = [];
    const { platform } = await heal({
      stale,
      sourceChanged: "mark",
      platform: { recall: async () => undefined },
      brain: { remember: async (messages) => void remembered.push(...messages) },
    });
    expect(platform.marked).toEqual([]);
    expect(platform.amended.map(([, { markdown }]) => markdown)).toEqual([takenBackWords()]);
    expect(remembered).toMatchObject([{ id: "P1000", text: takenBackWords() }]);
  });
});
