import { describe, expect, it } from "vitest";
import { createSearch } from "../../src/knowledge/search.ts";
import { indexed } from "../contracts/passage-index.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";

const signal = AbortSignal.timeout(10_000);
const options = { clearance: ["team"], limit: 5, signal } as const;

async function searchOver(documents: Readonly<Record<string, readonly string[]>>) {
  const index = memoryPassageIndex();
  await index.replace({
    documents: Object.entries(documents).map(([path, texts]) => indexed(path, texts)),
    removed: [],
  });
  const { search, lookup } = createSearch(index);
  const paths = async (text: string, earlier: readonly string[] = []) =>
    (await search({ text, earlier }, options)).hits.map(({ passage }) => passage.path);
  return { search, lookup, paths };
}

const office = {
  "key.md": ["The password for the door of the archive changes in spring."],
  "door.md": ["The door of the kitchen has no lock. The door is green. The door is old."],
  "plants.md": ["Plants get water on Monday."],
};

describe("search", () => {
  it("finds a passage by what a word is short for, and by a related word", async () => {
    const { paths } = await searchOver(office);
    expect((await paths("archive pw?"))[0]).toBe("key.md");
    expect(await paths("passcode")).toEqual(["key.md"]);
  });

  it("prefers the word itself to a related one", async () => {
    const { paths } = await searchOver({ "a.md": ["Ask the manager."], "b.md": ["Ask the boss."] });
    expect(await paths("boss")).toEqual(["b.md", "a.md"]);
  });

  it("prefers the passage with the rarer words to the one that repeats a common one", async () => {
    const { paths } = await searchOver(office);
    expect((await paths("when does the archive door password change"))[0]).toBe("key.md");
  });

  it("tells which words stand nowhere, also by no other name", async () => {
    const { search } = await searchOver(office);
    const { terms } = await search({ text: "pw of the hovercraft", earlier: [] }, options);
    expect(terms.map(({ word, isKnown }) => [word, isKnown])).toEqual([
      ["pw", true],
      ["of", true],
      ["the", true],
      ["hovercraft", false],
    ]);
  });

  it("adds the turn before to a question that points back to it", async () => {
    const { paths } = await searchOver(office);
    expect((await paths("and when do they get it?", ["who waters the plants?"]))[0]).toBe("plants.md");
  });

  it("gives no more than it was asked for, and refuses an aborted search and an empty clearance", async () => {
    const { search } = await searchOver(office);
    const question = { text: "door", earlier: [] };
    expect((await search(question, { ...options, limit: 1 })).hits).toHaveLength(1);
    await expect(search(question, { ...options, clearance: [] })).rejects.toThrow("clearance");
    const aborted = AbortSignal.abort(new Error("no longer wanted"));
    await expect(search(question, { ...options, signal: aborted })).rejects.toThrow("no longer wanted");
  });
});

describe("lookup", () => {
  it("takes the last word for the beginning of one", async () => {
    const index = memoryPassageIndex();
    await index.replace({
      documents: [indexed("leave.md", ["How time off works."], { headings: ["Annual leave"] })],
      removed: [],
    });
    const hits = await createSearch(index).lookup("annual lea", options);
    expect(hits.map(({ passage }) => passage.path)).toEqual(["leave.md"]);
  });

  it("puts a passage with all words, and with them in its heading, before one that repeats some of them", async () => {
    const { lookup } = await searchOver({
      "pass.md": ["Card. The card of a card holder is a card."],
      "trips.md": ["A travel card pays for trains."],
      "far.md": ["Who travels far has a paper, and no card."],
    });
    const found = async (words: string) => (await lookup(words, options)).map(({ passage }) => passage.path);
    expect((await found("travel card")).slice(0, 2)).toEqual(["trips.md", "far.md"]);
    expect((await found("travel ca")).slice(0, 2)).toEqual(["trips.md", "far.md"]);
  });
});

describe("search by meaning", () => {
  const texts = {
    "leave.md": ["Annual leave is 28 days."],
    "pay.md": ["Salaries come on the first."],
    "old.md": ["Parking is free."],
  };

  /** What an embedding model would say: these passages are near, each with the hash that its vector was made of. */
  async function searchWith(near: Readonly<Record<string, number>>, given: { readonly isOld?: boolean } = {}) {
    const index = memoryPassageIndex();
    const documents = Object.entries(texts).map(([path, passages]) => indexed(path, passages));
    await index.replace({ documents, removed: [] });
    return createSearch(index, {
      nearest: async () =>
        documents
          .filter(({ passages: [{ path }] }) => path in near)
          .map(({ hash, passages: [{ id, path }] }) => ({
            id,
            hash: given.isOld ? "another" : hash,
            similarity: near[path] ?? 0,
          }))
          .toSorted((one, other) => other.similarity - one.similarity),
      nearness: async () => undefined,
      rerank: async () => undefined,
    });
  }

  it("finds a passage that has none of the words, and says how near it is", async () => {
    const { search } = await searchWith({ "pay.md": 0.8, "old.md": 0.1 });
    const { hits } = await search({ text: "when is payday?", earlier: [] }, options);
    expect(hits[0]).toMatchObject({ passage: { path: "pay.md" }, similarity: 0.8 });
  });

  it("leaves out a vector that was made of an older text", async () => {
    const { search } = await searchWith({ "pay.md": 0.8 }, { isOld: true });
    const { hits } = await search({ text: "zebra quagga?", earlier: [] }, options);
    expect(hits).toEqual([]);
  });

  it("goes on with words where meaning cannot be told", async () => {
    const index = memoryPassageIndex();
    await index.replace({ documents: [indexed("leave.md", texts["leave.md"])], removed: [] });
    const { search } = createSearch(index, {
      nearest: async () => undefined,
      nearness: async () => undefined,
      rerank: async () => undefined,
    });
    expect((await search({ text: "annual leave", earlier: [] }, options)).hits).toHaveLength(1);
  });

  it("takes a reranker's order into account, and keeps the scores with the places", async () => {
    const index = memoryPassageIndex();
    const documents = ["Leave form.", "Leave leave form form."].map((text, place) => indexed(`${place}.md`, [text]));
    await index.replace({ documents, removed: [] });
    const plain = await createSearch(index).search({ text: "leave form", earlier: [] }, options);
    const { search } = createSearch(index, {
      nearest: async () => undefined,
      nearness: async () => undefined,
      rerank: async (_question, passages) => passages.map((_passage, place) => place / 10),
    });
    const { hits } = await search({ text: "leave form", earlier: [] }, options);
    expect(hits.map(({ score }) => score)).toEqual(plain.hits.map(({ score }) => score));
    expect(hits).toHaveLength(2);
  });

  it("adds what is near to words as they are typed once there are three of them", async () => {
    const { lookup } = await searchWith({ "pay.md": 0.8 });
    const found = async (words: string) => (await lookup(words, options)).map(({ passage }) => passage.path);
    expect(await found("zebra quagga")).toEqual([]);
    expect(await found("zebra quagga okapi")).toEqual(["pay.md"]);
  });
});
