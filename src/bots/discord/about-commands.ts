import { MessageFlags, type ChatInputCommandInteraction } from "discord.js";
import { forgetConversation, forgetPerson } from "../forget-kept.ts";
import { type AboutPrivacy, privacyText, receiptText, statusText } from "../about-text.ts";
import { readSince } from "../since-words.ts";
import { DISCORD } from "./dialect.ts";
import { formerGuilds } from "./follow-guilds.ts";
import { DIRECT } from "./from-discord.ts";
import {
  conversationIn,
  managesChannel,
  talkIn,
  tellPrivately,
  toText,
  type InteractionTools,
} from "./interaction-tools.ts";

const NO_RIGHT = "That takes the permission Manage Channels in this channel; `/forget what:me` is for everybody.";

/** `/privacy`: what is kept here, for how long, and where. */
export async function answerPrivacy(
  interaction: ChatInputCommandInteraction,
  { brain, settings, signal }: Pick<InteractionTools, "brain" | "settings" | "signal">,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const { place } = talkIn(interaction);
  const kept = place.space === DIRECT ? [] : await brain.keptTalk(place, { signal });
  await interaction.editReply(toText(privacyText(await brain.status({ signal }), aboutPrivacy(settings), kept)));
}

/** What Discord shows Hearth, and how it forgets. Pure. */
export function aboutPrivacy({ messageContent }: { readonly messageContent: boolean }): AboutPrivacy {
  const heard = messageContent
    ? "Discord shows Hearth the messages of the channels that it can see. Those that are not addressed to it are dropped at once, where it is not switched on that they are kept."
    : "Discord shows Hearth only messages that mention it, and direct messages to it.";
  return { dialect: DISCORD, heard, forget: "/forget" };
}

/** `/status`: what was read, what writes, and how it is. */
export async function answerStatus(
  interaction: ChatInputCommandInteraction,
  { brain, version, counts, signal }: Pick<InteractionTools, "brain" | "version" | "counts" | "signal">,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const status = await brain.status({ signal });
  await interaction.editReply(toText(statusText(status, { version, counts: counts(), dialect: DISCORD })));
}

type ForgetTools = Pick<InteractionTools, "brain" | "client" | "desk" | "inbox" | "settings" | "signal">;

/** `/forget`: deletes what is kept of a person everywhere, or of this channel, and gives a receipt. */
export async function answerForget(interaction: ChatInputCommandInteraction, tools: ForgetTools): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const conversation = conversationIn(interaction);
  const what = interaction.options.getString("what", true);
  if (what !== "channel" && what !== "me") return tellPrivately(interaction, "I can forget `me`, or `channel`.");
  // Direct messages are the person's own.
  const may = what === "me" || conversation.space === DIRECT || managesChannel(interaction, tools.settings);
  if (!may) return tellPrivately(interaction, NO_RIGHT);
  const words = interaction.options.getString("since");
  const read = words === null ? undefined : readSince(words, Date.now());
  if (read && "refusal" in read) return tellPrivately(interaction, read.refusal);
  const { inbox, client } = tools;
  const forgetting = { ...tools, ...read, platform: "discord" } as const;
  const spaces = [DIRECT, ...client.guilds.cache.keys(), ...formerGuilds(inbox)];
  const forgotten = await (what === "me"
    ? forgetPerson({ askerId: interaction.user.id, spaces }, forgetting)
    : forgetConversation(conversation, forgetting));
  await interaction.editReply(toText(receiptText(what, forgotten, DISCORD, read?.since)));
}
