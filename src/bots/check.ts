/** One thing that was looked at, by `hearth doctor` or at the start: how it stands, and where it is not well, what cures it. */
export interface Check {
  /** What it is, in a few words without names: the log shows these. */
  readonly what: string;
  readonly level: "ok" | "warning" | "problem";
  /** One sentence for people; it may hold names. */
  readonly says: string;
  readonly cure?: string;
  /** For the log: ids, and words of the platform's. */
  readonly ids?: Readonly<Record<string, string | readonly string[]>>;
}
