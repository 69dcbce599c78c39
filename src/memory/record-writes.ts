import type { ChatMessage, TalkPlace } from "../chat.ts";
import type { MemoryScope, MessageRevision } from "./memory.ts";
import { DAY_MS, type GoneTalk, type TalkRecord } from "./record.ts";
import type { Condition, TalkFile } from "./talk-file.ts";
import type { TalkFiles } from "./talk-files.ts";
import type { OptOuts } from "./talk-opt-outs.ts";
import type { NumberedPlace, TalkPlaces } from "./talk-places.ts";
import { readCount } from "./talk-reads.ts";

/** A place's file is written anew so long after something was deleted or changed in it. */
const TRACES_MS = 12 * 60 * 60_000;

interface Opened {
  readonly places: TalkPlaces;
  readonly files: TalkFiles;
}

type OnGoing = ((going: GoneTalk) => void) | undefined;

/** What changes the record. */
export function createWrites({
  places,
  files,
  optOuts,
}: Opened & { readonly optOuts: OptOuts }): Pick<TalkRecord, "dropPlace" | "keep" | "revise" | "forget"> {
  return {
    dropPlace: (place) => {
      const known = places.get(place);
      const file = files.of(place);
      if (!known || !file) return 0;
      const { messages } = readCount(file.query);
      places.remove(place);
      files.remove(known.number);
      return messages;
    },
    keep: (messages, now) =>
      [...Map.groupBy(messages, ({ conversation }) => places.get(conversation))].flatMap(([place, own]) => {
        if (!place) return [];
        const oldest = now - place.days * DAY_MS;
        const wanted = own.filter((one) => Date.parse(one.sentAt) >= oldest && !isOut(one, optOuts));
        return wanted.length === 0 ? [] : (files.of(place)?.keep(wanted, () => touch(place, places)) ?? []);
      }),
    revise: (revisions) => revisions.filter((revision) => revise(revision, { places, files })),
    forget: (of, onGoing) => {
      const found = places.all().filter((place) => isMeant(place, of));
      return found.flatMap((place) => forgetIn(place, { of, places, files, onGoing }));
    },
  };
}

/** Looks after a place (see the port). */
export function tendPlace(
  place: NumberedPlace,
  { places, files, now, onGoing }: Opened & { readonly now: number; readonly onGoing: OnGoing },
): GoneTalk {
  const file = files.of(place);
  if (!file) return { place, ids: [] };
  const old: Condition = { where: "at < :before", values: { before: now - place.days * DAY_MS } };
  const ids = idsOf(old, file);
  if (ids.length > 0) {
    touch(place, places);
    onGoing?.({ place, ids });
    file.remove(old, now);
  }
  const { touchedAt } = places.get(place) ?? place;
  if (touchedAt !== undefined && touchedAt <= now - TRACES_MS) erase(place, { places, files });
  file.tidy(now);
  return { place, ids };
}

function idsOf({ where, values }: Condition, { query }: TalkFile): string[] {
  return query(`SELECT id FROM messages WHERE ${where}`)
    .all(values)
    .map(({ id }) => String(id));
}

/** Notes, before anything is deleted or changed, that bytes of it may stay: a kill must not leave any that nobody looks for. */
function touch(place: NumberedPlace, places: TalkPlaces): void {
  if (places.get(place)?.touchedAt === undefined) places.touch(place, Date.now());
}

function erase(place: NumberedPlace, { places, files }: Opened): void {
  files.of(place)?.erase();
  // Of what was put aside as damaged nothing can be deleted by itself.
  files.removeDamaged(place.number);
  places.touch(place, null);
}

function isOut({ conversation, author }: ChatMessage, optOuts: OptOuts): boolean {
  const { platform, space } = conversation;
  return optOuts.isOut({ platform, space, personId: author.id });
}

/** A private thread is a place of its own, whose channel is the thread. */
function revise({ conversation, id, text }: MessageRevision, { places, files }: Opened): boolean {
  const { platform, space, channel, thread = channel } = conversation;
  return [...new Set([channel, thread])].some((own) => {
    const place = places.get({ platform, space, channel: own });
    const file = place && files.of(place);
    if (!file) return false;
    if (text !== undefined) return file.edit({ id, text, at: Date.now() }, () => touch(place, places));
    if (!file.query("SELECT 1 FROM messages WHERE id = ?").get(id)) return false;
    touch(place, places);
    return file.remove({ where: "id = :id", values: { id } }, Date.now()).length > 0;
  });
}

function forgetIn(
  place: NumberedPlace,
  { of, onGoing, ...opened }: Opened & { readonly of: MemoryScope; readonly onGoing: OnGoing },
): GoneTalk[] {
  const { places, files } = opened;
  const file = files.of(place);
  if (!file) return [];
  const condition = conditionOf(of, place);
  const ids = idsOf(condition, file);
  if (ids.length === 0 && places.get(place)?.touchedAt === undefined) return [];
  touch(place, places);
  if (ids.length > 0) {
    onGoing?.({ place, ids });
    file.remove(condition, Date.now());
  }
  erase(place, opened);
  return ids.length > 0 ? [{ place, ids }] : [];
}

function isMeant(place: TalkPlace, { platform, space, channel, thread }: MemoryScope): boolean {
  const isOfSpace = place.platform === platform && place.space === space;
  return isOfSpace && (channel === undefined || [channel, thread].includes(place.channel));
}

function conditionOf({ thread, messageId: id, authorId: author, since }: MemoryScope, place: TalkPlace): Condition {
  const isOfThread = thread !== undefined && thread !== place.channel;
  const conditions = [
    "1",
    ...(isOfThread ? ["thread = :thread"] : []),
    ...(id === undefined ? [] : ["id = :id"]),
    ...(author === undefined ? [] : ["person IN (SELECT number FROM people WHERE id = :author)"]),
    ...(since === undefined ? [] : ["at >= :since"]),
  ];
  const values = {
    ...(isOfThread && { thread }),
    ...(id !== undefined && { id }),
    ...(author !== undefined && { author }),
    ...(since !== undefined && { since: Date.parse(since) }),
  };
  return { where: conditions.join(" AND "), values };
}
