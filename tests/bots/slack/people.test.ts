import { afterEach, describe, expect, it, vi } from "vitest";
import type { Call } from "../../../src/bots/slack/call.ts";
import { managesChannel } from "../../../src/bots/slack/interaction-tools.ts";
import { createPeople } from "../../../src/bots/slack/people.ts";

const TEAM = "T0ACME";
const signal = AbortSignal.timeout(60_000);

/** A workspace of one channel, with one member who is made a guest when a test says so. */
function workspace() {
  const state = { isGuest: false };
  const must: Call["must"] = (_team, method) => {
    if (method === "conversations.members") return Promise.resolve({ members: ["U0ADA"] });
    if (method === "conversations.info") return Promise.resolve({ channel: { id: "C0GENERAL", creator: "U0ADA" } });
    return Promise.resolve({
      user: { id: "U0ADA", team_id: TEAM, is_restricted: state.isGuest, is_admin: true },
    });
  };
  const call = { must, spare: must, behind: must, live: { hasRoom: () => true, shown: () => {} } };
  return { state, call, people: createPeople(call) };
}

describe("what is known of people on Slack", () => {
  afterEach(() => void vi.useRealTimers());

  it("is never older than a minute, also of the members of a channel", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { state, people } = workspace();
    await people.user(TEAM, "U0ADA", { signal });
    vi.advanceTimersByTime(45_000);
    expect(await people.members(TEAM, "C0GENERAL", { signal })).toMatchObject([{ isGuest: false }]);
    state.isGuest = true;
    vi.advanceTimersByTime(40_000);
    expect(await people.members(TEAM, "C0GENERAL", { signal })).toMatchObject([{ isGuest: true }]);
  });
});

describe("who manages a channel on Slack", () => {
  it("is nobody of another workspace who has the id of somebody here", async () => {
    const { call, people } = workspace();
    const installs = { of: () => undefined, teams: () => [TEAM] };
    const tools = { settings: { admins: [], askHuman: [], api: "" }, people, installs, call, signal };
    const manages = (team: string) =>
      managesChannel({ team: TEAM, channel: "C0GENERAL", person: { team, user: "U0ADA" } }, tools);
    expect(await manages(TEAM)).toBe(true);
    expect(await manages("T0OTHER")).toBe(false);
  });
});
