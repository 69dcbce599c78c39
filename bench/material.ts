// Made-up documents, questions and vectors for the benches of the index: the same for the same seed.
import { createHash } from "node:crypto";
import type { Audience, Passage } from "../src/chat.ts";
import { randomFrom } from "../src/eval/random.ts";
import type { IndexedDocument } from "../src/knowledge/document.ts";
import type { EmbeddedDocument } from "../src/knowledge/vector-index.ts";

export const DIMENSIONS = 384;
/** Passages in a document. */
export const PER_DOCUMENT = 10;
const TOPICS = 3_000;
/** What tells texts apart has fewer dimensions than its vectors. */
const LATENT = 48;
const WORDS_IN_PASSAGE = 100;
const VOCABULARY = 50_000;
/** Words such as "the", which stand in every text, and their share of it. */
const GRAMMAR = 120;
const GRAMMAR_SHARE = 0.4;
const WORDS_IN_TOPIC = 150;

const random = randomFrom(20_261_124);
const vocabulary = makeVocabulary();
const topics = Array.from({ length: TOPICS }, () => ({
  words: Array.from({ length: WORDS_IN_TOPIC }, () => vocabulary[GRAMMAR + whole(VOCABULARY - GRAMMAR)] ?? ""),
  centre: Float32Array.from({ length: LATENT }, normal),
}));
const projection = Float32Array.from({ length: DIMENSIONS * LATENT }, () => normal() / Math.sqrt(LATENT));

/** One document in a hundred is for one channel, one in ten thousand for another, the others are for everybody. */
export const ALL: readonly Audience[] = ["public", "team", "slack:T1:C1", "slack:T1:C2"];
export const ONE_IN_100: readonly Audience[] = ["slack:T1:C1"];
export const ONE_IN_10000: readonly Audience[] = ["slack:T1:C2"];

/** The n-th document, its passages and their vectors. Each passage is about its document's topic, or now and then about another. */
export function makeDocument(number: number): { readonly text: IndexedDocument; readonly vectors: EmbeddedDocument } {
  const id = createHash("sha256").update(String(number)).digest("hex").slice(0, 32);
  const main = whole(TOPICS);
  const about = Array.from({ length: PER_DOCUMENT }, () => (random() < 0.7 ? main : whole(TOPICS)));
  const path = `folder ${number % 50}/${number}.${number % 7 === 0 ? "pdf" : "md"}`;
  const audience = audienceOf(number);
  const modifiedAt = new Date(1.7e12 + number * 1e6).toISOString();
  const title = textAbout(main, 3);
  const make = (topic: number, position: number): Passage => ({
    id: `${id}#${position}`,
    documentId: id,
    path,
    title,
    headings: [textAbout(topic, 2), textAbout(topic, 2)],
    anchor: "",
    lines: [position + 1, position + 1],
    modifiedAt,
    text: textAbout(topic, WORDS_IN_PASSAGE),
  });
  const [first = main, ...rest] = about;
  const passages = [make(first, 0), ...rest.map((topic, place) => make(topic, place + 1))] as const;
  const place = { id, hash: id, audience, modifiedAt };
  return {
    text: { ...place, file: id, passages },
    vectors: { ...place, path, vectors: about.map((topic) => vectorAbout(topic, { spread: 0.6, noise: 0.25 })) },
  };
}

/**
 * A question of eight words, four of them words of grammar (which stand in a fifth of the passages, on average), and its vector, a little
 * further off than passages are.
 */
export function makeQuestion(): { readonly words: readonly string[]; readonly vector: Float32Array } {
  const topic = whole(TOPICS);
  const words = [
    ...Array.from({ length: 4 }, () => vocabulary[whole(GRAMMAR)] ?? ""),
    ...Array.from({ length: 4 }, () => wordOf(topic)),
  ];
  return { words, vector: vectorAbout(topic, { spread: 0.9, noise: 0.3 }) };
}

/** Markdown of about `bytes` bytes, with headings; `mark` is a word that stands nowhere else. */
export function makeMarkdown(mark: string, bytes: number): string {
  const topic = whole(TOPICS);
  const parts = [`# ${capital(textAbout(topic, 3))}\n\nThis is ${mark}.\n`];
  for (let size = 0; size < bytes; size += parts.at(-1)?.length ?? 0) {
    parts.push(
      `\n## ${capital(textAbout(topic, 3))}\n\n${sentences(topic)}\n\n${sentences(topic)}\n\n- ${sentences(topic)}\n`,
    );
  }
  return parts.join("");
}

/** A whole number from 0 up to, and without, the limit. */
export function whole(limit: number): number {
  return Math.floor(random() * limit);
}

function sentences(topic: number): string {
  return Array.from({ length: 4 }, () => `${capital(textAbout(topic, 12))}.`).join(" ");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function audienceOf(number: number): Audience {
  if (number % 10_000 === 7) return "slack:T1:C2";
  if (number % 100 === 3) return "slack:T1:C1";
  return number % 2 === 0 ? "public" : "team";
}

function textAbout(topic: number, count: number): string {
  return Array.from({ length: count }, () => (random() < GRAMMAR_SHARE ? grammar() : wordOf(topic))).join(" ");
}

/** The n-th most frequent word comes about 1/n as often as the first: the inverse of that distribution, roughly. */
function grammar(): string {
  return vocabulary[Math.floor(GRAMMAR ** random()) - 1] ?? "";
}

function wordOf(topic: number): string {
  return topics[topic]?.words[Math.floor(WORDS_IN_TOPIC ** random()) - 1] ?? "";
}

function vectorAbout(
  topic: number,
  { spread, noise }: { readonly spread: number; readonly noise: number },
): Float32Array {
  const latent = topics[topic]?.centre.map((value) => value + spread * normal()) ?? new Float32Array(LATENT);
  const vector = new Float32Array(DIMENSIONS);
  let length = 0;
  for (let row = 0; row < DIMENSIONS; row += 1) {
    let value = noise * normal();
    for (let column = 0; column < LATENT; column += 1) {
      value += (projection[row * LATENT + column] ?? 0) * (latent[column] ?? 0);
    }
    vector[row] = value;
    length += value * value;
  }
  return vector.map((value) => value / Math.sqrt(length));
}

/** About normal: the sum of four even draws has a variance of a third. */
function normal(): number {
  return (random() + random() + random() + random() - 2) * Math.sqrt(3);
}

function makeVocabulary(): readonly string[] {
  const syllables = "bcdfghjklmnprstvwz".split("").flatMap((one) => "aeiou".split("").map((other) => one + other));
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    const length = 1 + whole(4);
    words.add(Array.from({ length }, () => syllables[whole(syllables.length)] ?? "").join(""));
  }
  return [...words];
}
