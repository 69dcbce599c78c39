import type { ChatMessage } from "../chat.ts";
import { follow, nameOf, type Said } from "../memory/talk.ts";
import { isFunctionWord } from "../words/grammar.ts";
import { wordsOf } from "../words/words.ts";
import { assignedIn, cuesOf, kindOf, URLS, withoutTag, type Cues, type DigestKind } from "./digest-cues.ts";

/** A message with what people thought of it, where the platform says so. */
export interface DigestMessage extends ChatMessage {
  /** How many people reacted to it. */
  readonly reactions?: number;
}

/** What may become a line of a digest: one message, or of a long one a sentence. */
export interface Unit {
  readonly place: number;
  readonly message: DigestMessage;
  readonly text: string;
  readonly kind: DigestKind;
  readonly cues: Cues;
  readonly stems: ReadonlySet<string>;
  readonly links: readonly string[];
  /** What it is worth apart from its words: whether it settles, takes on, counts, links, answers, was answered or liked. */
  readonly factor: number;
  /** Of a line that a model wrote: the messages that carry it, and of their own units the weightiest. */
  readonly written?: { readonly ids: readonly [string, ...string[]]; readonly from: Unit };
}

/** The messages of a digest with their words counted. */
export interface Units {
  readonly units: readonly Unit[];
  readonly said: readonly Said[];
  /** How many messages a stem stands in, and how many people used it. */
  readonly counts: ReadonlyMap<string, { readonly messages: number; readonly people: number }>;
}

/** Longer messages are cut into sentences. */
const LONG = 240;
/** A sentence that is longer is cut off. */
const LONGEST = 320;
// Rounded from plateaus on both chats of the eval set (bench/chats.ts measures them).
const WORTH = {
  action: 0.8,
  decision: 0.6,
  status: 0.5,
  tag: 1.5,
  link: 0.8,
  number: 0.4,
  code: 0.4,
  answer: 0.4,
  reply: 0.05,
  reaction: 0.3,
} as const;
const MOST_COUNTED = 5;
const [OPEN_QUESTION, ANSWERED_QUESTION, BOT] = [0.9, 0.5, 0.7];
/** Words of its own that a message needs to say something. */
const FEWEST_WORDS = 3;
const sentences = new Intl.Segmenter(undefined, { granularity: "sentence" });

/** What may stand in a digest of one channel's messages, which are in the order of time. Pure. */
export function unitsOf(messages: readonly DigestMessage[]): Units {
  const said = follow(messages);
  const replies = messages.map(() => 0);
  for (const { after, isAnswer } of said)
    if (after !== undefined && isAnswer) replies[after] = (replies[after] ?? 0) + 1;
  const names = new Set(messages.map(({ author }) => nameOf(author.name)));
  const units = said.flatMap((one) => toUnits(one, { said, replies: replies[one.place] ?? 0, names, messages }));
  return { units, said, counts: countsOf(messages) };
}

interface Around {
  readonly said: readonly Said[];
  readonly replies: number;
  readonly names: ReadonlySet<string>;
  readonly messages: readonly DigestMessage[];
}

function toUnits({ place, after, isAnswer }: Said, { said, replies, names, messages }: Around): Unit[] {
  const message = messages[place];
  if (!message) return [];
  const asked = after === undefined || !isAnswer ? undefined : said[after]?.message;
  const answers = asked !== undefined && cuesOf(asked.text).isQuestion;
  return partsOf(message.text).map((text): Unit => {
    const isAssigned = assignedIn(text).some((name) => names.has(name));
    const cues = { ...cuesOf(text), ...(isAssigned && { isAction: true, isQuestion: false }) };
    const stems = new Set(wordsOf(text.replaceAll(URLS, " ")).map(({ stem }) => stem));
    const own = [...stems].filter((stem) => !isFunctionWord(stem) && !names.has(stem)).length;
    const says = cues.hasLink ? 1 : own < fewestWords(cues) ? 0 : Math.min(1, own / FEWEST_WORDS);
    return {
      place,
      message,
      text: lineOf(text),
      kind: kindOf(cues, { text, isAnswered: replies > 0 }),
      cues,
      stems,
      links: text.match(URLS) ?? [],
      factor: says * factorOf(message, { cues, replies, answers }),
    };
  });
}

/** What only talks needs more words of its own than what settles, asks or counts something. */
function fewestWords({ isDecision, isAction, isStatus, isQuestion, hasNumber, hasCode }: Cues): number {
  const isMore = isDecision || isAction || isStatus || isQuestion || hasNumber || hasCode;
  return isMore ? FEWEST_WORDS - 1 : FEWEST_WORDS;
}

function factorOf(
  { reactions = 0, author }: DigestMessage,
  { cues, replies, answers }: { readonly cues: Cues; readonly replies: number; readonly answers: boolean },
): number {
  const sum =
    1 +
    (cues.isAction ? WORTH.action : 0) +
    (cues.isDecision ? WORTH.decision : 0) +
    (cues.isStatus ? WORTH.status : 0) +
    (cues.isTagged ? WORTH.tag : 0) +
    (cues.hasLink ? WORTH.link : 0) +
    (cues.hasNumber ? WORTH.number : 0) +
    (cues.hasCode ? WORTH.code : 0) +
    (answers ? WORTH.answer : 0) +
    WORTH.reply * Math.min(MOST_COUNTED, replies) +
    WORTH.reaction * Math.min(MOST_COUNTED, reactions);
  const asks = cues.isQuestion ? (replies > 0 ? ANSWERED_QUESTION : OPEN_QUESTION) : 1;
  return sum * asks * (author.isBot ? BOT : 1);
}

/** The lines that a digest may make of a message's text. Pure. */
export function linesOf(text: string): string[] {
  return partsOf(text).map(lineOf);
}

function lineOf(part: string): string {
  return cut(withoutTag(part));
}

function partsOf(text: string): string[] {
  const plain = text.replaceAll(/\s+/g, " ").trim();
  if (plain === "") return [];
  return plain.length <= LONG
    ? [plain]
    : [...sentences.segment(plain)].map(({ segment }) => segment.trim()).filter(Boolean);
}

function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const end = text.lastIndexOf(" ", LONGEST - 1);
  return `${text.slice(0, end > LONGEST / 2 ? end : LONGEST - 1)}…`;
}

function countsOf(messages: readonly DigestMessage[]): Units["counts"] {
  const found = new Map<string, { messages: number; people: Set<string> }>();
  for (const { text, author } of messages) {
    for (const stem of new Set(wordsOf(text.replaceAll(URLS, " ")).map((word) => word.stem))) {
      const one = found.get(stem) ?? { messages: 0, people: new Set<string>() };
      one.messages += 1;
      one.people.add(author.id);
      found.set(stem, one);
    }
  }
  return new Map(
    [...found].map(([stem, { messages: count, people }]) => [stem, { messages: count, people: people.size }]),
  );
}
