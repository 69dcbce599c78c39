import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serveBrain } from "../src/channel/serve.ts";
import { readSettings } from "../src/config.ts";
import { runEdge } from "../src/edge.ts";
import { silentLog } from "../src/log.ts";
import { readyStatus, scriptedBrain } from "./helpers/scripted-brain.ts";
import { surroundings } from "./helpers/surroundings.ts";

const log = silentLog();

/** Starts an edge on a core that reads for a while, and gives what it said until it was ready. */
async function said(given: { readonly isTerminal: boolean }): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), "hearth-test-"));
  const socket = join(cwd, "core.sock");
  let asked = 0;
  const status = async () => {
    asked += 1;
    return asked > 3 ? readyStatus : { ...readyStatus, sync: { kind: "reading", done: asked, total: 4 } as const };
  };
  await using _core = await serveBrain(scriptedBrain({ status }), { path: socket, log });
  const stop = new AbortController();
  const world = surroundings({ ...given, signal: stop.signal });
  // What draws the bar asks the stream itself.
  Object.assign(world.out, { isTTY: given.isTerminal });
  const settings = readSettings({ port: 0 }, { cwd, home: cwd, environment: {} });
  const running = runEdge(settings, { socket, version: "1.2.3", log, surroundings: world });
  await expect.poll(world.said, { timeout: 10_000 }).toContain("Ctrl-C stops Hearth");
  stop.abort();
  await running;
  return world.said();
}

describe("runEdge", () => {
  it("shows how far reading is where its output is a terminal, then what was read", async () => {
    const text = await said({ isTerminal: true });
    expect(text).toContain("of 4 documents");
    expect(text).toMatch(/Documents +2 documents, 7 passages, read in 0\.4 s/);
  });

  it("shows no bar where its output is no terminal", async () => {
    expect(await said({ isTerminal: false })).not.toContain("of 4 documents");
  });
});
