import { setTimeout as delay } from "node:timers/promises";
import type { Disposable, RequestType } from "vscode-jsonrpc/node";
import type { Brain, StaleAnswer } from "../brain/brain.ts";
import { askAgainOnce, send, type Link } from "./ask.ts";
import { requests, tell } from "./protocol.ts";

/** How long a watch waits after a connection broke. */
const WATCH_AGAIN_MS = 1_000;

/** What was said and answered before, in another process. */
export function remoteAnswers(
  link: Link,
): Pick<
  Brain,
  "staleAnswers" | "watchAnswers" | "forgetAnswers" | "remember" | "turns" | "revise" | "why" | "rate" | "forget"
> {
  const ask = <Sent, Result>(type: RequestType<Sent, Result, void>, sent: Sent, signal: AbortSignal) =>
    askAgainOnce(link, (connection) => send(connection, type, { sent, signal }), { signal });
  return {
    staleAnswers: (of, { signal }) => ask(requests.staleAnswers, of, signal),
    watchAnswers: createRemoteWatch(link),
    forgetAnswers: (of, { signal }) => ask(requests.forgetAnswers, of, signal),
    remember: async (messages, { signal }) => void (await ask(requests.remember, { messages }, signal)),
    turns: (of, { signal }) => ask(requests.turns, of, signal),
    revise: (revisions, { signal }) => ask(requests.revise, { revisions }, signal),
    why: async (id, { signal, clearance }) => (await ask(requests.why, { id, clearance }, signal)) ?? undefined,
    rate: async (said, { signal }) => void (await ask(requests.rate, said, signal)),
    forget: (of, { signal }) => ask(requests.forget, of, signal),
  };
}

/** Watches on one connection after the other: what was not told when one broke is told on the next. */
function createRemoteWatch(link: Link): Brain["watchAnswers"] {
  let watches = 0;
  return async ({ platform }, { signal, onStale }) => {
    const ended = AbortSignal.any([signal, link.closed]);
    while (!ended.aborted) {
      const watch = `watch-${(watches += 1)}`;
      let told: Disposable | undefined;
      try {
        const connection = await link.connection(ended);
        told = connection.onRequest(tell(watch), (stale: StaleAnswer) => onStale(stale).then(() => null));
        await send(connection, requests.watchAnswers, { sent: { platform, watch }, signal: ended });
      } catch {
        // The core is away, or says in its log why it cannot: the next try may find another.
      } finally {
        told?.dispose();
      }
      await delay(WATCH_AGAIN_MS, undefined, { signal: ended }).catch(() => {});
    }
  };
}
