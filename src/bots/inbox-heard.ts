import type { TalkMessage } from "../chat.ts";
import type { Inbox } from "./inbox.ts";
import type { Erase } from "./inbox-questions.ts";
import { forgetEdits } from "./inbox-revisions.ts";
import type { Statements, Values } from "./inbox-statements.ts";

/** Messages of places whose talk is kept, until the core has them. */
export const HEARD_TABLES = `
  CREATE TABLE IF NOT EXISTS heard (
    number INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL,
    message TEXT NOT NULL, author TEXT NOT NULL, sent_at INTEGER NOT NULL, heard TEXT NOT NULL, UNIQUE (platform, channel, message)) STRICT;`;

/** A message that is heard again gets another number, so that what is handed over meanwhile is not taken for it. */
const HEAR = `
  INSERT OR REPLACE INTO heard (platform, space, channel, thread, message, author, sent_at, heard)
  VALUES (:platform, :space, :channel, :thread, :message, :author, :at, :heard)`;
const HEARD = "SELECT number, heard FROM heard WHERE platform = :platform ORDER BY number LIMIT :most";
const THAT_ONE = "platform = :platform AND :channel IN (channel, thread) AND message = :message";
const EDIT = `UPDATE heard SET heard = json_set(heard, '$.text', :text) WHERE ${THAT_ONE}`;

type Heard = Pick<Inbox, "hear" | "heard" | "handOver" | "reviseHeard" | "forgetHeard">;

/** The part of the inbox that holds what was heard. `eraseSoon` overwrites a moment later. */
export function heardIn(
  statements: Statements,
  { erase, eraseSoon }: { readonly erase: Erase; readonly eraseSoon: Erase },
): Heard {
  return {
    hear: (message) => void eraseSoon(() => statements.run(HEAR, valuesOf(message))),
    heard: (platform, most) =>
      statements.all(HEARD, { platform, most }).map((row) => {
        const message: TalkMessage = JSON.parse(String(row["heard"]));
        return { number: Number(row["number"]), message };
      }),
    handOver: (numbers) =>
      void eraseSoon(() =>
        statements.run("DELETE FROM heard WHERE number IN (SELECT value FROM json_each(:numbers))", {
          numbers: JSON.stringify(numbers),
        }),
      ),
    reviseHeard({ platform, conversation: { channel, thread }, ids, text }) {
      const revise = () => {
        for (const message of ids) {
          const one = { platform, channel: thread ?? channel, message };
          if (text === undefined) statements.run(`DELETE FROM heard WHERE ${THAT_ONE}`, one);
          else statements.run(EDIT, { ...one, text });
        }
      };
      if (text === undefined) erase(revise);
      else eraseSoon(revise);
    },
    forgetHeard: (of) =>
      erase(() => {
        forgetEdits(statements, of);
        return forgetHeard(statements, of);
      }),
  };
}

/** Drops what was heard of a place or of a person there; gives how many messages. */
export function forgetHeard(
  statements: Statements,
  of: {
    readonly platform: string;
    readonly space: string;
    readonly channel?: string | undefined;
    readonly asker?: string | undefined;
    readonly since?: number | undefined;
  },
): number {
  const { platform, space, channel = null, asker = null, since = null } = of;
  return statements.run(
    `DELETE FROM heard WHERE platform = :platform AND space = :space AND (:channel IS NULL OR :channel IN (channel, thread))
     AND (:asker IS NULL OR author = :asker) AND (:since IS NULL OR sent_at >= :since)`,
    { platform, space, channel, asker, since },
  );
}

function valuesOf(message: TalkMessage): Values {
  const { platform, space, channel, thread = "" } = message.conversation;
  const at = Date.parse(message.sentAt) || 0;
  return {
    platform,
    space,
    channel,
    thread,
    message: message.id,
    author: message.author.id,
    at,
    heard: JSON.stringify(message),
  };
}
