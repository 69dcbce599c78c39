import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { MOST_WORDS, pickQuotes } from "../../src/brain/quote.ts";
import { readable, sentencesOf } from "../../src/knowledge/sentences.ts";
import type { Passage } from "../../src/chat.ts";
import { cutPassages, MOST_WORDS as MOST_IN_PASSAGE } from "../../src/knowledge/passages.ts";
import { rankHits } from "../../src/knowledge/ranking.ts";
import { readDocuments } from "../../src/knowledge/read/read.ts";
import { countWords } from "../../src/knowledge/split-block.ts";
import { termsOf, weigh } from "../../src/knowledge/terms.ts";

const corpora = fileURLToPath(new URL("../../../shared/eval/corpora", import.meta.url));
const QUESTIONS = ["How do I get access?", "What is the limit?", "who approves travel and when", "delete my account"];

/** Every file of real documentation, cut into passages. */
function realDocuments(): Promise<
  { readonly path: string; readonly lines: number; readonly passages: readonly Passage[] }[]
> {
  const read = globSync("**/*.{md,mdx,html}", { cwd: corpora }).map(async (path) => {
    const bytes = readFileSync(join(corpora, path));
    const [document] = await readDocuments(bytes, { path });
    const passages = cutPassages(document, { documentId: path, path });
    return { path, lines: bytes.toString().split("\n").length, passages };
  });
  return Promise.all(read);
}

if (!existsSync(corpora)) console.warn(`SKIPPED: ${corpora} is not there, so nothing was tried on real documents`);

describe.skipIf(!existsSync(corpora))("over real documents", async () => {
  const documents = existsSync(corpora) ? await realDocuments() : [];

  it("every passage has its size and stands in its file", () => {
    expect(documents.length).toBeGreaterThan(100);
    for (const { path, lines, passages } of documents) {
      for (const {
        text,
        lines: [first, last],
      } of passages) {
        expect(countWords(text), path).toBeLessThanOrEqual(MOST_IN_PASSAGE);
        expect(first, path).toBeGreaterThanOrEqual(1);
        expect(last, path).toBeGreaterThanOrEqual(first);
        expect(last, path).toBeLessThanOrEqual(lines);
      }
    }
  });

  it("every sentence is cut from its passage, in order, and shows those very words", () => {
    for (const { path, passages } of documents) {
      for (const { text } of passages) {
        let before = 0;
        for (const {
          kind,
          text: shown,
          range: [start, end],
        } of sentencesOf(text)) {
          expect(start, path).toBeGreaterThanOrEqual(before);
          expect(end, path).toBeGreaterThan(start);
          before = end;
          const cut = text.slice(start, end);
          if (kind === "code") {
            expect(cut, path).toContain(shown);
            expect(cut.split("\n").length - shown.split("\n").length, path).toBeLessThanOrEqual(2);
          } else if (kind !== "row") expect(wordsIn(readable(cut)), path).toEqual(wordsIn(shown));
        }
        expect(before, path).toBeLessThanOrEqual(text.length);
      }
    }
  });

  it("every answer has at most sixty words, whose ranges hold them", () => {
    const passages = documents.flatMap((document) => document.passages);
    for (const question of QUESTIONS) {
      const terms = termsOf(question, []).map((term) => weigh(term, { count: 20, total: passages.length }));
      for (let from = 0; from < passages.length; from += 60) {
        const hits = rankHits(
          passages.slice(from, from + 60).map((passage) => ({ passage, score: 1 })),
          terms,
        );
        const { quotes, passages: quoted } = pickQuotes(question, { hits, terms });
        expect(countWords(quotes.map(({ text }) => text).join(" "))).toBeLessThanOrEqual(MOST_WORDS);
        for (const { passage, text, ranges } of quotes) {
          const cut = ranges.map(([start, end]) => quoted[passage]?.text.slice(start, end)).join(" ");
          const missing = wordsIn(text).filter((word) => !cut.includes(word));
          expect(missing, text).toEqual([]);
        }
      }
    }
  });
});

function wordsIn(text: string): string[] {
  return text.match(/[\p{L}\p{N}]+/gu) ?? [];
}
