import { Transform, type Readable } from "node:stream";

/** What stands above a message is its length and perhaps its type. */
const LONGEST_HEAD = 1_000;
const END = "\r\n\r\n";

/**
 * The bytes of a stream of JSON-RPC messages as they are, which breaks with an error as soon as a message says that it is longer than
 * `most`: whoever reads on would hold all of it in memory before it could look at it.
 */
export function framed(stream: Readable, { most }: { readonly most: number }): Readable {
  let head = "";
  let left = 0;
  const pass = (chunk: Buffer): void => {
    for (let place = 0; place < chunk.length;) {
      if (left > 0) {
        const taken = Math.min(left, chunk.length - place);
        left -= taken;
        place += taken;
        continue;
      }
      // One byte more could not be the end of a head that is allowed.
      const rest = chunk.toString("latin1", place, place + LONGEST_HEAD);
      const before = head.length;
      head += rest;
      const end = head.indexOf(END, Math.max(0, before - END.length));
      if (end < 0) {
        if (head.length >= LONGEST_HEAD) throw new Error("A message has no end to its head");
        return;
      }
      left = lengthIn(head.slice(0, end), most);
      place += end + END.length - before;
      head = "";
    }
  };
  const checked = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      try {
        pass(chunk);
        done(null, chunk);
      } catch (error) {
        done(error instanceof Error ? error : new Error("A message cannot be read", { cause: error }));
      }
    },
  });
  stream.on("error", (error) => checked.destroy(error)).on("close", () => checked.end());
  return stream.pipe(checked);
}

/** The length in a message's head. What could be read in two ways is refused, for the reader behind this may read it in the other. */
function lengthIn(head: string, most: number): number {
  const lines = head.split("\r\n");
  const isPlain = lines.every((line) => /^[\x20-\x7e]*$/.test(line));
  const [line = "", ...others] = lines.filter((one) => /^content-length/i.test(one));
  const [, digits] = /^content-length: (\d{1,15})$/i.exec(line) ?? [];
  if (!isPlain || others.length > 0 || digits === undefined) throw new Error("A message does not say how long it is");
  if (Number(digits) > most) throw new Error(`A message is longer than ${most} bytes`);
  return Number(digits);
}
