import { describe, expect, it } from "vitest";
import { cleanQuestion } from "../../src/knowledge/clean-question.ts";

describe("cleaning a question", () => {
  it("takes out mentions as Discord and Slack write them, and a name in front", () => {
    expect(cleanQuestion("<@123456> how do I <@!99> get in?")).toBe("how do I get in?");
    expect(cleanQuestion("<!here> <@&77> :wave: who has the key")).toBe("who has the key");
    expect(cleanQuestion("@hearth what is the limit?")).toBe("what is the limit?");
    expect(cleanQuestion("Hearth: what is the limit?")).toBe("what is the limit?");
  });

  it("keeps the names of channels and links", () => {
    expect(cleanQuestion("who may post in <#C0123|announcements>?")).toBe("who may post in announcements?");
    expect(cleanQuestion("is <https://wiki.acme.example/x|the wiki> down?")).toBe("is the wiki down?");
  });

  it("takes out the greeting before it, and the thanks behind it", () => {
    expect(cleanQuestion("Hey there, how many days?")).toBe("how many days?");
    expect(cleanQuestion("good morning! who approves travel, please? Thanks in advance :)")).toBe(
      "who approves travel?",
    );
    expect(cleanQuestion("hi team where is the badge office pls")).toBe("where is the badge office");
    expect(cleanQuestion("Hallo zusammen, wo ist das?")).toBe("wo ist das?");
  });

  it("takes out what only asks to be told", () => {
    expect(cleanQuestion("hey can you tell me how many days off we get")).toBe("how many days off we get");
    expect(cleanQuestion("quick question: does anyone know who approves leave?")).toBe("who approves leave?");
    expect(cleanQuestion("Weiß jemand, wie lange die Probezeit dauert?")).toBe("wie lange die Probezeit dauert?");
  });

  it("leaves what belongs to the subject", () => {
    expect(cleanQuestion("What does hello world print?")).toBe("What does hello world print?");
    expect(cleanQuestion("hello world fails to build")).toBe("hello world fails to build");
    expect(cleanQuestion("question types in forms")).toBe("question types in forms");
    expect(cleanQuestion("how do I say thanks")).toBe("how do I say thanks");
    expect(cleanQuestion("@types/node is too old")).toBe("@types/node is too old");
    expect(cleanQuestion("mail me at ops@acme.example")).toBe("mail me at ops@acme.example");
    expect(cleanQuestion("is a < b and c > d?")).toBe("is a < b and c > d?");
    expect(cleanQuestion("Hiring: how does it work?")).toBe("Hiring: how does it work?");
  });

  it("leaves a message that is nothing else", () => {
    expect(cleanQuestion(" hello ")).toBe("hello");
    expect(cleanQuestion("hi hi!")).toBe("hi hi!");
    expect(cleanQuestion("<@123>")).toBe("<@123>");
  });
});
