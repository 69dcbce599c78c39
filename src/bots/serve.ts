import type { Brain } from "../brain/brain.ts";
import type { TalkSettings } from "../config-talk.ts";
import type { Log } from "../log.ts";
import type { Dialect } from "./dialect.ts";
import type { Inbox } from "./inbox.ts";
import type { Asked, ChatPlatform, Desk, PlatformName } from "./platform.ts";
import type { QueueOptions } from "./queue.ts";
import { openScheduleLedger, type ScheduleLedger } from "./schedule-ledger.ts";
import { createDesktop, type Desktop } from "./serve-desktop.ts";
import { Dropped, Stopped } from "./serve-answering.ts";
import { followRevisions, tryTo, type Revisions } from "./serve-revisions.ts";
import type { Answering, AnsweringSettings } from "./serve-answering.ts";
import { healAnswers } from "./serve-stale.ts";
import { createDeskTalk, type DeskTalk } from "./serve-talk.ts";

const PRUNE_MS = 60 * 60_000;
/** What is older when it comes was asked while nobody listened: it waits however many do. */
const READ_BACK_MS = 60_000;

/** For how many days talk is kept where nothing else is said. */
const KEPT_DAYS = 180;
const PLAIN: Pick<Dialect, "command"> = { command: (words) => `/${words}` };

/** What a desk is made of. */
export interface DeskOptions {
  readonly brain: Brain;
  readonly inbox: Inbox;
  readonly platforms: readonly [ChatPlatform];
  readonly settings: AnsweringSettings;
  /** Digests by the clock; without it they are known until the desk is disposed of. */
  readonly ledger?: ScheduleLedger;
  readonly memory?: Pick<TalkSettings, "days" | "channels">;
  readonly dialect?: Pick<Dialect, "command">;
  readonly log: Log;
  readonly queue?: QueueOptions;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * What a platform hands everything to, and what sees to their answers. Disposing of it takes no more, lets what is being answered go
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
  const { inbox, platforms, log } = options;
  const closing = new AbortController();
  const ledger = options.ledger ?? openScheduleLedger({ path: ":memory:", log, now: now() });
  const { desktop, talking, revisions } = createParts({ ...options, now, ledger }, closing.signal);
  prune(inbox, { now, log });
  const pruning = setInterval(() => prune(inbox, { now, log }), PRUNE_MS).unref();
  const healers: Promise<void>[] = [];
  const desk: Desk = {
    ask: (asked) => ask(asked, { inbox, desktop, now }),
    stop: (job, personId) => stopJob(desktop, { job, personId }),
    revised: (of) => revisions.follow(of),
    keeps: (place) => talking.talk.keeps(place),
    hear: (message) => talking.hear(message),
    talk: talking.talk,
    schedules: talking.schedules,
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
      talking.begin();
      revisions.begin();
    },
    async [Symbol.asyncDispose]() {
      clearInterval(pruning);
      closing.abort();
      await desktop[Symbol.asyncDispose]();
      await Promise.all([...healers, revisions.followed(), talking.ended()]);
      if (!options.ledger) ledger[Symbol.dispose]();
    },
  };
}

/** What sees to questions, what is done about talk, and what follows edits and deletions. */
function createParts(
  options: DeskOptions & { readonly now: () => number; readonly ledger: ScheduleLedger },
  closing: AbortSignal,
): { readonly desktop: Desktop; readonly talking: DeskTalk; readonly revisions: Revisions } {
  const { inbox, now, settings, dialect = PLAIN, memory = { days: KEPT_DAYS, channels: [] } } = options;
  const zone = settings.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  // Each needs the other, though none before it is asked something.
  const talk: Answering["talk"] = {
    keeps: (place) => talking.talk.keeps(place),
    handedOver: (given) => talking.talk.handedOver(given),
    lookAt: (digests, how) => talking.talk.lookAt(digests, how),
    untold: (asked) => talking.talk.untold(asked),
  };
  const desktop = createDesktop({ ...options, dialect, talk, closing });
  const talking = createDeskTalk({
    ...options,
    dialect,
    memory,
    zone,
    platform: options.platforms[0],
    signal: closing,
    ask: (asked) => ask(asked, { inbox, desktop, now }),
    waiting: () => desktop.waiting(),
  });
  const platform = options.platforms[0].name;
  return { desktop, talking, revisions: followRevisions({ ...options, platform, desktop, talking, signal: closing }) };
}

function ask(
  asked: Asked,
  { inbox, desktop, now }: { readonly inbox: Inbox; readonly desktop: Desktop; readonly now: () => number },
): boolean {
  const job = inbox.accept(asked);
  if (job) desktop.take(job, { isNew: now() - Date.parse(asked.message.sentAt) < READ_BACK_MS });
  return job !== undefined;
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

function prune(inbox: Inbox, { now, log }: { readonly now: () => number; readonly log: Log }): void {
  tryTo(() => inbox.prune(now()), { log, failed: "what has passed its time could not be deleted from the inbox" });
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
