import { describe, expect, it } from "vitest";
import { humansFor } from "../../src/bots/ask-human.ts";

const settings = {
  askHuman: [
    { channel: "10001", mention: ["user:20001", "role:30001", "user:20001"] },
    { channel: "10002", mention: ["role:30002"] },
    { mention: ["user:20009"] },
  ],
};
const place = (channel: string, thread?: string, space = "50001") => ({
  platform: "discord" as const,
  space,
  channel,
  ...(thread !== undefined && { thread }),
});

describe("whom to ask", () => {
  it.each([
    ["of a channel, each once", place("10001"), { users: ["20001"], roles: ["30001"] }],
    ["of a thread's channel", place("10001", "40001"), { users: ["20001"], roles: ["30001"] }],
    ["of a thread that has an entry of its own", place("10001", "10002"), { users: [], roles: ["30002"] }],
    ["of every other channel", place("10007"), { users: ["20009"], roles: [] }],
    ["of a direct message: nobody", place("60001", undefined, "@me"), undefined],
  ])("%s", (_case, conversation, humans) => {
    expect(humansFor(settings, conversation)).toEqual(humans);
  });

  it("is nobody in a direct message of Slack's, and people and user groups elsewhere", () => {
    const askHuman = [{ mention: ["user:U20001", "group:S30001"] }];
    const of = (channel: string) => ({ platform: "slack" as const, space: "T50001", channel });
    expect(humansFor({ askHuman }, of("C10001"))).toEqual({ users: ["U20001"], roles: ["S30001"] });
    expect(humansFor({ askHuman }, of("D10001"))).toBeUndefined();
  });

  it("is nobody where no entry is for the channel", () => {
    expect(humansFor({ askHuman: settings.askHuman.slice(0, 2) }, place("10007"))).toBeUndefined();
    expect(humansFor({ askHuman: [] }, place("10001"))).toBeUndefined();
  });
});
