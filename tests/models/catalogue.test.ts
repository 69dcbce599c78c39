import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readCatalogue } from "../../src/models/catalogue.ts";
import { fitsGpu } from "../../src/models/fit.ts";
import { scratch } from "../helpers/hearth.ts";

const home = fileURLToPath(new URL("../..", import.meta.url));
const shown = "config/models.yaml";

function read(text: string): ReturnType<typeof readCatalogue> {
  using place = scratch({ "models.yaml": text });
  return readCatalogue(join(place.folder, "models.yaml"), { shown });
}

const ONE = `dated: 2026-11-16
models:
  - name: tiny
    sources: ["hf:acme/tiny-GGUF/tiny.gguf"]
    unverified: true
    bytes: 100
    parameters: 0.1
    quantization: Q8_0
    licence: MIT
    contextTokens: 2048
    gpu: 8
`;

describe("the list that comes with Hearth", () => {
  const { models } = readCatalogue(join(home, shown), { shown });

  it("begins with the model that is there to see it work", () => {
    expect(models[0]).toMatchObject({ name: "smollm2-135m-instruct", unverified: false, bytes: 98_362_432 });
    expect(models[0]?.note).toContain("to see it work");
  });

  it("says truly which graphics card each model fits", () => {
    const smallest = models.map((model) => [8, 16, 24].find((size) => fitsGpu(model, size * 1e9)));
    expect(models.map(({ gpu }) => gpu)).toEqual(smallest);
  });

  it("goes from small to large", () => {
    const sizes = models.map(({ bytes }) => bytes);
    expect(sizes).toEqual(sizes.toSorted((one, other) => one - other));
  });
});

describe("a mistake in a list is named with its line", () => {
  it("where a key is not known", () => {
    expect(() => read(`${ONE}    gguf: yes\n`)).toThrow(
      "config/models.yaml:12: models[0].gguf cannot be used (this is not a key of a model); correct it",
    );
  });

  it("where a source is none", () => {
    expect(() => read(ONE.replace("hf:acme/tiny-GGUF/tiny.gguf", "ftp://acme/tiny"))).toThrow(
      "config/models.yaml:4: models[0].sources[0] cannot be used (must be hf:OWNER/REPOSITORY/FILE",
    );
  });

  it("where something is left out", () => {
    expect(() => read(ONE.replace("    licence: MIT\n", ""))).toThrow(/^config\/models\.yaml:3: models\[0\]\.licence/);
  });

  it("where a model has neither a hash nor the word that nobody checked it, or has both", () => {
    expect(() => read(ONE.replace("    unverified: true\n", ""))).toThrow("must be given, or else unverified: true");
    expect(() => read(`${ONE}    sha256: ${"a".repeat(64)}\n`)).toThrow("never both");
  });

  it("where two models have one name", () => {
    const second = ONE.split("models:\n")[1]?.replace("name: tiny", "name: Tiny") ?? "";
    expect(() => read(ONE + second)).toThrow("config/models.yaml:12: models[0] has the same name; rename one");
  });

  it("where a name means something else", () => {
    expect(() => read(ONE.replace("name: tiny", "name: none"))).toThrow("config/models.yaml:3: models[0].name");
  });

  it("where it is no YAML, or no list", () => {
    expect(() => read("dated: [")).toThrow(/^config\/models\.yaml:\d+: this is not valid YAML/);
    expect(() => read("")).toThrow("config/models.yaml:1: the file cannot be used");
  });

  it("where it is missing", () => {
    expect(() => readCatalogue("/nowhere/models.yaml", { shown })).toThrow("config/models.yaml: there is no such file");
  });
});
