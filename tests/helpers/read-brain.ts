import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Brain } from "../../src/brain/brain.ts";
import { createBrain } from "../../src/brain/create-brain.ts";
import { followAnswers, type Follower } from "../../src/brain/follow.ts";
import { openAnswerRecords } from "../../src/brain/records-sqlite.ts";
import type { FolderOptions } from "../../src/knowledge/source.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { silentLog } from "../../src/log.ts";
import type { MemoryScope } from "../../src/memory/memory.ts";
import { openMemory } from "../../src/memory/sqlite.ts";
import { scratch } from "./hearth.ts";
import { channelsIn } from "./open-channels.ts";

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

/** A brain whose documents a test can change: it has read them again when these resolve. */
export interface ReadBrain extends Brain, AsyncDisposable {
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
}

/**
 * The real brain over the real index, which has read the two documents that the contract of brains asks about. Who watches is told of
 * stale answers at once.
 */
export async function readBrain(): Promise<ReadBrain> {
  await using stack = new AsyncDisposableStack();
  const place = stack.use(scratch(DOCUMENTS));
  const { folder } = place;
  const log = silentLog();
  const records = stack.use(openAnswerRecords({ path: ":memory:", log }));
  const memory = stack.use(openMemory({ path: ":memory:", log }));
  let follower: Follower | undefined;
  const knowledge = stack.use(
    await openKnowledge({
      dataFolder: join(folder, "data"),
      folders: [folderOf(join(folder, "team")), folderOf(join(folder, "open"), { audience: "public" })],
      watch: false,
      log,
      onChanged: (change?: { readonly documents?: readonly string[] }) => void follower?.changed(change?.documents),
    }),
  );
  const signal = AbortSignal.timeout(30_000);
  await knowledge.sync({ signal });
  const channels = stack.use(
    channelsIn(join(folder, "data"), { onChanged: async (places, passages) => follower?.changed(places, passages) }),
  );
  const onTalkGone = (questions: readonly MemoryScope[]) => void memory.forget(questions);
  follower = stack.use(followAnswers({ records, knowledge, talk: channels, onTalkGone, log, graceMs: 0, lookMs: 10 }));
  const owned = stack.move();
  const brain = createBrain({
    model: { kind: "none" },
    knowledge,
    seal: { kind: "sealed", interfaces: ["lo"], by: "test" },
    follower,
    records,
    memory,
    channels,
  });
  return {
    ...brain,
    async write(path, text) {
      place.write(path, text);
      await brain.sync({ signal });
    },
    async remove(path) {
      rmSync(join(folder, path));
      await brain.sync({ signal });
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
