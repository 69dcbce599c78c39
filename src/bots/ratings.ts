import type { Brain, Rating } from "../brain/brain.ts";

const MOST_RATINGS = 5_000;

const TAKEN_BACK = "Taken back.";
const THANKS: Readonly<Record<Rating, string>> = {
  up: "Thank you: noted as helpful 👍",
  down: "Thank you: noted as not helpful 👎",
};

/** An answer, and the person who says something of it. */
interface Rated {
  readonly answerId: string;
  readonly personId: string;
}

/** What people say of answers. Each gives what is said to the person, and whether it can still be taken back. */
export interface Ratings {
  /** Keeps a person's last word; the same again takes it back. */
  rate(said: Rated & { readonly rating: Rating }): Promise<{ readonly says: string; readonly isKept: boolean }>;
  takeBack(of: Rated): Promise<{ readonly says: string; readonly isKept: boolean }>;
}

/** Hands ratings to the core, and remembers the last of them since this process started, so that the same again takes one back. */
export function createRatings({
  brain,
  signal,
}: {
  readonly brain: Pick<Brain, "rate">;
  readonly signal: AbortSignal;
}): Ratings {
  const ratings = new Map<string, Rating>();
  const keyOf = ({ answerId, personId }: Rated) => `${answerId} ${personId}`;
  const keep = (of: Rated, rating: Rating | undefined) => {
    ratings.delete(keyOf(of));
    if (rating) ratings.set(keyOf(of), rating);
    const [oldest] = ratings.keys();
    if (ratings.size > MOST_RATINGS && oldest !== undefined) ratings.delete(oldest);
  };
  const takeBack: Ratings["takeBack"] = async ({ answerId, personId }) => {
    await brain.rate({ answerId, personId }, { signal });
    keep({ answerId, personId }, undefined);
    return { says: TAKEN_BACK, isKept: false };
  };
  return {
    takeBack,
    async rate(said) {
      if (ratings.get(keyOf(said)) === said.rating) return takeBack(said);
      await brain.rate(said, { signal });
      keep(said, said.rating);
      return { says: THANKS[said.rating], isKept: true };
    },
  };
}
