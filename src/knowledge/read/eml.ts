import type { Block } from "../document.ts";
import { titleFromFileName } from "./file-name.ts";
import { readInner, withUnread, type Documents, type Inside } from "./inside.ts";
import { parseMail, type Mail } from "./mail.ts";

/** An e-mail message as a document, and its attachments as those that they are. Rejects where it is no message. */
export async function readEml(
  bytes: Uint8Array,
  { fileName, inside }: { readonly fileName: string; readonly inside: Inside },
): Promise<Documents> {
  const mail = await parseMail(bytes);
  if (mail.about === "" && mail.subject === "" && mail.blocks.length === 0) throw new Error("it is no e-mail message");
  const date = mail.date === undefined ? {} : { date: mail.date };
  const about: Block[] = mail.about === "" ? [] : [{ kind: "paragraph", text: mail.about, lines: [0, 0] }];
  const message = {
    title: mail.subject === "" ? titleFromFileName(fileName) : mail.subject,
    ...date,
    blocks: [...about, ...mail.blocks, ...attachmentLine(mail, inside)],
  };
  const files = mail.attachments.map((file) => ({ ...file, ...date, bytes: () => file.bytes }));
  const inner = await readInner(
    files.filter(({ name }) => inside.isDocumentName(name)),
    inside,
  );
  return withUnread([message, ...inner.documents], inner.unread);
}

/** Names the attachments of a message, and which of them nothing can read. */
export function attachmentLine({ attachments }: Mail, { isDocumentName }: Pick<Inside, "isDocumentName">): Block[] {
  if (attachments.length === 0) return [];
  const names = attachments.map(({ name }) => (isDocumentName(name) ? name : `${name} (not read)`));
  return [{ kind: "paragraph", text: `Attachments: ${names.join(", ")}`, lines: [0, 0] }];
}
