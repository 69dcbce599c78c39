import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { corePlan, relayPlan, type Launch } from "../src/commands/processes.ts";
import { childEnvironment, readFolders, readKeys, readSettings, type CommandLine } from "../src/config.ts";
import { keyNames, outwardAddresses, relayedAddresses } from "../src/outward.ts";
import { findWrapper } from "../src/seal.ts";
import { root, scratch } from "./helpers/hearth.ts";

const INDEX = "index:\n  endpoint: http://minio.lan:9000\n  bucket: docs\n  access: write\n";

/** What a configuration says, and what it takes to start from it. */
function configured(text: string, commandLine: CommandLine = {}) {
  const place = scratch({ "docs/a.md": "Apples.", "other/b.md": "Pears." });
  const file = join(place.folder, "hearth.yaml");
  writeFileSync(file, text);
  const given = { cwd: place.folder, home: root, environment: {} };
  const line = { ...commandLine, config: "hearth.yaml" };
  return {
    settings: () => readSettings(line, given),
    folders: () => readFolders(line, given),
    launch: (): Launch => ({
      node: "node",
      main: "main.ts",
      home: root,
      commandLine: line,
      settings: readSettings(line, given),
      environment: { PATH: process.env["PATH"] ?? "", HEARTH_S3_SECRET_ACCESS_KEY_FILE: "/run/secret" },
      edgeEnvironment: {},
    }),
    [Symbol.dispose]: () => place[Symbol.dispose](),
  };
}

const refusal = (text: string) => {
  using made = configured(text);
  try {
    made.settings();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "";
};

describe("the index's settings", () => {
  it("are none unless they are written", () => {
    using made = configured("data: data\n");
    expect(made.settings().index).toBeUndefined();
  });

  it("have defaults for all but address, bucket and access", () => {
    using made = configured(INDEX);
    expect(made.settings().index).toEqual({
      endpoint: "http://minio.lan:9000",
      bucket: "docs",
      prefix: "hearth",
      region: "us-east-1",
      access: "write",
      public: false,
    });
  });

  it("name line, key and cure of a mistake", () => {
    const mistakes = {
      "index: {}\n": /^hearth\.yaml:1: index\.endpoint cannot be used/,
      "index: { endpoint: 'http://minio.lan:9000', bucket: docs }\n": /index\.access cannot be used .*"read"\|"write"/,
      [INDEX.replace("http:", "s3:")]: /^hearth\.yaml:2: index\.endpoint cannot be used \(must begin with/,
      [INDEX.replace("docs", "Docs!")]: /^hearth\.yaml:3: index\.bucket cannot be used \(is 3 to 63/,
      [`${INDEX}  prefix: ../up/\n`]: /index\.prefix cannot be used/,
      [`${INDEX}  key: abc\n`]: /index\.key is not a key Hearth knows; keys here are endpoint, bucket, prefix, region,/,
      [INDEX.replace("minio.lan:9000", "minio.lan:9000/docs")]:
        /index\.endpoint may not have a path; name the bucket with bucket/,
      [INDEX.replace("minio.lan", "me:CANARY@minio.lan")]:
        /index\.endpoint holds a password; put the keys into the environment \(HEARTH_S3_ACCESS_KEY_ID and/,
      [INDEX.replace("minio.lan:9000", "s3.example.com")]:
        /index\.endpoint is a public address, to which the text of your documents would be sent; write public: true/,
      [`${INDEX.replace("minio.lan:9000", "s3.example.com")}  public: true\n`]: /without encryption; write https:/,
    };
    for (const [text, sentence] of Object.entries(mistakes)) {
      expect(refusal(text)).toMatch(sentence);
      expect(refusal(text)).not.toContain("CANARY");
    }
    expect(refusal(`${INDEX.replace("http://minio.lan:9000", "https://s3.example.com")}  public: true\n`)).toBe("");
  });

  it("stand in the example, which can be used as it is", () => {
    const example = readFileSync(join(root, "config/hearth.example.yaml"), "utf8");
    const written = /^# index:\n(?:#  .*\n)+/m.exec(example)?.[0].replaceAll(/^# /gm, "") ?? "";
    using made = configured(written);
    expect(made.settings().index).toMatchObject({ endpoint: "http://minio.lan:9000", access: "write" });
  });

  it("leave the data folder on this machine", () => {
    expect(refusal("data: s3://docs/hearth\n")).toMatch(
      /is an address; name a folder by its local path .*key of its own, index/,
    );
  });

  it("hold for the documents of the configuration alone", () => {
    using docs = configured(INDEX, { docs: ["other"] });
    expect(docs.settings().index).toBeUndefined();
    using left = configured(INDEX, { exclude: ["*.md"] });
    expect(left.settings().index).toBeUndefined();
  });

  it("need no documents where another Hearth writes", () => {
    using reader = configured(`${INDEX.replace("write", "read")}documents:\n  - folder: nowhere\n`);
    expect(reader.folders()).toEqual([]);
    expect(reader.settings().isManual).toBe(false);
    using writer = configured(`${INDEX}documents:\n  - folder: nowhere\n`);
    expect(() => writer.folders()).toThrow("there is no such folder");
  });
});

describe("an index on storage", () => {
  it("is an address that the seal and the relay know, beside those of the model", () => {
    using made = configured(`${INDEX}model:\n  servers:\n    - { url: "unix:/run/llama.sock" }\n`);
    expect(outwardAddresses(made.settings()).map(({ shown }) => shown)).toEqual([
      "unix:/run/llama.sock",
      "http://minio.lan:9000",
    ]);
    expect(relayedAddresses(made.settings()).map(({ reach }) => reach)).toEqual(["private network"]);
  });

  it("has its keys from the environment, or from the files that it names, and only the core gets them", () => {
    using made = configured(INDEX);
    using files = scratch({ secret: "a secret\n" });
    const environment = {
      HEARTH_S3_ACCESS_KEY_ID: "an id",
      HEARTH_S3_SECRET_ACCESS_KEY_FILE: join(files.folder, "secret"),
      AWS_SECRET_ACCESS_KEY: "CANARY",
      AWS_PROFILE: "CANARY",
      LANCEDB_LOG: "CANARY",
      HTTPS_PROXY: "CANARY",
    };
    const names = keyNames(made.settings());
    expect(readKeys(names, environment)).toEqual({
      HEARTH_S3_ACCESS_KEY_ID: "an id",
      HEARTH_S3_SECRET_ACCESS_KEY: "a secret",
    });
    const core = childEnvironment(environment, { tokens: "left out", keys: names });
    expect(core).toMatchObject({ HEARTH_S3_ACCESS_KEY_ID: "an id" });
    expect(JSON.stringify(core)).not.toContain("CANARY");
    expect(JSON.stringify(childEnvironment(environment, { tokens: "kept" }))).not.toMatch(/CANARY|HEARTH_S3/);
  });

  it("has a relay, which is handed no keys and looks for no model", () => {
    using made = configured(INDEX, { logLevel: "debug" });
    const plan = relayPlan(made.launch(), { socket: "/run/hearth-x/core.sock", log: 2 });
    expect(Object.keys(plan?.environment ?? {})).toEqual(["PATH"]);
    expect(plan?.command.join(" ")).toContain("--config hearth.yaml --log-level debug --model none");
  });

  it.skipIf(!findWrapper({ loopback: true }))("has a sealed core with a loopback", () => {
    using made = configured(INDEX);
    const plan = corePlan(made.launch(), { socket: "/run/hearth-x/core.sock", log: 2, watch: true });
    const wrapper = findWrapper({ loopback: true });
    expect(plan.command.slice(0, wrapper?.words.length)).toEqual(wrapper?.words);
  });
});
