import { de, en, es, fr, it, ja, nl, pt, ru, uk, zh, type ParsedResult } from "chrono-node";

/** A stretch of time that words name, from its first instant up to, and without, its last, in milliseconds; and where the words stand. */
export interface Span {
  readonly from: number;
  readonly to: number;
  readonly range: readonly [start: number, end: number];
}

/** When and where a question was asked: "yesterday" and "on Monday" depend on both. */
export interface Moment {
  readonly now: number;
  /** Minutes that the asker's clock is ahead of UTC. */
  readonly offset?: number;
}

const DAY = 86_400_000;
/** A time is named near a question's beginning; to look through a long text in every language takes too long. */
const LOOKED_THROUGH = 500;
/** English first: its words are known best. The others are asked only where it finds nothing. */
const OTHERS = [de, fr, es, pt, it, nl, ru, uk, ja, zh];
const WEEK = /week|woche|semaine|semana|settimana|недел|тижн|tydzie|週|周/i;
const WEEKEND = /weekend|wochenende|fin de semana|выходны/i;
/** Words that are a day or a month only in company ("in May", "on Sat"): alone they are mostly something else. */
const OFTEN_SOMETHING_ELSE = /^(?:sat|sun|mar|march|may|dec|sec|second|at \d+|\d+|jetzt|maintenant|ahora|mai|сейчас)$/;
const UP_TO_NOW = /(?:\bsince|\bseit|\bdepuis|\bdesde|\bdal|\bс)\s*$/iu;
const LAST_FEW =
  /^(?:(?:the |in the |over the )?(?:past|last))\s+(?:\d|few|couple|several|two|three|four|five|six|seven)/i;
const JOINS = /^\s*(?:and|to|until|till|through|und|bis|et|à|y|e|[-–—])\s*$/iu;

/**
 * The time that a question names, as one stretch; undefined where it names none. What is remembered is past: "in March" is the last
 * March, "on Monday" the last Monday. Pure.
 */
export function spanIn(question: string, moment: Moment): Span | undefined {
  const text = question.slice(0, LOOKED_THROUGH);
  const [first, second] = parse(text, moment);
  if (!first) return yearIn(text, moment);
  const isJoined = second && JOINS.test(text.slice(first.range[1], second.range[0]));
  const joined = isJoined ? { ...first, to: second.to, range: [first.range[0], second.range[1]] as const } : first;
  const isOpen = UP_TO_NOW.test(text.slice(0, first.range[0]));
  return isOpen ? { ...joined, to: moment.now } : joined;
}

/** A text without the words that name its time. */
export function wordsBeside(text: string, { range: [start, end] }: Span): string {
  return `${text.slice(0, start)} ${text.slice(end)}`;
}

/** The words of a text that name a day or more, past or to come, as they are written. Pure. */
export function dateWordsIn(text: string, moment: Moment): string[] {
  return parse(text, moment).map(({ range }) => text.slice(...range));
}

function parse(text: string, moment: Moment): Span[] {
  const { now, offset = 0 } = moment;
  const reference = { instant: new Date(now), timezone: offset };
  const by = ({ casual }: { readonly casual: typeof en.casual }) =>
    casual
      .parse(text, reference)
      .filter((result) => isMeant(result, text))
      .map((result) => toSpan(result, moment));
  const english = by(en);
  if (english.length > 0) return english;
  const length = (spans: readonly Span[]) => spans.reduce((sum, { range }) => sum + range[1] - range[0], 0);
  return OTHERS.map(by).reduce((best, one) => (length(one) > length(best) ? one : best), []);
}

function isMeant({ text, index, start }: ParsedResult, whole: string): boolean {
  const isDay = (["day", "weekday", "month", "year"] as const).some((part) => start.isCertain(part));
  if (!isDay && ![...start.tags()].some((tag) => tag.startsWith("casual")) && !WEEK.test(text)) return false;
  if (/^(?:right )?now$/i.test(text)) return false;
  const before = /(\p{L}+)\s+$/u.exec(whole.slice(0, index))?.[1] ?? "";
  return !OFTEN_SOMETHING_ELSE.test(text) || /^(?:in|on|since|until|by|last|im|am|en|em)$/i.test(before);
}

function toSpan({ text, index, start, end }: ParsedResult, { now, offset = 0 }: Moment): Span {
  const shift = offset * 60_000;
  const range = [index, index + text.length] as const;
  // Of "this week" nothing is certain, and chrono's weeks begin on Sunday.
  const isNow = unitOf(text, start) === "week" && !start.isCertain("day");
  const first = isNow ? now : start.date().getTime();
  const unit = unitOf(text, start);
  if (LAST_FEW.test(text) && first < now) return { from: floor(first + shift, "day") - shift, to: now, range };
  const past = (time: number) => {
    const isAhead = floor(time + shift, unit) > now + shift;
    if (!isAhead || start.isCertain("year")) return time;
    return unit === "day" ? time - 7 * DAY : previousYear(time);
  };
  const from = floor(past(first) + shift, unit);
  const last = end ? floor(past(end.date().getTime()) + shift, unit) : from;
  return { from: from - shift, to: next(Math.max(from, last), unit) - shift, range };
}

type Unit = "day" | "weekend" | "week" | "month" | "year";

function unitOf(text: string, start: ParsedResult["start"]): Unit {
  if (WEEKEND.test(text)) return "weekend";
  if (WEEK.test(text)) return "week";
  if (start.isCertain("day") || start.isCertain("weekday")) return "day";
  if (start.isCertain("month")) return "month";
  return start.isCertain("year") ? "year" : "day";
}

/** The beginning of the day, week (from Monday), month or year that a local time is in; of the last weekend, its Saturday. */
function floor(time: number, unit: Unit): number {
  const date = new Date(time);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  if (unit === "year") return Date.UTC(year, 0);
  if (unit === "month") return Date.UTC(year, month);
  const day = Date.UTC(year, month, date.getUTCDate());
  const sinceMonday = (date.getUTCDay() + 6) % 7;
  if (unit === "week") return day - sinceMonday * DAY;
  return unit === "weekend" ? day - ((sinceMonday + 2) % 7) * DAY : day;
}

function next(time: number, unit: Unit): number {
  const date = new Date(time);
  if (unit === "year") return Date.UTC(date.getUTCFullYear() + 1, 0);
  if (unit === "month") return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1);
  return time + { day: 1, weekend: 2, week: 7 }[unit] * DAY;
}

function previousYear(time: number): number {
  const date = new Date(time);
  return date.setUTCFullYear(date.getUTCFullYear() - 1);
}

/** "in 2025", which chrono leaves alone. */
function yearIn(text: string, { offset = 0 }: Moment): Span | undefined {
  const found = /\b(?:in|during|im|en|em|nel)\s+((?:19|20)\d\d)\b(?![-.:/]\d)/iu.exec(text);
  if (!found) return undefined;
  const year = Number(found[1]);
  const shift = offset * 60_000;
  const range = [found.index, found.index + found[0].length] as const;
  return { from: Date.UTC(year, 0) - shift, to: Date.UTC(year + 1, 0) - shift, range };
}
