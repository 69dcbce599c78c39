import { describe, expect, it } from "vitest";
import { createLog } from "../src/log.ts";
import { readSettings } from "../src/config.ts";

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  const lines: string[] = [];
  write(createLog({ level: "trace", process: "test", to: { write: (line) => void lines.push(line) } }));
  return lines.join("");
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the log", () => {
  it("keeps the sentence of an error that Hearth itself wrote", () => {
    const error = thrownBy(() => readSettings({ data: "s3://bucket" }, { cwd: "/", home: "/", environment: {} }));
    expect(logged((log) => log.error({ err: error }, "failed"))).toContain("is an address");
  });

  it("leaves out what a library, the engine or native code says of an error, and of its cause", () => {
    const parse = thrownBy(() => JSON.parse("CANARY"));
    const cause = new Error("Outer", { cause: parse });
    const native = Object.assign(new Error("CANARY in row 3"), { stack: "Error: CANARY in row 3" });
    const text = logged((log) => {
      log.error({ err: parse }, "one");
      log.error({ err: cause }, "two");
      log.error({ err: native }, "three");
    });
    expect(text).not.toContain("CANARY");
    expect(text).toContain("SyntaxError");
  });

  it("leaves out a stack that somebody pasted into a question", () => {
    const pasted = thrownBy(() => JSON.parse("\n    at CANARY (/srv/app.js:1:1)\n"));
    expect(pasted).toMatchObject({ message: expect.stringContaining("\n    at CANARY") });
    const text = logged((log) => log.error({ err: pasted }, "x"));
    expect(text).not.toContain("CANARY");
    expect(text).toContain("log.test.ts");
  });

  it("leaves out tokens and texts that were logged by mistake", () => {
    const text = logged((log) =>
      log.info({ token: "CANARY", message: { text: "CANARY" }, passage: { text: "CANARY" } }, "x"),
    );
    expect(text).not.toContain("CANARY");
  });

  it("says that there are settings of a platform, and not what its secrets are", () => {
    const slack = { mode: "socket", botTokens: [{ token: "CANARY" }], appToken: "CANARY", signingSecret: "CANARY" };
    const text = logged((log) => log.debug({ slack, discord: { token: "CANARY" } }, "x"));
    expect(text).not.toContain("CANARY");
    expect(text).toContain("socket");
  });
});
