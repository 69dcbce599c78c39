import { setTimeout as delay } from "node:timers/promises";
import type { Inbox } from "./inbox.ts";
import type { Given } from "./platform.ts";

const LOOK_MS = 100;
const LOOKS = 8;

/** The answer that a button stands below: it stands there a moment before it is written down that it does. */
export async function givenSoon(
  answerId: string,
  { inbox, signal }: { readonly inbox: Pick<Inbox, "given">; readonly signal: AbortSignal },
): Promise<Given | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    const given = inbox.given({ answerId });
    if (given) return given;
    await delay(LOOK_MS, undefined, { signal });
  }
  return inbox.given({ answerId });
}
