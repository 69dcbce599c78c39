import { Client, Events, Options, type RESTOptions } from "discord.js";
import type { DiscordSettings } from "../../config-discord.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import { isTokenRefused } from "./fatal.ts";
import { type GatewayCounts, watchedStrategy } from "./gateway.ts";
import { createIdentifyPace } from "./identify-pace.ts";
import { intentsNeeded } from "./rights-needed.ts";

/** What happened on the way to Discord and back since the start. */
export interface DiscordCounts extends GatewayCounts {
  identifies: number;
  requests: number;
  /** Answers 429, after each of which the library waits as long as it says. */
  rateLimited: number;
}

/** Counts that begin at nothing. */
export function noCounts(): DiscordCounts {
  const gateway = { upSince: undefined, connects: 0, identifies: 0, resumes: 0, closes: 0, halfOpen: 0, malformed: 0 };
  return { ...gateway, requests: 0, rateLimited: 0 };
}

/** What a client is made with. `tokenRefused` is told when a request with the token is answered 401. */
export interface ClientOptions {
  readonly settings: DiscordSettings;
  readonly inbox: Pick<Inbox, "note" | "noted">;
  readonly counts: DiscordCounts;
  readonly log: Log;
  readonly closing: AbortSignal;
  readonly tokenRefused: () => void;
  readonly acknowledgedMs?: number;
}

/** The library's client: with the intents that are needed, caches that stay small, and a connection that survives. */
export function createClient(options: ClientOptions): Client {
  const { settings, inbox, counts, log, closing } = options;
  const malformed = (error: unknown) =>
    log.warn({ err: error, malformed: counts.malformed }, "A packet was not understood");
  const client = new Client({
    intents: [...intentsNeeded(settings)],
    allowedMentions: { parse: [], users: [], roles: [], repliedUser: false },
    enforceNonce: true,
    rest: restOptions(settings),
    makeCache: Options.cacheWithLimits({ ...SMALL, ...(!settings.members && FEW_MEMBERS) }),
    sweepers: { ...Options.DefaultSweeperSettings, threads: { interval: 3_600, lifetime: 14_400 } },
    ws: {
      buildStrategy: (manager) =>
        watchedStrategy(manager, {
          ...options,
          malformed,
          waits: (of) => log.warn(of, "The connection to Discord comes to nothing; it is tried again"),
        }),
      buildIdentifyThrottler: () => createIdentifyPace(inbox, { passed: () => void counts.identifies++ }),
    },
  });
  surviveParsing(client, { counts, malformed });
  client.on(Events.Error, (error) => log.warn({ err: error }, "Discord's library reports an error"));
  client.on(Events.ShardError, (error) => log.warn({ err: error }, "The connection to Discord failed"));
  client.rest.on("response", (request, response) => {
    counts.requests++;
    if (response.status === 429) counts.rateLimited++;
    if (!closing.aborted && isTokenRefused({ status: response.status, path: request.path })) options.tokenRefused();
  });
  return client;
}

/** Endpoints, and how patient requests are. Retried POSTs of ours carry a nonce. */
function restOptions({ api, cdn, version }: DiscordSettings): Partial<RESTOptions> {
  return {
    api: api.replace(/\/$/, ""),
    cdn: cdn.replace(/\/$/, ""),
    version: String(version),
    timeout: 15_000,
    retries: 2,
  };
}

/** Messages are read as they come and never looked up; the rest is what nobody asks about. */
const SMALL = {
  MessageManager: 0,
  ReactionManager: 0,
  ReactionUserManager: 0,
  PresenceManager: 0,
  VoiceStateManager: 0,
  GuildBanManager: 0,
  GuildInviteManager: 0,
  GuildEmojiManager: 0,
  GuildStickerManager: 0,
  GuildScheduledEventManager: 0,
  StageInstanceManager: 0,
  AutoModerationRuleManager: 0,
  ThreadMemberManager: 0,
  UserManager: {
    maxSize: 500,
    keepOverLimit: (user: { id: string; client: Client }) => user.id === user.client.user?.id,
  },
};

/** Without the members intent nobody tells when a member changes, so that what is kept of members is worth little. */
const FEW_MEMBERS = {
  GuildMemberManager: {
    maxSize: 200,
    keepOverLimit: (member: { id: string; client: Client }) => member.id === member.client.user?.id,
  },
};

/** What goes wrong while the library reads an event is told, and the next one is read. */
function surviveParsing(
  client: Client,
  { counts, malformed }: { readonly counts: GatewayCounts; readonly malformed: (error: unknown) => void },
): void {
  const handle = client.ws["handlePacket"].bind(client.ws);
  client.ws["handlePacket"] = (packet, shard) => {
    try {
      return handle(packet, shard);
    } catch (error) {
      counts.malformed++;
      malformed(error);
      return false;
    }
  };
}
