import type { Digested, DigestedGroup, DigestedLine, DigestSource } from "../brain/channel-brain.ts";
import { gateLine, gateLink } from "./gate.ts";
import type { Wanted } from "./platform.ts";
import { paragraphs, renderLabel, type LinkSettings } from "./render-parts.ts";
import { counted } from "./terminal/counted.ts";

const HEADINGS: Readonly<Record<DigestedGroup["kind"], string>> = {
  "for you": "For you",
  topic: "Topics",
  decision: "Decisions",
  action: "To do",
  question: "Open questions",
  link: "Links",
};

const TITLES: Readonly<Record<Wanted["kind"], string>> = {
  digest: "Digest",
  "catch-up": "What you missed",
  summary: "Summary",
};

/** How a digest is shown; `zone` is the time zone of its days. */
export interface DigestSettings extends LinkSettings {
  readonly kind: Wanted["kind"];
  readonly zone: string;
  /** Whether it says that it was planned for the end of its stretch, and comes late. */
  readonly isLate?: boolean;
}

/**
 * A digest: what it is of and how it was made, then its lines by section, each with links to the messages that carry it. It has passed
 * the output gate. Pure.
 */
export function renderDigest(digested: Digested, settings: DigestSettings): string {
  const title = `**${TITLES[settings.kind]}, ${stretchWords(digested, settings)}**`;
  const late = settings.isLate === true ? "*It comes late: Hearth could not make it in time.*" : "";
  if (digested.groups.length === 0) return paragraphs(title, late, nothingWords(digested));
  const label = digested.kind === "written" ? renderLabel(digested.model) : "";
  const count = createCount();
  const groups = digested.groups.map((group) => renderGroup(group, { ...settings, count }));
  return paragraphs(label, `${title}\n*${madeWords(digested)}*`, late, ...groups);
}

/** Its lines alone, for the record of what was said. Pure. */
export function digestText({ groups }: Pick<Digested, "groups">): string {
  return groups
    .flatMap(({ kind, lines }) => [`${HEADINGS[kind]}:`, ...lines.map((line) => `- ${wordsOf(line)}`)])
    .join("\n");
}

/** Stands in the place of a digest that nothing is left of. Pure. */
export function goneDigestWords(): string {
  return "*This digest was taken away: the messages that it was made of are gone.*";
}

/** "27 Nov 2026, 09:00, to 28 Nov 2026, 09:00 (Europe/Berlin)". */
function stretchWords({ from, to }: Pick<Digested, "from" | "to">, { zone }: Pick<DigestSettings, "zone">): string {
  const show = (instant: string, how: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...how }).format(new Date(instant));
  const day = (instant: string) => show(instant, { day: "numeric", month: "short", year: "numeric" });
  const time = (instant: string) => show(instant, { hour: "2-digit", minute: "2-digit" });
  const until = day(from) === day(to) ? time(to) : `${day(to)}, ${time(to)}`;
  return `${day(from)}, ${time(from)}, to ${until} (${zone})`;
}

function madeWords({ kind, model, messages, people }: Digested): string {
  const of = `${counted(messages, "message")} by ${counted(people, "person").replace("persons", "people")}`;
  if (kind === "picked") return `Key messages of ${of}, picked in people's own words; no model wrote this.`;
  const by = model === undefined ? "a model" : gateLine(model.name);
  return `Written by ${by} from ${of}; each line was checked against the messages it links to.`;
}

function nothingWords({ messages }: Pick<Digested, "messages">): string {
  return messages === 0 ? "Nothing was said." : `Nothing of note was said (${counted(messages, "message")}).`;
}

type Count = (source: DigestSource) => number;

/** Messages are numbered in the order in which they are first linked to. */
function createCount(): Count {
  const numbers = new Map<string, number>();
  return ({ id }) => {
    const number = numbers.get(id) ?? numbers.size + 1;
    numbers.set(id, number);
    return number;
  };
}

function renderGroup(
  { kind, title, lines }: DigestedGroup,
  settings: DigestSettings & { readonly count: Count },
): string {
  const topic = title === undefined ? "" : gateLine(title);
  const heading = topic === "" ? HEADINGS[kind] : `${HEADINGS[kind]}: ${topic}`;
  return [`**${heading}**`, ...lines.map((line) => renderLine(line, settings))].join("\n");
}

function renderLine(line: DigestedLine, { linkHosts, count }: DigestSettings & { readonly count: Count }): string {
  const words = gateLine(wordsOf(line), { hosts: linkHosts, urls: [] });
  const links = line.sources.map((source) => {
    const number = String(count(source));
    return source.url === undefined ? `(${number})` : gateLink(number, source.url);
  });
  return `- ${words} ${links.join(" ")}`;
}

function wordsOf({ text, author, owner, due }: DigestedLine): string {
  const said = author === undefined ? text : `${author}: ${text}`;
  const who = [owner, due === undefined ? undefined : `by ${due}`].filter((part) => part !== undefined);
  return who.length === 0 ? said : `${said} (${who.join(", ")})`;
}
