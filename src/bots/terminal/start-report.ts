import type { BrainStatus } from "../../brain/brain.ts";
import { counted } from "./counted.ts";
import { describeMeaning } from "./meaning-report.ts";
import { describeModel } from "./model-report.ts";
import { toPlainLine } from "./plain.ts";

/** Failed documents named at the start; the rest are counted. */
const NAMED_FAILURES = 5;

/** What a person is told once the documents are read: what was read, the seal, the model, and how to go on. Ends with a newline. */
export function startReport(
  status: BrainStatus,
  { isManual, platforms }: { readonly isManual: boolean; readonly platforms: Readonly<Record<string, string>> },
): string {
  const lines = [
    `  Documents  ${documents(status, isManual)}`,
    ...(status.storage ? [`  Index      ${status.storage.shown}, ${storageUse(status.storage)}`] : []),
    ...failures(status),
    `  Search     ${describeMeaning(status.meaning)}`,
    `  Core       ${describeSeal(status)}`,
    `  Model      ${describeModel(status.model)}`,
    `  Discord    ${platforms["Discord"] ?? "not connected; docs/discord.md says how to"}`,
    `  Slack      ${platforms["Slack"] ?? "not connected; docs/slack.md says how to"}`,
    "",
    ...(isManual ? ["  Your own documents: npm start -- --docs DIR"] : []),
    "  Ctrl-C stops Hearth.",
  ];
  return `${lines.join("\n")}\n`;
}

/** What this Hearth does with an index that several share. */
export function storageUse({ isWrittenHere }: NonNullable<BrainStatus["storage"]>): string {
  return isWrittenHere ? "written here" : "read here, another Hearth writes it";
}

function documents({ documents: number, passages, sync }: BrainStatus, isManual: boolean): string {
  if (sync.kind === "failed") return `could not be read: ${toPlainLine(sync.reason)}`;
  const seconds = sync.kind === "current" ? `, read in ${sync.seconds.toFixed(1)} s` : "";
  return `${counted(number, "document")}, ${counted(passages, "passage")}${seconds}${isManual ? " (Hearth's own manual)" : ""}`;
}

function failures({ failed }: BrainStatus): string[] {
  const named = failed
    .slice(0, NAMED_FAILURES)
    .map(({ path, reason }) => `             not read: ${toPlainLine(path)}: ${toPlainLine(reason)}`);
  const rest = failed.length - named.length;
  return rest > 0 ? [...named, `             and ${rest} more; hearth docs sync names them all`] : named;
}

/** Whether the core can reach a network, in words; where it can, why, and the cure; and the addresses that the owner wrote down for it. */
export function describeSeal({ seal }: Pick<BrainStatus, "seal">): string {
  const at = (seal.addresses ?? []).join(", ");
  if (seal.kind === "not sealed") return `not sealed: ${seal.why}. ${seal.cure}.${at && ` It reaches ${at}.`}`;
  const network = `it has no network, only ${seal.interfaces.join(", ")} (by ${seal.by})`;
  if (seal.kind === "private network") return `private network: ${network}, and a relay to ${at}`;
  return `sealed: ${network}${at && `; on this machine it reaches ${at}`}`;
}
