import { ChannelType, type Client, type Guild } from "discord.js";
import type { Conversation } from "../../chat.ts";
import type { DiscordSettings } from "../../config-discord.ts";
import type { Inbox } from "../inbox.ts";
import { channelOf, DIRECT, type Place, type Surroundings } from "./from-discord.ts";

/** Where messages lie, and what the library knows around them. */
export interface Places {
  /** Undefined where the channel is not known (yet). */
  placeOf(message: { readonly channelId: string; readonly guildId?: string }): Place | undefined;
  /** Asks Discord for a channel that is not known. */
  findPlace(message: { readonly channelId: string; readonly guildId?: string }): Promise<Place | undefined>;
  around(guildId: string): Surroundings;
  /** Whether an answer can have a thread of its own there. */
  takesThreads(channelId: string): boolean;
  join(place: Place): void;
  leave(of: { readonly space: string; readonly channelId?: string }): void;
  joined(): readonly { readonly space: string; readonly channelId: string; readonly isDirect: boolean }[];
}

type JoinedPlace = ReturnType<Inbox["joined"]>[number];

/** Places from what the client knows; those that Hearth takes part in are kept in the inbox. */
export function createPlaces(
  client: Client,
  { settings, inbox }: { readonly settings: DiscordSettings; readonly inbox: Pick<Inbox, "join" | "leave" | "joined"> },
): Places {
  const joined = new Map(inbox.joined("discord").map((place) => [place.channel, place]));

  const placeOf: Places["placeOf"] = ({ channelId, guildId }) => {
    const channel = client.channels.cache.get(channelId);
    if (channel === undefined || channel.isDMBased())
      return guildId === undefined ? { space: DIRECT, channelId, isJoined: true } : undefined;
    const parentId = channel.isThread() ? channel.parentId : null;
    const place = { space: channel.guildId, channelId, isJoined: joined.has(channelId) };
    const isPrivate = channel.type === ChannelType.PrivateThread;
    return parentId === null ? place : { ...place, parentId, ...(isPrivate && { isPrivate }) };
  };

  return {
    placeOf,
    async findPlace(of) {
      const channel = await client.channels.fetch(of.channelId).catch(() => null);
      return channel ? placeOf(of) : undefined;
    },
    around: (guildId) => surroundings(client, settings, guildId),
    takesThreads(channelId) {
      const type = client.channels.cache.get(channelId)?.type;
      return type === ChannelType.GuildText || type === ChannelType.GuildAnnouncement;
    },
    ...joining(joined, inbox),
  };
}

/** A part of Places, over what is joined already. */
function joining(
  joined: Map<string, JoinedPlace>,
  inbox: Pick<Inbox, "join" | "leave">,
): Pick<Places, "join" | "leave" | "joined"> {
  return {
    join({ space, channelId }) {
      if (joined.has(channelId)) return;
      const place = { space, channel: channelId, isDirect: space === DIRECT };
      joined.set(channelId, place);
      tryTo(() => inbox.join("discord", place));
    },
    leave({ space, channelId }) {
      for (const place of joined.values()) {
        if (place.space === space && (channelId === undefined || place.channel === channelId))
          joined.delete(place.channel);
      }
      tryTo(() => inbox.leave("discord", { space, ...(channelId !== undefined && { channel: channelId }) }));
    },
    joined: () => [...joined.values()].map(({ space, channel, isDirect }) => ({ space, channelId: channel, isDirect })),
  };
}

/** A full disk must not end the process, nor keep a question from being asked: it is known as long as the process lives. */
function tryTo(work: () => void): void {
  try {
    work();
  } catch {
    // What is asked next tells of the disk.
  }
}

function surroundings(client: Client, settings: DiscordSettings, guildId: string): Surroundings {
  const guild = client.guilds.cache.get(guildId);
  const selfId = client.user?.id ?? "";
  const selfRoleId = guild && ownRole(guild, selfId);
  return {
    selfId,
    ...(selfRoleId !== undefined && { selfRoleId }),
    bots: settings.bots,
    hasContent: settings.messageContent,
    nameOf(kind, id) {
      if (kind === "role") return guild?.roles.cache.get(id)?.name;
      return guild?.channels.cache.get(id)?.name;
    },
  };
}

/** The role that Discord made for the bot when it was invited. */
function ownRole(guild: Guild, selfId: string): string | undefined {
  return guild.roles.cache.find((role) => role.tags?.botId === selfId)?.id;
}

/** The channel of a conversation, as Discord addresses it. */
export function addressed(conversation: Conversation): { readonly channelId: string; readonly guildId?: string } {
  const channelId = channelOf(conversation);
  return conversation.space === DIRECT ? { channelId } : { channelId, guildId: conversation.space };
}
