import { describe, expect, it } from "vitest";
import { createLineCheck } from "../../src/brain/digest-check.ts";
import { talk } from "../helpers/talk.ts";

const { check } = createLineCheck(
  talk([
    ["ann", "we will not ship version 2.4 on Friday, the export fails for 12 customers", 0],
    ["bob", "I'll call Initech about https://example.org/ticket/7 tomorrow", 1],
    ["cem", "wir liefern die Version nicht aus", 2],
    ["dora", "the export works again", 3],
  ]),
);
const why = (line: string, ...ids: string[]) => {
  const verdict = check(line, ids);
  return verdict.kind === "carried" ? "carried" : verdict.why;
};

describe("createLineCheck", () => {
  it("lets pass what the messages carry, in other words as well", () => {
    expect(why("ann: version 2.4 will not ship on Friday", "m0")).toBe("carried");
    expect(why("bob calls Initech tomorrow (https://example.org/ticket/7)", "m1")).toBe("carried");
    expect(why("Version 2.4 does not ship; the export fails and bob calls Initech", "m0", "m1")).toBe("carried");
  });

  it("drops a line without messages, or with one that is not there", () => {
    expect(why("version 2.4 will not ship")).toBe("no message");
    expect(why("version 2.4 will not ship", "m0", "m99")).toBe("no message");
  });

  it("drops numbers, dates, names and links that are not written", () => {
    expect(why("version 2.5 will not ship on Friday", "m0")).toBe("number");
    expect(why("version 2.4 will not ship on Monday", "m0")).toBe("date");
    expect(why("bob will call Globex tomorrow", "m1")).toBe("name");
    expect(why("dora will call Initech tomorrow", "m1")).toBe("name");
    expect(why("bob will call Initech about https://example.org/ticket/8", "m1")).toBe("link");
  });

  it("drops what is said to be somebody's who did not say it", () => {
    expect(why("dora: version 2.4 will not ship on Friday", "m0")).toBe("name");
    expect(why("eve: version 2.4 will not ship on Friday", "m0")).toBe("name");
    expect(why("version 2.4: will not ship on Friday", "m0")).toBe("carried");
  });

  it("drops what turns a statement round, in any language that it knows", () => {
    expect(why("we will ship version 2.4 on Friday", "m0")).toBe("negation");
    expect(why("cem: wir liefern die Version aus", "m2")).toBe("negation");
    expect(why("the export never works again", "m3")).toBe("negation");
    expect(why("nobody will ship version 2.4 on Friday", "m0")).toBe("negation");
  });

  it("drops what is mostly the model's own", () => {
    expect(why("the export shows excellent teamwork across departments", "m3")).toBe("words");
  });
});
