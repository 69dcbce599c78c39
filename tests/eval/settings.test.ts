import { describe, expect, it } from "vitest";
import { describeSetting, parseSetting } from "../../src/eval/settings.ts";
import { UserError } from "../../src/user-error.ts";

describe("parseSetting", () => {
  it("reads settings between commas, and file names as they are", () => {
    expect(parseSetting("write=never")).toEqual({ write: "never" });
    expect(parseSetting("model=/srv/a=b.gguf, write=always")).toEqual({ model: "/srv/a=b.gguf", write: "always" });
    expect(parseSetting("embedder=/srv/models/minilm")).toEqual({ embedder: "/srv/models/minilm" });
  });

  it("says what cannot be compared, and what can", () => {
    expect(() => parseSetting("wrte=never")).toThrow(
      new UserError('--against "wrte=never": wrte is not a setting that can be compared; use model, write or embedder'),
    );
    expect(() => parseSetting("write=maybe")).toThrow("write is auto, always or never");
    expect(() => parseSetting("never")).toThrow('"never" is no setting');
    expect(() => parseSetting("model=")).toThrow('"model=" is no setting');
  });
});

describe("describeSetting", () => {
  it("names a model by its file", () => {
    expect(describeSetting({ model: "/srv/models/small.gguf", write: "always" })).toBe("model=small.gguf,write=always");
    expect(describeSetting({ embedder: "/srv/models/minilm/" })).toBe("embedder=minilm");
    expect(describeSetting({})).toBe("as configured");
  });
});
