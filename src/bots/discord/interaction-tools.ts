import { ChannelType, MessageFlags, type BaseInteraction, type Client, type RepliableInteraction } from "discord.js";
import type { Audience, Conversation, TalkPlace } from "../../chat.ts";
import type { Brain } from "../../brain/brain.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Asked, Desk } from "../platform.ts";
import { conversationOf, DIRECT, type Place, talkPlaceOf } from "./from-discord.ts";
import type { GuildSettings } from "./guild-checks.ts";

/** Who will see something: everybody who reads a conversation, or one person there. */
export interface SeenPlace {
  readonly conversation: Conversation;
  readonly askerId: string;
  readonly seenBy: Asked["seenBy"];
}

/** What the handlers of interactions work with. */
export interface InteractionTools {
  readonly client: Client;
  readonly desk: Pick<Desk, "ask" | "stop" | "talk" | "schedules">;
  readonly inbox: Pick<
    Inbox,
    "open" | "given" | "give" | "plan" | "sent" | "sendings" | "note" | "noted" | "forget" | "digests"
  >;
  readonly brain: Pick<Brain, "lookup" | "document" | "status" | "why" | "rate" | "forget" | "keptTalk" | "optOut">;
  readonly settings: GuildSettings & { readonly admins: readonly string[] };
  /** Hosts that links may lead to. */
  readonly linkHosts: readonly string[];
  readonly log: Log;
  readonly clearanceOf: (place: SeenPlace, options: { readonly signal: AbortSignal }) => Promise<readonly Audience[]>;
  readonly version: string;
  /** What is counted, by words for people, such as "questions waiting". */
  readonly counts: () => Readonly<Record<string, number>>;
  /** Is told sentences for the owner. */
  readonly say?: (sentence: string) => void;
  readonly signal: AbortSignal;
}

/** The conversation that an interaction came from. */
export function conversationIn(interaction: BaseInteraction): Conversation {
  return conversationOf(placeIn(interaction));
}

/** The place whose talk an interaction is about, and the thread of it that it came from. */
export function talkIn(interaction: BaseInteraction): { readonly place: TalkPlace; readonly thread?: string } {
  const place = placeIn(interaction);
  const { thread } = conversationOf(place);
  return { place: talkPlaceOf(place), ...(thread !== undefined && place.isPrivate !== true && { thread }) };
}

function placeIn({ guildId, channelId, channel }: BaseInteraction): Place {
  if (channelId === null) throw new TypeError("An interaction came without its channel");
  const parentId = channel?.isThread() ? channel.parentId : null;
  const isPrivate = channel?.type === ChannelType.PrivateThread;
  return {
    space: guildId ?? DIRECT,
    channelId,
    ...(parentId !== null && { parentId, isPrivate }),
    isJoined: false,
  };
}

/** Whether somebody may do what concerns a whole channel: by the rights that came with the interaction, or as an admin of Hearth's. */
export function managesChannel(
  { user, memberPermissions }: Pick<BaseInteraction, "user" | "memberPermissions">,
  { admins }: { readonly admins: readonly string[] },
): boolean {
  return admins.includes(user.id) || memberPermissions?.has("ManageChannels") === true;
}

/** The same in another channel of the guild, by the rights that the person has there now. */
export function managesOther(
  interaction: BaseInteraction,
  channelId: string,
  { admins }: { readonly admins: readonly string[] },
): boolean {
  if (admins.includes(interaction.user.id)) return true;
  const channel = interaction.guild?.channels.cache.get(channelId);
  if (!channel || !interaction.inCachedGuild()) return false;
  return channel.permissionsFor(interaction.member).has(["ViewChannel", "ManageChannels"]);
}

/** Nobody is notified by what an interaction is answered with. */
export const NOBODY = { parse: [], users: [], roles: [], repliedUser: false };

/** A text of Hearth's own as a message that pings nobody and shows no previews. */
export function toText(content: string) {
  return { content, allowedMentions: NOBODY, flags: MessageFlags.SuppressEmbeds } as const;
}

/** The same, to be seen by one person alone. */
export function toPrivateText(content: string) {
  return {
    content,
    allowedMentions: NOBODY,
    flags: [MessageFlags.Ephemeral, MessageFlags.SuppressEmbeds],
  } as const;
}

/** Says a sentence to the person alone, whatever was said to the interaction before. */
export async function tellPrivately(interaction: RepliableInteraction, sentence: string): Promise<void> {
  const { deferred, replied, ephemeral } = interaction;
  if (!deferred && !replied) {
    await interaction.reply(toPrivateText(sentence));
  } else if (deferred && !replied && ephemeral === true) {
    await interaction.editReply(toText(sentence));
  } else {
    await interaction.followUp(toPrivateText(sentence));
  }
}
