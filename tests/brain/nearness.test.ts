import { describe, expect, it } from "vitest";
import { nearnessOf } from "../../src/brain/nearness.ts";
import { candidatesOf } from "../../src/brain/quote-candidates.ts";
import type { Knowledge } from "../../src/knowledge/knowledge.ts";
import { createMeaning } from "../../src/knowledge/meaning.ts";
import { silentLog } from "../../src/log.ts";
import { meaningEmbedder } from "../helpers/meaning-embedder.ts";
import { foundIn } from "../helpers/found-in.ts";

const signal = AbortSignal.timeout(60_000);

/** What an embedder makes of one question over some texts. */
async function compared(
  question: string,
  texts: readonly string[],
  options: Parameters<typeof meaningEmbedder>[0] = {},
) {
  const found = foundIn(question, texts);
  const knowledge = createMeaning({ embedder: meaningEmbedder(options), log: silentLog() });
  const candidates = candidatesOf(question, found);
  return nearnessOf(knowledge, { question, whole: question, found, candidates }, { signal });
}

describe("nearnessOf", () => {
  const texts = ["Holidays take four weeks. The printer is on the first floor.", "Wages come monthly."];

  it("tells which sentence is near in meaning, whatever its words", async () => {
    const nearness = await compared("How long is my vacation?", texts);
    const [near, far] = ["Holidays take four weeks.", "The printer is on the first floor."].map((text) =>
      nearness?.cosineOf(text),
    );
    expect(near).toBeGreaterThan(far ?? Infinity);
    expect(nearness?.cosineOf("Nobody said this.")).toBeUndefined();
  });

  it("is on the same scale with a model of a narrow range of cosines", async () => {
    const wide = await compared("How long is my vacation?", texts);
    const narrow = await compared("How long is my vacation?", texts, { narrow: 0.8 });
    const other = "The printer is on the first floor.";
    expect(narrow?.cosineOf(other)).toBeGreaterThan((wide?.cosineOf(other) ?? 1) + 0.3);
    expect(narrow?.near).toBeCloseTo(wide?.near ?? 0, 1);
    expect(narrow?.lost).toBeCloseTo(wide?.lost ?? 0, 1);
  });

  it("knows how much of the question's meaning the best passage lacks", async () => {
    const none = await compared("printer", ["The printer is on the first floor."]);
    const some = await compared("printer wages", ["The printer is on the first floor."]);
    expect(none?.lost).toBeCloseTo(0, 5);
    expect(some?.lost).toBeGreaterThan(0.1);
  });

  it("knows nothing where there is no model, where it is not ready, where it is late, and where nothing was found", async () => {
    const question = "How long is my vacation?";
    const found = foundIn(question, texts);
    const given = { question, whole: question, found, candidates: candidatesOf(question, found) };
    const never: Pick<Knowledge, "nearness"> = {
      nearness: (_question, _texts, { signal: stop }) =>
        new Promise((_resolve, reject) => stop.addEventListener("abort", () => reject(new Error("too late")))),
    };
    expect(await nearnessOf({ nearness: async () => undefined }, given, { signal })).toBeUndefined();
    expect(await nearnessOf(never, given, { signal })).toBeUndefined();
    expect(await nearnessOf(never, { ...given, candidates: [] }, { signal })).toBeUndefined();
  });

  it("passes on what broke, and gives up when it is told to", async () => {
    const question = "How long is my vacation?";
    const found = foundIn(question, texts);
    const given = { question, whole: question, found, candidates: candidatesOf(question, found) };
    const broken = { nearness: () => Promise.reject(new Error("out of memory")) };
    await expect(nearnessOf(broken, given, { signal })).rejects.toThrow("out of memory");
    await expect(nearnessOf(broken, given, { signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
  });
});
