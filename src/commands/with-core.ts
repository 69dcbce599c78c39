import type { Brain } from "../brain/brain.ts";
import { connectBrain } from "../channel/connect.ts";
import type { Log } from "../log.ts";
import { supervise } from "../supervise.ts";
import type { Surroundings } from "./command.ts";
import { corePlan, openMeetingPlace, relayPlan, type Launch } from "./processes.ts";
import { superviseRelay } from "./supervise-relay.ts";

/**
 * Does one command's work on a brain in a sealed core of its own, which ends with it. Gives the command's exit code. With `keep` the core
 * has what was said and answered before.
 */
export async function withCore(
  launch: Launch,
  {
    log,
    surroundings,
    keep = false,
  }: { readonly log: Log; readonly surroundings: Surroundings; readonly keep?: boolean },
  work: (brain: Brain) => Promise<number>,
): Promise<number> {
  using place = openMeetingPlace(launch.settings);
  const stop = new AbortController();
  const failed = Promise.withResolvers<number>();
  const onRestart = (sentence: string) => void surroundings.err.write(`${sentence}\n`);
  const plan = corePlan(launch, { ...place, watch: false, keep });
  const relay = superviseRelay(relayPlan(launch, place), { onRestart, onEnd: () => failed.resolve(2) });
  const core = supervise(plan, { signal: stop.signal, onRestart }).catch(() => failed.resolve(2));
  try {
    await using brain = connectBrain({ path: place.socket, log });
    const connected = brain.connected(surroundings);
    return await Promise.race([connected.then(() => work(brain)), failed.promise]);
  } finally {
    stop.abort();
    await core;
    await relay.stop();
  }
}
