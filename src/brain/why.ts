import type { Audience } from "../chat.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { Considered, Why } from "./brain.ts";
import type { TalkSources } from "./channel-brain.ts";
import type { AnswerRecords } from "./records.ts";
import { isTalk } from "./talk-passages.ts";

/**
 * How an answer came about, for whoever has this clearance: passages whose document is gone or not for them are left out, their paths
 * and titles too. Undefined where it is not known.
 */
export async function explainAnswer(
  id: string,
  given: {
    readonly records: Pick<AnswerRecords, "why">;
    readonly knowledge: Pick<Knowledge, "document">;
    readonly talk?: TalkSources | undefined;
    readonly clearance: readonly Audience[];
    readonly signal: AbortSignal;
  },
): Promise<Why | undefined> {
  const { records, knowledge, talk, clearance, signal } = given;
  signal.throwIfAborted();
  const why = records.why(id);
  if (!why) return undefined;
  const isSaid = (considered: Considered) => isTalk(considered) && isStanding(considered, { talk, clearance });
  const documents = [...new Set(why.passages.filter((one) => !isTalk(one)).map(({ documentId }) => documentId))];
  const found = await Promise.all(documents.map((documentId) => knowledge.document(documentId, { clearance })));
  signal.throwIfAborted();
  const isReadable = new Set(documents.filter((_, place) => (found[place]?.length ?? 0) > 0));
  const passages = why.passages.filter((one) => isReadable.has(one.documentId) || isSaid(one));
  return { ...why, passages: passages.map((one) => (isTalk(one) ? { ...one, documentId: one.path } : one)) };
}

/** Whether a message that was considered is still kept, and for these readers. Its `documentId` is the message, its `path` the place. */
function isStanding(
  { documentId: passageId, path }: Considered,
  { talk, clearance }: { readonly talk: TalkSources | undefined; readonly clearance: readonly Audience[] },
): boolean {
  const [standing = "gone"] = talk?.standing(path, [{ passageId }], { clearance }) ?? [];
  return typeof standing === "object";
}
