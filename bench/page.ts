import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { BrainStatus } from "../src/brain/brain.ts";
import type { Hit } from "../src/chat.ts";

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("No port is free");
  return address.port;
}

/** What the page's search box gets for words; throws while the page cannot be reached. */
export async function lookup(url: string, words: string): Promise<readonly Hit[]> {
  const response = await fetch(new URL(`/api/lookup?words=${encodeURIComponent(words)}`, url));
  if (!response.ok) throw new Error(`The page answered ${response.status}`);
  const hits: readonly Hit[] = JSON.parse(await response.text());
  return hits;
}

/** The page's status once `fits` holds; throws when that takes longer than a minute. */
export async function statusWhen(url: string, fits: (status: BrainStatus) => boolean): Promise<BrainStatus> {
  const until = performance.now() + 60_000;
  let last: unknown;
  while (performance.now() < until) {
    try {
      const response = await fetch(new URL("/api/status", url));
      const status: Partial<BrainStatus> = JSON.parse(await response.text());
      last = status;
      if (isStatus(status) && fits(status)) return status;
    } catch (error) {
      last = error;
    }
    await delay(20);
  }
  throw new Error(`The page did not come to the awaited state within a minute: ${JSON.stringify(last)}`);
}

function isStatus(status: Partial<BrainStatus>): status is BrainStatus {
  return status.sync !== undefined && status.documents !== undefined;
}
