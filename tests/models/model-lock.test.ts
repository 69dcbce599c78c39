import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { changeModelLock, modelFolder, readModelLock } from "../../src/model-lock.ts";
import { scratch } from "../helpers/hearth.ts";

const tiny = {
  file: "tiny.gguf",
  sha256: "a".repeat(64),
  bytes: 5,
  source: "file:tiny.gguf",
  pulledAt: "2026-11-16T12:00:00.000Z",
};

describe("the lock file", () => {
  it("is empty where there is none", () => {
    using place = scratch();
    expect(readModelLock(join(place.folder, "data"))).toEqual({ models: {}, folders: {} });
  });

  it("is made with its folder, and changed as a whole", () => {
    using place = scratch();
    const data = join(place.folder, "data");
    changeModelLock(data, (lock) => ({ ...lock, models: { tiny } }));
    changeModelLock(data, (lock) => ({ ...lock, used: "tiny" }));
    expect(readModelLock(data)).toEqual({ models: { tiny }, folders: {}, used: "tiny" });
    expect(readdirSync(modelFolder(data))).toEqual(["models.lock.json"]);
  });

  it("knows no model by a name that every object has", () => {
    using place = scratch();
    changeModelLock(place.folder, (lock) => ({ ...lock, models: { tiny } }));
    const { models } = readModelLock(place.folder);
    expect(["constructor" in models, "tiny" in models]).toEqual([false, true]);
    expect("constructor" in readModelLock(join(place.folder, "empty")).models).toBe(false);
  });

  it("is refused with the cure where it is damaged, and not written over", () => {
    using place = scratch({ "models/models.lock.json": "{" });
    expect(() => changeModelLock(place.folder, (lock) => lock)).toThrow("cannot be used; remove it");
    expect(readdirSync(modelFolder(place.folder))).toEqual(["models.lock.json"]);
  });
});
