import {
  ButtonStyle,
  ComponentType,
  MessageFlags,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
} from "discord.js";
import { docsChoices, readSought } from "../docs-choices.ts";
import { findPassages, nothingFound, wordsIn } from "../docs-find.ts";
import { createSuggest as createSuggestions } from "../docs-suggest.ts";
import { passagesText } from "../docs-text.ts";
import { jobOf } from "../inbox-questions.ts";
import { shareId } from "../pressed.ts";
import { DIRECT } from "./from-discord.ts";
import { conversationIn, tellPrivately, toPrivateText, toText, type InteractionTools } from "./interaction-tools.ts";

/** What Discord takes of suggestions. */
const CHOICES = { most: 25, longest: 100 };

type DocsTools = Pick<InteractionTools, "brain" | "clearanceOf" | "linkHosts" | "signal">;

/** Answers what somebody is typing with titles and headings. */
export function createSuggest(
  tools: Pick<InteractionTools, "brain" | "clearanceOf" | "log" | "signal">,
): (interaction: AutocompleteInteraction) => Promise<void> {
  const suggest = createSuggestions(tools);
  return async (interaction) => {
    const { name, value } = interaction.options.getFocused(true);
    const typed = { conversation: conversationIn(interaction), askerId: interaction.user.id, value };
    // Discord may send an interaction without what is being typed.
    const hits = name === "query" ? await suggest(typed) : [];
    await interaction.respond(docsChoices(hits, CHOICES));
  };
}

/** `/docs`: passages for words, or the one that was chosen, for the person alone. */
export async function answerDocs(interaction: ChatInputCommandInteraction, tools: DocsTools): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const { clearanceOf, linkHosts, signal } = tools;
  const query = interaction.options.getString("query", true);
  const sought = readSought(query);
  if (!sought) return tellPrivately(interaction, "There are no words in that to look for.");
  const conversation = conversationIn(interaction);
  const clearance = await clearanceOf({ conversation, askerId: interaction.user.id, seenBy: "asker" }, { signal });
  const passages = await findPassages(sought, clearance, tools);
  if (passages.length === 0) return tellPrivately(interaction, nothingFound(sought));
  // In direct messages nobody else is there to share with.
  const components = conversation.space === DIRECT ? [] : shareButton(wordsIn(sought));
  await interaction.editReply({ ...toText(passagesText(passages, { linkHosts })), components });
}

/** "Share here": posts what every reader of the place may read of it, where the person may write there. */
export async function shareDocs(
  interaction: ButtonInteraction,
  words: string,
  tools: DocsTools & Pick<InteractionTools, "inbox">,
): Promise<void> {
  await interaction.deferUpdate();
  const { clearanceOf, linkHosts, signal } = tools;
  const conversation = conversationIn(interaction);
  const right = conversation.thread === undefined ? "SendMessages" : "SendMessagesInThreads";
  if (interaction.memberPermissions?.has(right) !== true) {
    await interaction.followUp(toPrivateText("You may not write here yourself, so I do not do it for you."));
    return;
  }
  const sought = readSought(words);
  const clearance = await clearanceOf({ conversation, askerId: interaction.user.id, seenBy: "place" }, { signal });
  const passages = sought ? await findPassages(sought, clearance, tools) : [];
  if (passages.length === 0) {
    await interaction.followUp(
      toPrivateText("Not everybody who reads this channel may read that, so it stays with you."),
    );
    return;
  }
  // Pressed twice quickly, it is shared once.
  const job = jobOf({ platform: "discord", id: `share ${interaction.message.id}` });
  if (tools.inbox.sendings(job).length > 0) return;
  tools.inbox.plan(job, 0);
  await interaction.editReply({ components: [] });
  await interaction.followUp(toText(`<@${interaction.user.id}> shares:\n${passagesText(passages, { linkHosts })}`));
}

/** The button that posts what was found where everybody reads it. */
function shareButton(words: string) {
  return [
    {
      type: ComponentType.ActionRow,
      components: [
        { type: ComponentType.Button, style: ButtonStyle.Secondary, label: "Share here", custom_id: shareId(words) },
      ],
    },
  ] as const;
}
