import { readersOf, type TalkPlace } from "../chat.ts";
import { wantStretch, type Stretch, type WantedOr } from "./catch-up-command.ts";
import { refusalWords, type CommandAsked, type CommandTools } from "./command-tools.ts";
import { LONGEST_OWN_TEXT } from "./dialect.ts";
import type { Wanted } from "./platform.ts";
import type { Schedule, Schedules, ScheduleTarget } from "./schedule.ts";
import { isZone, problemOf } from "./schedule-times.ts";
import { readWhen } from "./schedule-words.ts";
import { notKeptWords } from "./serve-wanted.ts";

/** A digest on demand goes back a day where nobody says how far. */
const DAY_MS = 24 * 60 * 60_000;
const MOST_SCHEDULES = 20;
const MOST_PEOPLE = 50;

/** A digest on demand: of the last day, or since a time that the person names. */
export function wantDigest(of: Stretch, tools: Pick<CommandTools, "desk" | "dialect" | "now">): WantedOr {
  const found = wantStretch("digest", of, tools);
  if ("refusal" in found || found.wanted.from !== undefined) return found;
  const now = (tools.now ?? Date.now)();
  return { wanted: { ...found.wanted, from: new Date(now - DAY_MS).toISOString() } };
}

/** A summary of a thread, or of a place from an instant (ISO 8601) on; also where nothing is kept. Pure. */
export function wantSummary({
  place,
  thread,
  from,
}: {
  readonly place: TalkPlace;
  readonly thread?: string;
  readonly from?: string;
}): {
  readonly wanted: Wanted;
} {
  return {
    wanted: { kind: "summary", place, ...(thread !== undefined && { thread }), ...(from !== undefined && { from }) },
  };
}

/** What is asked of the digests by the clock of a place. */
export type ScheduleRequest =
  | {
      readonly kind: "schedule";
      readonly when: string;
      readonly zone?: string;
      /** `may`: the person has the right to manage that place too. */
      readonly to?: ScheduleTarget | (Extract<ScheduleTarget, { kind: "place" }> & { readonly may: boolean });
      readonly quiet?: "skip" | "say";
    }
  | { readonly kind: "list" }
  | { readonly kind: "remove"; readonly schedule: string };

type New = Extract<ScheduleRequest, { kind: "schedule" }>;

/** Does what was asked of digests by the clock, and says so. Markdown of Hearth's own. */
export async function answerSchedule(
  request: ScheduleRequest,
  asked: CommandAsked,
  tools: CommandTools,
): Promise<string> {
  const { desk, dialect } = tools;
  if (request.kind === "list") return listWords(desk.schedules.of(asked.place), dialect);
  if (!asked.may) return refusalWords(dialect);
  return request.kind === "remove" ? remove(request.schedule, asked, tools) : schedule(request, asked, tools);
}

async function schedule(request: New, { place, person }: CommandAsked, tools: CommandTools): Promise<string> {
  const { desk, dialect } = tools;
  const {
    when,
    zone = Intl.DateTimeFormat().resolvedOptions().timeZone,
    to = { kind: "here" },
    quiet = "skip",
  } = request;
  if (!desk.talk.keeps(place)) return notKeptWords(dialect);
  if (desk.schedules.of(place).length >= MOST_SCHEDULES)
    return `This channel has ${MOST_SCHEDULES} schedules already; remove one first.`;
  const read = readWhen(when);
  if ("refusal" in read) return read.refusal;
  if (!isZone(zone))
    return `\`${zone.replaceAll(/[`\s]+/g, " ").slice(0, 60)}\` is no time zone; names are such as \`Europe/Berlin\` or \`UTC\`.`;
  const problem = problemOf({ cron: read.cron, zone });
  if (problem !== undefined) return `That is no time that comes: ${problem}.`;
  const wrong = await problemWith(to, { place, person }, tools);
  if (wrong !== undefined) return wrong;
  const target: ScheduleTarget = to.kind === "place" ? { kind: "place", place: to.place } : to;
  const made = desk.schedules.add({ place, when, cron: read.cron, zone, target, quiet, by: person.id });
  const [listed] = desk.schedules.of(place).filter(({ id }) => id === made.id);
  return `**Done.** ${lineOf(listed ?? made, dialect)}`;
}

/** Why a digest may not go there; undefined where it may. It is asked again each time before one is sent. */
async function problemWith(
  to: NonNullable<New["to"]>,
  { place, person }: Pick<CommandAsked, "place" | "person">,
  { clearanceOf, dialect, signal }: CommandTools,
): Promise<string | undefined> {
  if (to.kind === "here") return undefined;
  if (to.kind === "place") {
    if ("may" in to && !to.may) return `In the channel that it shall go to: ${refusalWords(dialect)}`;
    const readable = await clearanceOf({ conversation: to.place, askerId: person.id, seenBy: "place" }, { signal });
    if (readable.includes(readersOf(place))) return undefined;
    return "Not everybody who reads that channel may read this one, so its digests cannot go there.";
  }
  if (to.ids.length === 0 || to.ids.length > MOST_PEOPLE) return `A digest goes to 1 to ${MOST_PEOPLE} people.`;
  for (const askerId of to.ids) {
    const readable = await clearanceOf({ conversation: place, askerId, seenBy: "asker" }, { signal });
    if (!readable.includes(readersOf(place)))
      return "Somebody among those people may not read this channel, so its digests cannot go to them.";
  }
  return undefined;
}

function remove(named: string, { place }: CommandAsked, { desk, dialect }: CommandTools): string {
  const id = named.trim().replace(/^#/, "");
  const found = desk.schedules.of(place).find((one) => one.id === id);
  if (!found)
    return `This channel has no schedule \`#${id.replaceAll(/[`\s]+/g, "").slice(0, 20)}\`; \`${dialect.command("digest list")}\` shows them.`;
  if (found.isConfigured)
    return "That schedule stands in Hearth's configuration; whoever runs Hearth can take it out there.";
  desk.schedules.remove(id);
  return `**Removed:** ${lineOf(found, dialect)}`;
}

type Listed = ReturnType<Schedules["of"]>[number];

function listWords(schedules: readonly Listed[], dialect: CommandTools["dialect"]): string {
  if (schedules.length === 0)
    return `No digests by the clock here. \`${dialect.command("digest schedule")}\` makes one.`;
  const lines = schedules.map((one) => `- ${lineOf(one, dialect)}`);
  const words = (shown: number) =>
    [
      "**Digests by the clock here**",
      ...lines.slice(0, shown),
      ...(shown < lines.length ? [`- and ${lines.length - shown} more`] : []),
    ].join("\n");
  let shown = lines.length;
  while (shown > 0 && words(shown).length > LONGEST_OWN_TEXT) shown--;
  return words(shown);
}

function lineOf(one: Schedule & Pick<Listed, "next">, { when }: CommandTools["dialect"]): string {
  const name = one.isConfigured ? "(configuration)" : `#${one.id}`;
  const next = one.next === undefined ? "" : `; next ${when(one.next, "date")}`;
  return `\`${name}\` ${one.when.replaceAll(/[`*_<>\s]+/g, " ").trim()} (${one.zone}), ${targetWords(one.target)}${next}`;
}

function targetWords(target: ScheduleTarget): string {
  if (target.kind === "here") return "posted here";
  return target.kind === "place"
    ? "posted in another channel"
    : `by direct message to ${target.ids.length === 1 ? "one person" : `${target.ids.length} people`}`;
}
