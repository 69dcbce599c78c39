import { rmSync, statSync, writeFileSync } from "node:fs";
import { isFull } from "../sqlite-file.ts";
import type { Inbox } from "./inbox.ts";

/** Enough for some hundred questions and their answers. */
const RESERVE_BYTES = 1_000_000;

/** Room on the disk that is given away when it is full, so that what is asked then is still written down, and answered. */
export interface Reserve {
  /** Takes it, where it is not taken and there is room. */
  take(): void;
  /** Gives it away; false where there is none. */
  give(): boolean;
}

/** A file beside the inbox. What an earlier process left there is room too. */
export function openReserve(path: string): Reserve {
  return {
    take() {
      if (statSync(path, { throwIfNoEntry: false })?.size === RESERVE_BYTES) return;
      try {
        writeFileSync(path, Buffer.alloc(RESERVE_BYTES), { mode: 0o600 });
      } catch {
        // A part of it would take room that others need more.
        rmSync(path, { force: true });
      }
    },
    give() {
      if (!statSync(path, { throwIfNoEntry: false })) return false;
      rmSync(path, { force: true });
      return true;
    },
  };
}

/** The inbox, which gives the reserve away and tries again where the disk is full. Every prune takes the reserve again. */
export function onReserve(inbox: Inbox, reserve: Reserve): Inbox {
  const surely = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (!isFull(error) || !reserve.give()) throw error;
      return work();
    }
  };
  return {
    ...inbox,
    accept: (asked) => surely(() => inbox.accept(asked)),
    edit: (of, text) => surely(() => inbox.edit(of, text)),
    drop: (of) => surely(() => inbox.drop(of)),
    hear: (message) => surely(() => inbox.hear(message)),
    handOver: (numbers) => surely(() => inbox.handOver(numbers)),
    reviseHeard: (of) => surely(() => inbox.reviseHeard(of)),
    revise: (revision) => surely(() => inbox.revise(revision)),
    revised: (number) => surely(() => inbox.revised(number)),
    done: (job) => surely(() => inbox.done(job)),
    plan: (job, part) => surely(() => inbox.plan(job, part)),
    sent: (job, part, posted) => surely(() => inbox.sent(job, part, posted)),
    give: (given) => surely(() => inbox.give(given)),
    prune(now) {
      surely(() => inbox.prune(now));
      reserve.take();
    },
  };
}
