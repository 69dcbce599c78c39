import type { Inbox } from "../inbox.ts";
import { catchUp, type CatchingUp } from "./catch-up.ts";
import type { People } from "./people.ts";

/** Under which the inbox keeps when Hearth was last connected. */
const HERE = "here";
const HERE_MS = 15_000;
/** What could not be read is tried again after this. */
const AGAIN_MS = 15_000;
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
  /** Between two tries of what could not be read. */
  readonly readAgainMs?: number | undefined;
  readonly inbox: Pick<Inbox, "note" | "noted">;
  readonly people: Pick<People, "forget">;
  readonly signal: AbortSignal;
};

/** Reads what was missed after each gap, as often as it takes. */
export function followGaps(of: Following): Gaps {
  const { inbox, marks, people, signal, readAgainMs = AGAIN_MS } = of;
  let isHere = false;
  const reader = createReader(of, () => note());
  const isBehind = () => reader.isBehind() || marks.areAnyHeld();
  const note = () => {
    // Before all is read, a place that is seen first has no other mark than when Hearth was here last.
    if (!isHere || isBehind()) return;
    try {
      inbox.note("slack", HERE, String(Date.now()));
    } catch (error) {
      of.log.warn({ err: error }, "It could not be written down that Slack is connected");
    }
  };
  const noting = setInterval(note, HERE_MS).unref();
  const reading = setInterval(() => {
    if (isHere && isBehind() && !reader.isReading()) reader.readSoon();
  }, readAgainMs).unref();
  const end = () => {
    clearInterval(noting);
    clearInterval(reading);
    note();
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    connected({ gap }) {
      isHere = true;
      // What changed meanwhile was told to nobody.
      if (gap) people.forget();
      if (gap) reader.isMissing();
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
  let [gaps, waiting] = [0, 0];
  let isBehind = true;
  const read = async (): Promise<void> => {
    const before = gaps;
    try {
      lastRead = Date.now();
      const lastHere = Number(inbox.noted("slack", HERE) ?? "") || undefined;
      const { isWhole, ...found } = await catchUp({ ...of, lastHere }, { signal });
      log.info(found, "What was said meanwhile has been read");
      if (isWhole && before === gaps) isBehind = false;
      done();
    } catch (error) {
      if (!signal.aborted) log.error({ err: error }, "What was said meanwhile could not be read");
    }
  };
  return {
    age: () => Date.now() - lastRead,
    reading: () => reading,
    isReading: () => waiting > 0,
    isBehind: () => isBehind,
    /** There was a gap, which no reading that is under way closes. */
    isMissing() {
      gaps += 1;
      isBehind = true;
    },
    readSoon() {
      waiting += 1;
      reading = reading.then(read).finally(() => (waiting -= 1));
    },
  };
}
