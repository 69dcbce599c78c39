import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from "node:sqlite";

export type Values = Readonly<Record<string, SQLInputValue>>;
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Statements of a database, each prepared once. */
export interface Statements {
  /** Gives how many rows changed. */
  run(statement: string, values?: Values): number;
  all(query: string, values?: Values): readonly Row[];
  first(query: string, values?: Values): Row | undefined;
}

/** Statements of the database, which are prepared when they are first used and live as long as it does. */
export function statementsOf(database: DatabaseSync): Statements {
  const prepared = new Map<string, StatementSync>();
  const prepare = (text: string) => {
    const statement = prepared.get(text) ?? database.prepare(text);
    prepared.set(text, statement);
    return statement;
  };
  return {
    run: (statement, values = {}) => Number(prepare(statement).run(values).changes),
    all: (query, values = {}) => prepare(query).all(values),
    first: (query, values = {}) => prepare(query).get(values),
  };
}

/** Words and values of a condition that rows equal all that is given; what is undefined is left out. */
export function whereEqual(given: Readonly<Record<string, string | undefined>>): {
  readonly condition: string;
  readonly values: Values;
} {
  const named = Object.entries(given).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const conditions = named.map(([column]) =>
    // A thread is a channel of its own to some platforms.
    column === "channel" ? ":channel IN (channel, thread)" : `${column} = :${column}`,
  );
  return { condition: conditions.join(" AND "), values: Object.fromEntries(named) };
}
