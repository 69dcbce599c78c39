import { describe, expect, it } from "vitest";
import {
  canView,
  type ChannelView,
  type GuildView,
  type MemberView,
  type Overwrite,
  readableBy,
  readersOfChannel,
  readersOfKnownThread,
  readersOfPrivateThread,
  VIEW,
} from "../../../src/bots/discord/readers.ts";

const MANAGE_THREADS = 1n << 34n;
const ADMINISTRATOR = 1n << 3n;
const SEND = 1n << 11n;

const forRole = (id: string, view: "allow" | "deny", more = 0n): Overwrite => ({
  id,
  kind: "role",
  allow: (view === "allow" ? VIEW : 0n) | more,
  deny: view === "deny" ? VIEW : 0n,
});
const forMember = (id: string, view: "allow" | "deny"): Overwrite => ({ ...forRole(id, view), kind: "member" });
const channel = (
  id: string,
  overwrites: readonly Overwrite[] = [],
  kind: ChannelView["kind"] = "text",
): ChannelView => ({
  id,
  kind,
  overwrites,
});

const onlyLeads = [forRole("g", "deny"), forRole("leads", "allow")];

function guild(changes: Partial<GuildView> = {}, more: readonly ChannelView[] = []): GuildView {
  const channels = [
    channel("general"),
    channel("random"),
    channel("leads", onlyLeads),
    channel("leads-too", [forRole("leads", "allow", SEND), forRole("g", "deny", SEND)]),
    channel("hr", [forRole("g", "deny"), forRole("hr", "allow")]),
    channel("lounge", [], "voice"),
    channel("stage", onlyLeads, "stage"),
    ...more,
  ];
  return {
    id: "g",
    ownerId: "owner",
    roles: new Map([
      ["g", VIEW | SEND],
      ["leads", 0n],
      ["hr", 0n],
      ["mods", MANAGE_THREADS],
      ["admins", ADMINISTRATOR],
    ]),
    channels: new Map(channels.map((one) => [one.id, one])),
    isDiscoverable: false,
    isTeam: true,
    ...changes,
  };
}

const member = (id: string, ...roleIds: string[]): MemberView => ({ id, roleIds, isGuest: false });
const SEEN_BY_ALL = ["discord:g:general", "discord:g:random", "discord:g:lounge"];
const same = (given: readonly string[], wanted: readonly string[]) =>
  expect(given.toSorted()).toEqual(wanted.toSorted());

describe("what all readers may read", () => {
  it("in a channel for everyone is what everyone sees", () => {
    same(readersOfChannel(guild(), "general"), ["public", "team", "discord:g", ...SEEN_BY_ALL]);
  });

  it("in a restricted channel is that, and what the same rules show", () => {
    same(readersOfChannel(guild(), "leads"), [
      "public",
      "team",
      "discord:g",
      ...SEEN_BY_ALL,
      "discord:g:leads",
      "discord:g:leads-too",
      "discord:g:stage",
    ]);
  });

  it("never includes a channel that somebody is shut out of, except in itself", () => {
    const shut = channel("shut", [forMember("eve", "deny")]);
    const roleShut = channel("role-shut", [forRole("hr", "deny")]);
    const wounded = guild({}, [shut, roleShut]);
    same(readersOfChannel(wounded, "general"), ["public", "team", "discord:g", ...SEEN_BY_ALL]);
    expect(readersOfChannel(wounded, "shut")).toContain("discord:g:shut");
    expect(readersOfChannel(wounded, "role-shut")).not.toContain("discord:g:shut");
  });

  it("includes nobody's channel where one more person is let in here", () => {
    const guest = channel("leads-and-eve", [...onlyLeads, forMember("eve", "allow")]);
    const granted = readersOfChannel(guild({}, [guest]), "leads-and-eve");
    expect(granted).not.toContain("discord:g:leads");
    expect(granted).toContain("discord:g:leads-and-eve");
  });

  it("includes a channel that everyone sees by its own rule, where everyone sees nothing by default", () => {
    const closed = guild({ roles: new Map([["g", 0n]]) }, [channel("open", [forRole("g", "allow")])]);
    same(readersOfChannel(closed, "hr"), ["public", "team", "discord:g", "discord:g:hr", "discord:g:open"]);
  });

  it("takes a denial to everyone for nothing where everyone sees nothing anyway", () => {
    const closed = guild({ roles: new Map([["g", 0n]]) }, [channel("leads-3", [forRole("leads", "allow")])]);
    expect(readersOfChannel(closed, "leads")).toContain("discord:g:leads-3");
  });

  it.each(["lounge", "stage"])("in a channel with guests (%s) is public and its own only", (id) => {
    same(readersOfChannel(guild(), id), ["public", `discord:g:${id}`]);
  });

  it("in a guild that strangers can look into is public and its own where everyone sees it", () => {
    const open = guild({ isDiscoverable: true });
    same(readersOfChannel(open, "general"), ["public", "discord:g:general"]);
    expect(readersOfChannel(open, "leads")).toContain("discord:g");
  });

  it("in a channel that is not known is public", () => {
    expect(readersOfChannel(guild(), "elsewhere")).toEqual(["public"]);
  });

  it("leaves the team out where the guild is not the team's", () => {
    expect(readersOfChannel(guild({ isTeam: false }), "general")).not.toContain("team");
  });
});

describe("what all readers of a private thread may read", () => {
  const thread = (...memberIds: string[]) => ({ parentId: "general", id: "t", memberIds: new Set(memberIds) });

  it("is its own and every member's, where its members are not known", () => {
    same(readersOfPrivateThread(guild(), "general", "t"), [
      "public",
      "team",
      "discord:g",
      "discord:g:general:t",
      "discord:g:t",
    ]);
    same(readersOfPrivateThread(guild(), "lounge", "t"), ["public", "discord:g:lounge:t", "discord:g:t"]);
    same(readersOfPrivateThread(guild(), "gone", "t"), ["public", "discord:g:gone:t", "discord:g:t"]);
  });

  it("is what they have in common, where they are known", () => {
    const people = [member("ann", "leads", "hr"), member("bob", "leads"), member("carl")];
    const granted = readersOfKnownThread(guild(), thread("ann", "bob"), people);
    expect(granted).toContain("discord:g:leads");
    expect(granted).toContain("discord:g:general:t");
    expect(granted).not.toContain("discord:g:hr");
  });

  it("counts whoever manages threads there as a reader", () => {
    const people = [member("ann", "leads"), member("mod", "mods")];
    expect(readersOfKnownThread(guild(), thread("ann"), people)).not.toContain("discord:g:leads");
  });

  it("is less where one of them is not known", () => {
    same(readersOfKnownThread(guild(), thread("ann", "new"), [member("ann", "leads")]), [
      "public",
      "team",
      "discord:g",
      "discord:g:general:t",
      "discord:g:t",
    ]);
    expect(readersOfKnownThread(guild(), thread(), [])).not.toContain("discord:g:general");
  });

  it("with a guest in it is public and its own", () => {
    const people = [member("ann", "leads"), { ...member("guest"), isGuest: true }];
    same(readersOfKnownThread(guild(), thread("ann", "guest"), people), [
      "public",
      "discord:g:general:t",
      "discord:g:t",
    ]);
  });
});

describe("what one member may read", () => {
  it("is what he sees", () => {
    same(readableBy(guild(), member("bob", "leads")), [
      "public",
      "team",
      "discord:g",
      ...SEEN_BY_ALL,
      "discord:g:leads",
      "discord:g:leads-too",
      "discord:g:stage",
    ]);
    same(readableBy(guild(), member("carl")), ["public", "team", "discord:g", ...SEEN_BY_ALL]);
  });

  it("is everything for the owner and an administrator, and public for a guest", () => {
    expect(readableBy(guild(), member("owner"))).toContain("discord:g:hr");
    expect(readableBy(guild(), member("mod", "admins"))).toContain("discord:g:hr");
    expect(readableBy(guild(), { ...member("guest", "leads"), isGuest: true })).toEqual(["public"]);
  });

  it.each<[string, readonly Overwrite[], readonly string[], boolean]>([
    ["everyone's denial holds", [forRole("g", "deny")], [], false],
    ["a role's permission outweighs everyone's denial", onlyLeads, ["leads"], true],
    [
      "a role's permission outweighs another role's denial",
      [forRole("leads", "allow"), forRole("hr", "deny")],
      ["leads", "hr"],
      true,
    ],
    [
      "a denial to the member outweighs a role's permission",
      [...onlyLeads, forMember("bob", "deny")],
      ["leads"],
      false,
    ],
    [
      "a permission to the member outweighs a role's denial",
      [forRole("leads", "deny"), forMember("bob", "allow")],
      ["leads"],
      true,
    ],
    ["what is said of others makes no difference", [forMember("eve", "deny"), forRole("hr", "deny")], ["leads"], true],
    ["a member's id is not taken for a role's", [{ ...forRole("leads", "deny"), kind: "member" }], ["leads"], true],
  ])("%s", (_, overwrites, roleIds, sees) => {
    expect(canView(guild(), channel("x", overwrites), member("bob", ...roleIds))).toBe(sees);
  });
});
