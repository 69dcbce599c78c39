import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { framed } from "../../src/channel/framed.ts";

const message = (body: string, head = `Content-Length: ${Buffer.byteLength(body)}`) => `${head}\r\n\r\n${body}`;

/** What comes through, or why nothing more does, when the text comes in pieces of so many bytes. */
async function through(text: string, size = text.length): Promise<string> {
  const stream = new PassThrough();
  const passed = buffer(framed(stream, { most: 40 })).then(String, (error: Error) => error.message);
  const bytes = Buffer.from(text, "latin1");
  for (let place = 0; place < bytes.length; place += size) stream.write(bytes.subarray(place, place + size));
  stream.end();
  return passed;
}

describe("framed", () => {
  it("lets messages through as they are, wherever they are cut", async () => {
    const typed = message("{}", "Content-Type: application/json\r\ncontent-length: 2");
    const text = message("1234567890") + message("") + typed + message("\r\n\r\nContent-Length: 99\r\n\r\n");
    for (let size = 1; size <= text.length; size += 1) expect([size, await through(text, size)]).toEqual([size, text]);
  });

  it("breaks with a message that is too long, before any of it has come", async () => {
    expect(await through(message("x".repeat(40)))).toBe(message("x".repeat(40)));
    for (const size of [1, 7, 1_000]) {
      expect(await through(`${message("a")}Content-Length: 41\r\n\r\n`, size)).toBe(
        "A message is longer than 40 bytes",
      );
    }
    const stream = new PassThrough();
    const checked = framed(stream, { most: 40 });
    const broken = new Promise<Error>((resolve) => checked.once("error", resolve));
    stream.write("Content-Length: 999999999999\r\n\r\n");
    expect((await broken).message).toBe("A message is longer than 40 bytes");
  });

  it("breaks with a head that has no end, or that two readers could read in two ways", async () => {
    expect(await through("x".repeat(5_000))).toBe("A message has no end to its head");
    const heads = [
      "Content-Type: text",
      "Content-Length: x",
      "Content-Length: -5",
      "Content-Length: 5e9",
      "Content-Length: 5\r\nContent-Length: 99",
      "Content-Length: 5\r\nContent-Length: 99x",
      "Content-Length: 5\r\nContent-Length : 99",
      "Content-Length: 5\r",
      "Content-Length: 5\nX",
      "Content-Length: 5\r\n\xc3ontent-Length: 99",
    ];
    for (const head of heads) {
      expect([head, await through(message("12345", head))]).toEqual([head, "A message does not say how long it is"]);
    }
  });
});
