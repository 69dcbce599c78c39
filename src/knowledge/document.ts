import type { Passage } from "../chat.ts";

/** A piece of a document that is kept whole while it fits: headings cut, fences and tables know how they may be split. */
export interface Block {
  readonly kind: "heading" | "paragraph" | "list" | "table" | "code";
  /** Markdown, as it should be quoted. A heading's text has no leading "#". */
  readonly text: string;
  /** 1 to 6 for headings. */
  readonly level?: number;
  /** A heading's own anchor, where the document gives one. */
  readonly anchor?: string;
  /** First and last line (or row) in the file, counted from 1; [0, 0] where the format has no lines. */
  readonly lines: readonly [first: number, last: number];
  /** Page or slide, counted from 1, in formats that have them. */
  readonly page?: number;
}

/** What a reader makes of one file. `title` and `url` come from the front matter or the first heading, else from the file's name. */
export interface ReadDocument {
  readonly title: string;
  readonly url?: string;
  /** When it was written, as the document itself says (an e-mail, a page's front matter), ISO 8601; else the file's time counts. */
  readonly date?: string;
  /** Path inside the file, where one file holds many documents. */
  readonly part?: string;
  /** What of the file could not be read, and why: one sentence without a capital at its start or a full stop. */
  readonly unread?: string;
  readonly blocks: readonly Block[];
}

/** One document as it is stored: its content hash and its passages; at least one, so that an empty file is known too. */
export interface IndexedDocument {
  readonly id: string;
  /** The id of the file that it was read from; the document's own id where the file holds one document. */
  readonly file: string;
  /** SHA-256 of the file's bytes and of the settings it was read with, in hexadecimal. */
  readonly hash: string;
  readonly audience: string;
  readonly modifiedAt: string;
  /** What of the file could not be read, as its reader says it. */
  readonly unread?: string;
  readonly passages: readonly [Passage, ...Passage[]];
}
