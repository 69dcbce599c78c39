import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { supervise, type ProcessPlan } from "../src/supervise.ts";

const folder = mkdtempSync(join(tmpdir(), "hearth-test-"));

/** A process that appends a line to `started` each time it starts, then does what the script says. */
function plan(name: string, script: string): ProcessPlan & { readonly starts: () => number } {
  const started = join(folder, name);
  writeFileSync(started, "");
  const code = `require("node:fs").appendFileSync(${JSON.stringify(started)}, process.pid + "\\n"); ${script}`;
  return {
    name,
    command: [process.execPath, "-e", code],
    environment: {},
    output: 2,
    log: 2,
    starts: () => readFileSync(started, "utf8").split("\n").length - 1,
  };
}

describe("supervise", () => {
  it("starts a process again when it dies, and says how it died", async () => {
    const dying = plan("dying", `process.kill(process.pid, "SIGKILL")`);
    const stop = new AbortController();
    const said: string[] = [];
    const running = supervise(dying, { signal: stop.signal, onRestart: (sentence) => said.push(sentence) });
    await vi.waitFor(() => expect(dying.starts()).toBeGreaterThanOrEqual(3), { timeout: 10_000 });
    stop.abort();
    await running;
    expect(said[0]).toBe("The dying stopped (SIGKILL) and is started again");
  });

  it("does not start again what ended with a mistake of the owner's", async () => {
    const mistaken = plan("mistaken", "process.exit(2)");
    const running = supervise(mistaken, { signal: new AbortController().signal, onRestart: () => {} });
    await expect(running).rejects.toThrow("The mistaken could not start");
    expect(mistaken.starts()).toBe(1);
  });

  it("stops the process when asked to, and kills it when it does not listen", async () => {
    const stubborn = plan("stubborn", `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)`);
    const stop = new AbortController();
    const running = supervise(stubborn, { signal: stop.signal, onRestart: () => {} });
    await vi.waitFor(() => expect(stubborn.starts()).toBe(1), { timeout: 10_000 });
    const pid = Number(readFileSync(join(folder, "stubborn"), "utf8"));
    stop.abort();
    await running;
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  });
});
