import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import type { Newest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { deletedId } from "./follow-changes.ts";
import {
  addressedBy,
  fromMessage,
  isFromBot,
  isTalk,
  namedIn,
  toTalk,
  type Place,
  type Surroundings,
} from "./from-slack.ts";
import type { Installs } from "./installs.ts";
import type { Marks } from "./marks.ts";
import type { SlackMessage } from "./message.ts";
import type { Names } from "./names.ts";
import type { Places } from "./places.ts";
import type { Recent } from "./recent.ts";

/** Answers to other bots in a row; after that a person has to speak. */
const BOTS_IN_A_ROW = 3;

/** What reading messages needs. */
export interface Receiving {
  readonly desk: Pick<Desk, "ask" | "keeps" | "hear">;
  readonly installs: Installs;
  readonly places: Places;
  readonly marks: Marks;
  readonly names: Names;
  readonly deleted: Pick<Recent, "has">;
  readonly edited: Newest<SlackMessage>;
  readonly settings: Pick<SlackSettings, "bots">;
  readonly log: Log;
}

/** Reads messages, hands on those of places whose talk is kept, and asks what is asked in them. */
export interface Receiver {
  /** A message as an event brings it. Rejects where a question cannot be written down: then it must not be acknowledged. */
  live(message: SlackMessage, of: { readonly team: string; readonly channel: string }): Promise<void>;
  /** A message that is read again after a gap. */
  late(message: SlackMessage, of: { readonly team: string; readonly channel: string }): Promise<void>;
  /** A message that was edited while nobody listened: where its place's talk is kept, it is kept anew. */
  heard(message: SlackMessage, of: { readonly team: string; readonly channel: string }): Promise<void>;
  around(team: string): Surroundings;
}

export function createReceiver(receiving: Receiving): Receiver {
  const { installs, marks, names, settings } = receiving;
  const botsInARow = new Map<string, Set<string>>();
  const around = (team: string): Surroundings => {
    const { botUser = "", botId = "" } = installs.of(team) ?? {};
    return { botUser, botId, bots: settings.bots, nameOf: (id) => names.nameOf(team, id) };
  };
  const take: Receiver["late"] = (message, { team, channel }) =>
    takeMessage(receiving, { message, team, channel, around: around(team), botsInARow });
  return {
    around,
    late: take,
    heard: (message, { team, channel }) => hear(receiving, { message, team, channel, around: around(team) }),
    async live(message, of) {
      try {
        await take(message, of);
      } catch (error) {
        // Slack brings it again, and else it is read again with what comes after it.
        marks.holdOne(of.channel);
        throw error;
      } finally {
        marks.saw(of.channel, message.ts);
      }
    },
  };
}

async function takeMessage(
  receiving: Receiving,
  of: {
    readonly message: SlackMessage;
    readonly team: string;
    readonly channel: string;
    readonly around: Surroundings;
    readonly botsInARow: Map<string, Set<string>>;
  },
): Promise<void> {
  const { message, team, channel, around, botsInARow } = of;
  await hear(receiving, of);
  const place: Place = { team, channel, isJoined: receiving.places.isJoined(channel, message.thread) };
  if (!isFromBot(message)) botsInARow.delete(channel);
  if (addressedBy(message, place, around) === undefined) return;
  if (isFromBot(message)) {
    // A mention comes twice.
    const answered = botsInARow.get(channel) ?? new Set();
    if (answered.size >= BOTS_IN_A_ROW && !answered.has(message.ts)) {
      receiving.log.info({ channel }, "Another bot is not answered until a person speaks");
      return;
    }
    botsInARow.set(channel, answered.add(message.ts));
  }
  await ask(receiving, { message, place, around });
}

/** Writes down what is said where the talk is kept; not what was deleted since it was read. */
async function hear(
  { desk, names, deleted, edited }: Receiving,
  {
    message,
    team,
    channel,
    around,
  }: {
    readonly message: SlackMessage;
    readonly team: string;
    readonly channel: string;
    readonly around: Surroundings;
  },
): Promise<void> {
  if (!isTalk(message, around) || !desk.keeps({ platform: "slack", space: team, channel })) return;
  await names.ready(team, namesIn(message, around));
  const id = deletedId({ channel }, message.ts);
  if (!deleted.has(id)) desk.hear(toTalk(edited.of(id, message), { team, channel }, around));
}

/** Whom a message names, and who wrote it. Pure. */
export function namesIn({ text, user }: SlackMessage, { botUser }: Pick<Surroundings, "botUser">): readonly string[] {
  const named = new Set([...namedIn(text), ...(user === undefined ? [] : [user])]);
  named.delete(botUser);
  return [...named];
}

async function ask(
  { desk, places, names }: Receiving,
  { message, place, around }: { readonly message: SlackMessage; readonly place: Place; readonly around: Surroundings },
): Promise<void> {
  await names.ready(place.team, namesIn(message, around));
  const { team, channel } = place;
  places.join({ team, channel, thread: message.thread ?? message.ts });
  desk.ask(fromMessage(message, place, around));
}
