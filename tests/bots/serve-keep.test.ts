import { describe, expect, it } from "vitest";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import { createDesk } from "../../src/bots/serve.ts";
import type { Brain } from "../../src/brain/brain.ts";
import { wire } from "../../src/channel/protocol.ts";
import type { ChatMessage } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { asked } from "../contracts/inbox.ts";
import { fakePlatform, type FakePlatform, type PlatformScript } from "../helpers/fake-platform.ts";
import { scriptedBrain } from "../helpers/scripted-brain.ts";

/** A desk whose clock stands where the questions of the tests were asked. */
async function open(given: {
  readonly inbox?: Inbox;
  readonly brain?: Partial<Brain>;
  readonly platform?: PlatformScript;
}): Promise<AsyncDisposable & { readonly platform: FakePlatform; readonly inbox: Inbox }> {
  const { inbox = openInbox({ path: ":memory:", log: silentLog() }) } = given;
  const platform = fakePlatform(given.platform);
  const desk = createDesk({
    brain: scriptedBrain(given.brain),
    inbox,
    platforms: [platform],
    settings: { linkHosts: [], sourceChanged: "mark", apologyHours: 6, askHuman: [] },
    log: silentLog(),
    now: () => Date.parse(asked().message.sentAt),
  });
  await desk.start({ signal: AbortSignal.timeout(20_000) });
  return { platform, inbox, [Symbol.asyncDispose]: () => desk[Symbol.asyncDispose]() };
}

describe("what is kept of a question", () => {
  const { conversation } = asked().message;

  it("is what it says now, where it was edited while it was answered", async () => {
    const remembered: ChatMessage[] = [];
    await using world = await open({
      brain: { remember: async (messages) => void remembered.push(...messages) },
      platform: {
        beforeFinish: () => world.platform.desk().revised({ conversation, ids: ["1000"], text: "milder words" }),
      },
    });
    world.platform.desk().ask(asked({ text: "CANARY words" }));
    await world.platform.whenFinished("1000");
    await expect.poll(() => remembered.length).toBe(2);
    expect(remembered[0]?.text).toBe("milder words");
  });

  it("is nothing, where all that is kept of its asker was forgotten while it was answered", async () => {
    const remembered: ChatMessage[] = [];
    await using world = await open({
      brain: { remember: async (messages) => void remembered.push(...messages) },
      platform: {
        beforeFinish: () => void world.inbox.forget({ platform: "discord", space: "G1", askerId: "U1" }),
      },
    });
    world.platform.desk().ask(asked());
    await world.platform.whenFinished("1000");
    world.platform.desk().ask(asked({ id: "1001", by: "U2" }));
    await expect.poll(() => remembered.length).toBe(2);
    expect(remembered.map(({ replyTo, id }) => replyTo ?? id)).toEqual(["1001", "1001"]);
    expect(world.inbox.given({ platform: "discord", messageId: "P1000" })).toBeUndefined();
  });
});

describe("an inbox that cannot be written", () => {
  it("ends nothing when messages are edited or deleted, or Hearth is taken out of a place", async () => {
    const revised: string[] = [];
    const inbox = openInbox({ path: ":memory:", log: silentLog() });
    const refuse = (): never => {
      throw new Error("The disk is full");
    };
    await using world = await open({
      inbox: { ...inbox, edit: refuse, drop: refuse },
      brain: {
        async revise(revisions) {
          revised.push(...revisions.map(({ id }) => id));
          return 1;
        },
      },
    });
    const { conversation } = asked().message;
    world.platform.desk().revised({ conversation, ids: ["1"], text: "other words" });
    world.platform.desk().revised({ conversation, ids: ["2"] });
    world.platform.desk().left("discord", "G1");
    await expect.poll(() => revised).toEqual(["1", "2"]);
  });
});

describe("a text that is too long for a question", () => {
  const text = "How many days of leave? ".repeat(2_000);

  it("is answered by its beginning, and the answer says so", async () => {
    await using world = await open({});
    world.platform.desk().ask(asked({ text }));
    const { markdown } = await world.platform.whenFinished("1000");
    expect(markdown).toContain("28 days");
    expect(markdown).toContain("*Your question is longer than 4,000 characters; only its beginning was read.*");
    world.platform.desk().ask(asked({ id: "1001" }));
    expect((await world.platform.whenFinished("1001")).markdown).not.toContain("longer than");
  });

  it("passes to what is remembered, also as an edit, and holds nothing up there", async () => {
    const passed: boolean[] = [];
    await using world = await open({
      brain: {
        remember: async (messages) => void passed.push(wire.remember.safeParse({ messages }).success),
        async revise(revisions) {
          passed.push(wire.revise.safeParse({ revisions }).success);
          return 1;
        },
      },
    });
    world.platform.desk().ask(asked({ text }));
    await world.platform.whenFinished("1000");
    world.platform.desk().revised({ conversation: asked().message.conversation, ids: ["1000"], text });
    await expect.poll(() => passed).toEqual([true, true]);
  });
});
