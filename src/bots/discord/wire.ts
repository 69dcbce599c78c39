import { type Client, Events, GatewayDispatchEvents } from "discord.js";
import type { Brain } from "../../brain/brain.ts";
import type { DiscordSettings } from "../../config-discord.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import { createNewest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { createApi, type DiscordApi } from "./api.ts";
import { type ClearanceOf, createClearance } from "./clearance.ts";
import type { DiscordCounts } from "./client.ts";
import { type Deleted, followChanges } from "./follow-changes.ts";
import { followGaps } from "./follow-gaps.ts";
import { followGuilds } from "./follow-guilds.ts";
import { createInteractions } from "./interactions.ts";
import type { Kept } from "./kept.ts";
import type { Marks } from "./marks.ts";
import type { DiscordMessage } from "./message.ts";
import { createPlaces, type Places } from "./places.ts";
import { createReceiver } from "./receive.ts";

/** Events that come before the guilds are known; more would be read again afterwards. */
const MOST_EARLY = 5_000;

/** What a client is wired with. */
export interface Wiring {
  readonly settings: DiscordSettings;
  readonly inbox: Inbox;
  readonly brain: Brain;
  readonly log: Log;
  readonly version: string;
  /** Hosts that links may lead to. */
  readonly linkHosts: readonly string[];
  readonly desk: Desk;
  readonly marks: Marks;
  readonly kept: Kept;
  readonly deleted: Deleted;
  readonly counts: DiscordCounts;
  readonly statusCounts: () => Readonly<Record<string, number>>;
  /** Is told sentences for the owner. */
  readonly say?: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** What can be done with a client that is wired. */
export interface Wired {
  readonly client: Client;
  readonly api: DiscordApi;
  readonly places: Places;
  readonly clearanceOf: ClearanceOf;
  /** Resolves when what was missed before the last IDENTIFY has been read. */
  caughtUp(): Promise<void>;
}

/** Attaches everything to a client that has not connected yet. */
export function wire(client: Client, wiring: Wiring): Wired {
  const { settings, inbox, marks, counts, kept, deleted, log } = wiring;
  const api = createApi(client.rest);
  const places = createPlaces(client, { settings, inbox });
  const clearanceOf = createClearance(client, settings);
  const desk: Desk = {
    ...wiring.desk,
    ask(asked) {
      // A command's words stand in no message that could be edited or deleted.
      if (asked.route["message"] !== undefined) kept.add(asked);
      return wiring.desk.ask(asked);
    },
  };
  const edited = createNewest<DiscordMessage>(({ editedAt = "" }) => editedAt);
  const receiver = createReceiver({ desk, inbox, places, marks, deleted, edited, settings, log });
  const early = holdEarly();
  client.ws.on(GatewayDispatchEvents.MessageCreate, (raw: unknown) =>
    early.pass(() => {
      if (!receiver.live(raw)) counts.malformed++;
    }),
  );
  followChanges(client, { desk, places, deleted, edited, pass: (work) => early.pass(work) });
  followGuilds(client, { ...wiring, places });
  followInteractions(client, { ...wiring, desk, clearanceOf });
  client.on(Events.ShardReady, () => early.open());
  const caughtUp = followGaps(client, { ...wiring, api, desk, places, edited, receiver });
  return { client, api, places, clearanceOf, caughtUp };
}

/** Lets events wait for the guilds, in order: without these nobody can tell where a message lies. */
function holdEarly(): { pass(work: () => void): void; open(): void } {
  let waiting: (() => void)[] | undefined = [];
  return {
    pass(work) {
      if (!waiting) work();
      else if (waiting.length < MOST_EARLY) waiting.push(work);
    },
    open() {
      const early = waiting ?? [];
      waiting = undefined;
      for (const work of early) work();
    },
  };
}

function followInteractions(client: Client, of: Wiring & { readonly clearanceOf: ClearanceOf }): void {
  const { log, signal } = of;
  const interactions = createInteractions({ ...of, client, counts: of.statusCounts });
  client.on(Events.InteractionCreate, (interaction) => void interactions.handle(interaction));
  client.once(Events.ClientReady, () => {
    interactions.register().catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, "The commands could not be registered");
    });
  });
}
