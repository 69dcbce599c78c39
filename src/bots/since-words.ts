import { parse } from "chrono-node";

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const SHORT = /^(?:last\s+)?(\d{1,4})\s*(m|h|d|w)(?:in(?:ute)?s?|(?:ou)?rs?|ays?|eeks?)?(?:\s+ago)?$/i;

/**
 * The instant (ISO 8601) that words such as "2h", "3 days", "yesterday 9:00", "monday" or "2026-11-27" mean, days in this machine's time
 * zone. A refusal is a sentence with examples: also for what is still to come. Pure.
 */
export function readSince(words: string, now: number): { readonly since: string } | { readonly refusal: string } {
  const plain = words.trim();
  const at = readShort(plain, now) ?? readDate(plain, now);
  if (at === undefined || at > now) {
    const why = at === undefined ? "is no time that I know" : "is still to come";
    const shown = plain.replaceAll(/[`\s]+/g, " ").slice(0, 60) || "…";
    return {
      refusal: `\`${shown}\` ${why}. It is written such as \`2h\`, \`3 days\`, \`yesterday 9:00\`, \`monday\` or \`2026-11-27\`.`,
    };
  }
  return { since: new Date(at).toISOString() };
}

function readShort(words: string, now: number): number | undefined {
  const [, number, unit = ""] = SHORT.exec(words) ?? [];
  const milliseconds = UNITS[unit.toLowerCase()];
  return number === undefined || milliseconds === undefined ? undefined : now - Number(number) * milliseconds;
}

function readDate(words: string, now: number): number | undefined {
  const [found, ...others] = parse(words, new Date(now), { forwardDate: false });
  // Half of what was written may mean another time than all of it.
  if (!found || others.length > 0 || found.text.length < words.replace(/^since\s+/i, "").length) return undefined;
  const { start } = found;
  const at = start.date();
  // A day without a time is meant from its beginning.
  if (!start.isCertain("hour")) at.setHours(0, 0, 0, 0);
  // A weekday alone is the last one.
  const isAhead = at.getTime() > now && start.isCertain("weekday") && !start.isCertain("day");
  if (isAhead) at.setDate(at.getDate() - 7);
  return at.getTime();
}
