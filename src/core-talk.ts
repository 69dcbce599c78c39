import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openChannels, type ChannelParts } from "./brain/channels.ts";
import type { Channels } from "./brain/channel-brain.ts";
import { openDigests } from "./brain/digests-sqlite.ts";
import type { Embedder } from "./knowledge/embedder.ts";
import type { Log } from "./log.ts";
import { openTalkVectors } from "./memory/recall-lance.ts";
import { openTalkRecord } from "./memory/record-sqlite.ts";
import type { TalkRecord } from "./memory/record.ts";
import { createTalkMeaning, type TalkMeaning, type TalkMeaningParts } from "./memory/talk-meaning.ts";
import { isBusy } from "./sqlite-file.ts";

export interface TalkOptions extends Pick<
  ChannelParts,
  "model" | "answered" | "onChanged" | "onForgotten" | "isService"
> {
  /** The data folder, where talk is kept for longer than this process; else it lies beside the core's socket and goes with it. */
  readonly data: string | undefined;
  readonly socket: string;
  readonly embedder?: Embedder | undefined;
  readonly log: Log;
}

/** The channels whose talk is kept, with all they are made of; disposing of them closes it. */
export async function openTalk({ data, socket, embedder, log, ...parts }: TalkOptions): Promise<Channels> {
  await using stack = new AsyncDisposableStack();
  const passing = dirname(socket);
  const { record, folder } = openRecord({ data, passing, log });
  stack.use(record);
  const digests = stack.use(openDigests({ path: data === undefined ? ":memory:" : join(data, "digests.sqlite"), log }));
  const meaning = await openMeaning({ record, embedder, folder: join(folder, "talk-index"), log });
  if (meaning) stack.use(meaning);
  const channels = stack.use(openChannels({ ...parts, record, meaning, digests, log }));
  const owned = stack.move();
  return { ...channels, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What finds talk by its meaning, where there is a model for that; else vectors of before are deleted, since they would follow nothing. */
async function openMeaning({
  record,
  embedder,
  folder,
  log,
}: Pick<TalkOptions, "embedder" | "log"> & {
  readonly record: TalkRecord;
  readonly folder: string;
}): Promise<TalkMeaning | undefined> {
  const removeVectors = () => rm(folder, { recursive: true, force: true });
  if (!embedder) {
    await removeVectors();
    return undefined;
  }
  const openVectors: TalkMeaningParts["openVectors"] = (model) => openTalkVectors({ folder, model, log });
  return createTalkMeaning({ record, embedder, openVectors, removeVectors, log });
}

/** The record in the data folder; where that cannot be used, one that goes with this process, and the log says so. */
function openRecord({
  data,
  passing,
  log,
}: {
  readonly data: string | undefined;
  readonly passing: string;
  readonly log: Log;
}): { readonly record: TalkRecord; readonly folder: string } {
  const open = (folder: string) => ({ record: openTalkRecord({ folder: join(folder, "talk"), log }), folder });
  if (data === undefined) return open(passing);
  try {
    return open(data);
  } catch (error) {
    if (isBusy(error)) log.warn("another Hearth keeps what was said in channels, so nothing of it is known here");
    else log.error({ err: error }, "the record of what was said in channels cannot be used");
    return open(passing);
  }
}
