import type { DigestKind } from "./digest-cues.ts";
import { actionOf, titlesOf } from "./digest-names.ts";
import { pick, type Picked, type PriceList } from "./digest-pick.ts";
import { unitsOf, type DigestMessage, type Unit, type Units } from "./digest-units.ts";

/** One line: words as somebody wrote them, and the messages that they stand in. */
export interface DigestLine {
  readonly author: string;
  readonly text: string;
  readonly ids: readonly [string, ...string[]];
  /** Of an action: who is to do it, and until when, where that is written. */
  readonly owner?: string;
  readonly due?: string;
}

/** Lines that belong together. Topics are named by the words that are said most in them; the other sections need no name. */
export interface DigestGroup {
  readonly kind: DigestKind;
  readonly title?: string;
  readonly lines: readonly [DigestLine, ...DigestLine[]];
}

/** The key messages of a stretch of one channel, in sections. `kind` says how it was made: without a model, in people's own words. */
export interface Digest {
  readonly kind: "picked";
  readonly groups: readonly DigestGroup[];
}

/** The sections in the order in which they are shown, with their headings. */
const SECTIONS: readonly (readonly [kind: DigestKind, heading: string])[] = [
  ["topic", "Topics"],
  ["decision", "Decisions"],
  ["action", "Action items"],
  ["question", "Open questions"],
  ["link", "Links"],
];
const headings = new Map(SECTIONS);

/** The length of a log as people see it: each message behind its author's name. */
export function logLength(messages: readonly DigestMessage[]): number {
  return messages.reduce((sum, { author, text }) => sum + author.name.length + 2 + text.length + 1, 0);
}

/**
 * A digest of one channel's messages, which are in the order of time, of at most `characters` characters as `digestText` writes it.
 * Deterministic: the same messages give the same lines. Pure.
 */
export function digest(messages: readonly DigestMessage[], { characters }: { readonly characters: number }): Digest {
  const units = unitsOf(messages);
  const titles = titlesOf(units);
  const topicOf = ({ place }: Unit) => titles.get(place) ?? "";
  const picked = pick(units, { room: characters, price: priceList(topicOf) });
  picked.sort((one, other) => one.unit.place - other.unit.place);
  return { kind: "picked", groups: toGroups(picked, { topicOf, toLine: (one) => toLine(one, units) }) };
}

/** What lines take in a digest, with the headings that the first of them in a section or topic brings along. */
function priceList(topicOf: (unit: Unit) => string): PriceList {
  const bought = new Set<string>();
  const lengths = new Map<Unit, number>();
  const headingsOf = (unit: Unit) => {
    const topic = unit.kind === "topic" ? topicOf(unit) : "";
    return [[unit.kind, headingOf(unit.kind)], ...(topic === "" ? [] : [[`topic ${topic}`, `${topic}:`]])] as const;
  };
  return {
    of(unit) {
      const line = lengths.get(unit) ?? lineText({ author: unit.message.author.name, text: unit.text }).length + 1;
      lengths.set(unit, line);
      return headingsOf(unit).reduce(
        (sum, [key = "", text = ""]) => sum + (bought.has(key) ? 0 : text.length + 1),
        line,
      );
    },
    buy: (unit) => headingsOf(unit).forEach(([key = ""]) => bought.add(key)),
  };
}

/** A digest as plain text: headings, the words that name a topic, and a line for each message. Pure. */
export function digestText({ groups }: Digest): string {
  const lines: string[] = [];
  let last: DigestKind | undefined;
  for (const { kind, title, lines: own } of groups) {
    if (kind !== last) lines.push(headingOf(kind));
    last = kind;
    if (title !== undefined) lines.push(`${title}:`);
    lines.push(...own.map(lineText));
  }
  return lines.join("\n");
}

function headingOf(kind: DigestKind): string {
  return headings.get(kind) ?? kind;
}

function lineText({ author, text }: Pick<DigestLine, "author" | "text">): string {
  return `- ${author}: ${text}`;
}

function toGroups(
  picked: readonly Picked[],
  {
    topicOf,
    toLine: line,
  }: { readonly topicOf: (unit: Unit) => string; readonly toLine: (picked: Picked) => DigestLine },
): DigestGroup[] {
  return SECTIONS.flatMap(([kind]) => {
    const own = picked.filter(({ unit }) => unit.kind === kind);
    const grouped = kind === "topic" ? [...Map.groupBy(own, ({ unit }) => topicOf(unit))] : [[undefined, own] as const];
    return grouped.flatMap(([title, members]) => {
      const [first, ...rest] = members.map(line);
      return first
        ? [{ kind, lines: [first, ...rest] as const, ...(title !== undefined && title !== "" && { title }) }]
        : [];
    });
  });
}

function toLine({ unit, echoes }: Picked, units: Units): DigestLine {
  const { message, text, kind } = unit;
  const others = new Set(echoes.map((echo) => echo.message.id).filter((id) => id !== message.id));
  return {
    author: message.author.name,
    text,
    ids: [message.id, ...others],
    ...(kind === "action" && actionOf(unit, units)),
  };
}
