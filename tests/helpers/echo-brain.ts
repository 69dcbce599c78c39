import { join } from "node:path";
import { createBrain } from "../../src/brain/create-brain.ts";
import type { Brain } from "../../src/brain/brain.ts";
import { followAnswers, type Follower } from "../../src/brain/follow.ts";
import { createModelQueue } from "../../src/brain/model-queue.ts";
import { readPrompts } from "../../src/brain/prompts.ts";
import { createPuppet } from "../../src/brain/puppet.ts";
import { openAnswerRecords } from "../../src/brain/records-sqlite.ts";
import { createWriter } from "../../src/brain/write.ts";
import type { Audience } from "../../src/chat.ts";
import { openTalk } from "../../src/core-talk.ts";
import { openKnowledge } from "../../src/knowledge/library.ts";
import { silentLog } from "../../src/log.ts";
import { openMemory } from "../../src/memory/sqlite.ts";
import { scratch } from "./hearth.ts";
import { folderOf } from "./read-brain.ts";

/** The real brain with a model that says all it is given. `prompts` is everything that was. */
export interface EchoBrain extends Brain, AsyncDisposable {
  readonly prompts: string[];
  /** How many questions a test has asked. */
  asked: number;
}

/** Opens one over documents, each with its own readers. */
export async function openEchoBrain(
  documents: readonly { readonly audience: Audience; readonly text: string }[],
): Promise<EchoBrain> {
  await using stack = new AsyncDisposableStack();
  const files = documents.map(
    ({ text }, number) => [`docs-${number}/note.md`, `# Note ${number}\n\n${text}\n`] as const,
  );
  const { folder } = stack.use(scratch(Object.fromEntries(files)));
  const log = silentLog();
  const records = stack.use(openAnswerRecords({ path: ":memory:", log }));
  const memory = stack.use(openMemory({ path: ":memory:", log }));
  const folders = documents.map(({ audience }, number) => folderOf(join(folder, `docs-${number}`), { audience }));
  const knowledge = stack.use(
    await openKnowledge({ dataFolder: join(folder, "data"), folders, watch: false, log, onChanged: () => {} }),
  );
  await knowledge.sync({ signal: AbortSignal.timeout(60_000) });
  const prompts: string[] = [];
  const puppet = stack.use(createPuppet({ echo: true }));
  const engine: typeof puppet = {
    ...puppet,
    generate(request, options) {
      prompts.push(request.messages.map(({ text }) => text).join("\n"));
      return puppet.generate(request, options);
    },
  };
  const rules = readPrompts(join(import.meta.dirname, "..", "..", "config", "prompts"));
  const model = {
    engine,
    writer: createWriter({ engine, prompts: rules, maxTokens: 300 }),
    queue: createModelQueue(),
    permission: async () => ({ writes: true, why: "it always does here" }),
    seconds: 20,
    failed: (error: unknown) => {
      throw error;
    },
  };
  let follower: Follower | undefined;
  const channels = stack.use(
    await openTalk({
      data: join(folder, "data"),
      socket: join(folder, "socket"),
      model,
      onChanged: async (places) => follower?.changed(places),
      onForgotten: async () => {},
      isService: false,
      log,
    }),
  );
  follower = stack.use(
    followAnswers({ records, knowledge, talk: channels, onTalkGone: (of) => void memory.forget(of), log }),
  );
  const seal = { kind: "sealed", interfaces: ["lo"], by: "test" } as const;
  const brain = createBrain({ knowledge, seal, model, follower, records, memory, channels });
  const owned = stack.move();
  return { ...brain, prompts, asked: 0, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
