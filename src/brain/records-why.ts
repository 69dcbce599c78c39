import type { DatabaseSync, SQLInputValue, SQLOutputValue } from "node:sqlite";
import { emptyWriteAheadLog } from "../sqlite-file.ts";
import type { AnswerScope, Why } from "./brain.ts";
import type { AnswerRecord, AnswerRecords } from "./records.ts";

/** They came later than the answers' own table, which is left as it was: an older record of answers goes on without them. */
export const WHY_TABLES = `
  CREATE TABLE IF NOT EXISTS whys (
    answer INTEGER PRIMARY KEY REFERENCES answers (number) ON DELETE CASCADE, record TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS ratings (
    answer INTEGER NOT NULL REFERENCES answers (number) ON DELETE CASCADE, person TEXT NOT NULL, rating TEXT NOT NULL,
    at INTEGER NOT NULL, PRIMARY KEY (answer, person)) STRICT;
  CREATE INDEX IF NOT EXISTS ratings_person ON ratings (person);`;

const WHY = "SELECT at, record FROM answers JOIN whys ON answer = number WHERE id = ?";
const RATE = `
  INSERT OR REPLACE INTO ratings (answer, person, rating, at)
  SELECT number, :person, :rating, :at FROM answers WHERE id = :id`;
const TAKE_BACK = "DELETE FROM ratings WHERE person = :person AND answer = (SELECT number FROM answers WHERE id = :id)";

type Values = Record<string, SQLInputValue>;

/** How answers came about, and what people said of them, beside the records of these answers. */
export function keepWhys(
  database: DatabaseSync,
  conditionOf: (of: AnswerScope) => readonly [condition: string, values: Values],
): Pick<AnswerRecords, "why" | "rate"> & {
  readonly add: (answer: number | bigint, why: AnswerRecord["why"]) => void;
  /** Deletes what was said of the answers, and where an asker is named what they said themselves of any answer there. */
  readonly forgetRatings: (of: AnswerScope) => number;
} {
  const remove = (of: AnswerScope, only: Values) => {
    const [condition, values] = conditionOf(of);
    const said = Object.keys(only).map((column) => `${column} = :${column}`);
    const conditions = [`answer IN (SELECT number FROM answers WHERE ${condition})`, ...said].join(" AND ");
    return Number(database.prepare(`DELETE FROM ratings WHERE ${conditions}`).run({ ...values, ...only }).changes);
  };
  return {
    add: (answer, why) =>
      void database.prepare("INSERT INTO whys (answer, record) VALUES (?, ?)").run(answer, JSON.stringify(why)),
    why: (id) => toWhy(id, database.prepare(WHY).get(id)),
    rate({ answerId: id, personId: person, rating }, at) {
      if (rating) database.prepare(RATE).run({ id, person, rating, at });
      else if (Number(database.prepare(TAKE_BACK).run({ id, person }).changes) > 0) emptyWriteAheadLog(database);
    },
    forgetRatings(of) {
      const { askerId: person, ...place } = of;
      return remove(of, {}) + (person === undefined ? 0 : remove(place, { person }));
    },
  };
}

function toWhy(id: string, row: Record<string, SQLOutputValue> | undefined): Why | undefined {
  if (!row) return undefined;
  const why: AnswerRecord["why"] = JSON.parse(String(row["record"]));
  return { id, answeredAt: new Date(Number(row["at"])).toISOString(), ...why };
}
