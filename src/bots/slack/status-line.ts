import { setTimeout as delay } from "node:timers/promises";
import type { Carrier } from "./carrier.ts";

/** Slack takes a line away after two minutes. */
const REFRESH_MS = 90_000;
/** Lines that are refreshed no more: a quarter of an hour. */
const TIMES = 10;

/** The line below a question that says what goes on. */
export interface StatusLine {
  show(line: string): void;
  /** Resolves when no line is on its way: one that came after an answer would stand below it. */
  settled(): Promise<void>;
  /** Something else is there to be read. */
  over(): void;
}

/** Shows a first line at once, and keeps what is shown. */
export function createStatusLine(
  carrier: Pick<Carrier, "status">,
  { first, signal }: { readonly first: string; readonly signal: AbortSignal },
): StatusLine {
  const end = new AbortController();
  const both = AbortSignal.any([end.signal, signal]);
  let shown = "";
  let times = 0;
  let last = Promise.resolve();
  const put = () => {
    last = carrier.status(shown, { signal: both }).catch(() => {});
  };
  const show = (line: string) => {
    if (both.aborted || line === shown) return;
    shown = line;
    times = 0;
    put();
  };
  void (async () => {
    for (; times < TIMES && !both.aborted; times++) {
      await delay(REFRESH_MS, undefined, { signal: both, ref: false });
      put();
    }
  })().catch(() => {});
  show(first);
  return { show, settled: () => last, over: () => end.abort() };
}
