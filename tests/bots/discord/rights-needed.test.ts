import { ChannelType, GatewayIntentBits, PermissionFlagsBits as P } from "discord.js";
import { describe, expect, it } from "vitest";
import {
  intentsNeeded,
  inviteLink,
  permissionsNeededIn,
  permissionsTooMany,
  shownPermission,
} from "../../../src/bots/discord/rights-needed.ts";

const reply = { answerIn: "reply" } as const;
const thread = { answerIn: "thread" } as const;
const NEEDED = P.ViewChannel | P.SendMessages | P.SendMessagesInThreads | P.ReadMessageHistory;

describe("the invite link", () => {
  it("asks for exactly the permissions and scopes that are needed", () => {
    const link = new URL(inviteLink("112233445566778899", reply));
    expect(link.origin + link.pathname).toBe("https://discord.com/oauth2/authorize");
    expect(Object.fromEntries(link.searchParams)).toEqual({
      client_id: "112233445566778899",
      permissions: String(NEEDED),
      integration_type: "0",
      scope: "bot applications.commands",
    });
  });

  it("asks for threads only where answers make some", () => {
    const bits = BigInt(new URL(inviteLink("1", thread)).searchParams.get("permissions") ?? "");
    expect(bits).toBe(NEEDED | P.CreatePublicThreads);
  });
});

describe("permissions needed", () => {
  it("in a forum leave out what makes posts", () => {
    expect(permissionsNeededIn(ChannelType.GuildForum, thread)).toEqual([
      "ViewChannel",
      "SendMessagesInThreads",
      "ReadMessageHistory",
    ]);
    expect(permissionsNeededIn(ChannelType.GuildText, thread)).toContain("CreatePublicThreads");
  });
});

describe("permissions beyond those", () => {
  const everyone = P.ViewChannel | P.SendMessages | P.AddReactions | P.Connect;

  it("are none where there are just those needed, and what everybody may do", () => {
    expect(permissionsTooMany({ own: NEEDED, everyone }, reply)).toEqual([]);
    expect(permissionsTooMany({ own: NEEDED | P.AddReactions, everyone }, reply)).toEqual([]);
  });

  it("are what the bot's own roles add, powerful or not", () => {
    expect(permissionsTooMany({ own: NEEDED | P.Administrator, everyone }, reply)).toEqual(["Administrator"]);
    expect(permissionsTooMany({ own: NEEDED | P.EmbedLinks, everyone }, reply)).toEqual(["EmbedLinks"]);
    expect(permissionsTooMany({ own: NEEDED | P.CreatePublicThreads, everyone }, reply)).toEqual([
      "CreatePublicThreads",
    ]);
    expect(permissionsTooMany({ own: NEEDED | P.CreatePublicThreads, everyone }, thread)).toEqual([]);
  });

  it("are powerful ones also where everybody has them", () => {
    expect(permissionsTooMany({ own: 0n, everyone: everyone | P.ManageMessages }, reply)).toEqual(["ManageMessages"]);
  });
});

describe("intents needed", () => {
  it("are the privileged ones only where the settings say so", () => {
    const plain = [GatewayIntentBits.Guilds, GatewayIntentBits.GuildMessages, GatewayIntentBits.DirectMessages];
    expect(intentsNeeded({ messageContent: false, members: false })).toEqual(plain);
    expect(intentsNeeded({ messageContent: true, members: true })).toEqual([
      ...plain,
      GatewayIntentBits.MessageContent,
      GatewayIntentBits.GuildMembers,
    ]);
  });
});

describe("a permission's name", () => {
  it.each([
    ["ReadMessageHistory", "Read Message History"],
    ["SendMessagesInThreads", "Send Messages in Threads"],
    ["ManageGuild", "Manage Server"],
  ] as const)("%s is shown as %s", (name, shown) => {
    expect(shownPermission(name)).toBe(shown);
  });
});
