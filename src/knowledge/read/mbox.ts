import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { mboxReader } from "mbox-reader";
import type { Block, ReadDocument } from "../document.ts";
import { attachmentLine } from "./eml.ts";
import {
  readInner,
  reasonOf,
  unusedName,
  withUnread,
  type Documents,
  type InnerFile,
  type Inside,
  type Unread,
} from "./inside.ts";
import { dayInWords, parseMail, type Mail } from "./mail.ts";
import { toThreads, type Thread } from "./mail-threads.ts";

/** The library takes time by the square of what it is handed at once. */
const CHUNK_BYTES = 65_536;
/** What Gmail files under these was thrown away, or was never sent. */
const LEFT_OUT = new Set(["Spam", "Trash", "Drafts"]);
/** Thunderbird marks a message so until the file is compacted (nsMsgMessageFlags: Expunged). */
const EXPUNGED = 0x8;
/** A paragraph of so many letters that a thread has already is a signature, a disclaimer or a quotation. */
const REPEATED_LETTERS = 40;

/**
 * A mailbox file as one document for each thread, with a section for each message, and the attachments that can be read. What was
 * deleted or filed as spam is left out. Rejects where there is no message in it.
 */
export async function readMbox(bytes: Uint8Array, { inside }: { readonly inside: Inside }): Promise<Documents> {
  const unread: Unread[] = [];
  const mails: Mail[] = [];
  let count = 0;
  for await (const { content, headers, labels } of mboxReader(Readable.from(chunksOf(withMarks(bytes))))) {
    count += 1;
    if (isThrownAway({ headers, labels })) continue;
    try {
      mails.push(await parseMail(content));
    } catch (error) {
      unread.push({ name: `message ${count}`, reason: reasonOf(error) });
    }
  }
  if (count === 0)
    throw new Error("there are no messages in it: a mailbox file begins with a line that begins with From");
  if (mails.length === 0 && unread.length === 0) throw new Error("every message in it was deleted or filed as spam");
  const parts = new Map<string, number>();
  const threads = toThreads(mails).map((thread) => ({ thread, part: unusedName(partOf(thread), parts) }));
  const inner = await readInner(
    threads
      .flatMap(({ thread, part }) => attachmentsOf(thread, part))
      .filter(({ name }) => inside.isDocumentName(name)),
    inside,
  );
  const documents = threads.map(({ thread, part }) => toDocument(thread, { part, inside }));
  return withUnread([...documents, ...inner.documents], [...unread, ...inner.unread]);
}

/** A line of text may begin like the line that begins a message; one that is none gets the mark that such lines have in a mailbox. */
function withMarks(bytes: Uint8Array): Buffer {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const marked = text.replaceAll(/^From (?!.{0,200}\d{1,2}:\d{2}.{0,40}\r?\n(?:[!-9;-~]{1,80}:|>From ))/gm, ">From ");
  return Buffer.from(marked, "latin1");
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES);
}

function isThrownAway({
  headers,
  labels,
}: {
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly labels: ReadonlySet<string>;
}): boolean {
  const flags = Number.parseInt(headers.get("x-mozilla-status")?.[0] ?? "0", 16);
  return (flags & EXPUNGED) !== 0 || [...labels].some((label) => LEFT_OUT.has(label));
}

/** A name that stays the same when messages are added: the day the thread began, and its subject. */
function partOf([{ date, subject }]: Thread): string {
  const words = subject
    .replaceAll(/[/\\\p{Cc}]+/gu, " ")
    .slice(0, 100)
    .trim();
  return [date?.slice(0, 10), words === "" ? "No subject" : words].filter(Boolean).join(" ");
}

function toDocument(
  thread: Thread,
  { part, inside }: { readonly part: string; readonly inside: Inside },
): ReadDocument {
  const [{ subject }] = thread;
  const date = thread.at(-1)?.date;
  const seen = new Set<string>();
  return {
    title: subject === "" ? part : subject,
    ...(date !== undefined && { date }),
    part,
    blocks: thread.flatMap((mail, index) => {
      const own = mail.blocks.filter(({ text }) => text.length < REPEATED_LETTERS || isNew(text, seen));
      const about: Block[] =
        index === 0 && mail.about !== "" ? [{ kind: "paragraph", text: mail.about, lines: [0, 0] }] : [];
      const blocks = [...about, ...own, ...attachmentLine(mail, inside)];
      return blocks.length === 0 ? [] : [headingOf(mail), ...blocks];
    }),
  };
}

function headingOf({ sender, date }: Mail): Block {
  const words = [sender, date === undefined ? "" : dayInWords(date)].filter((word) => word !== "").join(", ");
  return { kind: "heading", level: 2, text: words === "" ? "Unknown sender" : words, lines: [0, 0] };
}

/** Attachments go back and forth in answers: each is read once, where it came first. */
function attachmentsOf(thread: Thread, part: string): InnerFile[] {
  const seen = new Set<string>();
  return thread.flatMap(({ attachments, date }) =>
    attachments
      .filter(({ bytes }) => isNew(createHash("sha256").update(bytes).digest("hex"), seen))
      .map(({ name, bytes }) => ({ name: `${part}/${name}`, bytes: () => bytes, ...(date !== undefined && { date }) })),
  );
}

function isNew(text: string, seen: Set<string>): boolean {
  const isSeen = seen.has(text);
  seen.add(text);
  return !isSeen;
}
