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
  /** Told of a question whose answer repeats what was deleted or edited: it must not be remembered either. */
  readonly onTalkGone?: ((question: KeptSource["question"]) => void) | undefined;
}

/**
 * Looks at every message that was taken from a place's talk. One that is older than is kept is as it was: it was not taken back, only
 * nobody here knows it any more.
 */
export function lookAtTalk(documentId: string, { records, talk, onTalkGone }: Looking): void {
  const byReaders = Map.groupBy(records.sourcesIn(documentId), ({ clearance }) => clearance.join("\n"));
  for (const sources of byReaders.values()) {
    const clearance = sources[0]?.clearance ?? [];
    const standing = talk?.standing(documentId, sources, { clearance }) ?? [];
    for (const [place, source] of sources.entries()) {
      const now = standing[place] ?? "gone";
      if (now === "aged") continue;
      // Not even a hash of what was deleted stays.
      if (now === "gone" && source.textHash !== "") records.move(source.key, withoutText(source));
      const change = now === "gone" ? "removed" : stands(source, now) ? undefined : "changed";
      if (change !== undefined && change !== source.change) onTalkGone?.(source.question);
      judge(source, change, records);
    }
  }
}

function withoutText({ passageId, documentId, path, title, headings, saidAt }: KeptSource): SourceRecord {
  const place = { passageId, documentId, path, title, headings, ...(saidAt !== undefined && { saidAt }) };
  return { ...place, textHash: "", stretches: [] };
}

function stands({ textHash, stretches }: KeptSource, { text }: Passage): boolean {
  return textHash !== "" && (hash("sha256", text) === textHash || stretches.every(standingIn(text)));
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
