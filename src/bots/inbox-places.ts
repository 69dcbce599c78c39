import type { Inbox } from "./inbox.ts";
import type { Statements } from "./inbox-statements.ts";
import type { PlatformName } from "./platform.ts";

/** Where Hearth takes part, up to where channels were read, and what adapters note for themselves. */
export const PLACE_TABLES = `
  CREATE TABLE IF NOT EXISTS joined (
    platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, is_direct INTEGER NOT NULL,
    PRIMARY KEY (platform, space, channel)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS seen (
    platform TEXT NOT NULL, channel TEXT NOT NULL, message TEXT NOT NULL,
    PRIMARY KEY (platform, channel)) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS notes (
    platform TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (platform, key)) STRICT, WITHOUT ROWID;`;

const JOIN = `
  INSERT INTO joined (platform, space, channel, is_direct) VALUES (:platform, :space, :channel, :direct)
  ON CONFLICT DO UPDATE SET is_direct = excluded.is_direct`;
/** Ids are numbers too long for one, or two numbers with a dot between: of the same length, or the longer is the later. */
const SEE = `
  INSERT INTO seen (platform, channel, message) VALUES (:platform, :channel, :message)
  ON CONFLICT DO UPDATE SET message = excluded.message
  WHERE length(excluded.message) > length(message)
    OR (length(excluded.message) = length(message) AND excluded.message > message)`;

type Places = Pick<Inbox, "join" | "leave" | "joined" | "see" | "seen" | "note" | "noted">;

/** The part of the inbox that knows places. */
export function placesIn(statements: Statements): Places {
  return {
    join(platform, { space, channel, isDirect }) {
      statements.run(JOIN, { platform, space, channel, direct: Number(isDirect) });
    },
    leave: (platform, { space, channel }) => void forgetPlaces(statements, { platform, space, channel }),
    joined: (platform) =>
      statements
        .all("SELECT space, channel, is_direct FROM joined WHERE platform = :platform", { platform })
        .map((row) => ({
          space: String(row["space"]),
          channel: String(row["channel"]),
          isDirect: row["is_direct"] === 1,
        })),
    see: (platform, channel, message) => void statements.run(SEE, { platform, channel, message }),
    seen: (platform, channel) =>
      text(
        statements.first("SELECT message FROM seen WHERE platform = :platform AND channel = :channel", {
          platform,
          channel,
        })?.["message"],
      ),
    note(platform, key, value) {
      statements.run("INSERT OR REPLACE INTO notes (platform, key, value) VALUES (:platform, :key, :value)", {
        platform,
        key,
        value,
      });
    },
    noted: (platform, key) =>
      text(
        statements.first("SELECT value FROM notes WHERE platform = :platform AND key = :key", { platform, key })?.[
          "value"
        ],
      ),
  };
}

/** Deletes that Hearth takes part in a space, or in one channel of it, and up to where it was read; gives how many rows. */
export function forgetPlaces(
  statements: Statements,
  of: { readonly platform: PlatformName; readonly space: string; readonly channel?: string | undefined },
): number {
  const channel = of.channel ?? null;
  // Slack's threads are called by their channel, a stroke and their own id: with a channel go its threads.
  const within = "substr(channel, 1, length(:channel) + 1) = :channel || '/'";
  const scope = `space = :space AND (:channel IS NULL OR channel = :channel OR ${within})`;
  const values = { platform: of.platform, space: of.space, channel };
  const read = statements.run(
    `DELETE FROM seen WHERE platform = :platform AND (channel = :channel
       OR channel IN (SELECT channel FROM joined WHERE platform = :platform AND ${scope})
       OR :channel IS NULL AND channel IN (
         SELECT substr(channel, 1, instr(channel, '/') - 1) FROM joined WHERE platform = :platform AND ${scope}))`,
    values,
  );
  return read + statements.run(`DELETE FROM joined WHERE platform = :platform AND ${scope}`, values);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
