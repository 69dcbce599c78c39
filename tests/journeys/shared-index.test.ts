import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findWrapper } from "../../src/seal.ts";
import { askPage, childrenOf, DOCUMENTS, hearth, scratch, type Running } from "../helpers/hearth.ts";
import { portOf } from "../helpers/relays.ts";
import { storageServer, STORAGE_ENVIRONMENT, type StorageServer } from "../helpers/storage-server.ts";

const soon = { timeout: 60_000 };
const QUESTION = "How many days of annual leave do we get?";

/** A machine with a configuration of its own, as far as folders go. */
function machine(server: StorageServer, access: "read" | "write", files: Readonly<Record<string, string>> = {}) {
  const documents = access === "write" ? "documents:\n  - folder: docs\n" : "";
  const index = `index:\n  endpoint: ${server.url}\n  bucket: docs\n  access: ${access}\n`;
  return scratch({ ...files, "config/hearth.yaml": documents + index });
}

function run(folder: string, words: readonly string[], env: Record<string, string> = STORAGE_ENVIRONMENT): Running {
  return hearth(words, { cwd: folder, env });
}

/** The page of a machine, once it says that it is ready. */
async function started(folder: string): Promise<Running & { readonly url: string }> {
  const running = run(folder, ["start", "--port", "0"]);
  const [, url = ""] = await running.says(/(http:\/\/\S+)/, 60_000);
  await running.says(/Ctrl-C stops/, 60_000);
  return { ...running, url };
}

/** The paths that words are found in, or the sentence that came in their place. */
async function found(url: string, words: string): Promise<unknown> {
  const response = await fetch(new URL(`/api/lookup?words=${encodeURIComponent(words)}`, url));
  const answer: unknown = await response.json();
  return Array.isArray(answer) ? answer.map(({ passage }) => passage.path) : answer;
}

async function status(url: string): Promise<unknown> {
  return (await fetch(new URL("/api/status", url))).json();
}

const wrapper = findWrapper({ loopback: true });
if (!wrapper)
  console.warn(
    "SKIPPED: this system makes no network namespace with a loopback; an index on storage was tried unsealed",
  );
const sealed = wrapper ? "sealed" : "not sealed";

describe("journey: an index that several share", { timeout: 240_000 }, () => {
  it("is written by one, read by two, through an outage of the storage, with cores that reach nothing else", async () => {
    using disk = scratch();
    await using server = await storageServer(join(disk.folder, "s3"));
    using writing = machine(server, "write", DOCUMENTS);
    using one = machine(server, "read");
    using other = machine(server, "read");
    // Readers may come first: there is nothing to read yet, and that is all.
    await using early = await started(one.folder);
    expect(early.said.out).toMatch(/Documents +0 documents/);
    await using writer = await started(writing.folder);
    await using late = await started(other.folder);
    expect(writer.said.out).toMatch(/Index +http:\S+\/docs\/hearth, written here/);
    expect(late.said.out).toMatch(/Index +http:\S+\/docs\/hearth, read here, another Hearth writes it/);
    for (const [name, { url }] of Object.entries({ writer, early, late })) {
      await expect.poll(() => found(url, "annual leave"), { ...soon, message: name }).toContain("leave.md");
      expect(await status(url)).toMatchObject({ documents: 2, seal: { kind: sealed, addresses: [server.url] } });
      const answers = JSON.stringify(await askPage(url, QUESTION));
      expect(answers).toContain("28 days");
    }
    await readsOnly(server, early);

    // A change is seen within seconds.
    writing.write("docs/parking.md", "# Parking\n\nBicycles stand in the courtyard.\n");
    rmSync(join(writing.folder, "docs/expenses.md"));
    const startedAt = performance.now();
    await expect.poll(() => found(early.url, "bicycles courtyard"), soon).toContain("parking.md");
    console.warn(`A change was found by a reader after ${Math.round(performance.now() - startedAt)} ms`);
    await expect.poll(() => found(late.url, "receipts approval"), soon).not.toContain("expenses.md");

    // The storage goes away and comes back; nothing has to be started again.
    await server.stop();
    const away = /The storage of the index at \S+ refuses connections \(ECONNREFUSED\)/;
    await expect.poll(async () => JSON.stringify(await status(early.url)), soon).toMatch(away);
    await expect.poll(async () => JSON.stringify(await askPage(early.url, `${QUESTION} Now?`)), soon).toMatch(away);
    await server.start();
    for (const { url } of [writer, early, late]) {
      await expect.poll(() => found(url, "bicycles courtyard"), soon).toContain("parking.md");
      await expect.poll(async () => JSON.stringify(await status(url)), soon).not.toMatch(away);
    }
    writing.write("docs/canteen.md", "# Canteen\n\nSoup is served at noon.\n");
    await expect.poll(() => found(late.url, "soup noon"), soon).toContain("canteen.md");
    expect(writer.said.err + early.said.err + late.said.err).not.toContain("started again");
  });

  it("says in one sentence what is wrong, and how to cure it", async () => {
    using disk = scratch();
    await using server = await storageServer(join(disk.folder, "s3"));
    using writing = machine(server, "write", DOCUMENTS);
    const ask = async (env: Record<string, string>) => {
      await using running = run(writing.folder, ["ask", QUESTION], env);
      return { code: await running.ended, err: running.said.err };
    };
    const without = await ask({});
    expect(without).toMatchObject({
      code: 2,
      err: expect.stringMatching(/^hearth: The index is at \S+, but HEARTH_S3/),
    });
    const wrong = await ask({ ...STORAGE_ENVIRONMENT, HEARTH_S3_SECRET_ACCESS_KEY: "CANARY" });
    expect(wrong.code).toBe(2);
    expect(wrong.err).toMatch(/^hearth: The storage of the index at \S+ does not accept the keys \(403, Sig[^\n]*\n$/);
    await server.stop();
    const gone = await ask(STORAGE_ENVIRONMENT);
    expect(gone.code).toBe(2);
    expect(gone.err).toMatch(/^hearth: The storage of the index at \S+ refuses connections [^\n]*; start it[^\n]*\n$/);
    expect(without.err + wrong.err + gone.err).not.toContain("CANARY");
    await server.start();
    expect((await ask(STORAGE_ENVIRONMENT)).code).toBe(0);
  });
});

/** What can be seen from outside of a reader's core: its interfaces, where it can knock, and that it asks for nothing but to read. */
async function readsOnly(server: StorageServer, reader: Running): Promise<void> {
  const { core } = childrenOf(reader.child);
  if (core === undefined || !wrapper) return;
  const interfaces = readFileSync(`/proc/${core}/net/dev`, "utf8").match(/^ *[\w.]+(?=:)/gm) ?? [];
  expect(interfaces.map((name) => name.trim())).toContain("lo");
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  const port = portOf(other);
  // Inside of the core's own namespace, as any code in it would try.
  const knock = (to: number) => {
    const code = `require("node:net").connect(${to}, "127.0.0.1").on("connect", () => process.exit(0)).on("error", () => process.exit(3))`;
    return spawnSync("nsenter", ["--target", String(core), "--net", "--", process.execPath, "-e", code]).status;
  };
  const isAllowed = spawnSync("nsenter", ["--target", String(core), "--net", "--", "true"]).status === 0;
  if (isAllowed) expect([knock(port), knock(server.port)]).toEqual([3, 3]);
  else console.warn("SKIPPED: this user may not look into the core's namespace from outside");
  other.close();
}
