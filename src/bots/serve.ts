import type { Brain } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import type { ChatPlatform, Desk, PlatformName } from "./platform.ts";
import type { QueueOptions } from "./queue.ts";
import { untilDone } from "./serve-again.ts";
import { createDesktop, type Desktop } from "./serve-desktop.ts";
import { Dropped, Stopped } from "./serve-question.ts";
import { keepable } from "./serve-keep.ts";
import { healAnswers, type StaleSettings } from "./serve-stale.ts";

type Revised = Parameters<Desk["revised"]>[0];

const PRUNE_MS = 60 * 60_000;
/** What is older when it comes was asked while nobody listened: it waits however many do. */
const READ_BACK_MS = 60_000;

/** What a desk is made of. `settings` hold for all platforms. */
export interface DeskOptions {
  readonly brain: Pick<Brain, "answer" | "turns" | "remember" | "revise" | "watchAnswers">;
  readonly inbox: Inbox;
  readonly platforms: readonly ChatPlatform[];
  readonly settings: StaleSettings;
  readonly log: Log;
  readonly queue?: QueueOptions;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * What all platforms hand questions to, and what sees to their answers. Disposing of it takes no more, lets what is being answered go
 * on for some seconds, and leaves the rest in the inbox; platforms and inbox are to be closed after it.
 */
export interface OpenDesk extends Desk, AsyncDisposable {
  /** Starts the platforms, takes up what an earlier run left, and looks after answers that were given. Throws what a platform throws. */
  start(options: { readonly signal: AbortSignal }): Promise<void>;
  /** Questions that wait for their turn. */
  waiting(): number;
}

/** A desk over an inbox. */
export function createDesk({ now = Date.now, ...options }: DeskOptions): OpenDesk {
  const { inbox, platforms, brain, log } = options;
  const closing = new AbortController();
  const desktop = createDesktop({ ...options, now, closing: closing.signal });
  prune(inbox, { now, log });
  const pruning = setInterval(() => prune(inbox, { now, log }), PRUNE_MS).unref();
  const revisions = followRevisions({ brain, inbox, desktop, log, signal: closing.signal });
  const healers: Promise<void>[] = [];
  const desk: Desk = {
    ask(asked) {
      const job = inbox.accept(asked);
      if (job) desktop.take(job, { isNew: now() - Date.parse(asked.message.sentAt) < READ_BACK_MS });
      return job !== undefined;
    },
    stop: (job, personId) => stopJob(desktop, { job, personId }),
    revised: (of) => revisions.follow(of),
    left: (platform, space) => leave({ platform, space }, { inbox, desktop, log }),
  };
  return {
    ...desk,
    waiting: () => desktop.waiting(),
    async start({ signal }) {
      const begin = async (platform: ChatPlatform) => {
        await platform.start(desk, { signal });
        for (const job of inbox.open(platform.name)) desktop.take(job, { isNew: false });
        healers.push(healAnswers({ ...options, platform, now }, { signal: closing.signal }));
      };
      await Promise.all(platforms.map(begin));
    },
    async [Symbol.asyncDispose]() {
      clearInterval(pruning);
      closing.abort();
      await desktop[Symbol.asyncDispose]();
      await Promise.all([...healers, revisions.followed()]);
    },
  };
}

function stopJob(
  desktop: Desktop,
  { job, personId }: { readonly job: string; readonly personId: string },
): ReturnType<Desk["stop"]> {
  const asker = desktop.job(job)?.asked.message.author.id;
  if (asker === undefined) return "over";
  if (asker !== personId) return "not yours";
  desktop.stop(job, new Stopped("The asker stopped it"));
  return "stopped";
}

/** Hands edits and deletions to the inbox at once, and to the core as soon as it can be told. */
function followRevisions(given: {
  readonly brain: DeskOptions["brain"];
  readonly inbox: Inbox;
  readonly desktop: Desktop;
  readonly log: Log;
  readonly signal: AbortSignal;
}): { readonly follow: (of: Revised) => void; readonly followed: () => Promise<void> } {
  let following = Promise.resolve();
  return {
    follow(of) {
      tryTo(() => reviseHeld(of, given), {
        ...given,
        failed: "an edit or a deletion could not be followed in the inbox",
      });
      // One after the other: an edit that is tried again must not undo a later one.
      following = following.then(() => reviseMemory(of, given));
    },
    followed: () => following,
  };
}

/** A waiting question says something else, or is gone. */
function reviseHeld(
  { conversation, ids, text }: Revised,
  { inbox, desktop }: { readonly inbox: Inbox; readonly desktop: Desktop },
): void {
  const { platform, channel, thread } = conversation;
  if (platform !== "discord" && platform !== "slack") return;
  for (const id of ids) {
    if (text !== undefined) {
      if (inbox.edit({ platform, conversation, id }, text)) desktop.edit({ conversation, id }, text);
    } else {
      const jobs = inbox.drop({ platform, channel: thread ?? channel, messageId: id });
      for (const job of jobs) desktop.drop(job, new Dropped("The question was deleted"));
    }
  }
}

/** What is remembered of messages says something else, or is gone, as soon as the core can be told. */
async function reviseMemory(
  { conversation, ids, text }: Revised,
  { brain, log, signal }: Pick<DeskOptions, "brain" | "log"> & { readonly signal: AbortSignal },
): Promise<void> {
  const revisions = ids.map((id) => ({ conversation, id, ...(text !== undefined && { text: keepable(text) }) }));
  await untilDone(() => brain.revise(revisions, { signal }), {
    signal,
    failed: (error) => log.warn({ err: error, messages: ids.length }, "edits and deletions could not be followed yet"),
  });
}

function prune(inbox: Inbox, { now, log }: { readonly now: () => number; readonly log: Log }): void {
  tryTo(() => inbox.prune(now()), { log, failed: "what has passed its time could not be deleted from the inbox" });
}

/** Does work on the inbox where nobody waits for it: a full disk must not end the process. */
function tryTo(work: () => void, { log, failed }: { readonly log: Log; readonly failed: string }): void {
  try {
    work();
  } catch (error) {
    log.error({ err: error }, failed);
  }
}

/** Work of a space ends, and what waits there is dropped; what was said is kept until the owner forgets it. */
function leave(
  { platform, space }: { readonly platform: PlatformName; readonly space: string | undefined },
  { inbox, desktop, log }: { readonly inbox: Inbox; readonly desktop: Desktop; readonly log: Log },
): void {
  const end = () => {
    const jobs = inbox.drop({ platform, ...(space !== undefined && { space }) });
    for (const job of jobs) desktop.drop(job, new Dropped("Hearth was taken out of there"));
    if (space !== undefined) inbox.leave(platform, { space });
    log.warn(
      { platform, space, dropped: jobs.length, cure: "hearth forget deletes what is kept of it" },
      "taken out of a place",
    );
  };
  tryTo(end, { log, failed: "what waits in a place that Hearth was taken out of could not be dropped" });
}
