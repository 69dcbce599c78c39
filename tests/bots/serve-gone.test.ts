import { afterEach, describe, expect, it } from "vitest";
import { aborted } from "../../src/abort.ts";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import { createDesk, type OpenDesk } from "../../src/bots/serve.ts";
import type { Brain } from "../../src/brain/brain.ts";
import type { ChatMessage } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { asked } from "../contracts/inbox.ts";
import { fakePlatform, type FakePlatform, type PlatformScript } from "../helpers/fake-platform.ts";
import { quoted, scriptedBrain } from "../helpers/scripted-brain.ts";

const opened: OpenDesk[] = [];
afterEach(async () => {
  for (const desk of opened.splice(0)) await desk[Symbol.asyncDispose]();
});

/** A desk that answers one question after the other. */
async function open(given: {
  readonly brain?: Partial<Brain>;
  readonly platform?: PlatformScript;
  readonly inbox?: Inbox;
}): Promise<{ readonly platform: FakePlatform; readonly inbox: Inbox }> {
  const { inbox = openInbox({ path: ":memory:", log: silentLog() }) } = given;
  const platform = fakePlatform(given.platform);
  const desk = createDesk({
    brain: scriptedBrain(given.brain),
    inbox,
    platforms: [platform],
    settings: { linkHosts: [], sourceChanged: "mark", apologyHours: 6, askHuman: [] },
    log: silentLog(),
    now: () => Date.parse(asked().message.sentAt),
    queue: { atOnce: 1, graceMs: 20 },
  });
  opened.push(desk);
  await desk.start({ signal: AbortSignal.timeout(20_000) });
  return { platform, inbox };
}

/** Shows what is quoted, and writes without end. */
const writing: Brain["answer"] = async (_question, { signal, onProgress }) => {
  const answered = quoted();
  if (answered.answer.kind === "quoted") onProgress?.({ kind: "quoted", answer: answered.answer });
  await aborted(signal);
  throw signal.reason;
};

describe("what was shown of an answer is taken away where its question is deleted", () => {
  const { conversation } = asked().message;

  it("while it is written, and nothing is known of it afterwards", async () => {
    const { platform, inbox } = await open({ brain: { answer: writing } });
    platform.desk().ask(asked());
    await platform.whenShown("1000", () => true);
    const [job] = inbox.open("discord");
    inbox.plan(job?.job ?? "", 0);
    platform.desk().revised({ conversation, ids: ["1000"] });
    await expect.poll(() => platform.abandoned).toEqual(["1000"]);
    await expect.poll(() => inbox.sendings(job?.job ?? "")).toEqual([]);
  });

  it("while its last state is on its way, and nothing is remembered of it", async () => {
    const remembered: ChatMessage[] = [];
    const { platform, inbox } = await open({
      brain: { remember: async (messages) => void remembered.push(...messages) },
      platform: {
        beforeFinish(question) {
          if (question.id === "1000") platform.desk().revised({ conversation, ids: ["1000"] });
        },
      },
    });
    platform.desk().ask(asked());
    await expect.poll(() => platform.abandoned).toEqual(["1000"]);
    // What is broken off may be there all the same, and nobody knows.
    expect(platform.finished("1000")).toHaveLength(1);
    platform.desk().ask(asked({ id: "1001" }));
    await platform.whenFinished("1001");
    await expect.poll(() => inbox.open("discord")).toEqual([]);
    expect(remembered.map(({ id }) => id)).toEqual(["1001", "P1001"]);
  });

  it("while it waits", async () => {
    const { platform } = await open({ brain: { answer: writing } });
    platform.desk().ask(asked());
    platform.desk().ask(asked({ id: "1001", by: "U2" }));
    await platform.whenShown("1001", () => true);
    platform.desk().revised({ conversation, ids: ["1001"] });
    await expect.poll(() => platform.abandoned).toEqual(["1001"]);
  });

  it("while Hearth did not run, and only where something had been sent", async () => {
    const inbox = openInbox({ path: ":memory:", log: silentLog() });
    for (const id of ["1000", "1001"]) {
      const job = inbox.accept(asked({ id }))?.job ?? "";
      if (id === "1000") inbox.plan(job, 0);
    }
    const { platform } = await open({
      inbox,
      platform: { start: async (desk) => desk.revised({ conversation, ids: ["1001", "1000"] }) },
    });
    await expect.poll(() => platform.abandoned).toEqual(["1000"]);
    expect(inbox.open("discord")).toEqual([]);
  });
});
