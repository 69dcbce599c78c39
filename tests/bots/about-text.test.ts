import { describe, expect, it } from "vitest";
import { privacyText, receiptText, statusText } from "../../src/bots/about-text.ts";
import { aboutPrivacy } from "../../src/bots/discord/about-commands.ts";
import { DISCORD } from "../../src/bots/discord/dialect.ts";
import type { BrainStatus } from "../../src/brain/brain.ts";
import { readyStatus } from "../helpers/scripted-brain.ts";

const server: Partial<BrainStatus> = {
  seal: { kind: "private network", interfaces: ["lo"], by: "unshare", addresses: ["10.0.0.7:8080"] },
  model: {
    kind: "ready",
    model: { kind: "openai", name: "qwen3-4b" },
    writes: true,
    why: "it does better",
    waiting: 2,
  },
};
const local: Partial<BrainStatus> = {
  model: { kind: "idle", model: { kind: "llama", name: "qwen3-4b" }, writes: false, why: "it does worse", waiting: 0 },
};
const open: Partial<BrainStatus> = {
  seal: { kind: "not sealed", interfaces: ["eth0"], why: "the configuration says seal: off", cure: "Remove it" },
};

describe("what is kept", () => {
  const say = (given: Partial<BrainStatus> = {}, messageContent = true) =>
    privacyText({ ...readyStatus, ...given }, aboutPrivacy({ messageContent }));

  it.each([
    ["sealed", {}, /has no network \(sealed\)/],
    [
      "with a server of the owner's",
      server,
      /10\.0\.0\.7:8080[^]*qwen3-4b, is a server[^]*questions and passages go there/,
    ],
    ["with a model of its own", local, /qwen3-4b, runs on that machine too/],
    ["not sealed, and says so plainly", open, /\*\*not sealed\*\*/],
  ])("is said where Hearth is %s", (_case, given, words) => {
    expect(say(given)).toMatch(words);
  });

  it("says what Discord shows Hearth, with message content and without", () => {
    expect(say({}, true)).toContain("not addressed to it are dropped at once");
    expect(say({}, false)).toContain("only messages that mention it");
  });

  it("names the talk of the place where it is kept, for how long, and how to stay out of it; and that no backups are made", () => {
    const kept = {
      platform: "discord",
      space: "G1",
      channel: "C1",
      since: "2026-11-24T09:00:00.000Z",
      by: "U1",
      days: 90,
      messages: 5,
    } as const;
    const about = aboutPrivacy({ messageContent: true });
    const text = privacyText({ ...readyStatus, ...server }, about, [kept]);
    expect(text).toMatch(/said in this channel and its threads[^]*for 90 days[^]*`\/memory opt-out`/);
    expect(text).toMatch(/Of other channels nothing/);
    expect(text).toMatch(/makes no backups/);
    expect(text.length).toBeLessThanOrEqual(2_000);
    expect(privacyText(readyStatus, about)).toMatch(/what is said in this channel is not kept/);
  });

  it("fits one message", () => {
    for (const given of [{}, server, local, open]) expect(say(given).length).toBeLessThanOrEqual(2_000);
  });
});

describe("the status", () => {
  const say = (given: Partial<BrainStatus> = {}) =>
    statusText({ ...readyStatus, ...given }, { version: "0.1.0", counts: {}, dialect: DISCORD });

  it.each([
    [{}, "2 documents, 7 passages, as of <t:1795510800:R>"],
    [{ sync: { kind: "reading", done: 1, total: 4 } }, "reading 1 of 4"],
    [{ failed: [{ path: "a.pdf", reason: "it is locked" }] }, "1 file could not be read"],
    [server, "qwen3-4b, ready, writes, 2 questions waiting"],
    [local, "qwen3-4b, idle, does not write"],
    [open, "Core: not sealed"],
    [
      { meaning: { kind: "embedding", model: { kind: "transformers", name: "mini" }, done: 3, total: 9 } },
      "3 of 9 passages",
    ],
  ] satisfies [Partial<BrainStatus> | object, string][])("%j says %s", (given, words) => {
    expect(say(given)).toContain(words);
  });

  it("names no file and no path of the owner's machine", () => {
    const sync = { kind: "failed", reason: "/srv/handbook cannot be read (EACCES)" } as const;
    expect(say({ sync, failed: [{ path: "pay/secret.pdf", reason: "locked" }] })).not.toMatch(/srv|secret/);
  });
});

describe("the receipt", () => {
  it("counts what was deleted, and says what cannot be", () => {
    const text = receiptText("channel", { messages: 1, answers: 2, ratings: 0, talk: 0, lines: 0, rows: 3 }, DISCORD);
    const more = { messages: 1, answers: 2, ratings: 0, talk: 40, lines: 1, rows: 3, digests: 2 };
    const since = receiptText("me", more, DISCORD, "2026-11-24T09:00:00.000Z");
    expect(since).toMatch(
      /of yours since <t:1795510800:f>[^]*40 messages of channels[^]*1 line of digests; 2 digests that stand/,
    );
    expect(since).toMatch(/no backups/);
    expect(text).toMatch(/of this channel[^]*1 message:[^]*2 answers:[^]*0 ratings[^]*3 entries[^]*Not deleted/);
  });
});
