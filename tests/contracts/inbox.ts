import { describe, expect, it } from "vitest";
import type { Inbox } from "../../src/bots/inbox.ts";
import type { Asked, Given, PlatformName } from "../../src/bots/platform.ts";

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
/** When the inboxes of this suite begin. */
export const START = Date.parse("2026-11-28T09:00:00.000Z");

/** A question with whatever a test cares about. */
export function asked(
  of: {
    readonly id?: string;
    readonly platform?: PlatformName;
    readonly text?: string;
    readonly space?: string;
    readonly channel?: string;
    readonly thread?: string;
    readonly by?: string;
  } = {},
): Asked {
  const { id = "1000", platform = "discord", text = "How many days of leave?", space = "G1", channel = "C1" } = of;
  const { thread, by = "U1" } = of;
  return {
    id,
    platform,
    message: {
      id,
      conversation: { platform, space, channel, ...(thread !== undefined && { thread }) },
      author: { id: by, name: "Ann", isBot: false },
      text,
      sentAt: new Date(START).toISOString(),
    },
    seenBy: "place",
    files: [{ name: "leave.pdf", bytes: 12, source: "file-1" }],
    route: { token: "t" },
  };
}

/** An answer that stands in as many messages as are named. */
export function given(answerId: string, { posts = ["P1"], by = "U1", channel = "C1", givenAt = START } = {}): Given {
  const conversation = { platform: "discord", space: "G1", channel } as const;
  const [first = "P1", ...rest] = posts;
  return {
    answerId,
    job: "job",
    platform: "discord",
    conversation,
    askedId: "1000",
    askerId: by,
    seenBy: "place",
    posted: [{ id: first, conversation }, ...rest.map((id) => ({ id, conversation }))],
    givenAt,
  };
}

/** What every inbox does. `open` makes an empty one. */
export function inboxContract(open: (options: { readonly now: () => number }) => Inbox): void {
  const opened = () => {
    const clock = { now: START };
    return { inbox: open({ now: () => clock.now }), clock };
  };
  const jobOf = (inbox: Inbox, question: Asked) => {
    const job = inbox.accept(question)?.job;
    if (job === undefined) throw new Error("The event was known already");
    return job;
  };

  describe("questions", () => {
    it("are there until they are done, oldest first, whole, each with its job", () => {
      const { inbox, clock } = opened();
      using _closed = inbox;
      const first = inbox.accept(asked());
      clock.now += 5;
      const second = inbox.accept(asked({ id: "1001", thread: "T1" }));
      expect(first).toEqual({ job: expect.stringMatching(/^[a-z0-9]{20}$/), asked: asked(), acceptedAt: START });
      expect(inbox.open("discord")).toEqual([first, second]);
      expect(inbox.open("slack")).toEqual([]);
      inbox.done(first?.job ?? "");
      expect(inbox.open("discord")).toEqual([second]);
    });

    it("are accepted once: again while they wait, and for eight days after they are done", () => {
      const { inbox, clock } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked());
      expect(inbox.accept(asked({ text: "other words" }))).toBeUndefined();
      inbox.done(job);
      clock.now += 8 * DAY;
      inbox.prune(clock.now);
      expect(inbox.accept(asked())).toBeUndefined();
      clock.now += 1;
      inbox.prune(clock.now);
      expect(jobOf(inbox, asked())).toBe(job);
    });

    it("of two platforms with one id are two", () => {
      const { inbox } = opened();
      using _closed = inbox;
      expect(jobOf(inbox, asked())).not.toBe(jobOf(inbox, asked({ platform: "slack" })));
    });

    it("stay however long they wait", () => {
      const { inbox } = opened();
      using _closed = inbox;
      inbox.accept(asked());
      inbox.prune(START + 100 * DAY);
      expect(inbox.open("discord")).toHaveLength(1);
    });

    it("change with their message, and only while they wait", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked({ thread: "T1" }));
      const of = {
        platform: "discord",
        conversation: asked({ thread: "T1" }).message.conversation,
        id: "1000",
      } as const;
      const text = 'New "words" 🙂 in C:\\temp';
      expect(inbox.edit(of, text)).toBe(true);
      expect(inbox.open("discord").map((one) => one.asked)).toEqual([asked({ thread: "T1", text })]);
      expect(inbox.openJob(job)?.asked).toEqual(asked({ thread: "T1", text }));
      expect(inbox.edit({ ...of, id: "9" }, "x")).toBe(false);
      expect(inbox.edit({ ...of, conversation: asked({ channel: "C2" }).message.conversation }, "x")).toBe(false);
      inbox.done(job);
      expect(inbox.edit(of, "x")).toBe(false);
      expect(inbox.openJob(job)).toBeUndefined();
    });

    it("are dropped by message, by person, by place and by platform, and do not come back", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const jobs = [
        asked({ id: "1" }),
        asked({ id: "2", by: "U2" }),
        asked({ id: "3", space: "G2" }),
        asked({ id: "4", channel: "C2", thread: "T4" }),
        asked({ id: "5" }),
      ].map((question) => jobOf(inbox, question));
      jobOf(inbox, asked({ id: "1", platform: "slack" }));
      const drop = (of: Omit<Parameters<Inbox["drop"]>[0], "platform">) =>
        inbox.drop({ platform: "discord", ...of }).map(({ job }) => job);
      expect(drop({ messageId: "1" })).toEqual([jobs[0]]);
      expect(drop({ space: "G1", askerId: "U2" })).toEqual([jobs[1]]);
      expect(drop({ space: "G2" })).toEqual([jobs[2]]);
      expect(drop({ space: "G1", channel: "T4" })).toEqual([jobs[3]]);
      expect(drop({ messageId: "1" })).toEqual([]);
      expect(inbox.accept(asked({ id: "1" }))).toBeUndefined();
      expect(drop({})).toEqual([jobs[4]]);
      expect(inbox.open("slack")).toHaveLength(1);
    });
  });

  describe("what is sent", () => {
    it("is planned first and once, and keeps what it became", () => {
      const { inbox, clock } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked());
      const { conversation } = asked().message;
      expect(inbox.plan(job, 0)).toEqual({ job, part: 0, plannedAt: START });
      clock.now += 5;
      expect(inbox.plan(job, 0)).toEqual({ job, part: 0, plannedAt: START });
      expect(inbox.plan(job, 1)).toEqual({ job, part: 1, plannedAt: START + 5 });
      const posted = { id: "P1", conversation, url: "https://chat.example/P1" };
      inbox.sent(job, 0, posted);
      expect(inbox.plan(job, 0)).toEqual({ job, part: 0, plannedAt: START, posted });
      expect(inbox.sendings(job)).toEqual([
        { job, part: 0, plannedAt: START, posted },
        { job, part: 1, plannedAt: START + 5 },
      ]);
      expect(inbox.sendings("another")).toEqual([]);
    });

    it("is known while its question waits, and goes with it", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked());
      inbox.plan(job, 0);
      inbox.plan("command", 0);
      inbox.prune(START + 9 * DAY);
      expect(inbox.sendings(job)).toHaveLength(1);
      expect(inbox.sendings("command")).toEqual([]);
      inbox.done(job);
      expect(inbox.sendings(job)).toEqual([]);
    });

    it("is known of a question that was dropped, whole, until it is done with", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked());
      inbox.plan(job, 0);
      expect(inbox.drop({ platform: "discord", messageId: "1000" })).toEqual([
        { job, asked: asked(), acceptedAt: START },
      ]);
      expect(inbox.open("discord")).toEqual([]);
      expect(inbox.sendings(job)).toHaveLength(1);
      inbox.done(job);
      expect(inbox.sendings(job)).toEqual([]);
    });
  });

  describe("answers given", () => {
    it("are found by their id and by each of their messages, for thirty days", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const answer = given("a1", { posts: ["P1", "P2"] });
      inbox.give(answer);
      expect(inbox.given({ answerId: "a1" })).toEqual(answer);
      expect(inbox.given({ platform: "discord", messageId: "P2" })).toEqual(answer);
      expect(inbox.given({ platform: "slack", messageId: "P2" })).toBeUndefined();
      expect(inbox.given({ answerId: "a2" })).toBeUndefined();
      inbox.prune(START + 30 * DAY);
      expect(inbox.given({ answerId: "a1" })).toEqual(answer);
      inbox.prune(START + 30 * DAY + 1);
      expect(inbox.given({ answerId: "a1" })).toBeUndefined();
      expect(inbox.given({ platform: "discord", messageId: "P1" })).toBeUndefined();
    });

    it("replace those that stood in the same messages before", () => {
      const { inbox } = opened();
      using _closed = inbox;
      inbox.give(given("a1", { posts: ["P1", "P2"] }));
      inbox.give(given("a2", { posts: ["P1"] }));
      expect(inbox.given({ platform: "discord", messageId: "P1" })?.answerId).toBe("a2");
      expect(inbox.given({ platform: "discord", messageId: "P2" })?.answerId).toBe("a1");
      inbox.give(given("a3", { posts: ["P2"] }));
      expect(inbox.given({ answerId: "a1" })).toBeUndefined();
      inbox.give(given("a3", { posts: ["P3"] }));
      expect(inbox.given({ platform: "discord", messageId: "P2" })).toBeUndefined();
    });
  });

  describe("places", () => {
    it("are joined and left, one or all of a space", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const places = ["T1", "T2", "T3"].map((channel) => ({ space: "G1", channel, isDirect: channel === "T3" }));
      for (const place of [...places, ...places]) inbox.join("discord", place);
      inbox.join("discord", { space: "G2", channel: "T9", isDirect: false });
      inbox.leave("discord", { space: "G1", channel: "T1" });
      expect(inbox.joined("discord")).toEqual([...places.slice(1), { space: "G2", channel: "T9", isDirect: false }]);
      inbox.leave("discord", { space: "G1" });
      expect(inbox.joined("discord")).toEqual([{ space: "G2", channel: "T9", isDirect: false }]);
      expect(inbox.joined("slack")).toEqual([]);
    });

    it("are seen up to the last message, however they arrive", () => {
      const { inbox } = opened();
      using _closed = inbox;
      expect(inbox.seen("discord", "C1")).toBeUndefined();
      for (const id of ["999", "1000", "998"]) inbox.see("discord", "C1", id);
      expect(inbox.seen("discord", "C1")).toBe("1000");
      for (const id of ["1700000000.000200", "1700000000.000100"]) inbox.see("slack", "C1", id);
      expect(inbox.seen("slack", "C1")).toBe("1700000000.000200");
    });

    it("have notes of the adapter's own, the last of each", () => {
      const { inbox } = opened();
      using _closed = inbox;
      inbox.note("discord", "commands", "one");
      inbox.note("discord", "commands", "two");
      expect(inbox.noted("discord", "commands")).toBe("two");
      expect(inbox.noted("slack", "commands")).toBeUndefined();
    });
  });

  describe("forgetting", () => {
    it("deletes what is kept of a space, of a channel, or of a person there", () => {
      const { inbox } = opened();
      using _closed = inbox;
      const job = jobOf(inbox, asked());
      inbox.plan(job, 0);
      jobOf(inbox, asked({ id: "1001", by: "U2", thread: "T1" }));
      jobOf(inbox, asked({ id: "1002", by: "U1", space: "G2" }));
      inbox.give(given("a1"));
      inbox.give(given("a2", { posts: ["P2"], by: "U2", channel: "C2" }));
      inbox.join("discord", { space: "G1", channel: "T1", isDirect: false });
      inbox.see("discord", "T1", "5");
      expect(inbox.forget({ platform: "discord", space: "G1", askerId: "U1" })).toBe(3);
      expect(inbox.sendings(job)).toEqual([]);
      expect(inbox.given({ answerId: "a1" })).toBeUndefined();
      expect(inbox.joined("discord")).toHaveLength(1);
      expect(inbox.forget({ platform: "discord", space: "G1", channel: "T1" })).toBe(3);
      expect(inbox.seen("discord", "T1")).toBeUndefined();
      expect(inbox.given({ answerId: "a2" })).toBeDefined();
      expect(inbox.forget({ platform: "discord", space: "G1" })).toBe(1);
      expect(inbox.open("discord").map((one) => one.asked.id)).toEqual(["1002"]);
      expect(inbox.accept(asked())).toBeUndefined();
    });
  });
}
