import type { Passage } from "../chat.ts";

/** How the ids of attached files begin: those of documents are hexadecimal. */
export const ATTACHED = "attached:";

/** Whether a passage stands in a file that came with a question. */
export function isAttached({ documentId }: Pick<Passage, "documentId">): boolean {
  return documentId.startsWith(ATTACHED);
}
