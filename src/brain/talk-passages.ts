import { readersOf, TALK, type Passage, type TalkMessage, type TalkPlace } from "../chat.ts";

/** The id of a place's talk, as documents have one. */
export function talkDocument(place: TalkPlace): string {
  return `${TALK}${readersOf(place)}`;
}

/** Whether something was said in a channel, rather than written in a document. */
export function isTalk({ documentId }: Pick<Passage, "documentId">): boolean {
  return documentId.startsWith(TALK);
}

/** The day of an ISO 8601 instant, in UTC. */
export function dayOf(instant: string): string {
  return instant.slice(0, 10);
}

/** What a message is called where its author must not be named. */
export function saidOn(instant: string): string {
  return `a message of ${dayOf(instant)}`;
}

/** A message as a passage: what was said, by whom and on which day. Pure. */
export function talkPassage(message: TalkMessage): Passage {
  const { id, conversation, author, text, sentAt, url } = message;
  const documentId = talkDocument(conversation);
  return {
    id: passageIdOf(id, documentId),
    documentId,
    path: documentId,
    title: `${author.name}, ${dayOf(sentAt)}`,
    headings: [],
    anchor: "",
    lines: [0, 0],
    ...(url !== undefined && { url }),
    said: { by: author.name, at: sentAt },
    text,
  };
}

/** The id of the passage that a message of a place's talk is. */
export function passageIdOf(messageId: string, documentId: string): string {
  return `${documentId}#${messageId}`;
}

/** The id of the message that a passage of talk is. */
export function messageIdIn(passageId: string, documentId: string): string {
  return passageId.slice(documentId.length + 1);
}
