import type { Place, Ticket, Work } from "./queue.ts";

/** Seconds that an answer takes, until some were seen. */
const FIRST_GUESS = 10;
/** Answers that the estimate is the median of. */
const SEEN = 32;

/** A question that waits for its turn. */
export interface Waiting extends Ticket {
  readonly work: Work;
  readonly onPlace: ((place: Place) => void) | undefined;
  /** The place that was told last. */
  told: string;
}

/** Who waits, in the order of their turns: a person's next question comes after everybody else's first. */
export function createLine() {
  const people = new Map<string, Waiting[]>();
  return {
    join: (waiting: Waiting) => void people.set(waiting.person, [...(people.get(waiting.person) ?? []), waiting]),
    has: (job: string) => people.values().some((tickets) => tickets.some((one) => one.job === job)),
    /** Everybody, turn by turn. */
    all(): Waiting[] {
      const turns = [...people.values()];
      const rounds = Math.max(0, ...turns.map((tickets) => tickets.length));
      return Array.from({ length: rounds }, (_, round) => turns.flatMap((tickets) => tickets[round] ?? [])).flat();
    },
    /** The next whose turn it is and that may be begun. Its person goes to the end of the line. */
    take(isFree: (ticket: Ticket) => boolean): Waiting | undefined {
      for (const [person, tickets] of people) {
        const next = tickets.find(isFree);
        if (!next) continue;
        const rest = tickets.filter((one) => one !== next);
        people.delete(person);
        if (rest.length > 0) people.set(person, rest);
        return next;
      }
      return undefined;
    },
    leave(job: string): boolean {
      for (const [person, tickets] of people) {
        const rest = tickets.filter((one) => one.job !== job);
        if (rest.length === tickets.length) continue;
        if (rest.length === 0) people.delete(person);
        else people.set(person, rest);
        return true;
      }
      return false;
    },
  };
}

/** Tells those who wait where they are: behind those whose turn comes first, and behind their own conversation. */
export function tellPlaces(
  waiting: readonly Waiting[],
  now: { readonly running: readonly Ticket[]; readonly atOnce: number; readonly median: number },
): void {
  const { running, atOnce, median } = now;
  const isBusy = running.length >= atOnce;
  const before = new Map<string, number>();
  const add = ({ conversation }: Ticket) => before.set(conversation, (before.get(conversation) ?? 0) + 1);
  for (const ticket of running) add(ticket);
  for (const [position, ticket] of waiting.entries()) {
    const here = before.get(ticket.conversation) ?? 0;
    const everywhere = isBusy ? running.length + position : 0;
    const place = {
      ahead: Math.max(here, everywhere),
      seconds: Math.max(here, Math.ceil(everywhere / atOnce)) * median,
    };
    add(ticket);
    const told = `${place.ahead} ${place.seconds}`;
    if (told === ticket.told) continue;
    ticket.told = told;
    ticket.onPlace?.(place);
  }
}

/** How long the last answers took. */
export function createDurations() {
  const seconds: number[] = [];
  return {
    add(duration: number) {
      seconds.push(duration);
      if (seconds.length > SEEN) seconds.shift();
    },
    median: () => seconds.toSorted((one, other) => one - other)[Math.floor(seconds.length / 2)] ?? FIRST_GUESS,
  };
}
