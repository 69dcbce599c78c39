import { createHmac } from "node:crypto";
import type { Carried, Carrier, Retry } from "./delivery.ts";
import type { Bounds, Parcel } from "./state.ts";
import { now, type DeliveryEntry, type Transcript } from "./transcript.ts";

/** Where the app listens: one address for all, or one for each kind. */
export interface HttpTarget {
  readonly events: string;
  readonly interactivity: string;
  readonly commands: string;
}

/** A request as it went out, so that a test can send the very same once more. */
export interface Signed {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a forged request differs in. */
export interface Forgery {
  /** Seconds that the timestamp lies back; below zero: in the future. */
  readonly age?: number;
  /** Signs with another secret. */
  readonly secret?: string;
  /** Headers in place of, or beside, the right ones; undefined leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
}

/** The right signature over a body. */
export function sign(body: string, { secret, timestamp }: { secret: string; timestamp: number }): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

/** A signed request for a parcel, or a forged one. */
export function requestFor(
  parcel: Parcel,
  target: HttpTarget,
  { secret, forgery = {} }: { secret: string; forgery?: Forgery },
): Signed {
  const isEvent = parcel.type === "events_api";
  const url = isEvent ? target.events : parcel.type === "interactive" ? target.interactivity : target.commands;
  const body = isEvent ? JSON.stringify(parcel.body) : formOf(parcel);
  const timestamp = Math.floor(Date.now() / 1000) - (forgery.age ?? 0);
  const headers: Record<string, string | undefined> = {
    "content-type": isEvent ? "application/json" : "application/x-www-form-urlencoded",
    "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "x-slack-request-timestamp": String(timestamp),
    "x-slack-signature": sign(body, { secret: forgery.secret ?? secret, timestamp }),
    ...forgery.headers,
  };
  return {
    url,
    body,
    headers: Object.fromEntries(Object.entries(headers).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]]))),
  };
}

function formOf({ type, body }: Parcel): string {
  if (type === "interactive") return new URLSearchParams({ payload: JSON.stringify(body) }).toString();
  return new URLSearchParams(
    Object.entries(body).map(([key, value]): [string, string] => [key, String(value)]),
  ).toString();
}

interface Options {
  readonly secret: string;
  readonly transcript: Transcript;
  readonly bounds: Bounds;
  readonly signal: AbortSignal;
}

/** Brings parcels by HTTP, once `point` named a target. */
export function createHttpCarrier({ secret, transcript, bounds, signal }: Options) {
  let target: HttpTarget | undefined;
  let last: Signed | undefined;
  const post = async ({ url, headers, body }: Signed): Promise<Response> => {
    const ends = AbortSignal.any([signal, AbortSignal.timeout(bounds.ackMs)]);
    return fetch(url, { method: "POST", headers, body, redirect: "manual", signal: ends });
  };
  const carried = async (signed: Signed, written: DeliveryEntry): Promise<Carried> => {
    try {
      const response = await post(signed);
      const result = await readAnswer(response);
      const fate = result.kind === "acked" ? { ackedAt: now() } : { failed: result.why };
      transcript.complete(written, { ...fate, status: response.status });
      return result;
    } catch (error) {
      const why = error instanceof Error && error.name === "TimeoutError" ? "http_timeout" : "connection_failed";
      transcript.complete(written, { failed: why });
      return { kind: "failed", why };
    }
  };
  const carrier: Carrier = {
    carry: (parcel, retry, entry) => {
      if (target === undefined) return undefined;
      last = requestFor(parcel, target, { secret, forgery: { headers: retryHeaders(retry) } });
      return carried(last, entry("http"));
    },
  };
  return {
    carrier,
    post,
    /** Where parcels go; undefined: nowhere. */
    point: (to: HttpTarget | undefined): void => void (target = to),
    target: (): HttpTarget | undefined => target,
    last: (): Signed | undefined => last,
  };
}

const retryHeaders = (retry: Retry | undefined): Record<string, string> =>
  retry === undefined ? {} : { "x-slack-retry-num": String(retry.attempt), "x-slack-retry-reason": retry.reason };

async function readAnswer(response: Response): Promise<Carried> {
  const text = await response.text();
  if (response.status !== 200)
    return { kind: "failed", why: "http_error", noRetry: response.headers.get("x-slack-no-retry") === "1" };
  if (text === "") return { kind: "acked", answer: undefined };
  const isJson = response.headers.get("content-type")?.includes("application/json") === true;
  return { kind: "acked", answer: isJson ? JSON.parse(text) : text };
}
