import { describe, expect, it } from "vitest";
import { isTokenRefused, whyClosed, whyRefused } from "../../../src/bots/discord/fatal.ts";
import { compareIds, isSnowflake, snowflakeAt, timeOf } from "../../../src/bots/discord/snowflake.ts";
import { threadName } from "../../../src/bots/discord/to-discord.ts";

describe("what Discord closes for good", () => {
  const both = { messageContent: true, members: true };
  it.each([
    [4004, both, ["Bot, Reset Token", "DISCORD_TOKEN", "https://discord.com/developers/applications"]],
    [4010, both, ["divided among several connections"]],
    [4011, both, ["divided among several connections"]],
    [4012, both, ["update Hearth"]],
    [4013, both, ["update Hearth"]],
    [
      4014,
      both,
      ['"Message Content Intent" and "Server Members Intent"', '"messageContent: false" and "members: false"'],
    ],
    [
      4014,
      { messageContent: true, members: false },
      ['Switch on "Message Content Intent":', 'write "messageContent: false"'],
    ],
    [4014, { messageContent: false, members: false }, ["update Hearth"]],
  ])("with %i says what to do", (code, settings, words) => {
    for (const word of words) expect(whyClosed(code, settings)).toContain(word);
  });

  it.each([1000, 1001, 1006, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009])("is not closed so with %i", (code) => {
    expect(whyClosed(code, both)).toBeUndefined();
  });

  it("is a token that is refused, but not a webhook's", () => {
    expect(isTokenRefused({ status: 401, path: "/channels/1/messages" })).toBe(true);
    expect(isTokenRefused({ status: 401, path: "/webhooks/1/abc/messages/@original" })).toBe(false);
    expect(isTokenRefused({ status: 401, path: "/interactions/1/abc/callback" })).toBe(false);
    expect(isTokenRefused({ status: 403, path: "/channels/1/messages" })).toBe(false);
    expect(whyRefused(Object.assign(new Error("x"), { code: "TokenInvalid" }))).toContain("Reset Token");
    expect(whyRefused(new Error("x"))).toBeUndefined();
  });
});

describe("an id", () => {
  it("says when it was made, and orders what was made", () => {
    const at = Date.UTC(2026, 10, 28);
    expect(timeOf(snowflakeAt(at))).toBe(at);
    expect(compareIds(snowflakeAt(at), snowflakeAt(at + 1))).toBe(-1);
    expect(compareIds("99999", "100000")).toBe(-1);
    expect(compareIds("7", "7")).toBe(0);
    expect(snowflakeAt(0)).toBe("0");
  });

  it.each(["", "1'", "-1", "1.0", "١٢٣", " 1", "18446744073709551616", 5, null])("is not %j", (value) => {
    expect(isSnowflake(value)).toBe(false);
  });
});

describe("a thread's name", () => {
  it.each([
    ["how do I **deploy**?", "how do I deploy?"],
    ["", "Question"],
    ["  \n ", "Question"],
    ["look at https://evil.example/x now", expect.not.stringContaining("https://")],
    ["ping @everyone", expect.not.stringMatching(/@everyone/)],
  ])("of %j", (text, name) => {
    expect(threadName(text)).toEqual(name);
  });

  it("ends at a word, within what Discord takes", () => {
    const name = threadName("word ".repeat(60));
    expect(name.length).toBeLessThanOrEqual(80);
    expect(name).toMatch(/word…$/);
    expect(threadName("x".repeat(300)).length).toBeLessThanOrEqual(80);
  });
});
