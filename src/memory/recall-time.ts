import type { Span } from "./dates.ts";

/** Who asks mostly means what was said lately, unless they say when. */
const [RECENT, HALF_LIFE] = [0.3, 7 * 86_400_000];
/** What was said at another time than the question names: people are often a day off. */
const OTHER_TIME = 0.2;

/** What a message counts by when it was sent: in the time that a question names or another, and where it names none, lately or not. Pure. */
export function timelinessOf(
  time: number,
  { span, now }: { readonly span: Span | undefined; readonly now: number },
): number {
  if (span) return isWithin(time, span) ? 1 : OTHER_TIME;
  return 1 + RECENT * 2 ** ((time - now) / HALF_LIFE);
}

/** Whether an instant is in a stretch of time. */
export function isWithin(time: number, span: Span | undefined): boolean {
  return span !== undefined && time >= span.from && time < span.to;
}
