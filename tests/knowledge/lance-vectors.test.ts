import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLanceVectors } from "../../src/knowledge/lance-vectors.ts";
import { describeVectorIndex, embedded, MODEL, vectorOf } from "../contracts/vector-index.ts";
import { filesBelow, freshFolder } from "../helpers/fresh-folder.ts";

const near = { clearance: ["team"], limit: 10 } as const;

let last = "";
describeVectorIndex("the vector index in LanceDB", {
  open: () => openLanceVectors({ folder: (last = freshFolder()), mayWrite: true, model: MODEL }),
  reopen: () => openLanceVectors({ folder: last, mayWrite: true, model: MODEL }),
});

describe("openLanceVectors", () => {
  it("never mixes the vectors of two models, and keeps those of the last one only", async () => {
    const folder = freshFolder();
    const other = { id: "0".repeat(32), dimensions: 8 };
    {
      await using index = await openLanceVectors({ folder, mayWrite: true, model: MODEL });
      await index.replace({ documents: [embedded("a.md", [vectorOf(1)])], removed: [] });
    }
    {
      await using reader = await openLanceVectors({ folder, mayWrite: false, model: other });
      expect(await reader.documents()).toEqual(new Map());
      expect(readdirSync(folder)).toEqual([`vectors-2-${MODEL.id}.lance`]);
    }
    await using index = await openLanceVectors({ folder, mayWrite: true, model: other });
    const vector = new Float32Array(8).fill(8 ** -0.5);
    await index.replace({ documents: [embedded("b.md", [vector])], removed: [] });
    expect((await index.nearest(vector, near)).map(({ similarity }) => similarity)).toEqual([expect.closeTo(1, 4)]);
    expect(readdirSync(folder)).toEqual([`vectors-2-${other.id}.lance`]);
  });

  it("starts anew, and says so, when what is stored is broken", async () => {
    const folder = freshFolder();
    {
      await using index = await openLanceVectors({ folder, mayWrite: true, model: MODEL });
      await index.replace({ documents: [embedded("a.md", [vectorOf(1)])], removed: [] });
    }
    for (const file of filesBelow(folder)) writeFileSync(join(folder, file), "broken");
    const warnings: string[] = [];
    const onWarning = (sentence: string) => warnings.push(sentence);
    await using index = await openLanceVectors({ folder, mayWrite: true, model: MODEL, onWarning });
    expect(warnings).toHaveLength(1);
    expect(await index.documents()).toEqual(new Map());
    await index.replace({ documents: [embedded("a.md", [vectorOf(1)])], removed: [] });
    expect(await index.nearest(vectorOf(1), near)).toHaveLength(1);
  });
});
