/** What differs between the platforms in texts of Hearth's own. Its functions are pure. */
export interface Dialect {
  readonly name: "Discord" | "Slack";
  /** An instant (ISO 8601) as a reader's clock shows it, or how long ago it is where the platform can say so. */
  readonly when: (instant: string, how: "date" | "ago") => string;
  /** A line in small letters, where there are such. */
  readonly small: (line: string) => string;
  /** A command as people type it, by its words: "memory on". */
  readonly command: (words: string) => string;
  /** Who may do what concerns a whole channel, as the end of a sentence that begins "That takes". */
  readonly mayManage: string;
}

/** Characters of a text of Hearth's own: what the narrowest platform takes as one message. */
export const LONGEST_OWN_TEXT = 2_000;
