import type { BrainStatus } from "../../brain/brain.ts";
import type { FailedDocument, SyncReport, Synced } from "../../knowledge/knowledge.ts";
import { counted } from "./counted.ts";
import { describeMeaning } from "./meaning-report.ts";
import { describeModel } from "./model-report.ts";
import { toPlainLine } from "./plain.ts";
import { describeSeal, storageUse } from "./start-report.ts";

/** What one sync changed, what the index holds now, and every document that could not be read. Ends with a newline. */
export function syncReport(report: SyncReport, status: Pick<BrainStatus, "documents" | "passages">): string {
  const { added, changed, removed, unchanged, failed, seconds } = report;
  if (report.isKeptElsewhere) {
    return toText(["Changes    another Hearth keeps this index and reads them", describeIndex(status)]);
  }
  return toText([
    `Changes    ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged, in ${seconds.toFixed(1)} s`,
    describeIndex(status),
    ...describeFailed(failed),
  ]);
}

/** What a sync would change, document by document, and what it could not read. Ends with a newline. */
export function planReport({ report, changes }: Synced): string {
  const { added, changed, removed, unchanged, failed } = report;
  return toText([
    `Would be   ${added} added, ${changed} changed, ${removed} removed, ${unchanged} unchanged; nothing was written`,
    ...changes.map(({ kind, path }) => `${kind.padEnd(11)}${toPlainLine(path)}`),
    ...describeFailed(failed),
  ]);
}

/**
 * What the index holds, how passages are found, whether the core is sealed, which model writes, and every document that could not be
 * read. Ends with a newline.
 */
export function statusReport(status: BrainStatus): string {
  return toText([
    describeIndex(status),
    ...describeStorage(status),
    `Search     ${describeMeaning(status.meaning)}`,
    `Core       ${describeSeal(status)}`,
    `Model      ${describeModel(status.model)}`,
    ...describeFailed(status.failed),
  ]);
}

/** One line on what a sync did, for those who asked for something else. No newline. */
export function syncLine(report: SyncReport): string {
  const { added, changed, removed, unchanged, failed, seconds } = report;
  if (report.isKeptElsewhere)
    return `Another Hearth keeps this index; it holds ${counted(unchanged, "document")} so far.`;
  const total = added + changed + unchanged;
  if (total === 0 && failed.length === 0) {
    return "No documents were found: Hearth reads Markdown, text and HTML files; --docs DIR names their folder.";
  }
  const parts = [
    ...(added > 0 ? [`${added} new`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
  ];
  const changes = parts.length > 0 ? ` (${parts.join(", ")})` : "";
  const failures = failed.length > 0 ? `; ${counted(failed.length, "file")} not read, hearth docs sync says why` : "";
  return `${counted(total, "document")} up to date${changes} in ${seconds.toFixed(1)} s${failures}.`;
}

function describeIndex({ documents, passages }: Pick<BrainStatus, "documents" | "passages">): string {
  return `Index      ${counted(documents, "document")}, ${counted(passages, "passage")}`;
}

/** Where the index is, where others share it; and why it cannot be read. */
function describeStorage({ storage, sync }: BrainStatus): string[] {
  if (!storage) return [];
  return [
    `Storage    ${storage.shown}, ${storageUse(storage)}`,
    ...(sync.kind === "failed" ? [`           cannot be used: ${toPlainLine(sync.reason)}`] : []),
  ];
}

function describeFailed(failed: readonly FailedDocument[]): string[] {
  if (failed.length === 0) return [];
  return [
    `Not read   ${counted(failed.length, "file")}`,
    ...failed.map(({ path, reason }) => `           ${toPlainLine(path)}: ${toPlainLine(reason)}`),
  ];
}

function toText(lines: readonly string[]): string {
  return `${lines.join("\n")}\n`;
}
