import type { OpenAI } from "openai";
import type { Failure } from "./openai-failure.ts";
import type { OpenAiServer, ServerFacts } from "./openai-server.ts";
import type { JsonStyle } from "./openai-stream.ts";

const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 60_000;
/** The rest of one that only needs time. */
const STARTING_REST_MS = 250;

/** One server, what is known of it, and how many requests of ours it has in hand. */
export interface Member {
  readonly server: OpenAiServer;
  readonly client: OpenAI;
  facts: ServerFacts | undefined;
  failure: Failure | undefined;
  inHand: number;
  jsonStyle: JsonStyle;
  readonly firstRestMs: number;
  /** How long it rests after its next failure, and until when it rests now. */
  restMs: number;
  restsUntil: number;
}

export function createMember(server: OpenAiServer, client: OpenAI, restMs = FIRST_REST_MS): Member {
  return {
    server,
    client,
    facts: undefined,
    failure: undefined,
    inHand: 0,
    jsonStyle: "json_schema",
    firstRestMs: restMs,
    restMs,
    restsUntil: 0,
  };
}

/** How many answers a server writes at once. Some drop what they are writing when they are asked for more. */
export function roomOf({ facts }: Member, parallel: number): number {
  return facts?.parallel ?? parallel;
}

/**
 * Which server to ask next: of those not yet tried the least busy one, in the order they were written down. One that rests after a
 * failure comes after all others, the one that rests the shortest first. Undefined when all were tried.
 */
export function chooseMember(
  members: readonly Member[],
  { tried, now, parallel }: { readonly tried: ReadonlySet<Member>; readonly now: number; readonly parallel: number },
): Member | undefined {
  const rest = ({ restsUntil }: Member) => Math.max(0, restsUntil - now);
  const full = (member: Member) => Number(member.inHand >= roomOf(member, parallel));
  return members
    .filter((member) => !tried.has(member))
    .toSorted((one, other) => rest(one) - rest(other) || full(one) - full(other) || one.inHand - other.inHand)[0];
}

/** The servers as one. */
export interface Pool {
  readonly members: readonly Member[];
  /** Waits for room at a server that was not yet tried, and does the work with it. Undefined when all were tried. */
  take<Result>(tried: Set<Member>, work: (member: Member) => Promise<Result>): Promise<Result | undefined>;
}

/** A pool in which each server writes no more at once than it says, else `parallel`. */
export function createPool(members: readonly Member[], parallel: number): Pool {
  let freed = Promise.withResolvers<void>();
  return {
    members,
    async take(tried, work) {
      for (;;) {
        const member = chooseMember(members, { tried, now: performance.now(), parallel });
        if (!member) return undefined;
        if (member.inHand < roomOf(member, parallel)) {
          tried.add(member);
          member.inHand += 1;
          try {
            return await work(member);
          } finally {
            member.inHand -= 1;
            freed.resolve();
            freed = Promise.withResolvers();
          }
        }
        await freed.promise;
      }
    },
  };
}

/** Notes a failure: the server is skipped for a while that doubles each time, up to a minute; one that starts only for a moment. */
export function noteFailure(member: Member, failure: Failure, now: number): void {
  member.failure = failure;
  member.facts = undefined;
  if (failure.kind === "starting") {
    member.restsUntil = now + STARTING_REST_MS;
    return;
  }
  member.restsUntil = now + member.restMs;
  member.restMs = Math.min(member.restMs * 2, LONGEST_REST_MS);
}

/** Notes what a server says of itself. Its next rest stays: one that lists its models may still fail to write. */
export function noteFacts(member: Member, facts: ServerFacts): void {
  member.facts = facts;
  member.failure = undefined;
}

/** Notes that a server has written. */
export function noteSuccess(member: Member): void {
  member.failure = undefined;
  member.restsUntil = 0;
  member.restMs = member.firstRestMs;
}
