import type { Audience } from "../chat.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { Why } from "./brain.ts";
import type { AnswerRecords } from "./records.ts";

/**
 * How an answer came about, for whoever has this clearance: passages whose document is gone or not for them are left out, their paths
 * and titles too. Undefined where it is not known.
 */
export async function explainAnswer(
  id: string,
  given: {
    readonly records: Pick<AnswerRecords, "why">;
    readonly knowledge: Pick<Knowledge, "document">;
    readonly clearance: readonly Audience[];
    readonly signal: AbortSignal;
  },
): Promise<Why | undefined> {
  const { records, knowledge, clearance, signal } = given;
  signal.throwIfAborted();
  const why = records.why(id);
  if (!why) return undefined;
  const documents = [...new Set(why.passages.map(({ documentId }) => documentId))];
  const found = await Promise.all(documents.map((documentId) => knowledge.document(documentId, { clearance })));
  signal.throwIfAborted();
  const isReadable = new Set(documents.filter((_, place) => (found[place]?.length ?? 0) > 0));
  return { ...why, passages: why.passages.filter(({ documentId }) => isReadable.has(documentId)) };
}
