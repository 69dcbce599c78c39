import { describe, expect, it } from "vitest";
import { beginningOf, readAsking } from "../../src/brain/attached-asking.ts";
import { passage } from "../helpers/scripted-brain.ts";

const files = [{ name: "offsite-plan.pdf", base64: "" }];

describe("readAsking", () => {
  it("leaves a question without files as it is", () => {
    const text = "What does the attached file say about rooms?";
    expect(readAsking(text, [])).toEqual({ text, isAboutFiles: false, saysNothing: false });
  });

  it("knows a question about a file, and what it asks of it", () => {
    const asked: readonly (readonly [string, string])[] = [
      ["What does the attached file say about rooms?", "rooms"],
      ["what does offsite-plan.pdf say about rooms", "rooms"],
      ["Does this document mention single rooms?", "single rooms"],
      ["How many rooms are in the attachment?", "rooms"],
      ["Is breakfast included according to the attached PDF?", "breakfast included according"],
      ["Summarise the part on travel in this report", "part travel"],
      ["what does it say about rooms?", "rooms"],
    ];
    for (const [text, words] of asked) {
      const { isAboutFiles, saysNothing, text: left } = readAsking(text, files);
      expect([text, isAboutFiles, saysNothing]).toEqual([text, true, false]);
      for (const word of words.split(" ")) expect([text, left]).toEqual([text, expect.stringContaining(word)]);
      expect([text, left]).toEqual([text, expect.not.stringMatching(/attach|document|pdf|\bsay\b|mention/i)]);
    }
  });

  it("leaves a question that only comes with a file to everything that is known", () => {
    for (const text of [
      "How many days of annual leave do we get?",
      "What do our docs say about leave?",
      "Where do I file expenses?",
      "Is this allowed by our travel policy?",
    ]) {
      expect(readAsking(text, files)).toEqual({ text, isAboutFiles: false, saysNothing: false });
    }
  });

  it("knows where nothing is asked but to look at the file", () => {
    for (const text of [
      "",
      "?",
      "hi",
      "please",
      "What is in the attached file?",
      "summarize this document please",
      "Can you summarise it",
      "tl;dr",
      "What are the main points of this report?",
      "offsite-plan.pdf",
    ]) {
      expect([text, readAsking(text, files).saysNothing]).toEqual([text, true]);
    }
  });
});

describe("beginningOf", () => {
  const page = (id: string, text: string) => passage({ id: `attached:${id}`, text });

  it("quotes what each file begins with, in whole sentences and few words", () => {
    const long = page("2#0", "This sentence has six words here. ".repeat(30).trim());
    const answer = beginningOf([[page("1#0", "One. Two."), page("1#1", "Three.")], [long]]);
    expect(answer?.passages.map(({ id }) => id)).toEqual(["attached:1#0", "attached:1#1", "attached:2#0"]);
    expect(answer?.quotes.slice(0, 4).map(({ passage: place, text }) => `${place}: ${text}`)).toEqual([
      "0: One.",
      "0: Two.",
      "1: Three.",
      "2: This sentence has six words here.",
    ]);
    for (const { passage: place, text, ranges } of answer?.quotes ?? []) {
      expect(ranges.map(([start, end]) => answer?.passages[place]?.text.slice(start, end))).toEqual([text]);
    }
    expect(answer?.quotes.length).toBe(3 + 5);
  });

  it("is nothing where there is no sentence", () => {
    expect(beginningOf([])).toBeUndefined();
    expect(beginningOf([[page("1#0", "  \n")], []])).toBeUndefined();
  });
});
