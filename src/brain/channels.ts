import { unlessAborted } from "../abort.ts";
import { readersOf, type TalkMessage, type TalkPlace } from "../chat.ts";
import type { Log } from "../log.ts";
import type { KeptPlace, TalkRecord } from "../memory/record.ts";
import type { TalkMeaning } from "../memory/talk-meaning.ts";
import type { ChannelBrain, Channels, KeptTalk } from "./channel-brain.ts";
import { following } from "./channels-erase.ts";
import { digestTalk, isAmong } from "./digest-talk.ts";
import type { DigestStore } from "./digests.ts";
import { noteWhileIdle } from "./note-while-idle.ts";
import { NOTHING_RECALLED, recallTalk } from "./recall-talk.ts";
import { talkPassage } from "./talk-passages.ts";
import { tendHourly } from "./tend-talk.ts";
import type { AnswerRecords } from "./records.ts";
import type { ModelParts } from "./written-answer.ts";

/** Messages that are heard at once, at most. */
const MOST_AT_ONCE = 500;

/** What channels are made of. */
export interface ChannelParts {
  readonly record: TalkRecord;
  /** Finds by meaning, where there is a model for that. */
  readonly meaning?: TalkMeaning | undefined;
  readonly digests: DigestStore;
  /** Writes notes for digests, where it may. */
  readonly model?: ModelParts | undefined;
  /** Which messages of a place were questions that Hearth answered: they are neither open nor what people said of something. */
  readonly answered?: AnswerRecords["answered"];
  /**
   * Told of places (by their documents' ids) where something was deleted or edited, and by which passages, where they are few. Resolves
   * when answers were looked at again; never rejects.
   */
  readonly onChanged: (documents: readonly string[], passages?: readonly string[]) => Promise<void>;
  /** Told that something is to be forgotten: what a model read of it must go too. */
  readonly onForgotten: () => Promise<void>;
  readonly log: Log;
  readonly now?: () => number;
  /** Whether what can be done before it is asked for is done while nothing else is. */
  readonly isService?: boolean;
}

export type Parts = ChannelParts & Required<Pick<ChannelParts, "now" | "answered">>;

/** The channels whose talk is kept. The record, the meaning and the digests are its caller's to close, after it. */
export function openChannels(given: ChannelParts): Channels {
  const { now = Date.now, answered = () => new Set() } = given;
  const parts: Parts = { ...given, now, answered };
  const closing = new AbortController();
  const works = [
    tendHourly(parts, { signal: closing.signal }),
    ...(given.isService === true ? [noteWhileIdle(parts, { signal: closing.signal })] : []),
  ];
  return {
    ...keeping(parts),
    ...following(parts),
    ...reading(parts),
    async [Symbol.asyncDispose]() {
      closing.abort(new Error("Hearth is stopping"));
      await Promise.all(works);
    },
  };
}

function keeping(parts: Parts): Pick<ChannelBrain, "keepTalk" | "keptTalk" | "hear"> {
  const { record, meaning, now } = parts;
  return {
    keepTalk: async (place, { by, days, signal }) => {
      signal.throwIfAborted();
      const before = record.places().find((one) => isAmong(place, [one]));
      const kept = { ...placeOnly(place), since: before?.since ?? now(), by, days };
      record.keepPlace(kept);
      return toKept(kept, record);
    },
    keptTalk: async ({ platform, space, channel }, { signal }) => {
      signal.throwIfAborted();
      const meant = record
        .places()
        .filter(
          (one) =>
            one.platform === platform &&
            (space === undefined || one.space === space) &&
            (channel === undefined || one.channel === channel),
        );
      return meant.map((one) => toKept(one, record));
    },
    hear: async (messages, { signal, complete = false }) => {
      signal.throwIfAborted();
      if (messages.length > MOST_AT_ONCE) throw new Error(`${messages.length} messages are too many to hear at once`);
      const before = textsOf(messages, record);
      const isNews = (one: TalkMessage) => before.has(keyOf(one)) && before.get(keyOf(one)) !== one.text;
      // Digests first: if that fails, the next attempt still sees what was edited.
      editDigests(messages.filter((one) => one.editedAt !== undefined).filter(isNews), parts);
      const kept = record.keep(messages, now());
      if (kept.length > 0) meaning?.follow();
      followEdits(kept.filter(isNews), parts);
      if (complete && meaning) await unlessAborted(meaning.settled(), signal);
      return kept.length;
    },
  };
}

/** What messages said that are kept already, each by its place and id. */
function textsOf(messages: readonly TalkMessage[], record: TalkRecord): ReadonlyMap<string, string> {
  const kept = record.places();
  const byPlace = Map.groupBy(messages, ({ conversation }) => readersOf(conversation));
  const known = [...byPlace.values()].flatMap((own) => {
    const place = kept.find((one) => own[0] && isAmong(own[0].conversation, [one]));
    return place
      ? record.messages(
          place,
          own.map(({ id }) => id),
        )
      : [];
  });
  return new Map(known.map((one) => [keyOf(one), one.text]));
}

function keyOf({ conversation, id }: Pick<TalkMessage, "conversation" | "id">): string {
  return `${readersOf(conversation)}#${id}`;
}

/** Edits that came as messages once more: digests and answers follow, as they do by `revise`. */
function followEdits(changed: readonly TalkMessage[], parts: Parts): void {
  if (changed.length === 0) return;
  editDigests(changed, parts);
  const passages = changed.map(talkPassage);
  void parts.onChanged(
    passages.map(({ documentId }) => documentId),
    passages.map(({ id }) => id),
  );
}

function editDigests(changed: readonly TalkMessage[], { digests }: Pick<Parts, "digests">): void {
  for (const own of Map.groupBy(changed, ({ conversation }) => readersOf(conversation)).values())
    if (own[0]) digests.edit(placeOnly(own[0].conversation), own);
}

function reading(parts: Parts): Pick<Channels, "recall" | "digest" | "digestNow"> {
  const { record, meaning, digests, answered, log } = parts;
  return {
    recall: async (question, { signal }) => {
      try {
        return await recallTalk(question, { record, meaning, answered, signal });
      } catch (error) {
        signal.throwIfAborted();
        // What documents answer is worth more than nothing.
        log.error({ err: error }, "what was said could not be recalled");
        return NOTHING_RECALLED;
      }
    },
    digest: async (request, { signal }) => {
      signal.throwIfAborted();
      return digestTalk(request, { ...parts, model: parts.model, signal });
    },
    digestNow: async (id, { signal }) => {
      signal.throwIfAborted();
      return digests.get(id);
    },
  };
}

function placeOnly({ platform, space, channel }: TalkPlace): TalkPlace {
  return { platform, space, channel };
}

function toKept(kept: KeptPlace, record: TalkRecord): KeptTalk {
  const { messages, oldest } = record.count(kept);
  return {
    ...placeOnly(kept),
    since: new Date(kept.since).toISOString(),
    by: kept.by,
    days: kept.days,
    messages,
    ...(oldest !== undefined && { oldest: new Date(oldest).toISOString() }),
  };
}
