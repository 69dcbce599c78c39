import { DiscordAPIError, MessageFlags, RESTJSONErrorCodes, type ChatInputCommandInteraction } from "discord.js";
import type { Asked } from "../platform.ts";
import { DIRECT, plainText } from "./from-discord.ts";
import { conversationIn, tellPrivately, type InteractionTools } from "./interaction-tools.ts";

const NOTHING_ASKED = "There is no question in that; write it in plain words.";

/**
 * `/ask`: hands the question to the desk, which writes it down, and acknowledges in the same turn of the event loop: nothing is
 * acknowledged that could be lost.
 */
export async function answerAsk(
  interaction: ChatInputCommandInteraction,
  { desk, log }: Pick<InteractionTools, "desk" | "log">,
): Promise<void> {
  const asked = toAsked(interaction);
  if (asked.message.text === "") return tellPrivately(interaction, NOTHING_ASKED);
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

/** The command as a question. In direct messages nobody else is there to be kept from seeing it. */
export function toAsked(interaction: ChatInputCommandInteraction): Asked {
  const { id, user, token, applicationId, createdAt } = interaction;
  const conversation = conversationIn(interaction);
  const isPrivate = interaction.options.getBoolean("private") === true && conversation.space !== DIRECT;
  return {
    id,
    platform: "discord",
    message: {
      id,
      conversation,
      author: { id: user.id, name: nameOf(interaction), isBot: user.bot },
      text: readable(interaction),
      sentAt: createdAt.toISOString(),
    },
    seenBy: isPrivate ? "asker" : "place",
    files: [],
    route: { interaction: id, token, application: applicationId },
  };
}

function nameOf(interaction: ChatInputCommandInteraction): string {
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
