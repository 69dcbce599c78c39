import { join } from "node:path";
import { openChannels, type ChannelParts } from "../../src/brain/channels.ts";
import type { Channels } from "../../src/brain/channel-brain.ts";
import { openDigests } from "../../src/brain/digests-sqlite.ts";
import type { DigestStore } from "../../src/brain/digests.ts";
import { silentLog } from "../../src/log.ts";
import { openTalkRecord } from "../../src/memory/record-sqlite.ts";
import type { TalkRecord } from "../../src/memory/record.ts";

/** Channels over the real record and the real file of digests, in a folder; closing them closes both. */
export interface TestChannels extends Channels {
  readonly record: TalkRecord;
  readonly digests: DigestStore;
}

/** Opens channels in a folder: by words alone, with what a test gives in the place of the rest. */
export function channelsIn(
  folder: string,
  given: Partial<Omit<ChannelParts, "record" | "digests">> = {},
): TestChannels {
  using stack = new DisposableStack();
  const log = silentLog();
  const record = stack.use(openTalkRecord({ folder: join(folder, "talk"), log }));
  const digests = stack.use(openDigests({ path: join(folder, "digests.sqlite"), log }));
  const nothing = async () => {};
  const channels = openChannels({ log, onChanged: nothing, onForgotten: nothing, ...given, record, digests });
  const owned = stack.move();
  return {
    ...channels,
    record,
    digests,
    async [Symbol.asyncDispose]() {
      await channels[Symbol.asyncDispose]();
      owned.dispose();
    },
  };
}
