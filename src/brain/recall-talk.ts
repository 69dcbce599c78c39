import { readersOf, type Question, type TalkMessage, type TalkPlace } from "../chat.ts";
import { cleanQuestion } from "../knowledge/clean-question.ts";
import { earlierOf } from "../knowledge/terms.ts";
import { recallIn } from "../memory/recall-places.ts";
import type { TalkRecord } from "../memory/record.ts";
import type { TalkMeaning } from "../memory/talk-meaning.ts";
import { asksForTalk } from "./asks-for-talk.ts";
import type { Recalled } from "./channel-brain.ts";
import type { AnswerRecords } from "./records.ts";
import { talkPassage } from "./talk-passages.ts";

/** Messages that are looked at, of which bots' own and the question itself are left out. */
const LOOKED_AT = 12;
const GIVEN = 5;
/** What is worth less than this share of the best message would only fill an answer up. */
const WORTHWHILE = 0.5;

export const NOTHING_RECALLED: Recalled = { hits: [], coverage: 0, asksForTalk: false };

/** The places of a question whose talk may be recalled for it: kept, named by it, and covered by its clearance. Pure. */
export function placesFor<Place extends TalkPlace>(
  { clearance, talk = [] }: Pick<Question, "clearance" | "talk">,
  kept: readonly Place[],
): Place[] {
  const covered = new Set(clearance);
  const named = new Set(talk.filter((readers) => covered.has(readers)));
  return kept.filter((place) => named.has(readersOf(place)));
}

/**
 * What people said that answers a question, in the places that it may be recalled from. What bots say is nothing that somebody said, and
 * what Hearth was asked answers nothing.
 */
export async function recallTalk(
  question: Question,
  given: {
    readonly record: TalkRecord;
    readonly meaning: TalkMeaning | undefined;
    readonly answered: AnswerRecords["answered"];
    readonly signal: AbortSignal;
  },
): Promise<Recalled> {
  const places = placesFor(question, given.record.places());
  if (places.length === 0) return NOTHING_RECALLED;
  const { message, turns } = question;
  const own = cleanQuestion(message.text);
  const earlier = earlierOf(
    own,
    turns.filter(({ role }) => role === "user").map((turn) => turn.text),
  );
  const now = Date.parse(message.sentAt);
  const { record, meaning, signal } = given;
  const text = [own, ...earlier].join("\n");
  const among = (messages: readonly TalkMessage[]) => {
    const isAsked = askedOf(messages, given.answered);
    return messages.filter((one) => one.id !== message.id && !isAsked(one));
  };
  const { found, coverage } = await recallIn(
    { text, places, now, limit: LOOKED_AT, among },
    { record, signal, ...(meaning && { meaning }) },
  );
  const people = found.filter((one) => !one.message.author.isBot);
  const least = WORTHWHILE * (people[0]?.score ?? 0);
  const best = people.filter(({ score }) => score >= least).slice(0, GIVEN);
  return {
    hits: best.map((one) => ({ passage: talkPassage(one.message), score: one.score })),
    coverage: best.length > 0 ? coverage : 0,
    asksForTalk: asksForTalk(own, { now, speakers: best.map((one) => one.message.author.name) }),
  };
}

/** Tells which of some messages are questions that Hearth answered. */
export function askedOf(
  messages: readonly TalkMessage[],
  answered: AnswerRecords["answered"],
): (message: TalkMessage) => boolean {
  const keyOf = ({ conversation }: TalkMessage) => readersOf(conversation);
  const byPlace = Map.groupBy(messages, keyOf);
  const asked = new Map(
    [...byPlace].flatMap(([key, own]) => {
      const ids = own.map(({ id }) => id);
      return own[0] ? [[key, answered(own[0].conversation, ids)] as const] : [];
    }),
  );
  return (message) => asked.get(keyOf(message))?.has(message.id) === true;
}
