import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";
import type { Block } from "../document.ts";
import { isoDate } from "./date.ts";
import { readMailHtml } from "./mail-html.ts";
import { trimMail } from "./mail-text.ts";
import { readText } from "./text.ts";

/** An e-mail message, without what it only quotes. */
export interface Mail {
  /** Without "Re:", "Fwd:" and what lists put in front; may be empty. */
  readonly subject: string;
  readonly isReply: boolean;
  /** Its sender's name, else the address; may be empty. */
  readonly sender: string;
  readonly date?: string;
  /** Who wrote to whom and when, in words that are searched. */
  readonly about: string;
  readonly blocks: readonly Block[];
  readonly attachments: readonly MailAttachment[];
  readonly id?: string;
  /** Ids of the messages that it answers, the first of the thread first. */
  readonly answers: readonly string[];
}

export interface MailAttachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Deeper than any mail program nests parts. */
const DEEPEST_PART = 50;
/** Recipients that are named; of more, only the number is said. */
const MOST_NAMED = 10;
const DAY = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
const REPLY = /^(?:re|aw|antw|sv|vs|odp|ynt|rif|ref|res|回复|答复|答覆|回覆|返信)(?:\[\d+\])?\s*[:：]\s*/iu;
const FORWARD = /^(?:fwd?|wg|tr|rv|enc|i|vl|doorst|fs|pd|转发|轉寄|転送)\s*[:：]\s*/iu;

/** A message by its bytes, as `.eml` files and mailboxes hold them. Rejects with a reason people understand. */
export async function parseMail(bytes: Uint8Array): Promise<Mail> {
  const email = await PostalMime.parse(bytes, { forceRfc822Attachments: true, maxNestingDepth: DEEPEST_PART }).catch(
    () => {
      throw new Error(`its parts are nested more than ${DEEPEST_PART} deep, or its headers have more than 2 MB`);
    },
  );
  const { subject, isReply, isForward } = parseSubject(email.subject ?? "");
  const date = isoDate(email.date ?? "");
  return {
    subject,
    isReply,
    sender: email.from ? named(email.from) : "",
    ...(date !== undefined && { date }),
    about: aboutOf(email, date),
    blocks: blocksOf(email, isForward),
    attachments: email.attachments.filter((attachment) => !isDecoration(attachment)).map(toAttachment),
    ...(email.messageId !== undefined && { id: email.messageId }),
    answers: `${email.references ?? ""} ${email.inReplyTo ?? ""}`.match(/<[^<>\s]{1,500}>/g) ?? [],
  };
}

/** A day in words, as people search for it: 3 November 2026. */
export function dayInWords(iso: string): string {
  return DAY.format(new Date(iso));
}

function parseSubject(written: string): {
  readonly subject: string;
  readonly isReply: boolean;
  readonly isForward: boolean;
} {
  let subject = written.slice(0, 1_000).replaceAll(/\s+/g, " ").trim();
  let [isReply, isForward] = [false, false];
  for (;;) {
    const mark =
      REPLY.exec(subject) ?? FORWARD.exec(subject) ?? (isReply ? /^\[[^[\]]{1,60}\]\s*(?=\S)/.exec(subject) : null);
    if (!mark) return { subject, isReply, isForward };
    // The outermost mark counts: an answer to a message that was passed on is an answer.
    if (!isReply && !isForward) [isReply, isForward] = [REPLY.test(subject), FORWARD.test(subject)];
    subject = subject.slice(mark[0].length);
  }
}

function aboutOf({ from, to = [], cc = [] }: Email, date: string | undefined): string {
  const readers = [...to, ...cc].map(named);
  const others = readers.length - MOST_NAMED;
  const shown = [...readers.slice(0, MOST_NAMED), ...(others > 0 ? [`${others} more`] : [])];
  const address = from?.address !== undefined && from.name !== "" ? ` (${from.address})` : "";
  const lines = [
    from && `From: ${named(from)}${address}`,
    shown.length > 0 && `To: ${shown.join(", ")}`,
    date !== undefined && `Date: ${dayInWords(date)}, ${date.slice(11, 16)} UTC`,
  ];
  return lines.filter(Boolean).join("\n");
}

function named({ name, address }: Address): string {
  return (name === "" ? (address ?? "") : name).replaceAll(/\s+/g, " ").slice(0, 200);
}

/** The plain text, unless there is none, or one that only says that the message is in HTML. */
function blocksOf({ text = "", html = "" }: Email, isForward: boolean): readonly Block[] {
  const plain = textBlocks(trimMail(text, { isForward }));
  if (html === "") return plain;
  const isPlaceholder = text.trim().length < 300 && text.trim().length * 20 < html.length;
  if (plain.length > 0 && !isPlaceholder) return plain;
  const rich = readMailHtml(html, { isForward });
  return lengthOf(rich) > 2 * lengthOf(plain) ? rich : plain;
}

function lengthOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { text }) => sum + text.length, 0);
}

function textBlocks(text: string): Block[] {
  const isItem = (line: string) => /^\s{0,3}(?:[-*+•–]|\d{1,3}[.)])\s/.test(line);
  return readText(text, { fileName: "" }).blocks.map((block) => ({
    ...block,
    kind: isItem(block.text) ? "list" : "paragraph",
    lines: [0, 0],
  }));
}

/** Pictures in the text, such as a signature's logo. */
function isDecoration({ related, disposition, mimeType }: Attachment): boolean {
  return mimeType.startsWith("image/") && (related === true || disposition === "inline");
}

function toAttachment({ filename, mimeType, content }: Attachment): MailAttachment {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content);
  const plain = (filename ?? "")
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "")
    .replaceAll(/[/\\]+/g, " ")
    .trim()
    .slice(0, 200);
  const isMessage = mimeType === "message/rfc822";
  if (isMessage)
    return { name: plain.toLowerCase().endsWith(".eml") ? plain : `${plain === "" ? "message" : plain}.eml`, bytes };
  return { name: plain === "" ? "attachment" : plain, bytes };
}
