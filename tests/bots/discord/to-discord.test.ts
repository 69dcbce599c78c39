import { describe, expect, it } from "vitest";
import { readCustomId } from "../../../src/bots/pressed.ts";
import { nonceOf, toCustomId, toMessage } from "../../../src/bots/discord/to-discord.ts";
import type { Button } from "../../../src/bots/platform.ts";

const answerId = "0f9a1c1e-5a39-4a6e-9f5e-1f0f6f0c7a11";
const buttons: readonly Button[] = [
  { kind: "up", answerId },
  { kind: "down", answerId },
  { kind: "why", answerId },
  { kind: "human", answerId },
];

describe("a message", () => {
  it("pings nobody and shows no previews, whatever it says", () => {
    const message = toMessage({ markdown: "hi @everyone <@1> https://docs.acme.example", buttons: [] });
    expect(message).toEqual({
      content: "hi @everyone <@1> https://docs.acme.example",
      components: [],
      allowed_mentions: { parse: [], users: [], roles: [], replied_user: false },
      flags: 4,
    });
  });

  it("has its buttons in one row", () => {
    const [row, ...others] = toMessage({ markdown: "", buttons }).components;
    expect(others).toEqual([]);
    expect(row?.components.map((button) => button.custom_id)).toEqual(buttons.map(toCustomId));
    expect(row?.components.map((button) => ("label" in button ? button.label : button.emoji?.name))).toEqual([
      "👍",
      "👎",
      "Why?",
      "Ask a human",
    ]);
  });
});

describe("a button", () => {
  it("comes back as it was sent, in at most 100 characters", () => {
    for (const button of [...buttons, { kind: "stop", job: "a".repeat(20) } as const]) {
      expect(toCustomId(button).length).toBeLessThanOrEqual(100);
      expect(readCustomId(toCustomId(button))).toEqual(button);
    }
  });
});

it("a part of an answer has a nonce of its own, of at most 25 characters", () => {
  const job = "j".repeat(20);
  expect(nonceOf(job, 0)).not.toBe(nonceOf(job, 1));
  expect(nonceOf(job, 9999).length).toBeLessThanOrEqual(25);
});
