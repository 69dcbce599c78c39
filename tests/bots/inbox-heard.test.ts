import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { TalkMessage } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { asked, given, START } from "../contracts/inbox.ts";

/** A message of a channel with whatever a test cares about. */
function said(
  of: {
    readonly id?: string;
    readonly text?: string;
    readonly by?: string;
    readonly channel?: string;
    readonly thread?: string;
    readonly at?: number;
  } = {},
): TalkMessage {
  const { id = "M1", text = "We ship on Monday.", by = "U1", channel = "C1", thread, at = START } = of;
  return {
    id,
    conversation: { platform: "discord", space: "G1", channel, ...(thread !== undefined && { thread }) },
    author: { id: by, name: "Ann", isBot: false },
    text,
    sentAt: new Date(at).toISOString(),
    reactions: 2,
  };
}

const open = (path = ":memory:") => openInbox({ path, log: silentLog(), now: () => START });

describe("what was heard", () => {
  it("waits whole and in order until it is handed over", () => {
    using inbox = open();
    const messages = ["M1", "M2", "M3"].map((id) => said({ id }));
    for (const message of messages) inbox.hear(message);
    const waiting = inbox.heard("discord", 2);
    expect(waiting.map(({ message }) => message)).toEqual(messages.slice(0, 2));
    expect(inbox.heard("slack", 10)).toEqual([]);
    inbox.handOver(waiting.map(({ number }) => number));
    expect(inbox.heard("discord", 10).map(({ message }) => message.id)).toEqual(["M3"]);
  });

  it("is one message however often it is heard, and what is handed over meanwhile is not taken for it", () => {
    using inbox = open();
    inbox.hear(said({ text: "first" }));
    const onItsWay = inbox.heard("discord", 10).map(({ number }) => number);
    inbox.hear(said({ text: "second" }));
    inbox.handOver(onItsWay);
    expect(inbox.heard("discord", 10).map(({ message }) => message.text)).toEqual(["second"]);
  });

  it("is edited and deleted while it waits, in a thread by the thread's id too", () => {
    using inbox = open();
    inbox.hear(said({ id: "M1" }));
    inbox.hear(said({ id: "M2", thread: "T1" }));
    inbox.hear(said({ id: "M3" }));
    const conversation = { platform: "discord", space: "G1", channel: "C1" } as const;
    inbox.reviseHeard({
      platform: "discord",
      conversation: { ...conversation, thread: "T1" },
      ids: ["M2"],
      text: 'New "words"',
    });
    inbox.reviseHeard({ platform: "discord", conversation, ids: ["M1", "M9"] });
    inbox.reviseHeard({ platform: "discord", conversation: { ...conversation, channel: "C2" }, ids: ["M3"] });
    expect(inbox.heard("discord", 10).map(({ message }) => [message.id, message.text])).toEqual([
      ["M2", 'New "words"'],
      ["M3", "We ship on Monday."],
    ]);
  });

  it("is forgotten by place, by person, and since an instant", () => {
    using inbox = open();
    const hear = () => {
      for (const [index, by] of ["U1", "U2"].entries()) {
        inbox.hear(said({ id: `A${by}`, by, at: START + index * 1000 }));
        inbox.hear(said({ id: `B${by}`, by, channel: "C2", at: START + index * 1000 }));
      }
    };
    const left = () => inbox.heard("discord", 10).map(({ message }) => message.id);
    hear();
    expect(inbox.forgetHeard({ platform: "discord", space: "G1", channel: "C2" })).toBe(2);
    expect(left()).toEqual(["AU1", "AU2"]);
    hear();
    inbox.forget({ platform: "discord", space: "G1", askerId: "U1" });
    expect(left()).toEqual(["AU2", "BU2"]);
    hear();
    inbox.forget({ platform: "discord", space: "G1", channel: "C1", since: new Date(START + 500).toISOString() });
    expect(left()).toEqual(["AU1", "BU1", "BU2"]);
  });

  it("leaves no byte behind once it is handed over, deleted or forgotten", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));
    using inbox = open(join(folder, "inbox.sqlite"));
    for (const [index, word] of ["quartz", "basalt", "feldspar"].entries()) {
      inbox.hear(said({ id: `M${index}`, text: `The ${word} canary ${"x".repeat(300)}`, by: `U${index}` }));
    }
    const bytes = () =>
      readdirSync(folder)
        .map((name) => readFileSync(join(folder, name)).toString("latin1"))
        .join();
    expect(bytes()).toMatch(/quartz/);
    inbox.handOver(inbox.heard("discord", 1).map(({ number }) => number));
    await expect.poll(bytes, { timeout: 10_000 }).not.toMatch(/quartz/);
    inbox.reviseHeard({ platform: "discord", conversation: said().conversation, ids: ["M1"] });
    expect(bytes()).not.toMatch(/basalt/);
    inbox.forget({ platform: "discord", space: "G1", askerId: "U2" });
    expect(bytes()).not.toMatch(/feldspar/);
  });
});

describe("digests that stand", () => {
  const wanted = { kind: "digest", place: { platform: "discord", space: "G1", channel: "C1" } } as const;

  it("are found by the place that they are of, wherever they stand, and any answer by its job", () => {
    using inbox = open();
    const elsewhere = { ...given("d1", { channel: "C2" }), job: "job1", digest: { wanted, shown: "hash" } };
    inbox.give(elsewhere);
    inbox.give({ ...given("a1", { posts: ["P2"] }), job: "job2" });
    expect(inbox.digests({ platform: "discord", space: "G1", channel: "C1" })).toEqual([elsewhere]);
    expect(inbox.digests({ platform: "discord", space: "G1" })).toEqual([elsewhere]);
    expect(inbox.digests({ platform: "discord", space: "G1", channel: "C2" })).toEqual([]);
    expect(inbox.given({ job: "job2" })?.answerId).toBe("a1");
    expect(inbox.given({ job: "job3" })).toBeUndefined();
  });

  it("stay known when a person or some hours are forgotten, and go with their whole place", () => {
    using inbox = open();
    const digest = { ...given("d1"), job: "job1", digest: { wanted, shown: "hash" } };
    inbox.give(digest);
    inbox.give(given("a1", { posts: ["P2"] }));
    const of = { platform: "discord", space: "G1", channel: "C1" } as const;
    inbox.forget({ platform: "discord", space: "G1", askerId: "U1" });
    inbox.forget({ ...of, since: new Date(START - 1000).toISOString() });
    expect(inbox.digests({ platform: "discord" })).toEqual([digest]);
    expect(inbox.given({ platform: "discord", messageId: "P1" })).toEqual(digest);
    expect(inbox.given({ answerId: "a1" })).toBeUndefined();
    inbox.forget(of);
    expect(inbox.digests({ platform: "discord" })).toEqual([]);
  });

  it("and questions are forgotten since an instant, and those before stay", () => {
    using inbox = open();
    inbox.accept(asked());
    inbox.give(given("a1", { givenAt: START - 5000 }));
    inbox.give(given("a2", { posts: ["P2"], givenAt: START }));
    const of = { platform: "discord", space: "G1", askerId: "U1" } as const;
    expect(inbox.forget({ ...of, since: new Date(START + 1).toISOString() })).toBe(0);
    expect(inbox.forget({ ...of, since: new Date(START - 1000).toISOString() })).toBe(2);
    expect(inbox.given({ answerId: "a1" })).toBeDefined();
    expect(inbox.given({ answerId: "a2" })).toBeUndefined();
    expect(inbox.open("discord")).toEqual([]);
  });
});
