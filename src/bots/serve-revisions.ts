import type { Brain } from "../brain/brain.ts";
import type { Log } from "../log.ts";
import type { Inbox } from "./inbox.ts";
import type { Desk, PlatformName } from "./platform.ts";
import { untilDone } from "./serve-again.ts";
import { Dropped } from "./serve-answering.ts";
import type { Desktop } from "./serve-desktop.ts";
import { keepable } from "./serve-keep.ts";
import type { DeskTalk } from "./serve-talk.ts";

type Revised = Parameters<Desk["revised"]>[0];

/** Who is told of edits and deletions. */
interface Following {
  readonly brain: Pick<Brain, "revise">;
  readonly inbox: Inbox;
  readonly desktop: Desktop;
  readonly talking: Pick<DeskTalk, "revise" | "formsOf" | "settled" | "isKept" | "revised" | "lookAround">;
  readonly platform: PlatformName;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What follows edits and deletions. */
export interface Revisions {
  follow(of: Revised): void;
  /** The platform is connected: what an earlier run could not mend there is mended. */
  begin(): void;
  followed(): Promise<void>;
}

/** Hands edits and deletions to the inbox at once, and to the core as soon as it can be told: those of an earlier run first. */
export function followRevisions(given: Following): Revisions {
  const { talking, inbox, platform, log } = given;
  let following = Promise.resolve();
  const next = (work: () => Promise<void> | void) => {
    following = following
      .then(work)
      .catch((error: unknown) => log.error({ err: error }, "an edit or a deletion could not be followed"));
  };
  for (const { number, revision } of inbox.revisions(platform)) next(() => reviseCore(revision, { ...given, number }));
  return {
    follow(of) {
      const failed = "an edit or a deletion could not be followed in the inbox";
      tryTo(() => reviseHeld(of, given), { ...given, failed });
      tryTo(() => talking.revise(of), { ...given, failed });
      // One after the other: an edit that is tried again must not undo a later one.
      const number = writeDown(of, given);
      next(() => reviseCore(of, { ...given, number }));
    },
    begin: () => next(() => talking.lookAround()),
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

/** Until the core knows of it. What an edit says is written down only where talk is kept anyhow. */
function writeDown(of: Revised, { inbox, talking, log }: Following): number | undefined {
  if (of.text !== undefined && !talking.isKept(of)) return undefined;
  try {
    return inbox.revise(of.text === undefined ? of : { ...of, text: keepable(of.text) });
  } catch (error) {
    log.error({ err: error }, "an edit or a deletion could not be written down; it is known as long as Hearth runs");
    return undefined;
  }
}

async function reviseCore(of: Revised, given: Following & { readonly number: number | undefined }): Promise<void> {
  const { talking, inbox, number, signal } = given;
  // What was heard of a message before is with the core when it is told that it has changed.
  await talking.settled();
  for (const form of talking.formsOf(of)) await reviseMemory(form, given);
  // What could not be told waits for the next start.
  if (signal.aborted) return;
  if (number !== undefined) inbox.revised(number);
  talking.revised(of);
}

/** What is remembered of messages says something else, or is gone, as soon as the core can be told. */
async function reviseMemory(
  { conversation, ids, text }: Revised,
  { brain, log, signal }: Pick<Following, "brain" | "log" | "signal">,
): Promise<void> {
  const revisions = ids.map((id) => ({ conversation, id, ...(text !== undefined && { text: keepable(text) }) }));
  await untilDone(() => brain.revise(revisions, { signal }), {
    signal,
    failed: (error) => log.warn({ err: error, messages: ids.length }, "edits and deletions could not be followed yet"),
  });
}

/** Does work on the inbox where nobody waits for it: a full disk must not end the process. */
export function tryTo(work: () => void, { log, failed }: { readonly log: Log; readonly failed: string }): void {
  try {
    work();
  } catch (error) {
    log.error({ err: error }, failed);
  }
}
