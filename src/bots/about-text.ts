import type { BrainStatus, Forgotten } from "../brain/brain.ts";
import type { KeptTalk } from "../brain/channel-brain.ts";
import type { Dialect } from "./dialect.ts";
import { counted } from "./terminal/counted.ts";
import { nameOf } from "./terminal/model-report.ts";

/** As long as the core and the inbox keep what they keep. */
const KEPT_DAYS = 30;
const KNOWN_DAYS = 8;

/** What of the privacy is the platform's own. */
export interface AboutPrivacy {
  readonly dialect: Dialect;
  /** Which messages the platform shows Hearth, in a sentence. */
  readonly heard: string;
  /** The command that has it all deleted. */
  readonly forget: string;
}

/**
 * What is kept of what people say here, for how long, where, and how to be rid of it. `kept` is the place that it is asked in, where its
 * talk is kept; "above" where a list of such places stands above it. Markdown. Pure.
 */
export function privacyText(
  status: Pick<BrainStatus, "seal" | "model">,
  { dialect, heard, forget }: AboutPrivacy,
  kept: readonly KeptTalk[] | "above" = [],
): string {
  const { name } = dialect;
  return [
    "**What Hearth keeps of you**",
    ...(kept === "above" ? [talkAboveText(dialect)] : kept.map((place) => talkText(place, dialect))),
    `- Your questions to Hearth and its answers, so that a follow-up is understood: ${KEPT_DAYS} days. Private ones are not kept.`,
    `- Which passages of the documents each answer was taken from, so that it can be mended when they change; and your 👍 or 👎: ${KEPT_DAYS} days. Ids, places and hashes, no text.`,
    `- That a question was asked (its id, no text), so that it is not answered twice: ${KNOWN_DAYS} days.`,
    `${kept.length > 0 ? `Of other channels nothing, unless it was switched on there.` : `Nothing else: what is said in this channel is not kept.`} ${heard}`,
    "",
    "**Where**",
    `- All of it is on the machine that Hearth runs on, readable by its owner. ${sealText(status)}`,
    `- ${modelText(status)}`,
    `- Your questions and the answers are also on ${name}, as all messages are; Hearth sends ${name} nothing but its answers.`,
    "",
    "**To be rid of it**",
    `\`${forget}\` deletes it at once. A message that you delete or edit on ${name} is deleted or changed here too. Hearth makes no backups; of those that the owner of the machine makes, only the owner can tell.`,
  ].join("\n");
}

function talkText({ days, since }: KeptTalk, { when, command }: Dialect): string {
  return (
    `- **What is said in this channel and its threads**, since ${when(since, "date")}: each message with its author and time, for ${counted(days, "day")}, to answer from it and make digests for people who can read this channel. ` +
    `\`${command("memory opt-out")}\` keeps you out of it.`
  );
}

function talkAboveText({ command }: Dialect): string {
  return (
    "- **What is said in the channels that are named above and in their threads**: each message with its author and time, for as long as is said there, to answer from it and make digests for people who can read the channel. " +
    `\`${command("memory opt-out")}\` keeps you out of it.`
  );
}

function sealText({ seal }: Pick<BrainStatus, "seal">): string {
  const core = "The part that holds the documents and what was said";
  if (seal.kind === "sealed") return `${core} has no network (sealed).`;
  return seal.kind === "private network"
    ? `${core} has no network of its own (private network: it reaches ${seal.addresses.join(", ")} and nothing else).`
    : `${core} is **not sealed**: nothing but its own code keeps it from the network.`;
}

function modelText({ model, seal }: Pick<BrainStatus, "model" | "seal">): string {
  if (model.kind === "none") return "No language model is used: answers are sentences of the documents.";
  if (model.model.kind !== "openai") return `The language model, ${nameOf(model.model)}, runs on that machine too.`;
  const where = (seal.addresses ?? []).join(", ");
  return `The language model, ${nameOf(model.model)}, is a server that the owner named${where && ` (${where})`}: questions and passages go there.`;
}

/** How Hearth is: documents, search, model, seal, what is counted, version. Markdown. Pure. */
export function statusText(
  status: BrainStatus,
  {
    version,
    counts,
    dialect,
  }: { readonly version: string; readonly counts: Readonly<Record<string, number>>; readonly dialect: Dialect },
): string {
  const numbers = Object.entries(counts).flatMap(([words, number]) => (number > 0 ? [`${words}: ${number}`] : []));
  return [
    `**Hearth ${version}**`,
    `- Documents: ${documentsText(status, dialect)}`,
    `- Search: ${searchText(status)}`,
    `- Model: ${writerText(status)}`,
    `- Core: ${status.seal.kind}`,
    ...(numbers.length > 0 ? [`- Counted: ${numbers.join(", ")}`] : []),
  ].join("\n");
}

function documentsText({ documents, passages, sync, failed }: BrainStatus, dialect: Dialect): string {
  const held = `${counted(documents, "document")}, ${counted(passages, "passage")}`;
  const unread = failed.length === 0 ? "" : `; ${counted(failed.length, "file")} could not be read`;
  if (sync.kind === "reading") return `${held}; reading ${sync.done} of ${sync.total}`;
  if (sync.kind === "failed") return `${held}; they could not be read the last time, the log says why`;
  return `${held}, as of ${dialect.when(sync.at, "ago")}${unread}`;
}

function searchText({ meaning }: BrainStatus): string {
  if (meaning.kind === "none") return "by words";
  if (meaning.kind === "ready") return "by words and by meaning";
  return meaning.kind === "embedding"
    ? `by words; by meaning for ${meaning.done} of ${meaning.total} passages so far`
    : "by words; by meaning has failed, the log says why";
}

function writerText({ model }: BrainStatus): string {
  if (model.kind === "none") return "none; answers are sentences of the documents";
  const waiting = model.waiting === 0 ? "" : `, ${counted(model.waiting, "question")} waiting`;
  return `${nameOf(model.model)}, ${model.kind}, ${model.writes ? "writes" : "does not write"}${waiting}`;
}

/** What was deleted, and what cannot be. Markdown. Pure. */
export function receiptText(
  what: "me" | "channel",
  {
    messages,
    answers,
    ratings,
    talk,
    lines,
    rows,
    digests = 0,
  }: Forgotten & { readonly rows: number; readonly digests?: number },
  { name, when }: Pick<Dialect, "name" | "when">,
  since?: string,
): string {
  const whose = what === "me" ? "of yours" : "of this channel";
  const from = since === undefined ? "" : ` since ${when(since, "date")}`;
  const mended =
    digests === 0 ? "" : `; ${counted(digests, "digest")} that stand on ${name} are looked through and edited now`;
  return [
    `**Deleted, for good** (what Hearth kept ${whose}${from}):`,
    `- ${counted(messages, "message")}: questions and answers`,
    `- ${counted(talk, "message")} of channels whose talk is kept: in the record, and what finds them by words and by meaning`,
    `- ${counted(lines, "line")} of digests${mended}`,
    `- ${counted(answers, "answer")}: which passages they were taken from, and ${counted(ratings, "rating")}`,
    `- ${rows} ${rows === 1 ? "entry" : "entries"} of what was asked, heard and answered on ${name}`,
    "",
    `**Not deleted**, for that is not Hearth's to do: the messages on ${name} itself, yours and Hearth's. Delete them there.`,
    "Hearth makes no backups. If the owner of its machine does, it is in those until they expire; ask the owner.",
  ].join("\n");
}
