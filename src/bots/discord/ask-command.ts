import {
  DiscordAPIError,
  MessageFlags,
  RESTJSONErrorCodes,
  type ChatInputCommandInteraction,
  type CommandInteraction,
} from "discord.js";
import type { Asked, Wanted } from "../platform.ts";
import { plainText } from "./from-discord.ts";
import { conversationIn, tellPrivately, type InteractionTools } from "./interaction-tools.ts";

const NOTHING_ASKED = "There is no question in that; write it in plain words.";

/** `/ask`: hands the question to the desk. In direct messages nobody else is there to be kept from seeing it. */
export async function answerAsk(
  interaction: ChatInputCommandInteraction,
  tools: Pick<InteractionTools, "desk" | "log">,
): Promise<void> {
  const text = readable(interaction);
  if (text === "") return tellPrivately(interaction, NOTHING_ASKED);
  const isPrivate = interaction.options.getBoolean("private") === true && interaction.guildId !== null;
  await handOver(interaction, toAsked(interaction, { text, isPrivate }), tools);
}

/**
 * Hands what was asked by a command to the desk, which writes it down, and acknowledges in the same turn of the event loop: nothing is
 * acknowledged that could be lost.
 */
export async function handOver(
  interaction: CommandInteraction,
  asked: Asked,
  { desk, log }: Pick<InteractionTools, "desk" | "log">,
): Promise<void> {
  desk.ask(asked);
  try {
    await interaction.deferReply(asked.seenBy === "asker" ? { flags: MessageFlags.Ephemeral } : {});
  } catch (error) {
    // The question is written down all the same, and its answer finds another way. An event that came twice is acknowledged already.
    if (!isAcknowledged(error)) log.warn({ err: error, interaction: interaction.id }, "A command was not acknowledged");
  }
}

function isAcknowledged(error: unknown): boolean {
  return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
}

/** A command as a question, or as something wanted. */
export function toAsked(
  interaction: CommandInteraction,
  of: { readonly text: string; readonly isPrivate: boolean; readonly wanted?: Wanted },
): Asked {
  const { id, user, token, applicationId, createdAt } = interaction;
  const { text, isPrivate, wanted } = of;
  return {
    id,
    platform: "discord",
    message: {
      id,
      conversation: conversationIn(interaction),
      author: { id: user.id, name: nameOf(interaction), isBot: user.bot },
      text,
      sentAt: createdAt.toISOString(),
    },
    seenBy: isPrivate ? "asker" : "place",
    files: [],
    ...(wanted && { wanted }),
    route: { interaction: id, token, application: applicationId },
  };
}

/** What somebody is called where they used a command. */
export function nameOf(interaction: CommandInteraction): string {
  return interaction.inCachedGuild() ? interaction.member.displayName : interaction.user.displayName;
}

/** The question with mentions as names, as far as they are known. */
function readable({ options, client, guild }: ChatInputCommandInteraction): string {
  const content = options.getString("question", true);
  const ids = [...content.matchAll(/<@!?(\d+)>/g)].map(([, id = ""]) => id);
  const mentions = ids.flatMap((id) => {
    const name = guild?.members.cache.get(id)?.displayName ?? client.users.cache.get(id)?.displayName;
    return name === undefined ? [] : [{ id, name }];
  });
  return plainText(
    { content, mentions },
    {
      selfId: client.user.id,
      bots: [],
      hasContent: true,
      nameOf: (kind, id) => (kind === "channel" ? guild?.channels : guild?.roles)?.cache.get(id)?.name,
    },
  );
}
