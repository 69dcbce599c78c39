import type { DiscordSettings } from "../../config-discord.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import { addressedBy, DIRECT, fromMessage, type Place } from "./from-discord.ts";
import { type DiscordMessage, readMessage } from "./message.ts";
import { hear, type Hearing } from "./heard.ts";
import type { Marks } from "./marks.ts";
import type { Places } from "./places.ts";
import { compareIds, timeOf } from "./snowflake.ts";

/** Answers to other bots in a row; after that a person has to speak. */
const BOTS_IN_A_ROW = 3;
/** What is older is heard where talk is kept, and no question any more. */
const OLDEST_MS = 7 * 24 * 60 * 60_000;

/** What reading messages needs. */
export interface Receiving extends Hearing {
  readonly desk: Desk;
  readonly inbox: Pick<Inbox, "given">;
  readonly places: Places;
  readonly marks: Marks;
  readonly settings: DiscordSettings;
  readonly log: Log;
}

/** How many messages of other bots were answered in a channel since a person spoke, and the last of them. */
interface Row {
  readonly answered: number;
  readonly last: string;
}

/** Reads messages, hears those of places whose talk is kept, and asks what is asked in them. */
export interface Receiver {
  /** A message as the gateway brings it. False where it cannot be understood. Never throws. */
  live(raw: unknown): boolean;
  /** A message that is read again after a gap. Throws where a question cannot be written down. */
  late(message: DiscordMessage, place: Place): void;
}

export function createReceiver(receiving: Receiving): Receiver {
  const { places, marks, log } = receiving;
  const botsInARow = new Map<string, Row>();
  const take = (message: DiscordMessage, place: Place) => takeMessage(receiving, { message, place, botsInARow });

  function takeLive(message: DiscordMessage, place: Place): void {
    try {
      take(message, place);
    } catch (error) {
      // It is read again with what comes after it, as soon as it can be written down.
      marks.holdOne(message.channelId);
      log.error({ err: error, messageId: message.id }, "A question could not be written down");
    }
    marks.saw(message.channelId, message.id);
  }

  return {
    live(raw) {
      const message = readMessage(raw);
      if (!message) {
        log.warn("rejected event: a message without its channel, its author or its id");
        return false;
      }
      const place = places.placeOf(message);
      if (place) takeLive(message, place);
      else void places.findPlace(message).then((found) => found && takeLive(message, found));
      return true;
    },
    late: take,
  };
}

function takeMessage(
  receiving: Receiving,
  of: { readonly message: DiscordMessage; readonly place: Place; readonly botsInARow: Map<string, Row> },
): void {
  const { desk, inbox, places, settings, log } = receiving;
  const { place, botsInARow } = of;
  const around = places.around(place.space);
  hear({ ...of, around }, receiving);
  const message = withAnswered(of.message, { inbox, selfId: around.selfId });
  const row = botsInARow.get(message.channelId) ?? { answered: 0, last: "0" };
  // A person ends the row, but not by what is read again and lies before it.
  if (!message.author.isBot && compareIds(message.id, row.last) > 0) botsInARow.delete(message.channelId);
  const reason = addressedBy(message, place, around);
  if (reason === undefined || timeOf(message.id) < Date.now() - OLDEST_MS) return;
  if (message.author.isBot && row.answered >= BOTS_IN_A_ROW) {
    log.info({ channelId: message.channelId }, "Another bot is not answered until a person speaks");
    return;
  }
  if (place.space === DIRECT || place.parentId !== undefined) places.join(place);
  const open = settings.answerIn === "thread" && place.parentId === undefined && places.takesThreads(place.channelId);
  const isNew = desk.ask(fromMessage(message, place, around, { open }));
  // What is read again after a gap was counted when it came.
  if (isNew && message.author.isBot)
    botsInARow.set(message.channelId, { answered: row.answered + 1, last: message.id });
}

/** A reply does not always bring whom it replies to; Hearth knows its own answers. */
function withAnswered(
  message: DiscordMessage,
  { inbox, selfId }: { readonly inbox: Pick<Inbox, "given">; readonly selfId: string },
): DiscordMessage {
  const { replyTo } = message;
  if (!replyTo || replyTo.authorId !== undefined) return message;
  const isOwn = inbox.given({ platform: "discord", messageId: replyTo.id }) !== undefined;
  return isOwn ? { ...message, replyTo: { ...replyTo, authorId: selfId } } : message;
}
