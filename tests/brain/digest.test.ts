import { describe, expect, it } from "vitest";
import { digest, digestText, logLength, type Digest } from "../../src/brain/digest.ts";
import { talk, type Line } from "../helpers/talk.ts";

const LINES: readonly Line[] = [
  ["ann", "good morning everyone", 0],
  ["bob", "morning!", 1],
  ["ann", "the invoice export fails since Friday, customers complain", 2],
  ["bob", "I saw that, the export fails for invoices with discounts", 3],
  ["cem", "yes, same here", 4],
  ["ann", "[AGREED] we ship the export fix without the new layout", 6],
  ["bot", "AGREED received: we ship the export fix without the new layout", 7, { isBot: true }],
  ["ann", "[ACTION] bob and dora to test the export fix by Thursday", 8],
  ["cem", "I'll write the release notes tomorrow", 9],
  ["dora", "dashboards are at https://example.org/dash/42", 10],
  ["bot", "LINK received: https://example.org/dash/42", 11, { isBot: true }],
  ["dora", "does anybody know who owns the staging certificates?", 12],
  ["eve", "haha, nice", 90],
  ["eve", "the kitchen gets a new dishwasher in room 12", 91, { reactions: 5 }],
];

const messages = talk(LINES);
const whole = digest(messages, { characters: 2_000 });
const linesOf = (made: Digest, kind: string) =>
  made.groups.filter((group) => group.kind === kind).flatMap(({ lines }) => lines);

describe("digest", () => {
  it("puts what was settled, taken on, asked and linked into sections", () => {
    expect(linesOf(whole, "decision").map(({ text }) => text)).toEqual([
      "we ship the export fix without the new layout",
    ]);
    expect(linesOf(whole, "question").map(({ ids }) => ids)).toEqual([["m11"]]);
    expect(linesOf(whole, "link").map(({ author }) => author)).toEqual(["dora"]);
    expect(linesOf(whole, "topic").flatMap(({ ids }) => ids)).toEqual(expect.arrayContaining(["m2", "m3", "m13"]));
  });

  it("names owner and date of an action where they are written, and only there", () => {
    const [tested, written] = linesOf(whole, "action");
    expect(tested).toMatchObject({ owner: "bob", due: "Thursday" });
    expect(written).toMatchObject({ owner: "cem", due: "tomorrow", text: "I'll write the release notes tomorrow" });
    const open = digest(talk([["ann", "somebody please order new chairs for the office", 0]]), { characters: 500 });
    expect(linesOf(open, "action")[0]).toEqual({
      author: "ann",
      text: "somebody please order new chairs for the office",
      ids: ["m0"],
    });
  });

  it.each([
    ["a table of numbers", "1,".repeat(4_000)],
    ["a line", "-".repeat(8_000)],
    ["question marks", `${"?".repeat(8_000)}x`],
  ])("is not held up by %s", (_, text) => {
    const made = digest([...messages, ...talk([["eve", text, 92, { id: "long" }]])], { characters: 2_000 });
    expect(linesOf(made, "action")).toEqual(linesOf(whole, "action"));
  });

  it("takes people's words before a bot's that repeat them, and links both", () => {
    expect(linesOf(whole, "decision")[0]).toMatchObject({ author: "ann", ids: ["m5", "m6"] });
    expect(linesOf(whole, "link")[0]?.ids).toEqual(["m9", "m10"]);
  });

  it("gives every line messages that exist and that hold its words", () => {
    const texts = new Map(messages.map(({ id, text }) => [id, text]));
    const all = whole.groups.flatMap(({ lines }) => lines);
    expect(all.length).toBeGreaterThan(6);
    for (const { ids, text } of all) expect(texts.get(ids[0])).toContain(text);
  });

  it("leaves out greetings and what only agrees", () => {
    const said = digestText(whole);
    for (const small of ["good morning", "morning!", "same here", "haha"]) expect(said).not.toContain(small);
  });

  it("keeps to its length, and says the most important first", () => {
    for (const characters of [0, 40, 120, 250, 400]) {
      expect(digestText(digest(messages, { characters })).length).toBeLessThanOrEqual(characters);
    }
    expect(digestText(digest(messages, { characters: 160 }))).toMatch(/^Decisions|^Action items/m);
    expect(digest(messages, { characters: 0 }).groups).toEqual([]);
  });

  it("is the same for the same messages", () => {
    expect(digest(messages, { characters: 300 })).toEqual(digest(messages, { characters: 300 }));
  });

  it("prefers what people reacted to", () => {
    const plain: Line[] = [
      ["ann", "the blue door jams when it rains", 0],
      ["bob", "the green gate squeaks when it snows", 60],
    ];
    const liked = plain.map(([name, text, minutes], place): Line => [name, text, minutes, { reactions: place * 4 }]);
    const one = digest(talk(liked), { characters: 70 });
    expect(linesOf(one, "topic").map(({ author }) => author)).toEqual(["bob"]);
  });

  it("groups topics by conversation, named by its own words", () => {
    const two: Line[] = [
      ["ann", "the printer jams on thick paper", 0],
      ["bob", "printer firmware 2.4 jams less", 1],
      ["cem", "budget review moves to room 7", 120],
      ["dora", "budget numbers went to finance 10 minutes ago", 121],
    ];
    const topics = digest(talk(two), { characters: 600 }).groups.filter(({ kind }) => kind === "topic");
    expect(topics.map(({ title }) => title?.split(", ")[0])).toEqual([expect.stringMatching(/printer|jams/), "budget"]);
  });

  it("works in other languages", () => {
    const german = digest(
      talk([
        ["ann", "hallo zusammen", 0],
        ["bob", "wir haben beschlossen, das Lager in Halle 3 zu räumen", 1],
        ["cem", "ich kümmere mich um die Kartons", 2],
        ["dora", "wer hat den Schlüssel für Halle 3?", 3],
      ]),
      { characters: 500 },
    );
    expect(german.groups.map(({ kind }) => kind)).toEqual(["decision", "action", "question"]);
    const japanese = digest(
      talk([
        ["京子", "次の会議は金曜日に決定しました", 0],
        ["太郎", "資料は私が準備します", 1],
        ["花子", "会場の予約は誰が担当ですか？", 2],
      ]),
      { characters: 300 },
    );
    expect(japanese.groups.map(({ kind }) => kind)).toContain("decision");
    expect(linesOf(japanese, "action").map(({ author }) => author)).toContain("太郎");
  });

  it("takes a sentence of a long message, not all of it", () => {
    const filler = "We talked for a while about the weather and the food, which was fine. ".repeat(4);
    const one = digest(talk([["ann", `${filler}We agreed to move the server room to floor 5.`, 0]]), {
      characters: 120,
    });
    expect(linesOf(one, "decision").map(({ text }) => text)).toEqual(["We agreed to move the server room to floor 5."]);
  });

  it("counts the log as people see it", () => {
    expect(logLength(talk([["ann", "hello", 0]]))).toBe("ann: hello\n".length);
  });
});
