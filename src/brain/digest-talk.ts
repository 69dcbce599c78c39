import { randomUUID } from "node:crypto";
import type { TalkMessage, TalkPlace } from "../chat.ts";
import type { TalkRecord } from "../memory/record.ts";
import type { Digested, DigestRequest } from "./channel-brain.ts";
import { digest, logLength } from "./digest.ts";
import type { Note } from "./digest-note.ts";
import { placesForReader } from "./digest-reader.ts";
import { toDigestedGroups } from "./digest-standing.ts";
import type { DigestStore } from "./digests.ts";
import { keepsNotes, notesOn, notingOf } from "./notes.ts";
import { askedOf } from "./recall-talk.ts";
import type { AnswerRecords } from "./records.ts";
import type { ModelParts } from "./written-answer.ts";

/** Who catches up reads at most so much, whenever they last said something. */
const LONGEST_MS = 7 * 24 * 60 * 60_000;
/** Of more messages the last are digested: a digest is made at one go, and so many take about a third of a second. */
const MOST_MESSAGES = 1_500;
/** How long a digest may be beside the talk, and in characters at least and at most. */
const [SHARE, SHORTEST, LONGEST] = [0.1, 700, 3_000];

interface DigestGiven {
  readonly record: TalkRecord;
  readonly digests: DigestStore;
  readonly model: ModelParts | undefined;
  readonly answered: AnswerRecords["answered"];
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * A digest of a place's talk: what was noted by a model before, and notes on what was not, as far as it may write and there is time;
 * else people's own words. What was deleted or edited while it was made is not in it. It is kept where the talk is.
 */
export async function digestTalk(request: DigestRequest, given: DigestGiven): Promise<Digested> {
  const { record, digests, answered, now } = given;
  const { place } = request;
  const isKept = request.messages === undefined && isAmong(place, record.places());
  const [from, to] = stretchOf(request, record);
  const read = (): readonly TalkMessage[] => {
    if (request.messages) return request.messages.toSorted((one, other) => one.sentAt.localeCompare(other.sentAt));
    const { thread } = request;
    const stretch = { from, to, most: MOST_MESSAGES, ...(thread !== undefined && { thread }) };
    const said = isKept ? record.between(place, stretch) : [];
    // What Hearth answered is no open question.
    const isAsked = askedOf(said, answered);
    return said.filter((message) => !isAsked(message));
  };
  const before = read();
  const noted = before.length > 0 ? await noteAll(before, { ...given, request, isKept }) : undefined;
  const messages = noted ? read() : before;
  const made = digest(messages, {
    characters: roomFor(messages, request.share),
    ...(noted && { notes: stillStanding(noted.notes, before, messages) }),
    ...(request.reader && {
      forReader: placesForReader(messages, { ...request.reader, said: saidBy(request, messages, record) }),
    }),
  });
  const digested: Digested = {
    id: randomUUID(),
    kind: made.kind,
    ...(made.kind === "written" && noted && { model: noted.label }),
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    messages: messages.length,
    people: new Set(messages.filter(({ author }) => !author.isBot).map(({ author }) => author.id)).size,
    groups: toDigestedGroups(made, messages),
  };
  if (isKept) digests.add(place, digested, now());
  return digested;
}

async function noteAll(
  messages: readonly TalkMessage[],
  given: DigestGiven & { readonly request: DigestRequest; readonly isKept: boolean },
) {
  const { record, digests, model, now, signal, request, isKept } = given;
  const { place } = request;
  const noting = await notingOf(model);
  if (!noting) return undefined;
  const { writer } = noting;
  const current = (at: TalkPlace, ids: readonly string[]) => record.messages(at, ids);
  const keepNotes = keepsNotes({ digests, writer, current, messages, now });
  return notesOn(messages, {
    place,
    noting,
    kept: isKept ? digests.notes(place, writer.id()) : [],
    keep: (of) => isKept && keepNotes(place, of),
    isHurried: request.share === undefined,
    signal,
  });
}

export function isAmong(place: TalkPlace, places: readonly TalkPlace[]): boolean {
  return places.some(
    ({ platform, space, channel }) => platform === place.platform && space === place.space && channel === place.channel,
  );
}

/** From when to when, in milliseconds: without a beginning, since the reader's last message. */
function stretchOf(
  { place, from, to, reader }: DigestRequest,
  record: TalkRecord,
): readonly [from: number, to: number] {
  const end = Date.parse(to);
  if (from !== undefined) return [Date.parse(from), end];
  const last = reader && isAmong(place, record.places()) ? record.lastOf(place, reader.id) : undefined;
  return [Math.max(end - LONGEST_MS, (last ?? -Infinity) + 1), end];
}

function roomFor(messages: readonly TalkMessage[], share: number | undefined): number {
  const length = logLength(messages);
  if (share !== undefined) return Math.floor(share * length);
  return Math.round(Math.min(LONGEST, Math.max(SHORTEST, SHARE * length)));
}

/** Notes all of whose messages say what they said when they were noted. */
function stillStanding(notes: readonly Note[], before: readonly TalkMessage[], now: readonly TalkMessage[]): Note[] {
  const noted = new Map(before.map(({ id, text }) => [id, text]));
  const texts = new Map(now.map(({ id, text }) => [id, text]));
  return notes.filter(({ ids }) => ids.every((id) => texts.has(id) && texts.get(id) === noted.get(id)));
}

/** The reader's own messages of before that others reply to, or in whose threads they write. */
function saidBy(
  { place, reader, messages: given }: DigestRequest,
  messages: readonly TalkMessage[],
  record: TalkRecord,
): ReadonlySet<string> {
  if (given || !reader) return new Set();
  const known = new Set(messages.map(({ id }) => id));
  const before = messages
    .flatMap(({ replyTo, conversation }) => [replyTo, conversation.thread])
    .filter((id): id is string => id !== undefined && !known.has(id));
  const own = record.messages(place, [...new Set(before)]).filter(({ author }) => author.id === reader.id);
  return new Set(own.map(({ id }) => id));
}
