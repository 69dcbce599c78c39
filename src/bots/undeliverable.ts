/**
 * An answer can never be there: its question was deleted, its place is gone, or Hearth may not write in it. Its message is a sentence for
 * the log, without a word of anybody's.
 */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
}
