import type { Inbox } from "./inbox.ts";
import { whereEqual, type Row, type Statements } from "./inbox-statements.ts";
import type { Given } from "./platform.ts";

/** Answers that stand on a platform, without a word of them, and the messages that each of them is. */
export const ANSWER_TABLES = `
  CREATE TABLE IF NOT EXISTS answers (
    number INTEGER PRIMARY KEY AUTOINCREMENT, answer TEXT NOT NULL UNIQUE, given_at INTEGER NOT NULL, platform TEXT NOT NULL,
    space TEXT NOT NULL, channel TEXT NOT NULL, thread TEXT NOT NULL, asker TEXT NOT NULL, given TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS answers_given_at ON answers (given_at);
  CREATE INDEX IF NOT EXISTS answers_job ON answers (json_extract(given, '$.job'));
  CREATE INDEX IF NOT EXISTS answers_digest ON answers (json_extract(given, '$.digest.wanted.place.channel'))
    WHERE json_extract(given, '$.digest.wanted.place.channel') IS NOT NULL;
  CREATE TABLE IF NOT EXISTS posts (
    platform TEXT NOT NULL, channel TEXT NOT NULL, message TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (platform, message, channel)) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS posts_answer ON posts (answer);`;

const ADD = `
  INSERT OR REPLACE INTO answers (answer, given_at, platform, space, channel, thread, asker, given)
  VALUES (:answer, :at, :platform, :space, :channel, :thread, :asker, :given)`;
const ADD_POST = `
  INSERT OR REPLACE INTO posts (platform, channel, message, answer) VALUES (:platform, :channel, :message, :answer)`;
const LOOSE_POSTS = "DELETE FROM posts WHERE answer NOT IN (SELECT answer FROM answers)";
const LOOSE_ANSWERS = "DELETE FROM answers WHERE answer = :answer AND answer NOT IN (SELECT answer FROM posts)";
const BY_MESSAGE = `
  SELECT given FROM answers JOIN posts USING (answer) WHERE posts.platform = :platform AND posts.message = :message`;

const BY_JOB = "SELECT given FROM answers WHERE json_extract(given, '$.job') = :job";
const DIGESTS = `
  SELECT given FROM answers WHERE json_extract(given, '$.digest.wanted.place.channel') IS NOT NULL
  AND (:channel IS NULL OR json_extract(given, '$.digest.wanted.place.channel') = :channel)
  AND json_extract(given, '$.digest.wanted.place.platform') = :platform
  AND (:space IS NULL OR json_extract(given, '$.digest.wanted.place.space') = :space) ORDER BY number DESC`;

/** The part of the inbox that holds answers given. */
export function answersIn(statements: Statements): Pick<Inbox, "give" | "given" | "digests"> {
  return {
    give(given) {
      const { answerId: answer, platform, conversation, askerId: asker, givenAt: at } = given;
      const { space, channel, thread = "" } = conversation;
      statements.run("DELETE FROM posts WHERE answer = :answer", { answer });
      statements.run(ADD, { answer, at, platform, space, channel, thread, asker, given: JSON.stringify(given) });
      for (const { id: message, conversation: place } of given.posted) {
        const post = { platform, channel: place.thread ?? place.channel, message };
        const before = statements.first(
          "SELECT answer FROM posts WHERE platform = :platform AND channel = :channel AND message = :message",
          post,
        );
        statements.run(ADD_POST, { ...post, answer });
        // A message holds one answer: one that was put in its place leaves nothing of it.
        if (before) statements.run(LOOSE_ANSWERS, { answer: String(before["answer"]) });
      }
    },
    given(of) {
      const row =
        "answerId" in of
          ? statements.first("SELECT given FROM answers WHERE answer = :answer", { answer: of.answerId })
          : "job" in of
            ? statements.first(BY_JOB, { job: of.job })
            : statements.first(BY_MESSAGE, { platform: of.platform, message: of.messageId });
      return row && toGiven(row);
    },
    digests: ({ platform, space = null, channel = null }) =>
      statements.all(DIGESTS, { platform, space, channel }).map(toGiven),
  };
}

function toGiven(row: Row): Given {
  const given: Given = JSON.parse(String(row["given"]));
  return given;
}

/**
 * Deletes answers of a place or a person, or of them those that were given from an instant on (milliseconds); gives how many. Digests,
 * which others' words stand in too, go only with all of a place or a space.
 */
export function forgetAnswers(
  statements: Statements,
  of: Readonly<Record<string, string | undefined>>,
  since?: number,
): number {
  const { condition, values } = whereEqual(of);
  const isWhole = of["asker"] === undefined && since === undefined;
  const which = isWhole ? "" : "AND json_extract(given, '$.digest') IS NULL";
  const answers = statements.run(`DELETE FROM answers WHERE ${condition} AND given_at >= :since ${which}`, {
    ...values,
    since: since ?? 0,
  });
  if (answers > 0) statements.run(LOOSE_POSTS);
  return answers;
}

/** Deletes answers that were given before; gives how many. */
export function pruneAnswers(statements: Statements, before: number): number {
  const answers = statements.run("DELETE FROM answers WHERE given_at < :before", { before });
  if (answers > 0) statements.run(LOOSE_POSTS);
  return answers;
}
