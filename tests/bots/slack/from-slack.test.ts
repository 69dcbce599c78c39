import { describe, expect, it } from "vitest";
import { addressedBy, fromMessage, namedIn, plainText, type Surroundings } from "../../../src/bots/slack/from-slack.ts";
import { readMessage, type SlackMessage } from "../../../src/bots/slack/message.ts";

const around: Surroundings = {
  botUser: "UHEARTH",
  botId: "BHEARTH",
  bots: ["URELAY"],
  nameOf: (id) => ({ UADA: "ada", CGENERAL: "general" })[id],
};
const place = { team: "TACME", channel: "CGENERAL", isJoined: false };
const message = (given: Partial<SlackMessage> = {}): SlackMessage => ({
  ts: "1700000000.000100",
  text: "hello",
  user: "UADA",
  files: [],
  blocks: [],
  ...given,
});

describe("whether a message is meant for Hearth", () => {
  it.each([
    ["names it", message({ text: "<@UHEARTH> hello" }), place, "mention"],
    ["names it with a label", message({ text: "hello <@UHEARTH|hearth>" }), place, "mention"],
    ["names somebody else", message({ text: "<@UHEARTHS> hello" }), place, undefined],
    ["is in a thread that it is in", message(), { ...place, isJoined: true }, "thread"],
    ["is to it alone", message(), { ...place, channel: "DADA" }, "direct"],
    ["has a file", message({ text: "<@UHEARTH>", subtype: "file_share" }), place, "mention"],
    ["is its own", message({ user: "UHEARTH", text: "<@UHEARTH>" }), place, undefined],
    ["is its own by its bot", message({ botId: "BHEARTH", text: "<@UHEARTH>" }), place, undefined],
    ["says who came", message({ subtype: "channel_join", text: "<@UHEARTH> has joined" }), place, undefined],
    ["is of another app", message({ user: "UOTHER", botId: "B1", text: "<@UHEARTH>" }), place, undefined],
    [
      "is of an app that the owner named",
      message({ user: "URELAY", botId: "B2", text: "<@UHEARTH>" }),
      place,
      "mention",
    ],
    [
      "is of such an app without a mention",
      message({ user: "URELAY", botId: "B2" }),
      { ...place, isJoined: true },
      undefined,
    ],
    ["is of nobody", message({ user: "" }), place, undefined],
  ])("which %s", (_case, said, where, reason) => {
    expect(addressedBy(said, where, around)).toBe(reason);
  });
});

describe("Slack's markup as people read it", () => {
  it.each([
    ["<@UHEARTH>, how?", "how?"],
    ["Hey <@UHEARTH> how?", "Hey how?"],
    ["<@UADA> and <@UNOBODY> and <@UX|Xu>", "@ada and @unknown-user and @Xu"],
    ["<#CGENERAL> <#CX|random> <#CNONE>", "#general #random #unknown"],
    ["<!here> <!channel|@channel> <!subteam^S1|@leads> <!subteam^S2>", "@here @channel @leads @unknown-group"],
    [
      "<https://a.example/x?y=1&amp;z> <https://a.example|the page>",
      "https://a.example/x?y=1&z the page (https://a.example)",
    ],
    ["<mailto:a@b.example|a@b.example> <tel:+49|+49>", "a@b.example +49"],
    ["<!date^1700000000^{date}|14 November>", "14 November"],
    ["1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;", "1 < 2 && 3 > 2 &lt;"],
  ])("%s", (text, plain) => {
    expect(plainText(text, around)).toBe(plain);
  });

  it("names each person and channel that is to be looked up", () => {
    expect(namedIn("<@U1> <#C1> <@U2|two> <!here> <@W3>")).toEqual(["U1", "C1", "W3"]);
  });
});

describe("a message as a question", () => {
  it("goes to its own thread, and knows by which workspace and whom", () => {
    const asked = fromMessage(message({ userTeam: "TOTHER", text: "<@UHEARTH> hi" }), place, around);
    expect(asked).toEqual({
      id: "CGENERAL:1700000000.000100",
      platform: "slack",
      message: {
        id: "1700000000.000100",
        conversation: { platform: "slack", space: "TACME", channel: "CGENERAL", thread: "1700000000.000100" },
        author: { id: "TOTHER:UADA", name: "ada", isBot: false },
        text: "hi",
        sentAt: "2023-11-14T22:13:20.000Z",
        url: "https://slack.com/archives/CGENERAL/p1700000000000100",
      },
      seenBy: "place",
      files: [],
      route: { team: "TACME", channel: "CGENERAL", user: "UADA", userTeam: "TOTHER", thread: "1700000000.000100" },
    });
  });

  it("is none without a time, and leaves out what has the wrong form", () => {
    expect(readMessage({ text: "x" })).toBeUndefined();
    expect(readMessage({ ts: "1' OR 1=1", text: "x" })).toBeUndefined();
    expect(
      readMessage({ ts: "1700000000.000100", user: 7, text: null, files: [{ id: "F1", mode: "tombstone" }, "x"] }),
    ).toEqual({
      ts: "1700000000.000100",
      text: "",
      files: [],
      blocks: [],
    });
  });
});
