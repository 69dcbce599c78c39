import { describe, expect, it } from "vitest";
import type { Brain, StaleAnswer } from "../../src/brain/brain.ts";
import type { ChatMessage, Question } from "../../src/chat.ts";
import type { ReadBrain } from "../helpers/read-brain.ts";

/** A question as the terminal would ask it. */
export function asked(text: string, turns: Question["turns"] = []): Question {
  return {
    message: {
      id: "question-1",
      conversation: { platform: "terminal", space: "local", channel: "test" },
      author: { id: "owner", name: "owner", isBot: false },
      text,
      sentAt: "2026-11-24T09:00:00.000Z",
    },
    turns,
    clearance: ["public", "team"],
  };
}

const signal = AbortSignal.timeout(300_000);
const everything = { clearance: ["public", "team"], signal } as const;

/**
 * What every Brain must do, in this process or behind a socket. `open` gives one that has read two documents: `leave.md` (team),
 * which says under "Annual leave" that people get 28 days of annual leave, and `press.md` (public).
 */
export function describeBrain(name: string, open: () => Promise<ReadBrain>): void {
  describe(name, () => {
    describeAnswering(open);
    describeHealing(open);
    describeRemembering(open);
    describeWhy(open);
    describeFiles(open);
  });
}

function describeAnswering(open: () => Promise<ReadBrain>): void {
  describe("answering", { timeout: 60_000 }, () => {
    it("answers with the sentence that holds the answer, as it stands in the document", async () => {
      await using brain = await open();
      const { answer, hits } = await brain.answer(asked("How many days of annual leave do we get?"), { signal });
      expect(answer.kind).toBe("quoted");
      if (answer.kind !== "quoted") return;
      const [quote] = answer.quotes;
      const passage = answer.passages[quote.passage];
      expect(quote.text).toContain("28 days");
      expect(passage?.path).toBe("leave.md");
      const [range] = quote.ranges;
      expect(passage?.text.slice(...(range ?? []))).toContain("28 days");
      expect(hits[0]?.passage.path).toBe("leave.md");
    });

    it("says that it does not know what no document holds", async () => {
      await using brain = await open();
      const { answer } = await brain.answer(asked("What is the airspeed velocity of an unladen swallow?"), { signal });
      expect(answer.kind).toBe("unknown");
    });

    it("keeps a document from those who may not read it, in answers, lookups and whole", async () => {
      await using brain = await open();
      const clearance = ["public"] as const;
      const question = { ...asked("How many days of annual leave do we get?"), clearance };
      const { answer, hits } = await brain.answer(question, { signal });
      expect(JSON.stringify({ answer, hits })).not.toContain("28 days");
      const found = await brain.lookup("annual leave", { clearance, limit: 10, signal });
      expect(found.map(({ passage }) => passage.path)).not.toContain("leave.md");
      const [hit] = await brain.lookup("annual leave", { ...everything, limit: 1 });
      expect(hit?.passage.path).toBe("leave.md");
      expect(await brain.document(hit?.passage.documentId ?? "", { clearance, signal })).toEqual([]);
    });

    it("refuses a clearance of nothing rather than showing everything", async () => {
      await using brain = await open();
      await expect(brain.lookup("leave", { clearance: [], limit: 5, signal })).rejects.toThrow();
    });

    it("finds passages while the last word is being typed", async () => {
      await using brain = await open();
      const found = await brain.lookup("annual lea", { ...everything, limit: 5 });
      expect(found[0]?.passage.headings).toContain("Annual leave");
    });

    it("gives a whole document in order", async () => {
      await using brain = await open();
      const [hit] = await brain.lookup("annual leave", { ...everything, limit: 1 });
      const passages = await brain.document(hit?.passage.documentId ?? "", everything);
      expect(passages.length).toBeGreaterThan(1);
      expect(passages.map(({ id }) => Number(id.split("#")[1]))).toEqual(passages.map((_, index) => index));
      expect(await brain.document("0".repeat(32), everything)).toEqual([]);
    });

    it("counts what it has read", async () => {
      await using brain = await open();
      const report = await brain.sync({ signal });
      expect(report).toMatchObject({ added: 0, changed: 0, removed: 0, unchanged: 2, failed: [] });
      expect(await brain.status({ signal })).toMatchObject({ documents: 2, sync: { kind: "current" }, failed: [] });
    });

    it("stops when the signal says so", async () => {
      await using brain = await open();
      const aborted = AbortSignal.abort(new Error("no longer wanted"));
      await expect(brain.answer(asked("How many days of leave?"), { signal: aborted })).rejects.toThrow(
        "no longer wanted",
      );
    });
  });
}

const PATIENT = { timeout: 20_000 };
const LEAVE = "team/leave.md";
const HOW_MANY = "How many days of annual leave do we get?";

/** Asks, as a message of its own, what the documents answer; gives the answer's id. */
async function ask(brain: Brain, text: string, id: string, as: Partial<ChatMessage> = {}): Promise<string> {
  const question = asked(text);
  const message = { ...question.message, ...as, text, id };
  const { id: answerId, answer } = await brain.answer({ ...question, message }, { signal });
  expect(answer.kind).toBe("quoted");
  return answerId;
}

/** What became of the sources of some answers, as "what happened: where". */
async function staleOf(brain: Brain, ...ids: string[]): Promise<string[]> {
  const stale = await brain.staleAnswers({ platform: "terminal", ids }, { signal });
  return stale.flatMap(({ sources }) => sources.map(({ change, path, title }) => `${change}: ${path} (${title})`));
}

function describeHealing(open: () => Promise<ReadBrain>): void {
  describe("healing", { timeout: 60_000 }, () => {
    it("knows an answer as stale once its sentence has changed, and no longer when it stands there again", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const other = await ask(brain, "Who writes to the press office?", "m2");
      expect(id).not.toBe(other);
      expect(await staleOf(brain, id, other)).toEqual([]);
      await brain.write(LEAVE, "# Leave\n\n## Annual leave\n\nEverybody gets 30 days of annual leave a year.\n");
      expect(await staleOf(brain, id, other)).toEqual(["changed: leave.md (Leave)"]);
      await brain.write(LEAVE, "# Time off\n\nEverybody gets 28 days\nof annual leave a year.  And a birthday.\n");
      expect(await staleOf(brain, id, other)).toEqual([]);
    });

    it("leaves an answer alone when other sentences of its document change, or the document is moved", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const text = "# Leave\n\nNew words.\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year.\n";
      await brain.write(LEAVE, text);
      await brain.write("team/people/holidays.md", text);
      await brain.remove(LEAVE);
      expect(await staleOf(brain, id)).toEqual([]);
      await brain.write("team/people/holidays.md", "# Leave\n\nGone.\n");
      expect(await staleOf(brain, id)).toEqual(["changed: people/holidays.md (Leave)"]);
    });

    it("knows an answer as stale when its document is gone, and no longer when that comes back", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      expect(await staleOf(brain, id)).toEqual(["removed: leave.md (Leave)"]);
      await brain.write(LEAVE, "# Leave\n\nEverybody gets 28 days of annual leave a year.\n");
      expect(await staleOf(brain, id)).toEqual([]);
    });

    it("says nothing of answers of another platform, or that it does not know", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      expect(await brain.staleAnswers({ platform: "web", ids: [id, "nobody"] }, { signal })).toEqual([]);
    });

    it("tells who watches a platform: where, which message, who had asked, what changed; and each answer once", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const second = await ask(brain, "Who writes to the press office?", "m2");
      await brain.remove(LEAVE);
      const ending = new AbortController();
      const told: StaleAnswer[] = [];
      const onStale = async (stale: StaleAnswer) => void told.push(stale);
      const watching = brain.watchAnswers({ platform: "terminal" }, { signal: ending.signal, onStale });
      await expect.poll(() => told, PATIENT).toHaveLength(1);
      expect(told[0]).toEqual({
        id,
        answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
        conversation: { platform: "terminal", space: "local", channel: "test" },
        messageId: "m1",
        askerId: "owner",
        sources: [{ title: "Leave", path: "leave.md", change: "removed" }],
      });
      await brain.write("open/press.md", "# Press\n\nNobody writes to the press office.\n");
      await expect.poll(() => told.map((stale) => stale.id), PATIENT).toEqual([id, second]);
      ending.abort();
      await watching;
    });

    it("tells again what could not be told", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      const failing = new AbortController();
      const failed = Promise.withResolvers<void>();
      const watching = brain.watchAnswers(
        { platform: "terminal" },
        {
          signal: failing.signal,
          onStale: async () => {
            failed.resolve();
            throw new Error("The platform is down");
          },
        },
      );
      await failed.promise;
      failing.abort();
      await watching;
      const ending = new AbortController();
      const told = Promise.withResolvers<string>();
      const onStale = async (stale: StaleAnswer) => told.resolve(stale.id);
      const again = brain.watchAnswers({ platform: "terminal" }, { signal: ending.signal, onStale });
      expect(await told.promise).toBe(id);
      ending.abort();
      await again;
    });

    it("forgets answers by place, asker and time", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      await brain.remove(LEAVE);
      const local = { platform: "terminal", space: "local" } as const;
      const others = [
        { ...local, platform: "web" },
        { ...local, channel: "other" },
        { ...local, askerId: "somebody" },
        { ...local, thread: "thread" },
        { ...local, since: "2999-01-01T00:00:00.000Z" },
      ] as const;
      for (const scope of others) expect(await brain.forgetAnswers(scope, { signal })).toBe(0);
      expect(await staleOf(brain, id)).toHaveLength(1);
      expect(await brain.forgetAnswers({ ...local, channel: "test", askerId: "owner" }, { signal })).toBe(1);
      expect(await staleOf(brain, id)).toEqual([]);
    });
  });
}

const channel = { platform: "discord", space: "guild", channel: "general" } as const;

function said(id: string, given: Partial<ChatMessage> = {}): ChatMessage {
  const author = { id: "ada", name: "Ada", isBot: false };
  return { id, conversation: channel, author, text: `text of ${id}`, sentAt: new Date().toISOString(), ...given };
}

const hearth = { id: "hearth", name: "Hearth", isBot: true };

function describeRemembering(open: () => Promise<ReadBrain>): void {
  describe("remembering", { timeout: 60_000 }, () => {
    it("gives what was said before, follows edits and deletions, and forgets", async () => {
      await using brain = await open();
      const url = "https://discord.com/channels/1/2/3";
      await brain.remember([said("q1", { url }), said("a1", { author: hearth, replyTo: "q1" })], { signal });
      await brain.remember([], { signal });
      const turns = () => brain.turns({ conversation: channel, replyTo: "a1" }, { signal });
      expect(await turns()).toEqual([
        { role: "user", text: "text of q1" },
        { role: "assistant", text: "text of a1" },
      ]);
      expect(await brain.turns({ conversation: channel }, { signal })).toEqual([]);
      const edited = { conversation: channel, id: "q1", text: "edited" };
      expect(await brain.revise([edited, { ...edited, id: "unknown" }], { signal })).toBe(1);
      expect(await turns()).toMatchObject([{ text: "edited" }, { text: "text of a1" }]);
      expect(await brain.revise([{ conversation: channel, id: "q1" }], { signal })).toBe(1);
      expect(await turns()).toEqual([]);
    });

    it("gives no more and no longer turns than a question may carry", async () => {
      await using brain = await open();
      const thread = { ...channel, thread: "t1" };
      const messages = Array.from({ length: 60 }, (_, number) =>
        said(`m${number}`, { conversation: thread, text: `${number} ${"long ".repeat(1_000)}` }),
      );
      await brain.remember(messages, { signal });
      const turns = await brain.turns({ conversation: thread }, { signal });
      expect(turns).toHaveLength(50);
      expect(turns.at(-1)?.text).toMatch(/^59 long/);
      const { answer } = await brain.answer(asked("How many days of annual leave do we get?", turns), { signal });
      expect(answer.kind).toBe("quoted");
    });

    it("forgets what somebody said, was answered and thought of answers, and nothing of others", async () => {
      await using brain = await open();
      const mine = await ask(brain, HOW_MANY, "m1", said("m1"));
      const other = await ask(brain, HOW_MANY, "m2", said("m2", { author: { id: "bob", name: "Bob", isBot: false } }));
      for (const personId of ["ada", "bob"]) {
        for (const answerId of [mine, other]) await brain.rate({ answerId, personId, rating: "up" }, { signal });
      }
      await brain.rate({ answerId: "unknown", personId: "ada", rating: "up" }, { signal });
      await brain.remember([said("m1"), said("a1", { author: hearth, replyTo: "m1" }), said("b1")], { signal });
      const ada = { platform: "discord", space: "guild", askerId: "ada" } as const;
      expect(await brain.forget({ ...ada, space: "other" }, { signal })).toEqual({
        messages: 0,
        answers: 0,
        ratings: 0,
        talk: 0,
        lines: 0,
      });
      expect(await brain.forget(ada, { signal })).toEqual({ messages: 3, answers: 1, ratings: 3, talk: 0, lines: 0 });
      expect(await brain.why(mine, everything)).toBeUndefined();
      expect(await brain.why(other, everything)).toBeDefined();
      await brain.rate({ answerId: other, personId: "bob" }, { signal });
      const guild = { platform: "discord", space: "guild" } as const;
      expect(await brain.forget(guild, { signal })).toEqual({ messages: 0, answers: 1, ratings: 0, talk: 0, lines: 0 });
    });

    it("counts one rating for a person and an answer: the last", async () => {
      await using brain = await open();
      const answerId = await ask(brain, HOW_MANY, "m1", said("m1"));
      for (const rating of ["up", "down", "up"] as const)
        await brain.rate({ answerId, personId: "bob", rating }, { signal });
      const guild = { platform: "discord", space: "guild" } as const;
      expect(await brain.forget(guild, { signal })).toEqual({ messages: 0, answers: 1, ratings: 1, talk: 0, lines: 0 });
    });
  });
}

function describeWhy(open: () => Promise<ReadBrain>): void {
  describe("why", { timeout: 60_000 }, () => {
    it("is known of every answer, without a text of any document", async () => {
      await using brain = await open();
      const kinds = [
        [HOW_MANY, "quoted"],
        ["What is the airspeed velocity of an unladen swallow?", "unknown"],
        ["hi there", "plain"],
      ] as const;
      for (const [text, kind] of kinds) {
        const question = asked(text);
        const message = { ...question.message, id: kind };
        const { id, timings } = await brain.answer({ ...question, message }, { signal });
        expect(await brain.why(id, everything)).toMatchObject({
          id,
          kind,
          timings,
          answeredAt: expect.stringMatching(/^\d{4}-.*Z$/),
        });
      }
      expect(await brain.why("unknown", everything)).toBeUndefined();
      const why = await brain.why(await ask(brain, HOW_MANY, "m1"), everything);
      expect(why?.passages[0]).toMatchObject({
        path: "leave.md",
        title: "Leave",
        headings: ["Annual leave"],
        isUsed: true,
        score: expect.any(Number),
      });
      expect(JSON.stringify(why)).not.toContain("Everybody");
    });

    it("leaves out passages that are not for the one who asks, and those that are gone", async () => {
      await using brain = await open();
      const id = await ask(brain, HOW_MANY, "m1");
      const pathsFor = async (clearance: Question["clearance"]) => {
        const why = await brain.why(id, { clearance, signal });
        return new Set(why?.passages.map(({ path }) => path));
      };
      expect(await pathsFor(["public", "team"])).toContain("leave.md");
      expect(await pathsFor(["public"])).not.toContain("leave.md");
      await brain.remove(LEAVE);
      expect(await pathsFor(["public", "team"])).not.toContain("leave.md");
      expect((await brain.why(id, everything))?.kind).toBe("quoted");
    });
  });
}

const NOTES =
  "# Our week away\n\nWe meet in the mountains.\n\n## Travel\n\nThe coach leaves at 7:40 from the old harbour.\n\n## Rooms\n\nEverybody gets a single room.\n";

/** A question that comes with files, by their names. */
function askedWith(text: string, files: Readonly<Record<string, string | Buffer>>): Question {
  const attached = Object.entries(files).map(([file, bytes]) => ({
    name: file,
    base64: Buffer.from(bytes).toString("base64"),
  }));
  return { ...asked(text), files: attached };
}

function describeFiles(open: () => Promise<ReadBrain>): void {
  describe("attached files", { timeout: 60_000 }, () => {
    /** What is quoted, and from where. */
    const quotesFrom = async (brain: Brain, question: Question) => {
      const { answer, unread } = await brain.answer(question, { signal });
      const quotes = answer.kind === "quoted" ? answer.quotes : [];
      const passages = answer.kind === "quoted" ? answer.passages : [];
      const from = quotes.map(({ text, passage, ranges }) => {
        const [[start, end] = [0, 0]] = ranges.slice(-1);
        expect(passages[passage]?.text.slice(start, end)).toContain(text.slice(-10));
        return `${passages[passage]?.title}: ${text}`;
      });
      return { kind: answer.kind, from, passages, unread };
    };

    it("answer what they hold, together with the documents, and are cited by their names", async () => {
      await using brain = await open();
      const files = { "offsite.md": NOTES };
      const coach = await quotesFrom(brain, askedWith("When does the coach leave from the harbour?", files));
      expect(coach.from).toEqual(["offsite.md: The coach leaves at 7:40 from the old harbour."]);
      expect(coach.passages[0]).toMatchObject({ path: "offsite.md", headings: ["Our week away", "Travel"] });
      expect(coach.passages[0]?.documentId).toMatch(/^attached:/);
      expect(coach.passages[0]).not.toHaveProperty("url");
      expect(coach.unread).toBeUndefined();
      const leave = await quotesFrom(brain, askedWith(HOW_MANY, files));
      expect(leave.from[0]).toBe("Leave: Everybody gets 28 days of annual leave a year.");
      expect((await quotesFrom(brain, asked("When does the coach leave from the harbour?"))).from).toEqual([]);
    });

    it("answer what they themselves say, and nothing else does then", async () => {
      await using brain = await open();
      const files = { "offsite.md": NOTES };
      const rooms = await quotesFrom(brain, askedWith("What does the attached file say about rooms?", files));
      expect(rooms.from).toEqual(["offsite.md: Everybody gets a single room."]);
      const leave = await quotesFrom(brain, askedWith("What does the attached file say about sick notes?", files));
      expect(leave).toMatchObject({ kind: "unknown", from: [] });
      const same = { "leave.md": "# Leave\n\nEverybody gets 28 days of annual leave a year.\n" };
      const copied = await quotesFrom(brain, askedWith("How many days of annual leave are in this document?", same));
      expect(copied.from).toEqual(["leave.md: Everybody gets 28 days of annual leave a year."]);
    });

    it("are quoted from their beginnings where nothing is asked", async () => {
      await using brain = await open();
      const files = { "offsite.md": NOTES, "wages.txt": "Wages come on the last day." };
      for (const text of ["", "?", "Please summarise the attached files", "hi", "what does it say"]) {
        const { from } = await quotesFrom(brain, askedWith(text, files));
        expect([text, ...from]).toEqual([
          text,
          "offsite.md: We meet in the mountains.",
          "offsite.md: The coach leaves at 7:40 from the old harbour.",
          "offsite.md: Everybody gets a single room.",
          "wages.txt: Wages come on the last day.",
        ]);
      }
    });

    it("are named with the reason where they cannot be read, and the rest answers", async () => {
      await using brain = await open();
      const question = askedWith(HOW_MANY, {
        "photo.png": "PNG",
        "old.doc": "DOC",
        "broken.docx": "no archive",
        "..\\..\\etc\\passwd": "root",
        "offsite.md": NOTES,
      });
      const { from, unread } = await quotesFrom(brain, question);
      expect(from[0]).toContain("28 days");
      expect(unread?.map(({ path, reason }) => `${path}: ${reason}`)).toEqual([
        "photo.png: files of its kind are not read",
        "old.doc: files of its kind (.doc) are not read; save a copy as .docx or .pdf",
        expect.stringMatching(/^broken\.docx: .+/),
        "passwd: files of its kind are not read",
      ]);
      const alone = await quotesFrom(brain, askedWith("What does the attached file say?", { "photo.png": "PNG" }));
      expect(alone).toMatchObject({ kind: "unknown", unread: [{ path: "photo.png" }] });
    });

    it("are not found by the next question, not told of in why, and never stale", async () => {
      await using brain = await open();
      const text = "When does the coach leave from the harbour?";
      const { id } = await brain.answer(askedWith(text, { "offsite.md": NOTES }), { signal });
      const next = asked(text);
      const again = await brain.answer({ ...next, message: { ...next.message, id: "m2" } }, { signal });
      expect(again.answer.kind).toBe("unknown");
      expect(await brain.lookup("coach harbour", { ...everything, limit: 5 })).toEqual([]);
      const why = await brain.why(id, everything);
      expect(why?.kind).toBe("quoted");
      expect(JSON.stringify(why)).not.toContain("offsite");
      await brain.remove(LEAVE);
      expect(await staleOf(brain, id)).toEqual([]);
    });
  });
}
