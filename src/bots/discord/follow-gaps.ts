import { type Client, Events, GatewayDispatchEvents } from "discord.js";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import { catchUp, type CatchingUp, markBeginning } from "./catch-up.ts";
import { DIRECT } from "./from-discord.ts";
import type { GatewayCounts } from "./gateway.ts";
import { hearEdited, type Hearing } from "./heard.ts";
import { type Kept, reviseKept } from "./kept.ts";

/** Under which the inbox keeps when Hearth was last connected. */
const HERE = "here";
const HERE_MS = 15_000;
/** As long as it may take to notice that nobody is at the other end any more. */
const UNNOTICED_MS = 2 * 60_000;

/** What gaps are followed with. */
interface Following extends Omit<CatchingUp, "client" | "lastHere">, Omit<Hearing, "desk"> {
  readonly inbox: Pick<Inbox, "note" | "noted">;
  readonly desk: Desk;
  readonly kept: Kept;
  readonly counts: Pick<GatewayCounts, "upSince">;
  readonly signal: AbortSignal;
}

/** Reads what was missed before each new session; gives what resolves when that is done. */
export function followGaps(client: Client, following: Following): () => Promise<void> {
  const { marks, kept, log, signal } = following;
  const presence = createPresence(client, following);
  let lastHere = presence.last();
  let reading = Promise.resolve();

  async function read(): Promise<void> {
    const found = await catchUp({ ...following, client, lastHere }, { signal });
    const isHere = ({ space }: { readonly space: string }) => space === DIRECT || client.guilds.cache.has(space);
    await reviseKept(kept.all().filter(isHere), { ...following, since: lastHere ?? 0 }, { signal });
    await hearEdited(client, following, { since: lastHere ?? 0, signal });
    log.info(found, "What was said meanwhile has been read");
    presence.note();
  }
  const readSoon = () => {
    reading = reading.then(read).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, "What was said meanwhile could not be read");
    });
  };

  client.ws.on(GatewayDispatchEvents.Ready, () => {
    lastHere = presence.last();
    marks.hold();
  });
  client.on(Events.ShardReady, readSoon);
  client.on(Events.ChannelCreate, ({ id }) => markBeginning(marks, id));
  client.on(Events.ThreadCreate, ({ id }, isNew) => isNew && markBeginning(marks, id));
  client.on(Events.GuildCreate, readSoon);
  const timer = setInterval(() => {
    presence.note();
    if (presence.isHere() && marks.areAnyHeld()) readSoon();
  }, HERE_MS).unref();
  const leave = () => {
    clearInterval(timer);
    presence.note();
  };
  signal.addEventListener("abort", leave, { once: true });
  return () => reading;
}

/** When Hearth was connected, kept in the inbox. */
function createPresence(client: Client, { inbox, counts }: Pick<Following, "inbox" | "counts">) {
  const isHere = () => client.isReady() && counts.upSince !== undefined;
  return {
    isHere,
    last() {
      const noted = inbox.noted("discord", HERE);
      return noted === undefined ? undefined : Number(noted) - UNNOTICED_MS;
    },
    note() {
      if (!isHere()) return;
      try {
        inbox.note("discord", HERE, String(Date.now()));
      } catch {
        // A full disk must not end the process: then more is read again after a stop than was missed.
      }
    },
  };
}
