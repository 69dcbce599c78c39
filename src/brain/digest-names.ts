import { dateWordsIn } from "../memory/dates.ts";
import { nameOf } from "../memory/talk.ts";
import { conversationsOf } from "../memory/windows.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { assignedIn, endsAsking, URLS } from "./digest-cues.ts";
import type { Unit, Units } from "./digest-units.ts";

/** Words that name a topic, and the messages that a word has to stand in for that. */
const TITLE_WORDS = 3;
const SAID_TWICE = 2;
/** Who speaks of themselves, in several languages. */
const FIRST_PERSON =
  /(?<![\p{L}\p{N}])(?:i|i['’](?:ll|m|ve|d)|ich|je|j['’]|yo|me|voy|eu|vou|io|farò|ik|я|сделаю|займусь)(?![\p{L}\p{N}])|私|僕|我(?!们)/iu;
/** Who is to do what an action says, and until when; only what is written there. Pure. */
export function actionOf(
  { text, message, place }: Unit,
  { said }: Units,
): { readonly owner?: string; readonly due?: string } {
  const people = new Map(said.map((one) => [nameOf(one.message.author.name), one.message.author.name]));
  const minuted = assignedIn(text).flatMap((name) => people.get(name) ?? []);
  const asked = (said[place]?.to ?? []).flatMap((name) => people.get(name) ?? []);
  const [minutedOwner] = minuted;
  const own = FIRST_PERSON.test(text) ? message.author.name : undefined;
  const isAsking = endsAsking(text);
  const owner = minutedOwner ?? (isAsking ? asked[0] : (own ?? undefined));
  const [due] = dateWordsIn(text, { now: Date.parse(message.sentAt) });
  return { ...(owner !== undefined && { owner }), ...(due !== undefined && { due }) };
}

/** What each message's conversation is called, by the messages' places: the words that more is said with there than elsewhere. Pure. */
export function titlesOf({ said, counts }: Units): ReadonlyMap<number, string> {
  const names = new Set(said.map(({ message }) => nameOf(message.author.name)));
  const titles = new Map<number, string>();
  for (const conversation of conversationsOf(said)) {
    const title = titleOf(
      conversation.map(({ message }) => message.text),
      { counts, names },
    );
    for (const { place } of conversation) titles.set(place, title);
  }
  return titles;
}

function titleOf(
  texts: readonly string[],
  { counts, names }: { counts: Units["counts"]; names: ReadonlySet<string> },
): string {
  const own = new Map<string, { messages: number; word: string }>();
  for (const text of texts) {
    for (const { word, stem } of new Map(wordsOf(text.replaceAll(URLS, " ")).map((one) => [one.stem, one])).values()) {
      own.set(stem, { messages: (own.get(stem)?.messages ?? 0) + 1, word: own.get(stem)?.word ?? word });
    }
  }
  return [...own]
    .filter(
      ([stem, { messages, word }]) =>
        messages >= SAID_TWICE && !isFunctionWord(stem) && !names.has(word) && !/^(?:\p{Nd}+|\p{L})$/u.test(word),
    )
    .map(([stem, { messages, word }]) => ({ word, score: messages ** 2 / (counts.get(stem)?.messages ?? messages) }))
    .sort((one, other) => other.score - one.score)
    .slice(0, TITLE_WORDS)
    .map(({ word }) => word)
    .join(", ");
}
