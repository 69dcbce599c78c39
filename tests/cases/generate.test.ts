import { inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { generate } from "./generate.ts";
import { scriptOf } from "./box.ts";

function bytesOf(gen: unknown): Buffer {
  const made = generate(gen);
  if ("zeros" in made) throw new Error("There are only zeros");
  return made.bytes;
}

describe("made-up content", () => {
  it("repeats and joins text", () => {
    expect(bytesOf({ kind: "repeat", text: "ab", n: 3 }).toString()).toBe("ababab");
    const parts = [
      { text: "a", n: 2 },
      { text: "b", n: 1 },
    ];
    expect(bytesOf({ kind: "concat", parts }).toString()).toBe("aab");
  });

  it("is a PDF of at least so many bytes", () => {
    const bytes = bytesOf({ kind: "pdf", bytes: 1_000_000 });
    expect(bytes.length).toBe(1_000_000);
    expect(bytes.subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("is a PDF whose table of objects leads to itself", () => {
    const text = bytesOf({ kind: "pdf_xref_loop" }).toString("latin1");
    const [, previous = ""] = /\/Prev (\d+)/.exec(text) ?? [];
    expect(text.slice(Number(previous), Number(previous) + 4)).toBe("xref");
  });

  it("is a PDF with a stream that grows a thousandfold", () => {
    const bytes = bytesOf({ kind: "pdf_flate_bomb", ratio: 2 });
    const start = bytes.indexOf("stream\n", bytes.indexOf("/FlateDecode")) + "stream\n".length;
    expect(inflateSync(bytes.subarray(start)).length).toBe(2_000_000);
    expect(bytes.length).toBeLessThan(20_000);
  });

  it("is a small Word file that says it is huge", () => {
    const bytes = bytesOf({ kind: "docx_bomb", expanded_bytes: 1_000_000_000 });
    expect(bytes.length).toBeLessThan(2_000_000);
    const directory = bytes.readUInt32LE(bytes.length - 6);
    const entries = bytes.readUInt16LE(bytes.length - 12);
    expect(bytes.subarray(directory, directory + 4).toString("latin1")).toBe("PK\u0001\u0002");
    const sizes: number[] = [];
    for (let at = directory, entry = 0; entry < entries; entry += 1) {
      sizes.push(bytes.readUInt32LE(at + 24));
      at += 46 + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    }
    expect(Math.max(...sizes)).toBe(1_000_000_000);
  });

  it("is a Word file whose entities grow tenfold a level", () => {
    const bytes = bytesOf({ kind: "docx_entities", levels: 3 });
    expect(bytes.subarray(0, 2).toString()).toBe("PK");
  });

  it("is nested as deep as it says", () => {
    expect(bytesOf({ kind: "nested_md", levels: 1_000 }).toString().match(/> - /g)).toHaveLength(1_000);
  });

  it("names zeros instead of holding them", () => {
    expect(generate({ kind: "sparse", bytes: 2 ** 31 })).toEqual({ zeros: 2 ** 31 });
  });

  it("is refused where its kind is not known", () => {
    expect(() => generate({ kind: "surprise" })).toThrow("kind");
  });
});

describe("a puppet's script", () => {
  it("repeats its prompt, says words, or what is left of states and repetitions", () => {
    expect(scriptOf("$ECHO")).toMatchObject({ echo: true });
    expect(scriptOf("hi")).toMatchObject({ answers: ["hi"] });
    expect(scriptOf(["h", "hi"])).toMatchObject({ answers: ["hi"] });
    expect(scriptOf({ repeat: "1 ", n: 3 })).toMatchObject({ answers: ["1 1 1 "] });
    expect(scriptOf(undefined)).toMatchObject({ answers: ["ok"] });
  });

  it("always writes down what it is given", () => {
    for (const puppet of ["$ECHO", "hi", ["h"], undefined]) expect(scriptOf(puppet)).toHaveProperty("record");
  });
});
