declare module "mbox-reader" {
  import type { Readable } from "node:stream";

  /** One message of a mailbox file; the package ships no types, these are the fields that are used. */
  interface MboxMessage {
    readonly content: Uint8Array;
    /** Values by names in small letters. */
    readonly headers: ReadonlyMap<string, readonly string[]>;
    /** What Gmail filed it under. */
    readonly labels: ReadonlySet<string>;
  }

  export function mboxReader(stream: Readable): AsyncIterable<MboxMessage>;
}
