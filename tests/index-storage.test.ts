import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openIndexStorage } from "../src/index-storage.ts";
import { connectLance } from "../src/knowledge/lance-place.ts";
import { scratch } from "./helpers/hearth.ts";
import { relayProcess } from "./helpers/relays.ts";
import { sharedStorage } from "./helpers/shared-storage.ts";
import { storageServer, STORAGE_ENVIRONMENT } from "./helpers/storage-server.ts";

/** What the place says of a failure, after its tables could not be listed or one could not be made. */
async function whyNot(
  opened: Awaited<ReturnType<typeof openIndexStorage>>,
  work: "look" | "make" = "look",
): Promise<string | undefined> {
  const { place } = opened.shared;
  const startedAt = performance.now();
  const tried = async () => {
    const database = await connectLance(place);
    await (work === "make" ? database.createTable("made", [{ a: 1 }]) : database.tableNames());
  };
  await expect(tried()).rejects.toThrow();
  return place.s3.whyFailed(startedAt);
}

describe("the storage of the index", { timeout: 60_000 }, () => {
  it("is reached with signed requests, through the proxy and the relay", async () => {
    await using storage = await sharedStorage();
    await using opened = await storage.open();
    const database = await connectLance(opened.shared.place);
    const table = await database.createTable("made", [{ a: 1 }]);
    expect(await table.countRows()).toBe(1);
    expect(opened.shared).toMatchObject({ access: "write", shown: `${storage.server.url}/docs/hearth` });
    expect(storage.server.requests.filter((line) => !/ \/docs(\/hearth\/|$)/.test(line))).toEqual([]);
    database.close();
  });

  it("takes its keys from what the environment held, and says which are missing", async () => {
    await using storage = await sharedStorage();
    await expect(storage.open({}, {})).rejects.toThrow(
      `The index is at ${storage.server.url}, but HEARTH_S3_ACCESS_KEY_ID and HEARTH_S3_SECRET_ACCESS_KEY is not set`,
    );
    await expect(storage.open({}, { HEARTH_S3_ACCESS_KEY_ID: "x" })).rejects.toThrow(
      /but HEARTH_S3_SECRET_ACCESS_KEY is not set; put the storage's keys into the environment/,
    );
  });

  it("says in a sentence what is wrong with keys and bucket, and repeats no secret", async () => {
    await using storage = await sharedStorage();
    const at = `The storage of the index at ${storage.server.url}`;
    await using lost = await storage.open({ bucket: "nowhere" });
    expect(await whyNot(lost)).toBe(
      `${at} has no bucket "nowhere" (404, NoSuchBucket); create it, or correct index.bucket`,
    );
    const cure = "correct HEARTH_S3_ACCESS_KEY_ID and HEARTH_S3_SECRET_ACCESS_KEY";
    await using wrong = await storage.open({}, { ...STORAGE_ENVIRONMENT, HEARTH_S3_SECRET_ACCESS_KEY: "CANARY" });
    expect(await whyNot(wrong)).toBe(`${at} does not accept the keys (403, SignatureDoesNotMatch); ${cure}`);
    await using unknown = await storage.open({}, { ...STORAGE_ENVIRONMENT, HEARTH_S3_ACCESS_KEY_ID: "CANARY" });
    expect(await whyNot(unknown)).toBe(`${at} does not accept the keys (403, InvalidAccessKeyId); ${cure}`);
  });

  it("says that it is away within seconds, and is used again once it is back", async () => {
    await using storage = await sharedStorage();
    await using opened = await storage.open();
    await storage.server.stop();
    const startedAt = performance.now();
    expect(await whyNot(opened)).toBe(
      `The storage of the index at ${storage.server.url} refuses connections (ECONNREFUSED); start it, or correct index.endpoint`,
    );
    console.warn(`Storage that is away was noticed after ${Math.round(performance.now() - startedAt)} ms`);
    await storage.server.start();
    const names = async () => (await connectLance(opened.shared.place)).tableNames();
    await expect.poll(() => names().catch(() => "away"), { timeout: 30_000 }).toEqual([]);
  });

  it("is never written where it is only to be read, whatever asks for it", async () => {
    await using storage = await sharedStorage();
    await using opened = await storage.open({ access: "read" });
    await whyNot(opened, "make");
    expect(storage.server.requests.filter((line) => !line.startsWith("GET "))).toEqual([]);
  });

  const hasOpenSsl = spawnSync("openssl", ["version"]).status === 0;
  if (!hasOpenSsl) console.warn("SKIPPED: there is no openssl to make a certificate with, so TLS was not tried");
  it.skipIf(!hasOpenSsl)("may speak TLS, whose certificate the relay checks", async () => {
    using place = scratch();
    const [key, cert] = [join(place.folder, "key.pem"), join(place.folder, "cert.pem")];
    const made = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert];
    expect(spawnSync("openssl", [...made, ...named]).status).toBe(0);
    const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
    await using server = await storageServer(join(place.folder, "s3"), { tls });
    const endpoint = `https://localhost:${server.port}`;
    const settings = { endpoint, bucket: "docs", prefix: "hearth", region: "us-east-1", access: "write" } as const;
    const open = (folder: string) =>
      openIndexStorage(
        { ...settings, public: false },
        { socket: join(folder, "core.sock"), keys: STORAGE_ENVIRONMENT },
      );
    await using trusting = await relayProcess(endpoint, { NODE_EXTRA_CA_CERTS: cert });
    await using well = await open(trusting.folder);
    const database = await connectLance(well.shared.place);
    expect(await (await database.createTable("made", [{ a: 1 }])).countRows()).toBe(1);
    database.close();
    await using strict = await relayProcess(endpoint);
    await using refused = await open(strict.folder);
    expect(await whyNot(refused)).toMatch(
      /has no certificate that holds \(DEPTH_ZERO_SELF_SIGNED_CERT\); let this machine/,
    );
  });
});
