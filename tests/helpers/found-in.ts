import type { Hit } from "../../src/chat.ts";
import type { Found } from "../../src/knowledge/knowledge.ts";
import { rankHits } from "../../src/knowledge/ranking.ts";
import { termsOf, weigh } from "../../src/knowledge/terms.ts";
import { passage } from "./scripted-brain.ts";

/** What a search for a question would find in texts of a document each, as if each of its words stood in two of a hundred passages. */
export function foundIn(question: string, texts: readonly string[]): Found {
  const terms = termsOf(question, []).map((term) => weigh(term, { count: 2, total: 100 }));
  const hits: Hit[] = texts.map((text, place) => ({
    passage: passage({
      id: `${place}#0`,
      documentId: String(place),
      path: `${place}.md`,
      title: "T",
      headings: [],
      text,
    }),
    score: 1,
  }));
  return { terms, hits: rankHits(hits, terms) };
}
