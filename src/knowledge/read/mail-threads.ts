import type { Mail } from "./mail.ts";

/** Messages that belong together, in order of date; at least one. */
export type Thread = readonly [Mail, ...Mail[]];

/**
 * Messages as threads, in the order in which the threads began in the mailbox: those that answer one another by their ids, and answers
 * that name no message they answer with the latest thread of their subject.
 */
export function toThreads(mails: readonly Mail[]): readonly Thread[] {
  const parents = new Map<string, string>();
  const rootOf = (key: string): string => {
    let root = key;
    for (let parent = parents.get(root); parent !== undefined; parent = parents.get(root)) root = parent;
    // Shortens the way for those that ask next.
    for (let at = key; at !== root;) {
      const next = parents.get(at) ?? root;
      parents.set(at, root);
      at = next;
    }
    return root;
  };
  const join = (one: string, other: string) => {
    const [root, otherRoot] = [rootOf(one), rootOf(other)];
    if (root !== otherRoot) parents.set(otherRoot, root);
  };
  const bySubject = new Map<string, string>();
  const keys = mails.map((mail, index) => {
    const key = mail.id ?? `message ${index}`;
    for (const answered of mail.answers) join(key, answered);
    const subject = mail.subject.toLowerCase();
    const earlier = bySubject.get(subject);
    if (mail.isReply && mail.answers.length === 0 && earlier !== undefined && subject !== "") join(earlier, key);
    bySubject.set(subject, key);
    return key;
  });
  const threads = Map.groupBy(mails.keys(), (index) => rootOf(keys[index] ?? ""));
  return [...threads.values()].map((indexes) => inOrder(indexes.flatMap((index) => mails[index] ?? [])));
}

function inOrder(mails: readonly Mail[]): Thread {
  const sorted = mails.toSorted((one, other) => (one.date ?? "").localeCompare(other.date ?? ""));
  const [first, ...others] = sorted;
  if (!first) throw new Error("a thread has no message");
  return [first, ...others];
}
