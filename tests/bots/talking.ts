import type { Brain } from "../../src/brain/brain.ts";
import type { Digested, DigestRequest, KeptTalk } from "../../src/brain/channel-brain.ts";
import { openInbox } from "../../src/bots/inbox-sqlite.ts";
import type { Inbox } from "../../src/bots/inbox.ts";
import type { Asked, Wanted } from "../../src/bots/platform.ts";
import { openScheduleLedger, type ScheduleLedger } from "../../src/bots/schedule-ledger.ts";
import { createDesk, type DeskOptions, type OpenDesk } from "../../src/bots/serve.ts";
import type { ChatMessage, TalkMessage, TalkPlace } from "../../src/chat.ts";
import { silentLog } from "../../src/log.ts";
import { START } from "../contracts/inbox.ts";
import { fakePlatform, type FakePlatform, type PlatformScript } from "../helpers/fake-platform.ts";
import { scriptedBrain } from "../helpers/scripted-brain.ts";

export const PLACE: TalkPlace = { platform: "discord", space: "G1", channel: "C1" };

/** A message of the place with whatever a test cares about. */
export function said(
  of: {
    readonly id?: string;
    readonly text?: string;
    readonly by?: string;
    readonly thread?: string;
    readonly channel?: string;
    readonly at?: number;
  } = {},
): TalkMessage {
  const { id = "M1", text = "We ship on Monday.", by = "U1", channel = "C1", thread, at = START } = of;
  return {
    id,
    conversation: { ...PLACE, channel, ...(thread !== undefined && { thread }) },
    author: { id: by, name: "Ann", isBot: false },
    text,
    sentAt: new Date(at).toISOString(),
    url: `https://discord.com/channels/G1/${channel}/${id}`,
  };
}

/** A job that wants a digest. */
export function wants(
  of: {
    readonly wanted?: Partial<Wanted>;
    readonly id?: string;
    readonly seenBy?: Asked["seenBy"];
    readonly in?: TalkPlace;
    readonly post?: "here" | "direct";
  } = {},
): Asked {
  const { wanted, id = "D1", seenBy = "place", in: conversation = PLACE, post } = of;
  return {
    id,
    platform: "discord",
    message: {
      id,
      conversation,
      author: { id: "U1", name: "Ann", isBot: false },
      text: "/digest",
      sentAt: new Date(START).toISOString(),
    },
    seenBy,
    files: [],
    wanted: { kind: "digest", place: PLACE, from: "2026-11-27T09:00:00.000Z", zone: "UTC", ...wanted },
    route: post === undefined ? { token: "t" } : { post },
  };
}

/** A core that keeps talk in memory: its digest has a line for each message that is kept, in its words. */
export interface TalkingBrain extends Brain {
  readonly kept: Map<string, TalkMessage>;
  readonly requests: DigestRequest[];
  readonly remembered: ChatMessage[];
  /** What it was asked, in order: "hear 2", "revise M1". */
  readonly calls: string[];
  isAway: boolean;
}

/** Such a core; `places` are kept from the start. */
export function talkingBrain({
  places = [],
  script = {},
}: { readonly places?: readonly TalkPlace[]; readonly script?: Partial<Brain> } = {}): TalkingBrain {
  const kept = new Map<string, TalkMessage>();
  const known = new Map<string, KeptTalk>();
  const keyOf = ({ space, channel }: TalkPlace) => `${space} ${channel}`;
  const since = new Date(START).toISOString();
  for (const place of places) known.set(keyOf(place), { ...place, since, by: "U1", days: 180, messages: 0 });
  const made = new Map<string, { readonly request: DigestRequest; readonly ids: readonly string[] }>();
  const nothing = { messages: 0, answers: 0, ratings: 0, talk: 0, lines: 0 };
  const toDigest = (id: string, request: DigestRequest, of: readonly TalkMessage[]): Digested => ({
    id,
    kind: "picked",
    from: request.from ?? since,
    to: request.to,
    messages: of.length,
    people: of.length,
    groups: of.map((message) => ({
      kind: "topic",
      lines: [
        {
          text: message.text,
          author: message.author.name,
          sources: [{ id: message.id, ...(message.url !== undefined && { url: message.url }) }],
        },
      ],
    })),
  });
  const answers = () => {
    if (brain.isAway) throw new Error("The core is away");
  };
  const brain: TalkingBrain = {
    ...scriptedBrain(),
    kept,
    requests: [],
    remembered: [],
    calls: [],
    isAway: false,
    async keepTalk(place, { by, days }) {
      answers();
      const before = known.get(keyOf(place));
      known.set(keyOf(place), { messages: 0, ...place, since: before?.since ?? since, by, days });
      brain.calls.push(`keep ${place.channel} ${days} ${by}`);
      return known.get(keyOf(place)) ?? { ...place, since, by, days, messages: 0 };
    },
    async dropTalk(place) {
      answers();
      known.delete(keyOf(place));
      brain.calls.push(`drop ${place.channel}`);
      const before = kept.size;
      for (const [id, { conversation }] of kept) if (conversation.channel === place.channel) kept.delete(id);
      return { ...nothing, talk: before - kept.size };
    },
    async keptTalk() {
      answers();
      return [...known.values()];
    },
    async hear(messages) {
      await Promise.resolve();
      answers();
      brain.calls.push(`hear ${messages.map(({ id }) => id).join(" ")}`);
      for (const message of messages) if (known.has(keyOf(message.conversation))) kept.set(message.id, message);
      return messages.length;
    },
    async revise(revisions) {
      answers();
      for (const { id, text } of revisions) {
        brain.calls.push(`revise ${id}`);
        const message = kept.get(id);
        if (message && text === undefined) kept.delete(id);
        else if (message && text !== undefined) kept.set(id, { ...message, text });
      }
      return revisions.length;
    },
    async forget({ askerId, channel }) {
      let talk = 0;
      for (const [id, { author, conversation }] of kept) {
        if ((askerId ?? author.id) !== author.id || (channel ?? conversation.channel) !== conversation.channel)
          continue;
        kept.delete(id);
        talk++;
      }
      return { ...nothing, talk };
    },
    async optOut({ personId }) {
      brain.calls.push(`opt out ${personId}`);
      return nothing;
    },
    async digest(request) {
      answers();
      brain.requests.push(request);
      const of = request.messages ?? [...kept.values()];
      const id = `digest-${made.size + 1}`;
      if (!request.messages) made.set(id, { request, ids: of.map((one) => one.id) });
      return toDigest(id, request, of);
    },
    async digestNow(id) {
      answers();
      const found = made.get(id);
      return (
        found &&
        toDigest(
          id,
          found.request,
          found.ids.flatMap((one) => kept.get(one) ?? []),
        )
      );
    },
    remember: async (messages) => void brain.remembered.push(...messages),
    ...script,
  };
  return brain;
}

export interface TalkingWorld extends AsyncDisposable {
  readonly desk: OpenDesk;
  readonly platform: FakePlatform;
  readonly inbox: Inbox;
  readonly ledger: ScheduleLedger;
  readonly brain: TalkingBrain;
  readonly clock: { now: number };
}

/** A desk over a core that keeps talk, started. Inbox and ledger are the caller's where they are given. */
export async function talkingWorld(
  given: {
    readonly brain?: TalkingBrain;
    readonly platform?: PlatformScript;
    readonly inbox?: Inbox;
    readonly ledger?: ScheduleLedger;
    readonly memory?: DeskOptions["memory"];
    /** The people of places that are kept from the start were told, unless it is false. */
    readonly isTold?: boolean;
    readonly now?: number;
  } = {},
): Promise<TalkingWorld> {
  const clock = { now: given.now ?? START };
  const inbox = given.inbox ?? openInbox({ path: ":memory:", log: silentLog(), now: () => clock.now });
  const ledger = given.ledger ?? openScheduleLedger({ path: ":memory:", log: silentLog(), now: clock.now });
  const brain = given.brain ?? talkingBrain({ places: [PLACE] });
  const signal = AbortSignal.timeout(20_000);
  const known = given.isTold === false || brain.isAway ? [] : await brain.keptTalk({ platform: "discord" }, { signal });
  for (const { space, channel, since, days } of known) {
    inbox.note("discord", `told of ${space} ${channel}`, `${since} ${days}`);
  }
  const platform = fakePlatform({ clearance: async () => ["public", "discord:G1:C1"], ...given.platform });
  const desk = createDesk({
    brain,
    inbox,
    ledger,
    platforms: [platform],
    settings: { linkHosts: [], sourceChanged: "mark", apologyHours: 6, askHuman: [], zone: "UTC" },
    ...(given.memory && { memory: given.memory }),
    log: silentLog(),
    now: () => clock.now,
    queue: { graceMs: 20 },
  });
  await desk.start({ signal });
  return {
    desk,
    platform,
    inbox,
    ledger,
    brain,
    clock,
    async [Symbol.asyncDispose]() {
      await desk[Symbol.asyncDispose]();
      if (!given.ledger) ledger[Symbol.dispose]();
      if (!given.inbox) inbox[Symbol.dispose]();
    },
  };
}
