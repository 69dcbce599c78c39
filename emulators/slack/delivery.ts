import type { Pauses } from "./pauses.ts";
import type { Bounds, Outcome, Parcel } from "./state.ts";
import { now, type DeliveryEntry, type Transcript } from "./transcript.ts";

/** One way to the app. `undefined` means that there is none just now. */
export interface Carrier {
  carry(
    parcel: Parcel,
    retry: Retry | undefined,
    entry: (by: "socket" | "http") => DeliveryEntry,
  ): Promise<Carried> | undefined;
}

/** How often before, and why it failed. */
export interface Retry {
  readonly attempt: number;
  readonly reason: string;
}

/** What came of one attempt. */
export type Carried =
  | { readonly kind: "acked"; readonly answer: unknown }
  | { readonly kind: "failed"; readonly why: string; readonly noRetry?: boolean };

/** What a test does to events on their way: how often each comes, and how late. */
export interface Disorder {
  /** How many times an event is delivered, for one that is acknowledged at once; 1 is usual. */
  readonly copies?: (event: { readonly id: string; readonly type: string }) => number;
  /** Milliseconds before each copy sets out. */
  readonly delayMs?: () => number;
}

interface Options {
  readonly carriers: readonly Carrier[];
  readonly transcript: Transcript;
  readonly bounds: Bounds;
  readonly pauses: Pauses;
}

/** What tests do to events on their way. */
export interface Deliveries {
  /** How often and how late events come from now on; {} is usual. */
  disorder(to: Disorder): void;
  /** Sends the last events once more, with the ids that they had. */
  redeliver(count: number): Promise<void>;
}

const KEPT = 100;

/** Brings parcels to the app: an event that is not acknowledged in time comes again, the rest does not. */
export function createDelivery(options: Options): { send: (parcel: Parcel) => Promise<Outcome>; control: Deliveries } {
  const last: Parcel[] = [];
  let disorder: Disorder = {};
  const send = async (parcel: Parcel): Promise<Outcome> => {
    if (parcel.type !== "events_api") return deliver(options, parcel, undefined);
    last.push(parcel);
    if (last.length > KEPT) last.shift();
    const { copies, delayMs } = disorder;
    if (copies === undefined && delayMs === undefined) return deliver(options, parcel, undefined);
    const count = copies?.({ id: String(parcel.body.event_id), type: eventType(parcel) ?? "" }) ?? 1;
    const all = Array.from({ length: count }, async (_, i): Promise<Outcome> => {
      if (!(await options.pauses.pause(delayMs?.() ?? 0))) return { kind: "failed", why: "closed" };
      return deliver(options, parcel, again(i));
    });
    const [first] = await Promise.all(all);
    return first ?? { kind: "failed", why: "none asked for" };
  };
  const redeliver = async (count: number): Promise<void> => {
    await Promise.all(last.slice(-count).map((parcel) => deliver(options, parcel, again(1))));
  };
  return { send, control: { disorder: (to) => void (disorder = to), redeliver } };
}

const again = (times: number): Retry | undefined => (times === 0 ? undefined : { attempt: times, reason: "timeout" });

async function deliver(options: Options, parcel: Parcel, first: Retry | undefined): Promise<Outcome> {
  const began = now();
  let carried = await attempt(options, parcel, first);
  if (parcel.type === "events_api")
    for (const [i, pause] of options.bounds.redeliverMs.entries()) {
      if (carried.kind === "acked" || carried.noRetry === true) break;
      if (!(await options.pauses.pause(pause))) break;
      carried = await attempt(options, parcel, { attempt: i + 1, reason: carried.why });
    }
  return carried.kind === "acked" ? { ...carried, ms: now() - began } : { kind: "failed", why: carried.why };
}

async function attempt({ carriers, transcript }: Options, parcel: Parcel, retry: Retry | undefined): Promise<Carried> {
  const entry = entryOf(parcel, retry, transcript);
  for (const carrier of carriers) {
    const underway = carrier.carry(parcel, retry, entry);
    if (underway !== undefined) return underway;
  }
  transcript.add({ ...bare(parcel, retry), by: "nothing", failed: "connection_failed" });
  return { kind: "failed", why: "connection_failed" };
}

const eventType = ({ body }: Parcel): string | undefined => {
  const { event } = body;
  return typeof event === "object" && event !== null && "type" in event ? String(event.type) : undefined;
};

function bare(parcel: Parcel, retry: Retry | undefined): Omit<DeliveryEntry, "by"> {
  const event = eventType(parcel);
  const id = parcel.body.event_id;
  return {
    kind: "delivery",
    at: now(),
    type: parcel.type,
    ...(event === undefined ? {} : { event }),
    ...(typeof id === "string" ? { eventId: id } : {}),
    attempt: retry?.attempt ?? 0,
    body: parcel.body,
  };
}

const entryOf =
  (parcel: Parcel, retry: Retry | undefined, transcript: Transcript) =>
  (by: "socket" | "http"): DeliveryEntry =>
    transcript.add({ ...bare(parcel, retry), by });
