import { describe, expect, it } from "vitest";
import type { Refusal, Source, SourceFile } from "../../src/knowledge/source.ts";
import { sync } from "../../src/knowledge/sync.ts";
import { idOf, indexed } from "../contracts/passage-index.ts";
import { memoryPassageIndex } from "../helpers/memory-passage-index.ts";
import { folderOf } from "../helpers/read-brain.ts";

const signal = AbortSignal.timeout(10_000);
const options = folderOf("/documents");

/** A source whose listing is given, for what cannot be arranged on a real disk by every user. */
function sourceOf(paths: readonly string[], refused: readonly Refusal[] = []): Source {
  const files = paths.map((path): SourceFile => ({ id: idOf(path), path, absolutePath: path, modifiedAt: "" }));
  return {
    options,
    idOf,
    list: async () => ({ files, refused }),
    watch: async () => ({ [Symbol.asyncDispose]: async () => {} }),
  };
}

const reader = {
  read: async ({ file }: { readonly file: SourceFile }) =>
    ({ kind: "read", documents: [indexed(file.path, [`Words of ${file.path}.`])] }) as const,
  [Symbol.asyncDispose]: async () => {},
};

describe("sync", () => {
  it("keeps what it knew below a folder that cannot be read this time, and reports it", async () => {
    const index = memoryPassageIndex();
    await sync({ sources: [sourceOf(["a.md", "sub/b.md", "subway.md"])], index, reader, signal });
    const refused = [{ path: "sub", reason: "the folder cannot be read (no permission)", isUnread: true }];
    const report = await sync({ sources: [sourceOf(["a.md"], refused)], index, reader, signal });
    expect(report).toMatchObject({ removed: 1, failed: [{ path: "sub" }] });
    expect([...(await index.documents()).values()].map(({ path }) => path)).toEqual(["a.md", "sub/b.md"]);
  });

  it("takes out what was refused for what it is", async () => {
    const index = memoryPassageIndex();
    await sync({ sources: [sourceOf(["a.md"])], index, reader, signal });
    const refused = [{ path: "a.md", reason: "it is a link that leads out of the folder", isUnread: false }];
    expect(await sync({ sources: [sourceOf([], refused)], index, reader, signal })).toMatchObject({ removed: 1 });
    expect((await index.documents()).size).toBe(0);
  });
});
