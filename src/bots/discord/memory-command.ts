import { MessageFlags, type ChatInputCommandInteraction, type CommandInteraction } from "discord.js";
import { answerMemory, type MemoryRequest } from "../memory-command.ts";
import type { CommandAsked } from "../command-tools.ts";
import { nameOf } from "./ask-command.ts";
import { DISCORD } from "./dialect.ts";
import { managesChannel, talkIn, tellPrivately, toText, type InteractionTools } from "./interaction-tools.ts";

/** What to say where Discord shows no more than mentions. */
export const CANNOT_HEAR =
  "I cannot hear what is said here: Discord shows me only messages that mention me. Whoever runs me can change that: in the " +
  "Discord Developer Portal, **Bot**, switch on **Message Content Intent**; set `discord.messageContent: true` in the configuration; " +
  "and start me again.";

const UNKNOWN = "I know `on`, `off`, `status`, `opt-out` and `opt-in`.";

/** What commands about a channel's talk work with. */
export type TalkTools = Pick<InteractionTools, "brain" | "desk" | "settings" | "clearanceOf" | "signal" | "log">;

/** `/memory`: whether what is said here is kept, for the person alone; the notice that it is goes into the channel by itself. */
export async function answerMemoryCommand(interaction: ChatInputCommandInteraction, tools: TalkTools): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const request = readRequest(interaction);
  if (!request) return tellPrivately(interaction, UNKNOWN);
  if (request.kind === "on" && !tools.settings.messageContent) return tellPrivately(interaction, CANNOT_HEAR);
  const says = await answerMemory(request, askedBy(interaction, tools), { ...tools, dialect: DISCORD });
  await interaction.editReply(toText(says));
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
