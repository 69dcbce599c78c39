import { describe, expect, it } from "vitest";
import { cleanQuestion } from "../../src/knowledge/clean-question.ts";

describe("cleaning a question", () => {
  it("takes out mentions as Discord and Slack write them, and names behind an @", () => {
    expect(cleanQuestion("<@123456> how do I <@!99> get in?")).toBe("how do I get in?");
    expect(cleanQuestion("<#C0123|general> <@U0ABC> where is it?")).toBe("general where is it?");
    expect(cleanQuestion("@hearth what is the limit?")).toBe("what is the limit?");
  });

  it("takes out the greeting before it", () => {
    expect(cleanQuestion("Hey there, how many days?")).toBe("how many days?");
    expect(cleanQuestion("good morning! who approves travel")).toBe("who approves travel");
    expect(cleanQuestion("Hallo zusammen, wo ist das?")).toBe("wo ist das?");
  });

  it("leaves what belongs to the subject", () => {
    expect(cleanQuestion("What does hello world print?")).toBe("What does hello world print?");
    expect(cleanQuestion("mail me at ops@acme.example")).toBe("mail me at ops@acme.example");
    expect(cleanQuestion("is a < b and c > d?")).toBe("is a < b and c > d?");
    expect(cleanQuestion("Hiring: how does it work?")).toBe("Hiring: how does it work?");
  });

  it("leaves a message that is nothing else", () => {
    expect(cleanQuestion(" hello ")).toBe("hello");
    expect(cleanQuestion("<@123>")).toBe("<@123>");
  });
});
