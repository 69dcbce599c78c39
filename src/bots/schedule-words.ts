/** What people may write, to be offered while they type. */
export const WHEN_EXAMPLES: readonly string[] = [
  "weekdays 9:00",
  "daily 18:30",
  "mondays 9:00",
  "every friday at 16:00",
  "tuesdays and thursdays 8:15",
  "monday to thursday 17:00",
  "monthly 9:00",
  "0 9 * * 1-5",
];

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const DAY = /^(sun|mon|tue|wed|thu|fri|sat)(?:s|day|days|sday|sdays|nesday|nesdays|rs|rsday|rsdays|urday|urdays)?$/;
const TIME = /(?<![\d:.])(\d{1,2})(?:[:.](\d{2}))?\s*([ap]m)?(?![\d:.])/g;
const FILLING = /\b(?:every|each|at|on|the|of)\b/g;

/** Days by the words for all of them: day of the month, month, weekday. */
const NAMED: Readonly<Record<string, string>> = {
  "": "* * *",
  daily: "* * *",
  day: "* * *",
  weekday: "* * 1-5",
  weekdays: "* * 1-5",
  "working days": "* * 1-5",
  weekend: "* * 0,6",
  weekends: "* * 0,6",
  monthly: "1 * *",
  month: "1 * *",
};

/**
 * The cron pattern that words such as "weekdays 9:00" or "every friday at 16:00" mean; a pattern of five fields stays as it is, and is
 * not looked at here. A refusal is a sentence with examples. Pure.
 */
export function readWhen(words: string): { readonly cron: string } | { readonly refusal: string } {
  const plain = words.trim().toLowerCase().replaceAll(/\s+/g, " ");
  if (/^[\d*][\d*,/-]*(?: [\w*,/#?+-]+){4}$/.test(plain)) return { cron: plain };
  const times = [...plain.matchAll(TIME)];
  const [time] = times;
  if (!time || times.length > 1) return refuse(words, "needs one time of day");
  const clock = readClock(time);
  if (clock === undefined) return refuse(words, `has no time of day in "${time[0].trim()}"`);
  const days = readDays(plain.replace(time[0], " ").replaceAll(FILLING, " ").replaceAll(/\s+/g, " ").trim());
  return days === undefined ? refuse(words, "names no days that I know") : { cron: `${clock} ${days}` };
}

/** Minute and hour. */
function readClock([, hours, minutes = "0", half]: RegExpExecArray): string | undefined {
  const [hour, minute] = [Number(hours), Number(minutes)];
  if (minute > 59) return undefined;
  if (half === undefined) return hour > 23 ? undefined : `${minute} ${hour}`;
  if (hour < 1 || hour > 12) return undefined;
  return `${minute} ${(hour % 12) + (half === "pm" ? 12 : 0)}`;
}

function readDays(words: string): string | undefined {
  const named = Object.hasOwn(NAMED, words) ? NAMED[words] : undefined;
  if (named !== undefined) return named;
  const parts = words.split(/\s*(?:,|&|\band\b)\s*/).filter((part) => part !== "");
  const fields = parts.map(readDay);
  return fields.length > 0 && fields.every((field) => field !== undefined) ? `* * ${fields.join(",")}` : undefined;
}

/** "mon", "mondays", or "monday to friday". */
function readDay(part: string): string | undefined {
  const ends = part.split(/\s*(?:-|–|\bto\b)\s*/).map((word) => DAYS.indexOf(DAY.exec(word)?.[1] ?? ""));
  if (ends.length > 2 || ends.includes(-1)) return undefined;
  const [first = 0, last = first] = ends;
  if (last >= first) return ends.length === 1 ? `${first}` : `${first}-${last}`;
  // Around the weekend: "friday to monday".
  return [...Array(7).keys()].filter((day) => day >= first || day <= last).join(",");
}

function refuse(words: string, why: string): { readonly refusal: string } {
  const shown = words
    .replaceAll(/[`\s]+/g, " ")
    .trim()
    .slice(0, 60);
  const examples = WHEN_EXAMPLES.map((example) => `\`${example}\``).join(", ");
  return { refusal: `\`${shown === "" ? "…" : shown}\` ${why}. It is written such as ${examples}.` };
}
