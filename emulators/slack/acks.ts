import type { Carried } from "./delivery.ts";
import type { Socket } from "./socket.ts";
import type { Parcel } from "./state.ts";
import { now, type DeliveryEntry, type Transcript } from "./transcript.ts";

/** An envelope that waits for its acknowledgement. */
interface Pending {
  readonly socket: Socket;
  readonly parcel: Parcel;
  readonly entry: DeliveryEntry;
  readonly timer: NodeJS.Timeout;
  readonly settle: (carried: Carried) => void;
}

const REMEMBERED = 20_000;

/** Waits for acknowledgements, each at most `ackMs`, and tells wrong ones from late ones. */
export function createAcks({ transcript, ackMs }: { transcript: Transcript; ackMs: number }) {
  const pending = new Map<string, Pending>();
  const past = new Map<string, "acked" | "late">();
  const finish = (id: string, how: "acked" | "late", carried: Carried): void => {
    const waiting = pending.get(id);
    if (waiting === undefined) return;
    pending.delete(id);
    past.set(id, how);
    if (past.size > REMEMBERED) for (const old of [...past.keys()].slice(0, REMEMBERED / 2)) past.delete(old);
    clearTimeout(waiting.timer);
    waiting.settle(carried);
  };
  return {
    /** Sends something and waits for what comes of it. */
    wait(sent: { socket: Socket; parcel: Parcel; entry: DeliveryEntry }): { id: string; carried: Promise<Carried> } {
      const { promise, resolve } = Promise.withResolvers<Carried>();
      const id = crypto.randomUUID();
      const timer = setTimeout(() => {
        transcript.complete(sent.entry, { failed: "timeout" });
        finish(id, "late", { kind: "failed", why: "timeout" });
      }, ackMs);
      pending.set(id, { ...sent, timer, settle: resolve });
      return { id, carried: promise };
    },
    /** Takes what a socket sent; an acknowledgement that is merely late is no mistake. */
    take(socket: Socket, { envelope_id: given, payload }: Readonly<Record<string, unknown>>): void {
      const id = String(given);
      const waiting = pending.get(id);
      const isEmpty = payload === undefined || Object.keys(Object(payload)).length === 0;
      const wrong = mistake(waiting, { past: past.get(id), isEmpty });
      if (wrong !== undefined) transcript.violate("ack", wrong);
      // What comes by another connection is not heard: the event comes again.
      if (waiting?.socket !== socket) return;
      transcript.complete(waiting.entry, { ackedAt: now() });
      finish(id, "acked", { kind: "acked", answer: isEmpty ? undefined : payload });
    },
    close(): void {
      for (const id of pending.keys()) finish(id, "late", { kind: "failed", why: "closed" });
    },
  };
}

function mistake(
  waiting: Pending | undefined,
  { past, isEmpty }: { past: "acked" | "late" | undefined; isEmpty: boolean },
): string | undefined {
  if (waiting === undefined && past === "acked") return "acknowledged an envelope twice";
  if (waiting === undefined) return past === "late" ? undefined : "acknowledged an envelope that never was";
  if (!isEmpty && !waiting.parcel.answers) return "answered an envelope that takes no answer";
  return undefined;
}
