import { type Client, Events, GatewayDispatchEvents } from "discord.js";
import type { Brain } from "../../brain/brain.ts";
import type { TalkPlace } from "../../chat.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import { untilDone } from "../serve-again.ts";
import type { Places } from "./places.ts";
import { isSnowflake } from "./snowflake.ts";

/** Under which the inbox keeps the guilds that Hearth is in, and those that took it out: what is kept of them can still be forgotten. */
const KEY = "guilds";
const FORMER_KEY = "guilds left";

/** The guilds that took Hearth out. */
export function formerGuilds(inbox: Pick<Inbox, "noted">): readonly string[] {
  return readIds(inbox.noted("discord", FORMER_KEY));
}

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
  const note = () =>
    orLog(log, () => {
      const former = new Set(formerGuilds(inbox)).difference(known);
      inbox.note("discord", FORMER_KEY, JSON.stringify([...former]));
      inbox.note("discord", KEY, JSON.stringify([...known]));
    });
  const left = (guildId: string) => {
    log.warn({ guildId }, "Discord took Hearth out of a server; what was waiting there is dropped");
    known.delete(guildId);
    orLog(log, () => inbox.note("discord", FORMER_KEY, JSON.stringify([...formerGuilds(inbox), guildId])));
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

/** A channel or a thread that was deleted. */
interface Gone {
  readonly space: string;
  readonly channel: string;
  readonly thread?: string;
}

/** With a channel or a thread its messages are deleted. */
function followChannels(client: Client, { inbox, brain, desk, places, log, signal }: Following): void {
  const forget = async (of: Gone, place: TalkPlace) => {
    for (const { asked } of inbox.open("discord")) {
      const { conversation, id } = asked.message;
      const isThere = conversation.channel === of.channel && (of.thread ?? conversation.thread) === conversation.thread;
      if (isThere) desk.revised({ conversation, ids: [id] });
    }
    places.leave({ space: of.space, channelId: of.thread ?? of.channel });
    await brain.forget({ platform: "discord", ...of }, { signal });
    if (desk.talk.keeps(place)) await desk.talk.switchOff(place, { signal });
    else desk.talk.revised({ platform: "discord", space: of.space, channel: of.channel });
  };
  const forgetSoon = (of: Gone, place: TalkPlace) =>
    void untilDone(() => forget(of, place), {
      signal,
      failed: (error) =>
        log.error({ err: error }, "What was said in a channel that is gone could not be forgotten yet"),
    });
  /** The talk of a private thread is a place of its own; that of others goes with the thread. */
  const forgetThread = (space: string, channel: string, thread: string) =>
    forgetSoon({ space, channel, thread }, { platform: "discord", space, channel: thread });
  client.on(Events.ChannelDelete, (channel) => {
    if (channel.isDMBased()) return;
    const of = { space: channel.guildId, channel: channel.id };
    forgetSoon(of, { platform: "discord", ...of });
    orLog(log, () => void inbox.forget({ platform: "discord", ...of }));
    // Nobody tells of the threads that go with it.
    if ("threads" in channel) for (const id of channel.threads.cache.keys()) forgetThread(of.space, of.channel, id);
  });
  client.on(Events.ThreadDelete, ({ guildId, parentId, id }) => {
    if (parentId !== null) forgetThread(guildId, parentId, id);
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
