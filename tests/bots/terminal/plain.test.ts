import { describe, expect, it } from "vitest";
import { toJsonLine, toPlain, toPlainLine } from "../../../src/bots/terminal/plain.ts";

describe("toPlain", () => {
  it("takes whole escape sequences out: colours, cursor, title, links, clipboard", () => {
    expect(toPlain("\u001B[31mred\u001B[0m")).toBe("red");
    expect(toPlain("up\u001B[2Aand over\u001B[2J")).toBe("upand over");
    expect(toPlain("\u001B]0;title\u0007text")).toBe("text");
    expect(toPlain("\u001B]52;c;aGVsbG8=\u0007after")).toBe("after");
    expect(toPlain("\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007")).toBe("link");
  });

  it("leaves no control character of a sequence that is cut short or written in eight bits", () => {
    expect(toPlain("a\u001B")).not.toMatch(/\p{Cc}/u);
    expect(toPlain("a\u009B31mb\u0090q\u009Cc\u0007\u0008\u007F")).not.toMatch(/\p{Cc}/u);
  });

  it("keeps line breaks of every kind and the words around them", () => {
    expect(toPlain("one\r\ntwo\rthree\u2028four\nfive")).toBe("one\ntwo\nthree\nfour\nfive");
  });

  it("takes out what turns or hides text, and keeps the joiners of scripts and emoji", () => {
    expect(toPlain("safe\u202Egnp.exe\u2066x\u2069\u200B")).toBe("safegnp.exex");
    expect(toPlain("می\u200Cخواهم 👩\u200D💻")).toBe("می\u200Cخواهم 👩\u200D💻");
  });
});

describe("toPlainLine", () => {
  it("makes one line of a file name with line breaks and tabs", () => {
    expect(toPlainLine("a\nb\t c\u001B[1m.md ")).toBe("a b c.md");
  });
});

describe("toJsonLine", () => {
  it("writes what could drive a terminal as escapes, so that parsing gives the same text back", () => {
    const value = { text: "\u001B[31m\u009B2J\u202Eabc\u2028é" };
    const line = toJsonLine(value);
    expect(line.slice(0, -1)).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\u2028/u);
    expect(line.endsWith("\n")).toBe(true);
    expect(line).toContain("é");
    expect(JSON.parse(line)).toEqual(value);
  });
});
