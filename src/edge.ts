import { setTimeout as delay } from "node:timers/promises";
import { aborted } from "./abort.ts";
import { startReport } from "./bots/terminal/start-report.ts";
import { openWebChat } from "./bots/web/web.ts";
import type { Brain, BrainStatus } from "./brain/brain.ts";
import { connectBrain } from "./channel/connect.ts";
import type { Surroundings } from "./commands/command.ts";
import { syncBar } from "./commands/sync-bar.ts";
import type { Settings } from "./config.ts";
import { openPlatforms } from "./edge-platforms.ts";
import type { Log } from "./log.ts";
import { UserError } from "./user-error.ts";

const POLL_MS = 100;

/** Questions that Hearth's own manual answers, offered on the page while it is all there is to read. */
const MANUAL_EXAMPLES = [
  "How do I add my own documents?",
  "What leaves this machine?",
  "Which file formats can Hearth read?",
];

/**
 * The edge process: where people talk (in this version the page), on a brain behind a Unix socket, until the signal comes. Says on
 * `surroundings.out` where the page is and what was read. Throws a UserError for a mistake of the owner's.
 */
export async function runEdge(
  settings: Settings,
  options: {
    readonly socket: string;
    readonly version: string;
    readonly log: Log;
    readonly surroundings: Surroundings;
  },
): Promise<void> {
  const { log, socket, surroundings } = options;
  const { signal } = surroundings;
  await using stack = new AsyncDisposableStack();
  const brain = stack.use(connectBrain({ path: socket, log }));
  // Nothing is served, not even for a moment, from a core that may not be used.
  if (settings.platforms.length > 0 && settings.seal === "auto") {
    await brain.connected({ signal });
    refuseUnsealed(await brain.status({ signal }), settings);
  }
  const web = stack.use(
    await openWebChat({
      brain,
      log,
      ...settings.web,
      clearance: ["public", "team"],
      examples: settings.isManual ? MANUAL_EXAMPLES : [],
    }),
  );
  surroundings.out.write(`Hearth ${options.version}\n\n  Chat       ${web.url}\n`);
  const say = (sentence: string) => void surroundings.out.write(`hearth: ${sentence}\n`);
  const platforms = stack.use(await openPlatforms(settings, { ...options, brain, say, signal }));
  const status = await firstRead(brain, surroundings);
  if (status) surroundings.out.write(startReport(status, { ...settings, platforms: platforms.states() }));
  await aborted(signal);
}

/** The status after the first sync has ended, with a progress bar until then; undefined when the signal came first. */
async function firstRead(brain: Brain, { out, isTerminal, signal }: Surroundings): Promise<BrainStatus | undefined> {
  // This process's standard error is the log.
  using bar = syncBar({ to: out, visible: isTerminal });
  while (!signal.aborted) {
    const status = await brain.status({ signal }).catch(() => undefined);
    if (status && status.sync.kind !== "reading") return status;
    if (status?.sync.kind === "reading") bar.update(status.sync);
    await delay(POLL_MS, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

/** With chat tokens, an unsealed core is only used where the owner has written that down. */
function refuseUnsealed({ seal }: BrainStatus, settings: Settings): void {
  if (seal.kind !== "not sealed" || seal.chosen) return;
  throw new UserError(
    `A token for ${settings.platforms.join(" and ")} is set but the core is not sealed, because ${seal.why}. ${seal.cure}, ` +
      `or write "seal: off" into the configuration to run it so`,
  );
}
