import { hash } from "node:crypto";
import type { Passage } from "../chat.ts";
import type { Knowledge } from "../knowledge/knowledge.ts";
import type { TalkSources } from "./channel-brain.ts";
import { standingIn } from "./evidence.ts";
import type { FindMoved } from "./find-moved.ts";
import type { AnswerRecords, KeptSource, SourceRecord } from "./records.ts";

/** What it takes to look again at what answers were taken from. */
export interface Looking {
  readonly records: AnswerRecords;
  readonly knowledge: Pick<Knowledge, "document" | "lookup">;
  /** What was said, where answers are taken from it too. */
  readonly talk?: TalkSources | undefined;
  /** Told of questions whose answers repeat what was deleted or edited: they must not be remembered either. */
  readonly onTalkGone?: ((questions: readonly KeptSource["question"][]) => void) | undefined;
}

/**
 * Looks at messages that were taken from a place's talk: at all of them, or at some passages. One that is older than is kept is as it
 * was: it was not taken back, only nobody here knows it any more.
 */
export function lookAtTalk(
  documentId: string,
  { records, talk, onTalkGone }: Looking,
  passageIds?: readonly string[],
): void {
  const byReaders = Map.groupBy(records.sourcesIn(documentId, passageIds), ({ clearance }) => clearance.join("\n"));
  const judged = [...byReaders.values()].flatMap((sources) => {
    const clearance = sources[0]?.clearance ?? [];
    const standing = talk?.standing(documentId, sources, { clearance }) ?? [];
    return sources.flatMap((source, place) => {
      const now = standing[place] ?? "gone";
      return now === "aged" ? [] : [{ source, isGone: now === "gone", change: changeOf(source, now) }];
    });
  });
  const news = judged.filter(({ source, change }) => change !== undefined && change !== source.change);
  // Before that is noted: what fails here is then done again.
  const questions = new Map(news.map(({ source: { question } }) => [JSON.stringify(question), question]));
  if (questions.size > 0) onTalkGone?.([...questions.values()]);
  for (const { source, isGone, change } of judged) {
    // Not even a hash of what was deleted stays.
    if (isGone && source.textHash !== "") records.move(source.key, withoutText(source));
    judge(source, change, records);
  }
}

function withoutText({ passageId, documentId, path, title, headings, saidAt }: KeptSource): SourceRecord {
  const place = { passageId, documentId, path, title, headings, ...(saidAt !== undefined && { saidAt }) };
  return { ...place, textHash: "", stretches: [] };
}

/** A message stands as a whole: a stretch of it that is still there may say the opposite now. */
function changeOf({ textHash }: KeptSource, now: Passage | "gone"): KeptSource["change"] {
  if (now === "gone") return "removed";
  return textHash !== "" && hash("sha256", now.text) === textHash ? undefined : "changed";
}

/** Looks at everything that was taken from a document, as the readers of each answer may read it. */
export async function lookAtDocument(
  documentId: string,
  given: Looking & { readonly findMoved: FindMoved },
): Promise<void> {
  const { records, knowledge } = given;
  const byReaders = Map.groupBy(records.sourcesIn(documentId), ({ clearance }) => clearance.join("\n"));
  for (const sources of byReaders.values()) {
    const clearance = sources[0]?.clearance ?? [];
    const passages = await knowledge.document(documentId, { clearance });
    if (passages.length === 0) {
      for (const source of sources) await lookForMoved(source, given);
      continue;
    }
    const hashes = new Map(passages.map(({ id, text }) => [id, hash("sha256", text)]));
    const isStanding = standingIn(passages.map(({ text }) => text).join("\n\n"));
    for (const source of sources) {
      const isSame = hashes.get(source.passageId) === source.textHash || source.stretches.every(isStanding);
      judge(source, isSame ? undefined : "changed", records);
    }
  }
}

/** A source whose document is gone is followed to where its text was moved to. */
async function lookForMoved(
  source: KeptSource,
  { records, findMoved }: Looking & { readonly findMoved: FindMoved },
): Promise<void> {
  const { key, clearance, stretches } = source;
  const place = await findMoved(source, { clearance });
  if (place) records.move(key, { ...place, stretches });
  judge(source, place ? undefined : "removed", records);
}

function judge(source: KeptSource, change: KeptSource["change"], records: AnswerRecords): void {
  if (change !== source.change) records.judge(source.key, change, Date.now());
}
