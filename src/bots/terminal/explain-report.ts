import type { ExplainedQuestion, Explanation } from "../../knowledge/knowledge.ts";
import { counted } from "./counted.ts";
import { toPlainLine } from "./plain.ts";

/** Words that tell at least this much are named when they are missing. */
const TELLING = 0.3;

/** What became of a file, and where it stands for a question. Ends with a newline. */
export function explainReport(explained: Explanation): string {
  if (explained.kind === "not read") {
    return toText([
      `${toPlainLine(explained.path)}  is not read`,
      `Because    ${toPlainLine(explained.why)}`,
      `Cure       ${toPlainLine(explained.cure)}`,
    ]);
  }
  const { path, folder, documents, question } = explained;
  const [only] = documents;
  const what =
    documents.length === 1 && only ? counted(only.passages, "passage") : counted(documents.length, "document");
  return toText([
    `${toPlainLine(path)}  is read: ${what}`,
    `Folder     ${toPlainLine(folder)}`,
    ...documents.slice(0, 20).map(({ path: own, audience, modifiedAt, passages }) => {
      const name = documents.length === 1 ? "" : `${toPlainLine(own)}, ${counted(passages, "passage")}, `;
      return `Document   ${name}for ${audience}, of ${modifiedAt.slice(0, 10)}`;
    }),
    ...(documents.length > 20 ? [`           and ${documents.length - 20} more`] : []),
    ...(question ? describePlace(question) : []),
  ]);
}

function describePlace({ place, of, headings, similarity, words }: ExplainedQuestion): string[] {
  const missing = words.filter(({ has, rarity }) => !has && rarity >= TELLING).map(({ word }) => word);
  const had = words.filter(({ has }) => has).map(({ word }) => word);
  const where =
    place === undefined
      ? `not among the ${of} passages that were ranked`
      : `its best passage is number ${place} of ${of}: ${(headings ?? []).map(toPlainLine).join(" > ")}`;
  return [
    `Found      ${where}`,
    ...(similarity === undefined ? [] : [`Meaning    ${similarity.toFixed(2)} (cosine of question and passage)`]),
    `Has        ${had.map(toPlainLine).join(", ") || "none of the words that tell something"}`,
    ...(missing.length > 0 ? [`Lacks      ${missing.map(toPlainLine).join(", ")}`] : []),
  ];
}

function toText(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
