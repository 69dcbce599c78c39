import { describe, expect, it } from "vitest";
import { contradict } from "../../src/brain/conflicts.ts";

describe("contradict", () => {
  it("sees another number, sum, time or day for the same thing", () => {
    const pairs = [
      ["Interns get 10 days of leave per year.", "Interns get twelve days of leave a year."],
      ["The deposit for a garage key is 20 EUR.", "The deposit for the garage key is €25."],
      ["The parking garage closes at 22:00.", "The parking garage closes at 11 pm."],
      ["Expense reports are due by 5 March.", "Expense reports are due by March 10th."],
      ["Timesheets are due every Friday at noon.", "Timesheets are due every Monday at noon."],
      ["All invitations expire after 48 hours.", "Invitations expire after 24 hours."],
      ["The discount is 15 % of the yearly price.", "The discount is 20% of the yearly price."],
    ] as const;
    for (const [one, other] of pairs) {
      expect(contradict(one, other), one).toBe(true);
      expect(contradict(other, one), one).toBe(true);
    }
  });

  it("sees that one says not", () => {
    expect(contradict("You may bring dogs to the office.", "You may not bring dogs to the office.")).toBe(true);
    expect(contradict("Contractors can use the gym.", "Contractors can't use the gym.")).toBe(true);
  });

  it("sees nothing where the same is said in other words", () => {
    expect(contradict("Interns get 10 days of leave per year.", "Interns get ten days of leave a year.")).toBe(false);
    expect(contradict("The parking garage closes at 22:00.", "The parking garage closes at 10 pm.")).toBe(false);
    expect(contradict("A key costs 1,000 EUR a year.", "A key costs €1000 a year.")).toBe(false);
    expect(contradict("Reports are due by 5 March.", "Reports are due by March 5.")).toBe(false);
  });

  it("sees nothing between sentences about different things", () => {
    const pairs = [
      ["Interns get 10 days of leave per year.", "Managers get 12 days of leave a year."],
      ["You can take sick leave for 13 days.", "You can take annual leave for 20 days."],
      ["Version 2 of the app needs 4 GB of memory.", "Version 3 of the app needs 8 GB of memory."],
      ["Pick up badges in Berlin in room 12.", "Pick up badges in Paris in room 14."],
      ["Click Save twice.", "Click Cancel twice."],
      ["Dogs are not allowed in the office.", "Cats are allowed in the office."],
      ["Leave takes 12 weeks.", "Leave takes 12 weeks, and 16 days more for twins."],
    ] as const;
    for (const [one, other] of pairs) expect(contradict(one, other), one).toBe(false);
  });

  it("sees nothing in nothing, and takes time by the length of what it is given", { timeout: 20_000 }, () => {
    expect(contradict("", "")).toBe(false);
    for (const mark of ["1 ", "a 1 ", "not ", "1.", "$1", "monday "]) {
      const text = mark.repeat(10_000 / mark.length);
      expect(contradict(text, `${text} x`)).toBe(false);
    }
  });
});
