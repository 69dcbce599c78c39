import type { DigestKind } from "./digest-cues.ts";
import { actionOf, titlesOf } from "./digest-names.ts";
import { noteUnits, type Note } from "./digest-note.ts";
import { pick, type Picked, type PriceList } from "./digest-pick.ts";
import { unitsOf, type DigestMessage, type Unit, type Units } from "./digest-units.ts";

/** One line: words as somebody wrote them, or a model's about them, and the messages that they stand in or that carry them. */
export interface DigestLine {
  /** Whose own words they are. */
  readonly author?: string;
  readonly text: string;
  readonly ids: readonly [string, ...string[]];
  /** Of an action: who is to do it, and until when, where that is written. */
  readonly owner?: string;
  readonly due?: string;
}

export type SectionKind = DigestKind | "for you";

/** Lines that belong together. Topics are named by the words that are said most in them; the other sections need no name. */
export interface DigestGroup {
  readonly kind: SectionKind;
  readonly title?: string;
  readonly lines: readonly [DigestLine, ...DigestLine[]];
}

/** What matters of a stretch of one channel, in sections: "picked" in people's own words alone, "written" with lines of a model's. */
export interface Digest {
  readonly kind: "picked" | "written";
  readonly groups: readonly DigestGroup[];
}

interface DigestOptions {
  readonly characters: number;
  /** What is meant for the reader of a catch-up, by the places of messages: it comes first. */
  readonly forReader?: ReadonlySet<number>;
  /** What a model wrote about the messages, checked; used where it says more in less room than they do. */
  readonly notes?: readonly Note[];
}

/** The sections in the order in which they are shown, with their headings. */
const SECTIONS: readonly (readonly [kind: SectionKind, heading: string])[] = [
  ["for you", "For you"],
  ["topic", "Topics"],
  ["decision", "Decisions"],
  ["action", "Action items"],
  ["question", "Open questions"],
  ["link", "Links"],
];
/** Whoever catches up wants what was settled before what was talked about. */
const FOR_READER: readonly SectionKind[] = ["for you", "decision", "action", "question", "topic", "link"];
const headings = new Map(SECTIONS);
/** How much of the room what is meant for the reader may take, and what it is worth at least, however little it says. */
const READERS_ROOM = 0.5;
const READERS_FACTOR = 0.5;

/** The length of a log as people see it: each message behind its author's name. */
export function logLength(messages: readonly DigestMessage[]): number {
  return messages.reduce((sum, { author, text }) => sum + author.name.length + 2 + text.length + 1, 0);
}

/**
 * A digest of one channel's messages, which are in the order of time, of at most `characters` characters as `digestText` writes it.
 * Deterministic: the same messages and notes give the same lines. Pure.
 */
export function digest(messages: readonly DigestMessage[], options: DigestOptions): Digest {
  const units = unitsOf(messages);
  const titles = titlesOf(units);
  const shape: Shape = {
    units,
    topicOf: ({ place }) => titles.get(place) ?? "",
    forReader: options.forReader ?? new Set(),
  };
  const own = pickAll(units.units, options.characters, shape);
  const notes = noteUnits(options.notes ?? [], units);
  const withNotes = notes.length > 0 ? pickAll([...units.units, ...notes], options.characters, shape) : own;
  // Never worse than without a model, by the same measure.
  const picked = worthOf(withNotes) > worthOf(own) ? withNotes : own;
  return { kind: picked.some(({ unit }) => unit.written) ? "written" : "picked", groups: toGroups(picked, shape) };
}

interface Shape {
  readonly units: Units;
  readonly topicOf: (unit: Unit) => string;
  readonly forReader: ReadonlySet<number>;
}

function worthOf(picked: readonly Picked[]): number {
  return picked.reduce((sum, { worth }) => sum + worth, 0);
}

/** Picks for the reader first, then for everybody, and gives all in the order of time. */
function pickAll(units: readonly Unit[], characters: number, shape: Shape): Picked[] {
  const isFor = ({ place }: Unit) => shape.forReader.has(place);
  const price = priceList((unit) => headingsOf(unit, shape));
  const readers = units.filter(isFor).map((unit) => ({ ...unit, factor: Math.max(unit.factor, READERS_FACTOR) }));
  const first = pick({ ...shape.units, units: readers }, { room: characters * READERS_ROOM, price });
  const used = lengthOf(toGroups(first, shape));
  const rest = units.filter((unit) => !isFor(unit));
  const second = pick({ ...shape.units, units: rest }, { room: characters - used, price });
  return [...first, ...second].toSorted((one, other) => one.unit.place - other.unit.place);
}

function sectionOf({ kind, place }: Unit, { forReader }: Shape): SectionKind {
  return forReader.has(place) ? "for you" : kind;
}

/** The headings that a line stands under, each by a key. */
function headingsOf(unit: Unit, shape: Shape): readonly (readonly [key: string, text: string])[] {
  const section = sectionOf(unit, shape);
  const topic = section === "topic" ? shape.topicOf(unit) : "";
  return [[section, headingOf(section)], ...(topic === "" ? [] : [[`topic ${topic}`, `${topic}:`] as const])];
}

/** What lines take in a digest, with the headings that the first of them in a section or topic brings along. */
function priceList(under: (unit: Unit) => readonly (readonly [key: string, text: string])[]): PriceList {
  const bought = new Set<string>();
  const lengths = new Map<Unit, number>();
  return {
    of(unit) {
      const line = lengths.get(unit) ?? lineText(wordsIn(unit)).length + 1;
      lengths.set(unit, line);
      return under(unit).reduce((sum, [key, text]) => sum + (bought.has(key) ? 0 : text.length + 1), line);
    },
    buy: (unit) => under(unit).forEach(([key]) => bought.add(key)),
  };
}

interface Shown {
  readonly kind: SectionKind;
  readonly title?: string;
  readonly lines: readonly Pick<DigestLine, "author" | "text">[];
}

/** A digest as plain text: headings, the words that name a topic, and a line for each message. Pure. */
export function digestText({ groups }: { readonly groups: readonly Shown[] }): string {
  const lines: string[] = [];
  let last: SectionKind | undefined;
  for (const { kind, title, lines: own } of groups) {
    if (kind !== last) lines.push(headingOf(kind));
    last = kind;
    if (title !== undefined) lines.push(`${title}:`);
    lines.push(...own.map(lineText));
  }
  return lines.join("\n");
}

function lengthOf(groups: readonly DigestGroup[]): number {
  return groups.length === 0 ? 0 : digestText({ groups }).length + 1;
}

function headingOf(kind: SectionKind): string {
  return headings.get(kind) ?? kind;
}

function lineText({ author, text }: Pick<DigestLine, "author" | "text">): string {
  return `- ${author === undefined ? "" : `${author}: `}${text}`;
}

function toGroups(picked: readonly Picked[], shape: Shape): DigestGroup[] {
  const order = shape.forReader.size > 0 ? FOR_READER : SECTIONS.map(([kind]) => kind);
  return order.flatMap((kind) => {
    const own = picked.filter(({ unit }) => sectionOf(unit, shape) === kind);
    const topics = kind === "topic" ? [...Map.groupBy(own, ({ unit }) => shape.topicOf(unit))] : [["", own] as const];
    return topics.flatMap(([title, members]) => {
      const [first, ...rest] = members.map((one) => toLine(one, shape.units));
      return first ? [{ kind, lines: [first, ...rest] as const, ...(title !== "" && { title }) }] : [];
    });
  });
}

function wordsIn({ written, message, text }: Unit): Pick<DigestLine, "author" | "text"> {
  return written ? { text } : { author: message.author.name, text };
}

function toLine({ unit, echoes }: Picked, units: Units): DigestLine {
  const { message, kind, written } = unit;
  const [first, ...rest] = written?.ids ?? [message.id];
  const others = new Set([...rest, ...echoes.map((echo) => echo.message.id)]);
  others.delete(first);
  return {
    ...wordsIn(unit),
    ids: [first, ...others],
    ...(kind === "action" && actionOf(written?.from ?? unit, units)),
  };
}
