import { setTimeout as delay } from "node:timers/promises";
import type { Asked, Posted } from "../platform.ts";
import type { DiscordApi, Door } from "./api.ts";
import type { Carrier } from "./carrier.ts";
import { addressOf, channelOf, DIRECT } from "./from-discord.ts";
import type { DiscordMessage } from "./message.ts";
import { type Carrying, createMessageCarrier, findOwn, partsOf, type Target } from "./message-carrier.ts";
import { isDoorShut } from "./refusal.ts";
import { timeOf } from "./snowflake.ts";
import { type MessageBody, toMessage } from "./to-discord.ts";

/** An interaction's door closes after 15 minutes; what is left is for the last words there. */
const OPEN_MS = 14.5 * 60_000;
const CLOSED_MS = 15 * 60_000;
/** A command that is not acknowledged by then never is. */
const OPENS_MS = 3_500;
const KNOCK_MS = 100;
/** Where ordinary messages begin to be counted in the outbox, after those of the interaction. */
const LATER = 100;

const MOVED = {
  place: "This takes longer than Discord lets a command wait; the answer comes as a message of its own.",
  asker: "This takes longer than Discord lets a command wait; the answer comes as a direct message.",
} as const;

interface Options {
  readonly signal: AbortSignal;
}

/** A door, and the interaction whose id says when it was opened. */
export interface OpenDoor extends Door {
  readonly interaction: string;
}

/** The door of the interaction that a question came by; undefined where it came as a message. */
export function doorOf({ route }: Pick<Asked, "route">): OpenDoor | undefined {
  const { interaction, application, token } = route;
  if (interaction === undefined || application === undefined || token === undefined) return undefined;
  return { interaction, application, token };
}

/**
 * The messages of a command's answer: the first is the command's own, the others follow it. After 14.5 minutes, or where the command was
 * never acknowledged, the answer moves to ordinary messages, a private one to direct messages.
 */
export function createInteractionCarrier(
  carrying: Carrying,
  asked: Asked,
  of: { readonly job: string; readonly door: OpenDoor; readonly now?: () => number },
): Carrier {
  const { api, inbox } = carrying;
  const { job, door, now = Date.now } = of;
  const isPrivate = asked.seenBy === "asker";
  const age = () => now() - timeOf(door.interaction);
  const posted = () => partsOf(inbox, job, { from: 0, to: LATER });
  const later = createMessageCarrier(carrying, { job, offset: LATER }, (options) => laterTarget(api, asked, options));
  const entrance = createEntrance(age);
  return {
    async post(part, body, options) {
      const known = await followUpOf(carrying, { asked, job, part, body }, options);
      const send = () =>
        part === 0
          ? api.editThere(door, "@original", body, options)
          : api.followUp(door, body, { ...options, isPrivate });
      const message = known ?? (await entrance.pass(send, options));
      if (message === undefined) return later.post(part, body, options);
      const result = toPosted(asked, message);
      inbox.sent(job, part, result);
      return result;
    },
    async edit({ id }, body, options) {
      const edited = await entrance.pass(() => api.editThere(door, id, body, options), options);
      if (edited === undefined) throw new Error("A command can be answered no more where it was used");
    },
    remove: ({ id }, options) => api.removeThere(door, id, options),
    // Discord shows by itself that a command is being worked on.
    typing: () => Promise.resolve(),
    posted,
    async next(options) {
      const isMoved = later.posted().size > 0;
      if (age() < OPEN_MS && !entrance.isShut() && !isMoved) return undefined;
      if (!isMoved) await leave(api, { asked, door, isOpen: age() < CLOSED_MS, posted }, options);
      return later;
    },
  };
}

/**
 * The way through a door, which opens when the command is acknowledged: that may still be on its way. Gives undefined where it was never
 * opened, or was shut before its time.
 */
function createEntrance(age: () => number): {
  pass<Result>(work: () => Promise<Result>, options: Options): Promise<Result | undefined>;
  isShut(): boolean;
} {
  let isShut = false;
  return {
    isShut: () => isShut,
    async pass(work, { signal }) {
      for (;;) {
        try {
          return await work();
        } catch (error) {
          if (!isDoorShut(error)) throw error;
          isShut = age() > OPENS_MS;
          if (isShut) return undefined;
        }
        await delay(KNOCK_MS, undefined, { signal });
      }
    },
  };
}

/** A follow-up that an earlier try made: there is no nonce for them, so it is looked for. Private ones cannot be. */
async function followUpOf(
  carrying: Carrying,
  of: { readonly asked: Asked; readonly job: string; readonly part: number; readonly body: MessageBody },
  options: Options,
): Promise<DiscordMessage | undefined> {
  const { asked, job, part, body } = of;
  const { inbox } = carrying;
  const known = inbox.sendings(job);
  const sending = inbox.plan(job, part);
  if (part === 0 || asked.seenBy === "asker" || !known.some((earlier) => earlier.part === part)) return undefined;
  const original = known.find((earlier) => earlier.part === 0)?.posted?.id;
  const target = { conversation: asked.message.conversation, ...(original !== undefined && { replyTo: original }) };
  return findOwn(carrying, { sending, target, body, options });
}

/** Where an ordinary message goes that replies to nothing: where it was asked, or to the asker alone. */
export async function laterTarget(api: DiscordApi, asked: Asked, options: Options): Promise<Target> {
  const { post = asked.seenBy === "place" ? "here" : "direct" } = asked.route;
  if (post === "here") return { conversation: asked.message.conversation };
  const channel = await api.openDirect(asked.message.author.id, options);
  return { conversation: { platform: "discord", space: DIRECT, channel } };
}

/** Says where the answer comes, while it can be said; that the door has closed meanwhile is no harm. */
async function leave(
  api: DiscordApi,
  of: { readonly asked: Asked; readonly door: Door; readonly isOpen: boolean; readonly posted: Carrier["posted"] },
  options: Options,
): Promise<void> {
  const { seenBy, message } = of.asked;
  const body = toMessage({ markdown: MOVED[seenBy], buttons: [] });
  const original = of.posted().get(0);
  if (of.isOpen) await api.editThere(of.door, "@original", body, options).catch(() => {});
  else if (original && seenBy === "place")
    await api.edit(channelOf(message.conversation), original.id, body, options).catch(() => {});
}

function toPosted({ seenBy, message: { conversation } }: Asked, { id }: DiscordMessage): Posted {
  const url = addressOf(conversation.space, channelOf(conversation), id);
  return { id, conversation, ...(seenBy === "place" && { url }) };
}
