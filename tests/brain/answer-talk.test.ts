import { describe, expect, it } from "vitest";
import { answerQuestion } from "../../src/brain/answer.ts";
import type { Answer, Passage, Question, TalkPlace } from "../../src/chat.ts";
import { createSearch } from "../../src/knowledge/search.ts";
import { indexed } from "../contracts/passage-index.ts";
import { askedIn, heardIn, OTHER_PLACE, PLACE, saidIn } from "../helpers/channel-talk.ts";
import { scratch } from "../helpers/hearth.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import type { TestChannels } from "../helpers/open-channels.ts";
import type { Line } from "../helpers/talk.ts";

const signal = AbortSignal.timeout(300_000);

const LINES: readonly Line[] = [
  ["ann", "shall we move the release of the billing export?", 0],
  ["bob", "we decided to move the billing export release to 14 December", 2],
  ["cem", "the wifi password for visitors changed, it is on the new badge", 30],
  ["dora", "lunch anyone?", 60],
  ["relbot", "billing export released to all customers today", 61, { isBot: true }],
];
const DOCUMENTS = {
  "wifi.md": ["The wifi password for visitors is printed on the badge."],
  "billing.md": ["The billing export writes one CSV file per month."],
  ...Object.fromEntries(
    Array.from({ length: 40 }, (_, number) => [
      `${number}.md`,
      [`Room ${number} holds a table and four chairs for meetings.`],
    ]),
  ),
};

async function knowledge() {
  const index = memoryPassageIndex();
  const documents = Object.entries(DOCUMENTS).map(([path, texts]) => indexed(path, texts));
  await index.replace({ documents, removed: [] });
  return {
    ...createSearch(index),
    nearness: async () => undefined,
    attach: () => Promise.reject(new Error("No file was attached")),
  };
}

async function answerOf(channels: TestChannels, question: Question): Promise<Answer> {
  return (await answerQuestion(await knowledge(), question, { signal, channels })).answer;
}

const passagesOf = (answer: Answer): readonly Passage[] =>
  answer.kind === "plain" ? [] : answer.kind === "unknown" ? answer.nearest : answer.passages;
const placesOf = (answer: Answer) =>
  passagesOf(answer).map(({ documentId, path }) => (documentId.startsWith("talk:") ? "talk" : path));
const quotesOf = (answer: Answer) => (answer.kind === "quoted" ? answer.quotes.map(({ text }) => text) : []);

describe("answers from talk", () => {
  it("quote the messages, with who said them when and where, where a question asks for what was said", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const answer = await answerOf(channels, askedIn("what did we decide about the billing export release?", [PLACE]));
    expect(quotesOf(answer)[0]).toBe("we decided to move the billing export release to 14 December");
    expect(passagesOf(answer)[0]).toMatchObject({ said: { by: "bob" }, url: "https://chat.example/design/m1" });
    expect(quotesOf(answer).join("\n")).not.toContain("released to all customers");
  });

  it("come second where documents answer and the question does not ask for talk", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const question = askedIn("where is the wifi password for visitors?", [PLACE]);
    expect(placesOf(await answerOf(channels, question))).toEqual(["wifi.md", "talk"]);
    expect(placesOf(await answerOf(channels, { ...question, talk: [] }))).toEqual(["wifi.md"]);
  });

  it("are not drawn in by the question itself, which was heard beside them", async () => {
    using place = scratch();
    const asking = "where does the spare projector stand?";
    await using channels = await heardIn(place.folder, [
      ["ann", "the kettle on the second floor is broken again", 0],
      ["bob", asking, 1],
      ["cem", "thanks, I will look for a new kettle", 2],
    ]);
    const question = askedIn(asking, [PLACE]);
    const heard = { ...question, message: { ...question.message, id: "m1" } };
    expect((await answerOf(channels, heard)).kind).toBe("unknown");
  });

  it("come first where the question asks for talk, and what documents hold stands behind", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const answer = await answerOf(channels, askedIn("what did cem say about the wifi password for visitors?", [PLACE]));
    expect(placesOf(answer)).toEqual(["talk", "wifi.md"]);
    expect(answer.kind === "quoted" && answer.quotes.map(({ passage }) => passage)).toEqual([0, 1]);
  });

  it("are the same as from documents alone where nothing may be recalled", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const alone = async (text: string) =>
      (await answerQuestion(await knowledge(), askedIn(text, []), { signal })).answer;
    for (const text of [
      "where is the wifi password?",
      "what did we decide about the billing export release?",
      "hi there",
    ]) {
      expect(await answerOf(channels, askedIn(text, [])), text).toEqual(await alone(text));
    }
  });

  it("are 'not in the docs' only where neither holds it, and then name the nearest messages too", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    const answer = await answerOf(channels, askedIn("who said that the espresso machine is broken?", [PLACE]));
    expect(answer.kind).toBe("unknown");
    const near = await answerOf(
      channels,
      askedIn("which customers complained about the export in Madagascar?", [PLACE]),
    );
    expect(near.kind).toBe("unknown");
  });

  it("never hold what was said in a place that the question does not name", async () => {
    using place = scratch();
    await using channels = await heardIn(place.folder, LINES);
    await channels.keepTalk(OTHER_PLACE, { by: "ann", days: 180, signal });
    await channels.hear(
      saidIn(OTHER_PLACE, [["eve", "the board decided that CANARY blocks any billing export release", 500]]),
      {
        signal,
      },
    );
    const ask = (places: readonly TalkPlace[], given: Partial<Question> = {}) =>
      answerOf(channels, askedIn("what did we decide about the billing export release?", places, given));
    expect(JSON.stringify(await ask([PLACE, OTHER_PLACE]))).toContain("CANARY");
    expect(JSON.stringify(await ask([PLACE]))).not.toContain("CANARY");
    expect(JSON.stringify(await ask([OTHER_PLACE], { clearance: ["team"] }))).not.toContain("CANARY");
  });

  it("quote of a long message the sentences that have to do with the question, word for word", async () => {
    using place = scratch();
    const filler = "We talked for a while about the weather and the food in the canteen, which was fine. ".repeat(5);
    const long = `${filler}Then we decided to paint the server room orange. ${filler}`;
    await using channels = await heardIn(place.folder, [["ann", long, 0]]);
    const answer = await answerOf(channels, askedIn("what did we decide about the server room?", [PLACE]));
    const [quote = ""] = quotesOf(answer);
    expect(quote).toMatch(/^Then we decided to paint the server room orange\./);
    expect(quote.split(/\s+/).length).toBeLessThanOrEqual(40);
    expect(long).toContain(quote);
  });
});
