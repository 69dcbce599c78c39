import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { judgeAnswer, splitSentences, type GivenPassage } from "../../bench/claim-check.ts";

const leave: GivenPassage = {
  title: "Leave",
  headings: ["Annual leave"],
  text:
    "Everybody gets 28 days of annual leave a year, and 5 days of training. Ask your lead two weeks before.\n\n" +
    "- Unused days are not paid out.\n- Fill in the form `leave_request` at https://hr.example.com/leave before 31 March 2026.",
};
const expenses: GivenPassage = {
  title: "Expenses",
  headings: ["Receipts"],
  text: "Receipts over 1,000 EUR need the approval of Maria Lopez. Approval is not required for train tickets.",
};
const passages = [leave, expenses];
const why = (text: string) => judgeAnswer(text, passages).map((one) => one.why);

describe("the claim checker", () => {
  it.each([
    "Everybody gets 28 days of annual leave. [1]",
    "You get 28 days of annual leave each year [1].",
    "You must ask your lead two weeks before [1].",
    "Ask your lead 2 weeks before. [1]",
    "Unused leave days are not paid out. [1]",
    "Unused days aren't paid out. [1]",
    "Fill in `leave_request` at https://hr.example.com/leave before 31 March 2026. [1]",
    "Receipts over 1000 EUR need approval by Maria Lopez. [2]",
    "No approval is required for train tickets. [2]",
    "What I’d say is that receipts over 1,000 EUR need Maria’s approval. [2]",
    "There are 5 days of training and 28 days of annual leave. [1]",
    "Everybody gets 28 days of annual leave, and receipts over 1,000 EUR need approval. [1][2]",
  ])("takes what the passage says: %s", (text) => {
    expect(why(text)).toEqual([undefined]);
  });

  it.each([
    ["Everybody gets 30 days of annual leave. [1]", "the number 30 is not in the passage"],
    ["Everybody gets 28 days of annual leave until 31 May 2026. [1]", "the name May is not in the passage"],
    ["Receipts over 1000 EUR need the approval of John Smith. [2]", "the name John is not in the passage"],
    ["Receipts over 1000 EUR need the approval of GSA. [2]", "the name GSA is not in the passage"],
    ["Fill in the form `sick_request` before 31 March 2026. [1]", "sick_request is not in the passage"],
    [
      "Fill in the form at https://hr.example.com/sick before March. [1]",
      "https://hr.example.com/sick is not in the passage",
    ],
    ["Everybody gets 28 days of annual leave. [2]", "the number 28 is not in the passage"],
    ["Everybody gets 28 days of annual leave.", "it has no mark"],
    ["Everybody gets 28 days of annual leave. [3]", "a mark leads to no passage"],
    [
      "Everybody gets a free bicycle and lunch on birthdays. [1]",
      "only 33 % of its words stand together in the passage",
    ],
  ])("refuses what it does not say: %s", (text, expected) => {
    expect(why(text)).toEqual([expected]);
  });

  it.each([
    "Unused days are paid out. [1]",
    "Approval is required for train tickets. [2]",
    "Receipts over 1000 EUR do not need the approval of Maria Lopez. [2]",
    "Everybody never gets 28 days of annual leave. [1]",
  ])("refuses a yes for a no, and a no for a yes: %s", (text) => {
    expect(why(text)).toEqual(["it negates what the passage says, or leaves out a negation"]);
  });

  it("refuses numbers that changed places", () => {
    const offices: GivenPassage = { title: "Offices", headings: [], text: "Berlin has 40 desks and 7 rooms." };
    expect(judgeAnswer("Berlin has 7 rooms and 40 desks. [1]", [offices])[0]?.why).toBeUndefined();
    const far: GivenPassage = {
      title: "Offices",
      headings: [],
      text: "There are 40 desks, which anybody may book for a whole week at once by the board in the hall. There are 7 rooms.",
    };
    expect(judgeAnswer("There are 40 rooms, and 7 desks. [1]", [far])[0]?.why).toBe(
      "40 does not belong to room in the passage",
    );
  });

  it("judges each sentence and list item by its own marks, and a lead-in by those of its list", () => {
    const text =
      "To take leave:\n- Ask your lead two weeks before. [1]\n- Receipts need approval. [2] It is never 99 days. [1]";
    expect(judgeAnswer(text, passages).map(({ sentence, marks }) => ({ sentence, marks }))).toEqual([
      { sentence: "To take leave:", marks: [1] },
      { sentence: "Ask your lead two weeks before.", marks: [1] },
      { sentence: "Receipts need approval.", marks: [2] },
      { sentence: "It is never 99 days.", marks: [1] },
    ]);
  });

  it("splits at full stops, not at short forms or inside numbers", () => {
    expect(splitSentences("Use 2.5 GB, e.g. On disks. Then stop [1]. 3 days remain.")).toEqual([
      "Use 2.5 GB, e.g. On disks.",
      "Then stop [1].",
      "3 days remain.",
    ]);
  });

  it("imports nothing, so that it cannot share a mistake with what it checks", () => {
    const text = readFileSync(new URL("../../bench/claim-check.ts", import.meta.url), "utf8");
    expect(text).not.toMatch(/^\s*import\b|\bimport\(|\brequire\(/m);
  });
});
