import { join } from "node:path";
import type { Brain } from "../../src/brain/brain.ts";
import { createBrain } from "../../src/brain/create-brain.ts";
import type { FolderOptions } from "../../src/knowledge/source.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { silentLog } from "../../src/log.ts";
import { scratch } from "./hearth.ts";

/** A folder of documents as the configuration would name it. */
export function folderOf(folder: string, given: Partial<FolderOptions> = {}): FolderOptions {
  return { folder, audience: "team", exclude: [], maxBytes: 20_000_000, ...given };
}

const DOCUMENTS = {
  "team/leave.md":
    "# Leave\n\nHow time off works here.\n\n## Annual leave\n\nEverybody gets 28 days of annual leave a year.\n\n" +
    "## Sick leave\n\nTell your lead before ten in the morning.\n",
  "open/press.md": "# Press\n\nJournalists write to the press office.\n",
};

/** The real brain over the real index, which has read the two documents that the contract of brains asks about. */
export async function readBrain(): Promise<Brain & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { folder } = stack.use(scratch(DOCUMENTS));
  const knowledge = stack.use(
    await openKnowledge({
      dataFolder: join(folder, "data"),
      folders: [folderOf(join(folder, "team")), folderOf(join(folder, "open"), { audience: "public" })],
      watch: false,
      log: silentLog(),
    }),
  );
  await knowledge.sync({ signal: AbortSignal.timeout(30_000) });
  const owned = stack.move();
  const brain = createBrain({
    model: { kind: "none" },
    knowledge,
    seal: { kind: "sealed", interfaces: ["lo"], by: "test" },
  });
  return { ...brain, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
