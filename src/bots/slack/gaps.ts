import type { Inbox } from "../inbox.ts";
import { catchUp, type CatchingUp } from "./catch-up.ts";
import type { People } from "./people.ts";

/** Under which the inbox keeps when Hearth was last connected. */
const HERE = "here";
const HERE_MS = 15_000;
/** Where one socket takes over from another, nothing is missed; it is looked all the same, though not each time. */
const SELDOM_MS = 10 * 60_000;

/** Follows when Hearth is connected and when not. */
export interface Gaps {
  connected(how: { readonly gap: boolean }): void;
  lost(): void;
  /** Resolves when what was missed has been read. */
  caughtUp(): Promise<void>;
}

/** What gaps are followed with. */
type Following = Omit<CatchingUp, "lastHere"> & {
  readonly inbox: Pick<Inbox, "note" | "noted">;
  readonly people: Pick<People, "forget">;
  readonly signal: AbortSignal;
};

/** Reads what was missed after each gap. */
export function followGaps(of: Following): Gaps {
  const { inbox, marks, people, signal } = of;
  let isHere = false;
  const note = () => {
    try {
      if (isHere) inbox.note("slack", HERE, String(Date.now()));
    } catch (error) {
      of.log.warn({ err: error }, "It could not be written down that Slack is connected");
    }
  };
  const reader = createReader(of, note);
  const timer = setInterval(() => {
    note();
    if (isHere && marks.areAnyHeld()) reader.readSoon();
  }, HERE_MS).unref();
  const end = () => {
    clearInterval(timer);
    note();
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    connected({ gap }) {
      isHere = true;
      // What changed meanwhile was told to nobody.
      if (gap) people.forget();
      if (gap || reader.age() > SELDOM_MS) reader.readSoon();
    },
    lost() {
      isHere = false;
      marks.hold();
    },
    caughtUp: () => reader.reading(),
  };
}

/** Reads one time after another, never two at once. */
function createReader(of: Following, done: () => void) {
  const { inbox, log, signal } = of;
  let lastRead = 0;
  let reading = Promise.resolve();
  const read = async (lastHere: number | undefined): Promise<void> => {
    try {
      lastRead = Date.now();
      const found = await catchUp({ ...of, lastHere }, { signal });
      log.info(found, "What was said meanwhile has been read");
      done();
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, "What was said meanwhile could not be read");
    }
  };
  return {
    age: () => Date.now() - lastRead,
    reading: () => reading,
    readSoon() {
      const lastHere = Number(inbox.noted("slack", HERE) ?? "") || undefined;
      reading = reading.then(() => read(lastHere));
    },
  };
}
