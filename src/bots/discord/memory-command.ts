import { ChannelType, MessageFlags, type ChatInputCommandInteraction, type CommandInteraction } from "discord.js";
import { answerMemory, type MemoryRequest } from "../memory-command.ts";
import type { CommandAsked } from "../command-tools.ts";
import { nameOf } from "./ask-command.ts";
import { DISCORD } from "./dialect.ts";
import { managesChannel, talkIn, tellPrivately, toText, type InteractionTools } from "./interaction-tools.ts";
import { shownPermission } from "./rights-needed.ts";

/** What to say where Discord shows no more than mentions. */
export const CANNOT_HEAR =
  "I cannot hear what is said here: Discord shows me only messages that mention me. Whoever runs me can change that: in the " +
  "Discord Developer Portal, **Bot**, switch on **Message Content Intent**; set `discord.messageContent: true` in the configuration; " +
  "and start me again.";

const FORUM =
  "A forum has no place of its own where I could tell everybody that what is said there is kept, so I keep nothing of it.";

const NOT_IN = "I hear nothing here: I am not in this thread. Mention me in it first; then please try again.";

const UNKNOWN = "I know `on`, `off`, `status`, `opt-out` and `opt-in`.";

/** What commands about a channel's talk work with. */
export type TalkTools = Pick<InteractionTools, "brain" | "desk" | "settings" | "clearanceOf" | "signal" | "log">;

/** `/memory`: whether what is said here is kept, for the person alone; the notice that it is goes into the channel by itself. */
export async function answerMemoryCommand(interaction: ChatInputCommandInteraction, tools: TalkTools): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const request = readRequest(interaction);
  if (!request) return tellPrivately(interaction, UNKNOWN);
  const asked = askedBy(interaction, tools);
  const why = request.kind === "on" && asked.may ? whyNot(interaction, tools) : undefined;
  const says = why ?? (await answerMemory(request, asked, { ...tools, dialect: DISCORD }));
  await interaction.editReply(toText(says));
}

/** Why the talk of a place cannot be kept; undefined where it can. */
function whyNot(interaction: CommandInteraction, { settings }: Pick<TalkTools, "settings">): string | undefined {
  if (!settings.messageContent) return CANNOT_HEAR;
  if (isInForum(interaction)) return FORUM;
  // Discord tells of no private thread that Hearth is not in, nor of one that is archived.
  if (interaction.channel === null) return NOT_IN;
  // The notice goes into the channel, of whose threads this one is, or into the private thread.
  const isPrivate = interaction.channel?.type === ChannelType.PrivateThread;
  const send = isPrivate ? ("SendMessagesInThreads" as const) : ("SendMessages" as const);
  const needed = ["ViewChannel" as const, send, "ReadMessageHistory" as const];
  const missing = needed.filter((name) => !interaction.appPermissions.has(name));
  if (missing.length === 0) return undefined;
  return (
    `I cannot hear what is said here and tell everybody that it is kept: in this channel I lack ${missing.map(shownPermission).join(", ")}. ` +
    "Somebody who manages it can give me that: Edit Channel, Permissions, my role; then please try again."
  );
}

/** Whether something was asked in a post of a forum: the forum itself takes no messages. */
export function isInForum({ channel }: Pick<CommandInteraction, "channel">): boolean {
  const type = channel?.isThread() === true ? channel.parent?.type : undefined;
  return type === ChannelType.GuildForum || type === ChannelType.GuildMedia;
}

/** Who wants something of which place, and whether they manage it, by the rights that came with the interaction. */
export function askedBy(interaction: CommandInteraction, { settings }: Pick<TalkTools, "settings">): CommandAsked {
  return {
    place: talkIn(interaction).place,
    person: { id: interaction.user.id, name: nameOf(interaction) },
    may: managesChannel(interaction, settings),
  };
}

function readRequest({ options }: ChatInputCommandInteraction): MemoryRequest | undefined {
  const kind = options.getSubcommand();
  if (kind === "off" || kind === "status" || kind === "opt-out" || kind === "opt-in") return { kind };
  if (kind !== "on") return undefined;
  const [days, backfillDays] = [options.getInteger("days"), options.getInteger("backfill")];
  return { kind, ...(days !== null && { days }), ...(backfillDays !== null && { backfillDays }) };
}
