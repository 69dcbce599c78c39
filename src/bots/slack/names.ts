import { setTimeout as delay } from "node:timers/promises";
import type { Call } from "./call.ts";
import { createMemo } from "./memo.ts";
import { isObject, textOf } from "./read.ts";

/** Names change seldom. */
const KNOWN_MS = 60 * 60_000;
/** An event has to be acknowledged soon: what is not known by then keeps its id. */
const PATIENCE_MS = 150;
const MOST = 20_000;

/** What people and channels are called. */
export interface Names {
  nameOf(team: string, id: string): string | undefined;
  /** Waits a moment (milliseconds) for names that are not known. Never rejects. */
  ready(team: string, ids: readonly string[], patienceMs?: number): Promise<void>;
}

/** Names that Slack was asked for, kept for an hour. */
export function createNames({ call, signal }: { readonly call: Call; readonly signal: AbortSignal }): Names {
  const names = new Map<string, string>();
  const asked = createMemo<void>({ forMs: KNOWN_MS, most: MOST });
  const ask = (team: string, id: string) =>
    asked.get(`${team} ${id}`, async () => {
      const name = await (id.startsWith("C") ? channelName : userName)(call, { team, id, signal });
      if (names.size >= MOST) names.clear();
      if (name !== undefined) names.set(`${team} ${id}`, name);
    });
  return {
    nameOf: (team, id) => names.get(`${team} ${id}`),
    async ready(team, ids, patienceMs = PATIENCE_MS) {
      const patience = new AbortController();
      const { signal: over } = patience;
      await Promise.race([
        Promise.allSettled(ids.map((id) => ask(team, id))),
        delay(patienceMs, undefined, { signal: over, ref: false }).catch(() => {}),
      ]);
      patience.abort();
    },
  };
}

interface Named {
  readonly team: string;
  readonly id: string;
  readonly signal: AbortSignal;
}

async function channelName(call: Call, { team, id, signal }: Named): Promise<string | undefined> {
  const answer = await call.spare(team, "conversations.info", { channel: id }, { signal });
  if (!answer) throw new Error("Slack's limits are near; it is asked the next time");
  return textOf(answer["channel"], "name");
}

async function userName(call: Call, { team, id, signal }: Named): Promise<string | undefined> {
  const answer = await call.spare(team, "users.info", { user: id }, { signal });
  if (!answer) throw new Error("Slack's limits are near; it is asked the next time");
  const { user } = answer;
  const profile = isObject(user) ? user["profile"] : undefined;
  return textOf(profile, "display_name") ?? textOf(profile, "real_name") ?? textOf(user, "name");
}
