import type { Inbox, Revision } from "./inbox.ts";
import type { Erase } from "./inbox-questions.ts";
import type { Row, Statements } from "./inbox-statements.ts";

/** Edits and deletions that the core does not know of yet. */
export const REVISION_TABLES = `
  CREATE TABLE IF NOT EXISTS revisions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL,
    revision TEXT NOT NULL) STRICT;`;

const ADD = `
  INSERT INTO revisions (platform, space, channel, thread, revision)
  VALUES (:platform, :space, :channel, :thread, :revision) RETURNING number`;
const IS_EDIT = "json_extract(revision, '$.text') IS NOT NULL";
/** What a message said in between is of no use once it says something else, or is gone. */
const OVERTAKE = `
  DELETE FROM revisions WHERE platform = :platform AND channel = :channel AND ${IS_EDIT}
  AND EXISTS (SELECT 1 FROM json_each(revision, '$.ids') AS own JOIN json_each(:ids) AS others ON own.value = others.value)`;

/** The part of the inbox that holds edits and deletions. `eraseSoon` overwrites a moment later. */
export function revisionsIn(
  statements: Statements,
  { erase, eraseSoon }: { readonly erase: Erase; readonly eraseSoon: Erase },
): Pick<Inbox, "revise" | "revisions" | "revised"> {
  return {
    revise(revision) {
      const { platform, space, channel, thread = "" } = revision.conversation;
      const write = () => {
        statements.run(OVERTAKE, { platform, channel, ids: JSON.stringify(revision.ids) });
        const of = { platform, space, channel, thread };
        return Number(statements.first(ADD, { ...of, revision: JSON.stringify(revision) })?.["number"]);
      };
      return revision.text === undefined ? erase(write) : eraseSoon(write);
    },
    revisions: (platform) =>
      statements
        .all("SELECT number, revision FROM revisions WHERE platform = :platform ORDER BY number", { platform })
        .map(toRevision),
    revised: (number) =>
      void eraseSoon(() => statements.run("DELETE FROM revisions WHERE number = :number", { number })),
  };
}

/**
 * Drops what edits of a place or of a space say that still wait; gives how many. Whose they are is not known. Deletions stay: they
 * have no word of a message.
 */
export function forgetEdits(
  statements: Statements,
  of: { readonly platform: string; readonly space: string; readonly channel?: string | undefined },
): number {
  const { platform, space, channel = null } = of;
  return statements.run(
    `DELETE FROM revisions WHERE platform = :platform AND space = :space
     AND (:channel IS NULL OR :channel IN (channel, thread)) AND ${IS_EDIT}`,
    { platform, space, channel },
  );
}

function toRevision({ number, revision }: Row): { readonly number: number; readonly revision: Revision } {
  const read: Revision = JSON.parse(String(revision));
  return { number: Number(number), revision: read };
}
