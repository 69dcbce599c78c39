import { describe, expect, it } from "vitest";
import type { Passage } from "../../src/chat.ts";
import { heldOut } from "../../src/eval/held-out.ts";
import { makeQuestions } from "../../src/eval/made-questions.ts";
import { passage } from "../helpers/scripted-brain.ts";
import { evalQuestion } from "./outcomes.ts";

const from = (text: string, given: Partial<Passage> = {}) => passage({ text, ...given });
const ask = (...passages: readonly Passage[]) => makeQuestions(passages, { count: 40, seed: 1 });

describe("makeQuestions", () => {
  it("asks for the one number of a sentence, under its heading, without giving it away", () => {
    const [question] = ask(from("Hello there.\n\nEverybody gets 28 days of [annual leave](x.md) every **year**."));
    expect(question).toMatchObject({
      question: "Annual leave: everybody gets how many days of annual leave?",
      answerable: true,
      goldGroups: [["leave.md"]],
      goldQuotes: [{ doc: "leave.md", quote: "Everybody gets 28 days of annual leave every year." }],
    });
    const [key] = question?.keys ?? [];
    expect(["28 days", "It is 28."].map((text) => key?.test(text))).toEqual([true, true]);
    expect(["128 days", "28.5 days", "2,028 days"].map((text) => key?.test(text))).toEqual([false, false, false]);
  });

  it("asks for the one name of a sentence that has no number", () => {
    const [question] = ask(from("The travel desk books every train with Maria Lopez from the office."));
    expect(question?.question).toBe("Annual leave: desk books every train with who or what from the office?");
    expect(question?.keys[0]?.test("ask MARIA  LOPEZ")).toBe(true);
    expect(question?.keys[0]?.test("ask Maria Lopezia")).toBe(false);
  });

  it.each([
    ["two numbers", "Everybody gets 28 days of leave and 5 days of training."],
    ["a date", "Everybody gets the leave of last year until 2026-03-31 at most."],
    ["a sentence that leans on the one before", "It gives everybody 28 days of annual leave a year."],
    ["a table", "| Everybody gets 28 days of annual leave every year. |"],
    ["code", "```\nEverybody gets 28 days of annual leave every year.\n```"],
    ["a list's item", "- Everybody gets 28 days of annual leave every year."],
    ["no whole sentence", "Everybody gets 28 days of annual leave and"],
    ["a key that the heading gives away", "Everybody who joined on level 7 gets the same leave."],
  ])("makes no question from %s", (_what, text) => {
    expect(ask(from(text, { headings: ["Level 7"] }))).toEqual([]);
  });

  it("makes no question from a sentence that stands in two documents, or a name that many have", () => {
    const text = "Everybody gets 28 days of annual leave every year.";
    expect(ask(from(text), from(text, { path: "other.md" }))).toEqual([]);
    const many = ["a", "b", "c", "d"].map((path) =>
      from(`In ${path} people should always write to Maria about it.`, { path, title: path }),
    );
    expect(ask(...many)).toEqual([]);
    expect(ask(...many.slice(0, 3)).length).toBeGreaterThan(0);
  });

  it("names the document where a heading stands in several", () => {
    const made = ask(
      from("Everybody gets 28 days of annual leave every year.", { title: "Leave" }),
      from("Every trip is paid within 14 days of its end.", { title: "Travel", path: "travel.md" }),
    );
    expect(new Set(made.map(({ question }) => question))).toEqual(
      new Set([
        "Leave, Annual leave: everybody gets how many days of annual leave?",
        "Travel, Annual leave: every trip is paid within how many days of its end?",
      ]),
    );
  });

  it("spreads over the documents, takes at most as many as asked for, and the same for the same seed", () => {
    const passages = ["a", "b", "c"].flatMap((path) =>
      Array.from({ length: 10 }, (_, index) =>
        from(`Everybody in house ${path} gets ${index + 2} chairs for guests.`, {
          path: `${path}.md`,
          headings: [`House ${path}, part ${"abcdefghij"[index]}`],
        }),
      ),
    );
    const made = (seed: number, count: number) => makeQuestions(passages, { count, seed });
    const perDocument = Map.groupBy(made(1, 6), ({ goldGroups }) => goldGroups[0]?.[0]);
    expect([...perDocument.values()].map((questions) => questions.length)).toEqual([2, 2, 2]);
    expect(made(1, 6)).toEqual(made(1, 6));
    expect(made(1, 30).map(({ question }) => question)).not.toEqual(made(2, 30).map(({ question }) => question));
  });
});

describe("heldOut", () => {
  it("asks the questions of every third document again, to be refused, with patterns that leave just those out", () => {
    const questions = ["a.md", "b.md", "c.md", "x/[d] (1).md"].map((path, index) =>
      evalQuestion({ id: `made-${index}`, goldGroups: [[path]], keys: [/28/] }),
    );
    const { questions: left, exclude } = heldOut(questions);
    expect(exclude).toEqual(["a.md", String.raw`x/\[d\] \(1\).md`]);
    expect(left.map(({ id, answerable, keys }) => ({ id, answerable, keys }))).toEqual([
      { id: "made-0-left-out", answerable: false, keys: [] },
      { id: "made-3-left-out", answerable: false, keys: [] },
    ]);
  });
});
