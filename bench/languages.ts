// Measures how often the first passage is the right one in other languages, by Hearth's search and by the index alone, on XQuAD: 240
// paragraphs and 1,190 questions in each language. Run: npx node bench/languages.ts
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IndexedDocument } from "../src/knowledge/document.ts";
import { openLanceIndex } from "../src/knowledge/lance.ts";
import { createSearch } from "../src/knowledge/search.ts";
import { evalFolder } from "./question-sets.ts";

const LANGUAGES = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ["en", "de", "es", "zh", "ar"];

interface Paragraph {
  readonly context: string;
  readonly qas: readonly { readonly question: string }[];
}

const folder = join(evalFolder, "xquad");
if (existsSync(folder)) {
  console.log("language   first passage right: Hearth / index alone");
  for (const language of LANGUAGES) console.log(await measure(language));
} else {
  console.error(`SKIPPED: ${folder} is not there, so nothing was measured`);
}

async function measure(language: string): Promise<string> {
  const file: { readonly data: readonly { readonly paragraphs: readonly Paragraph[] }[] } = JSON.parse(
    readFileSync(join(folder, `xquad.${language}.json`), "utf8"),
  );
  const paragraphs = file.data.flatMap((article) => [...article.paragraphs]);
  const data = mkdtempSync(join(tmpdir(), "hearth-bench-"));
  try {
    await using index = await openLanceIndex({ folder: data, mayWrite: true });
    await index.replace({ documents: paragraphs.map(toDocument), removed: [] });
    const { search } = createSearch(index);
    const options = { clearance: ["team"], limit: 1, signal: new AbortController().signal } as const;
    const right = { ours: 0, index: 0, all: 0 };
    for (const [place, { qas }] of paragraphs.entries()) {
      for (const { question } of qas) {
        const { hits } = await search({ text: question, earlier: [] }, options);
        const [first] = await index.search(question, options);
        right.ours += hits[0]?.passage.path === String(place) ? 1 : 0;
        right.index += first?.passage.path === String(place) ? 1 : 0;
        right.all += 1;
      }
    }
    return `${language.padEnd(10)} ${(right.ours / right.all).toFixed(3)} / ${(right.index / right.all).toFixed(3)}`;
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function toDocument({ context }: Paragraph, place: number): IndexedDocument {
  const id = createHash("sha256").update(String(place)).digest("hex").slice(0, 32);
  return {
    id,
    file: id,
    hash: id,
    audience: "team",
    modifiedAt: "",
    passages: [
      {
        id: `${id}#0`,
        documentId: id,
        path: String(place),
        title: "",
        headings: [],
        anchor: "",
        lines: [1, 1],
        text: context,
      },
    ],
  };
}
