/** More edits are not remembered; they matter only until what was read before them has been heard. */
const MOST = 1_000;

/** Messages as they stood after the last edits that were told: a page that was read before an edit says what stood there then. */
export interface Newest<Message> {
  add(key: string, message: Message): void;
  /** The message itself, or as it was edited since. */
  of(key: string, message: Message): Message;
}

/** Remembers the last edits. Keys tell messages of all places apart, and `editedAt` grows with each edit of one. */
export function createNewest<Message extends object>(editedAt: (message: Message) => string): Newest<Message> {
  const edited = new Map<string, Message>();
  return {
    add(key, message) {
      edited.delete(key);
      edited.set(key, message);
      const [oldest] = edited.keys();
      if (edited.size > MOST && oldest !== undefined) edited.delete(oldest);
    },
    of(key, message) {
      const known = edited.get(key);
      return known && editedAt(known) > editedAt(message) ? { ...message, ...known } : message;
    },
  };
}
