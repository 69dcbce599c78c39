import { createHash } from "node:crypto";
import type { Inbox, Job, Sending } from "./inbox.ts";
import { whereEqual, type Row, type Statements, type Values } from "./inbox-statements.ts";
import type { Asked, PlatformName, Posted } from "./platform.ts";

/** A question has its text until it is done; then its row says only that its event is known. A part is there before it is sent. */
export const QUESTION_TABLES = `
  CREATE TABLE IF NOT EXISTS questions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL UNIQUE, accepted_at INTEGER NOT NULL, done_at INTEGER,
    platform TEXT, space TEXT, channel TEXT, thread TEXT, message TEXT, asker TEXT, asked TEXT) STRICT;
  CREATE INDEX IF NOT EXISTS questions_open ON questions (platform, number) WHERE done_at IS NULL;
  CREATE INDEX IF NOT EXISTS questions_done ON questions (done_at) WHERE done_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS sendings (
    job TEXT NOT NULL, part INTEGER NOT NULL, planned_at INTEGER NOT NULL, posted TEXT,
    PRIMARY KEY (job, part)) STRICT, WITHOUT ROWID;`;

const ACCEPT = `
  INSERT INTO questions (job, accepted_at, platform, space, channel, thread, message, asker, asked)
  VALUES (:job, :at, :platform, :space, :channel, :thread, :message, :asker, :asked) ON CONFLICT DO NOTHING`;
const OPEN =
  "SELECT job, accepted_at, asked FROM questions WHERE platform = :platform AND done_at IS NULL ORDER BY number";
const OPEN_JOB = "SELECT job, accepted_at, asked FROM questions WHERE job = :job AND done_at IS NULL";
const EDIT = `
  UPDATE questions SET asked = json_set(asked, '$.message.text', :text)
  WHERE platform = :platform AND message = :message AND :channel IN (channel, thread) AND done_at IS NULL`;
const DONE = `
  UPDATE questions SET done_at = :at, platform = NULL, space = NULL, channel = NULL, thread = NULL, message = NULL,
    asker = NULL, asked = NULL
  WHERE job = :job AND done_at IS NULL`;
const SENDING = "SELECT job, part, planned_at, posted FROM sendings WHERE job = :job";
/** Parts of what was never a question of the inbox are there too, such as those of a command's answer. */
const PRUNE_SENDINGS = `
  DELETE FROM sendings WHERE planned_at < :before
  AND NOT EXISTS (SELECT 1 FROM questions WHERE questions.job = sendings.job AND done_at IS NULL)`;

type Questions = Pick<Inbox, "accept" | "open" | "openJob" | "edit" | "drop" | "done" | "plan" | "sent" | "sendings">;

/** What an event is called everywhere: letters and digits, the same for the same event. */
export function jobOf({ platform, id }: Pick<Asked, "platform" | "id">): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([platform, id]))
    .digest("hex");
  return BigInt(`0x${hash}`).toString(36).padStart(50, "0").slice(-20);
}

/** Does work in one step, and overwrites what it deleted. */
export type Erase = <Result>(work: () => Result) => Result;

/** The part of the inbox that holds questions and what is sent for them. `eraseSoon` overwrites a moment later. */
export function questionsIn(
  statements: Statements,
  { now, erase, eraseSoon }: { readonly now: () => number; readonly erase: Erase; readonly eraseSoon: Erase },
): Questions {
  return {
    accept(asked) {
      const [job, acceptedAt] = [jobOf(asked), now()];
      const isNew = statements.run(ACCEPT, { ...placeOf(asked), job, at: acceptedAt, asked: JSON.stringify(asked) });
      return isNew === 0 ? undefined : { job, asked, acceptedAt };
    },
    open: (platform) => statements.all(OPEN, { platform }).map(toJob),
    openJob(job) {
      const row = statements.first(OPEN_JOB, { job });
      return row && toJob(row);
    },
    edit({ platform, conversation: { channel, thread }, id }, text) {
      const values = { platform, message: id, channel: thread ?? channel, text };
      return eraseSoon(() => statements.run(EDIT, values)) > 0;
    },
    drop({ platform, space, channel, messageId: message, askerId: asker }) {
      const jobs = openJobs(statements, { platform, space, channel, message, asker });
      if (jobs.length > 0) erase(() => jobs.forEach(({ job }) => statements.run(DONE, { job, at: now() })));
      return jobs;
    },
    done: (job) => void eraseSoon(() => finish(statements, { job, at: now() })),
    ...sendingsIn(statements, now),
  };
}

/** What is sent, by its job and part. */
function sendingsIn(statements: Statements, now: () => number): Pick<Inbox, "plan" | "sent" | "sendings"> {
  return {
    plan(job, part) {
      const of = { job, part };
      statements.run("INSERT INTO sendings (job, part, planned_at) VALUES (:job, :part, :at) ON CONFLICT DO NOTHING", {
        ...of,
        at: now(),
      });
      return toSending(statements.first(`${SENDING} AND part = :part`, of) ?? {});
    },
    sent(job, part, posted) {
      const values = { job, part, at: now(), posted: JSON.stringify(posted) };
      statements.run(
        `INSERT INTO sendings (job, part, planned_at, posted) VALUES (:job, :part, :at, :posted)
         ON CONFLICT DO UPDATE SET posted = excluded.posted`,
        values,
      );
    },
    sendings: (job) => statements.all(`${SENDING} ORDER BY part`, { job }).map(toSending),
  };
}

/** Forgets the text of open questions, and where they stand; gives how many rows that were. */
export function forgetQuestions(
  statements: Statements,
  {
    of,
    at,
    since = 0,
  }: {
    readonly of: { readonly platform: PlatformName } & Record<string, string | undefined>;
    readonly at: number;
    /** Only those that were accepted from then on (milliseconds). */
    readonly since?: number | undefined;
  },
): number {
  const jobs = openJobs(statements, of).filter(({ acceptedAt }) => acceptedAt >= since);
  return jobs.reduce((rows, { job }) => rows + finish(statements, { job, at }), 0);
}

/** Deletes what says of events older than `before` that they are known, and what was sent for them; gives how many rows. */
export function pruneQuestions(statements: Statements, before: number): number {
  const known = statements.run("DELETE FROM questions WHERE done_at < :before", { before });
  return known + statements.run(PRUNE_SENDINGS, { before });
}

function openJobs(statements: Statements, of: Readonly<Record<string, string | undefined>>): Job[] {
  const { condition, values } = whereEqual(of);
  const query = `SELECT job, accepted_at, asked FROM questions WHERE ${condition} AND done_at IS NULL ORDER BY number`;
  return statements.all(query, values).map(toJob);
}

function finish(statements: Statements, { job, at }: { readonly job: string; readonly at: number }): number {
  return statements.run(DONE, { job, at }) + statements.run("DELETE FROM sendings WHERE job = :job", { job });
}

function placeOf({ platform, message }: Asked): Values {
  const { space, channel, thread = "" } = message.conversation;
  return { platform, space, channel, thread, message: message.id, asker: message.author.id };
}

function toJob({ job, accepted_at: at, asked }: Row): Job {
  const read: Asked = JSON.parse(String(asked));
  return { job: String(job), asked: read, acceptedAt: Number(at) };
}

function toSending({ job, part, planned_at: at, posted }: Row): Sending {
  const sending = { job: String(job), part: Number(part), plannedAt: Number(at) };
  if (typeof posted !== "string") return sending;
  const read: Posted = JSON.parse(posted);
  return { ...sending, posted: read };
}
