import { describe, expect, it } from "vitest";
import {
  CONNECT,
  HISTORY,
  canRead,
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
/** What everyone may in a server as Discord makes it. */
const ALL = VIEW | HISTORY | CONNECT | SEND;

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
      ["g", ALL],
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
    const closed = guild({ roles: new Map([["g", 0n]]) }, [channel("open", [forRole("g", "allow", HISTORY)])]);
    same(readersOfChannel(closed, "hr"), ["public", "team", "discord:g", "discord:g:open"]);
  });

  it("takes a denial to everyone for nothing where everyone sees nothing anyway", () => {
    const closed = guild({ roles: new Map([["g", HISTORY]]) }, [channel("leads-3", [forRole("leads", "allow")])]);
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

  describe("where somebody sees a channel and not what was said before", () => {
    const takes = (id: string, right: bigint): Overwrite => ({ id, kind: "role", allow: 0n, deny: right });

    it("is nothing of that channel, in itself either", () => {
      const present = channel("present", [takes("hr", HISTORY)]);
      const here = guild({}, [present]);
      same(readersOfChannel(here, "present"), ["public", "team", "discord:g", ...SEEN_BY_ALL]);
      expect(readersOfChannel(here, "general")).not.toContain("discord:g:present");
      expect(readersOfPrivateThread(here, "present", "t")).not.toContain("discord:g:t");
      expect(readableBy(here, member("bob"))).toContain("discord:g:present");
      expect(readableBy(here, member("eve", "hr"))).not.toContain("discord:g:present");
    });

    it("is a private thread's own where those in it read its channel, though others see that and do not", () => {
      const here = guild({}, [channel("present", [takes("hr", HISTORY)])]);
      const inThread = (...ids: string[]) => ({ parentId: "present", id: "t", memberIds: new Set(ids) });
      const people = [member("ann"), member("bob"), member("eve", "hr")];
      const known = (...ids: string[]) => readersOfKnownThread(here, inThread(...ids), people);
      expect(known("ann", "bob")).toEqual(expect.arrayContaining(["discord:g:t", "discord:g:present"]));
      for (const own of ["discord:g:t", "discord:g:present"]) expect(known("ann", "eve")).not.toContain(own);
    });

    it("is nothing of a channel with other rules for what was said before", () => {
      const silent = channel("silent", [...onlyLeads, takes("hr", HISTORY)]);
      const here = guild({}, [silent]);
      expect(readersOfChannel(here, "leads")).not.toContain("discord:g:silent");
      expect(readersOfChannel(here, "silent")).not.toContain("discord:g:silent");
      // They see that they are leads, and leads read all of this.
      expect(readersOfChannel(here, "silent")).toContain("discord:g:leads");
    });

    it("is a channel's own where what gives the one gives the other", () => {
      const roles = new Map([
        ["g", 0n],
        ["leads", 0n],
      ]);
      const both = channel("both", [forRole("g", "deny"), forRole("leads", "allow", HISTORY)]);
      const half = channel("half", [forRole("leads", "allow")]);
      const here = guild({ roles }, [both, half]);
      expect(readersOfChannel(here, "both")).toContain("discord:g:both");
      expect(readersOfChannel(here, "half")).not.toContain("discord:g:half");
      expect(readersOfChannel(here, "half")).not.toContain("discord:g:both");
    });

    it("is nothing of a voice channel that not everybody may enter", () => {
      const locked = channel("locked", [takes("g", CONNECT)], "voice");
      const here = guild({}, [locked]);
      expect(readersOfChannel(here, "general")).not.toContain("discord:g:locked");
      expect(readersOfChannel(here, "locked")).toContain("discord:g:locked");
      expect(readableBy(here, member("bob"))).not.toContain("discord:g:locked");
    });
  });

  it("takes a denial to everyone for a rule where a role has what is denied", () => {
    const roles = new Map([
      ["g", HISTORY],
      ["staff", VIEW],
    ]);
    const shut = channel("shut", [forRole("g", "deny"), forMember("ann", "allow")]);
    const open = channel("for-staff", [forMember("ann", "allow")]);
    expect(readersOfChannel(guild({ roles }, [shut, open]), "for-staff")).not.toContain("discord:g:shut");
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
    same(readersOfPrivateThread(guild(), "gone", "t"), ["public"]);
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
    expect(canRead(guild(), channel("x", overwrites), member("bob", ...roleIds))).toBe(sees);
  });
});
