import { setTimeout as delay } from "node:timers/promises";
import { noteFacts, noteFailure, type Member } from "./openai-pool.ts";
import { askFacts } from "./openai-server.ts";

/** How long a server may take to say which models it has. */
const FACTS_MS = 5_000;
/** How often it is looked whether a server has rested, and whether one has failed. */
const LOOK_MS = 100;
const IDLE_LOOK_MS = 1_000;

/**
 * Asks every server that is not known to work what it has, again and again with the pauses of its failures, until the signal comes.
 * `changed` resolves after the next round of asking.
 */
export function keepAsking(
  members: readonly Member[],
  { signal }: { readonly signal: AbortSignal },
): { readonly changed: () => Promise<void>; readonly ended: Promise<void> } {
  let round = Promise.withResolvers<void>();
  const keep = async () => {
    while (!signal.aborted) {
      const now = performance.now();
      const due = members.filter(({ facts, restsUntil }) => !facts && restsUntil <= now);
      await Promise.all(due.map((member) => ask(member, signal)));
      round.resolve();
      round = Promise.withResolvers();
      const look = members.every(({ facts }) => facts) ? IDLE_LOOK_MS : LOOK_MS;
      await delay(look, undefined, { signal, ref: false }).catch(() => {});
    }
  };
  return { changed: () => round.promise, ended: keep() };
}

async function ask(member: Member, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(FACTS_MS)]);
  const { client, server } = member;
  const asked = await askFacts(client, { server, signal: patience }).catch(() => undefined);
  if (signal.aborted || member.facts) return;
  if (asked && "model" in asked) {
    noteFacts(member, asked);
    return;
  }
  const why = `The model server at ${server.url} does not say within ${FACTS_MS / 1_000} s which models it has; see whether it has too much to do`;
  noteFailure(member, asked?.failure ?? { kind: "down", why }, performance.now());
}
