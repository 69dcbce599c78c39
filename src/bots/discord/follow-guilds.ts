import { type Client, Events, GatewayDispatchEvents } from "discord.js";
import type { Brain } from "../../brain/brain.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import type { Places } from "./places.ts";
import { isSnowflake } from "./snowflake.ts";

/** Under which the inbox keeps the guilds that Hearth is in. */
const KEY = "guilds";

/** What guilds that come and go are followed with. */
interface Following {
  readonly inbox: Pick<Inbox, "note" | "noted" | "forget" | "open">;
  readonly brain: Pick<Brain, "forget">;
  readonly desk: Desk;
  readonly places: Places;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Ends all work in a guild that takes Hearth out, also where that happened unseen, and forgets what was said in a channel that is gone. */
export function followGuilds(client: Client, following: Following): void {
  const { inbox, desk, places, log } = following;
  const known = new Set(readIds(inbox.noted("discord", KEY)));
  const note = () => orLog(log, () => inbox.note("discord", KEY, JSON.stringify([...known])));
  const left = (guildId: string) => {
    log.warn({ guildId }, "Discord took Hearth out of a server; what was waiting there is dropped");
    known.delete(guildId);
    note();
    places.leave({ space: guildId });
    desk.left("discord", guildId);
  };
  client.ws.on(GatewayDispatchEvents.Ready, (ready: unknown) => {
    const guilds = guildsOf(ready);
    for (const guildId of [...known].filter((id) => !guilds.includes(id))) {
      client.guilds.cache.delete(guildId);
      left(guildId);
    }
    for (const id of guilds) known.add(id);
    note();
  });
  client.on(Events.GuildCreate, ({ id }) => {
    known.add(id);
    note();
  });
  client.ws.on(GatewayDispatchEvents.GuildDelete, (guild: unknown) => {
    const id = idOf(guild);
    // An outage is no goodbye.
    if (id !== undefined && !(isObject(guild) && guild["unavailable"] === true)) left(id);
  });
  followChannels(client, following);
}

/** Does work on the inbox; a full disk must not end the process. */
function orLog(log: Log, work: () => void): void {
  try {
    work();
  } catch (error) {
    log.error({ err: error }, "The inbox could not be told of a server or channel that came or went");
  }
}

/** With a channel or a thread its messages are deleted. */
function followChannels(client: Client, { inbox, brain, desk, places, log, signal }: Following): void {
  const forget = (of: { readonly space: string; readonly channel: string; readonly thread?: string }) => {
    for (const { asked } of inbox.open("discord")) {
      const { conversation, id } = asked.message;
      const isThere = conversation.channel === of.channel && (of.thread ?? conversation.thread) === conversation.thread;
      if (isThere) desk.revised({ conversation, ids: [id] });
    }
    places.leave({ space: of.space, channelId: of.thread ?? of.channel });
    brain.forget({ platform: "discord", ...of }, { signal }).catch((error: unknown) => {
      if (!signal.aborted) log.error({ err: error }, "What was said in a channel that is gone could not be forgotten");
    });
  };
  client.on(Events.ChannelDelete, (channel) => {
    if (channel.isDMBased()) return;
    const of = { space: channel.guildId, channel: channel.id };
    forget(of);
    orLog(log, () => void inbox.forget({ platform: "discord", ...of }));
  });
  client.on(Events.ThreadDelete, ({ guildId, parentId, id }) => {
    if (parentId !== null) forget({ space: guildId, channel: parentId, thread: id });
  });
}

function guildsOf(ready: unknown): readonly string[] {
  const guilds = isObject(ready) ? ready["guilds"] : undefined;
  return Array.isArray(guilds) ? guilds.flatMap((guild) => idOf(guild) ?? []) : [];
}

function idOf(value: unknown): string | undefined {
  return isObject(value) && isSnowflake(value["id"]) ? value["id"] : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function readIds(noted: string | undefined): readonly string[] {
  const listed: unknown = JSON.parse(noted ?? "[]");
  return Array.isArray(listed) ? listed.filter(isSnowflake) : [];
}
