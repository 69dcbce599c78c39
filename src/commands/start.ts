import { supervise } from "../supervise.ts";
import { superviseRelay } from "./supervise-relay.ts";
import type { Surroundings } from "./command.ts";
import { openToOthers } from "./open-to-others.ts";
import { corePlan, edgePlan, openMeetingPlace, relayPlan, tokenFiles, type Launch } from "./processes.ts";

/**
 * `hearth start`: the core, the edge and, where it takes one, the relay as siblings, each restarted when it dies, until Ctrl-C.
 * Rejects with a UserError when one of them cannot start because of a mistake of the owner's.
 */
export async function runStart(launch: Launch, { err, signal }: Surroundings): Promise<number> {
  using place = openMeetingPlace(launch.settings);
  for (const sentence of openToOthers([launch.settings.data, ...tokenFiles(launch)])) err.write(`${sentence}\n`);
  const { socket, log } = place;
  const stop = new AbortController();
  const stopAll = () => stop.abort();
  signal.addEventListener("abort", stopAll, { once: true });
  if (signal.aborted) stopAll();
  const onRestart = (sentence: string) => void err.write(`${sentence}\n`);
  const processes = [corePlan(launch, { socket, log, watch: true }), edgePlan(launch, { socket, log })];
  const relay = superviseRelay(relayPlan(launch, place), { onRestart, onEnd: stopAll });
  try {
    const ends = await Promise.allSettled(
      processes.map((plan) => supervise(plan, { signal: stop.signal, onRestart }).finally(stopAll)),
    );
    return ends.some((end) => end.status === "rejected") || (await relay.stop()) === "failed" ? 2 : 0;
  } finally {
    await relay.stop();
    signal.removeEventListener("abort", stopAll);
  }
}
