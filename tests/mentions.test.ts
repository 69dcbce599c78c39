import { describe, expect, it } from "vitest";
import { withoutMentions } from "../src/mentions.ts";

describe("text without mentions", () => {
  it.each(["<!<!>here>", "<<!>!here>", "<@<!>U123ABC>", "<!h<!>ere>", "<!<!<!>>channel>", "<@<@&>123456>"])(
    "has none in %s, where one stands in another",
    (text) => expect(withoutMentions(text)).not.toMatch(/<[@!#]/),
  );

  it("has none however deep they stand in each other", () => {
    const depth = 4_000;
    expect(withoutMentions(`${"<!".repeat(depth)}here${">".repeat(depth)}`)).not.toMatch(/<!/);
  });
});
