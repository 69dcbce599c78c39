import { describe, expect, it } from "vitest";
import { checkApplication, type OwnApplication } from "../../../src/bots/discord/application-checks.ts";

const CONTENT = 1 << 18;
const CONTENT_LIMITED = 1 << 19;
const MEMBERS_LIMITED = 1 << 15;

const application: OwnApplication = {
  id: "112233445566778899",
  flags: CONTENT_LIMITED,
  bot_public: false,
  bot_require_code_grant: false,
  interactions_endpoint_url: null,
};
const settings = { answerIn: "reply", messageContent: true, members: false } as const;
const problems = (given: Partial<OwnApplication>, wanted: Partial<typeof settings> | object = {}) =>
  checkApplication({ ...application, ...given }, { ...settings, ...wanted }).filter(({ level }) => level !== "ok");

describe("the application in the portal", () => {
  it("is well with the intents that the settings need", () => {
    expect(problems({})).toEqual([]);
    expect(problems({ flags: CONTENT | MEMBERS_LIMITED }, { members: true })).toEqual([]);
  });

  it.each([
    ["Message Content Intent", { flags: 0 }, {}, "messageContent: false"],
    ["Server Members Intent", {}, { members: true }, "members: false"],
  ])("lacks the %s, and the cure names every click and the setting", (name, given, wanted, setting) => {
    const found = problems(given, wanted);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ level: "problem", ids: { intent: name } });
    expect(found[0]?.cure).toContain(`Bot, Privileged Gateway Intents, switch on ${name}`);
    expect(found[0]?.cure).toContain(setting);
  });

  it("is well without an intent that the settings do without, and says what that means", () => {
    const checks = checkApplication({ ...application, flags: 0 }, { ...settings, messageContent: false });
    expect(checks.every(({ level }) => level === "ok")).toBe(true);
    expect(checks[0]?.says).toContain("follows no thread without a mention");
  });

  it.each([
    ["warning", "Public Bot", { bot_public: true }],
    ["problem", "Requires OAuth2 Code Grant", { bot_require_code_grant: true }],
    ["problem", "Interactions Endpoint URL", { interactions_endpoint_url: "https://acme.example/x" }],
  ])("has a %s in %s", (level, click, given) => {
    const found = problems(given);
    expect(found.map((check) => check.level)).toEqual([level]);
    expect(found[0]?.cure).toContain(click);
  });
});
