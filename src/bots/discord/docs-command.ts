import {
  MessageFlags,
  type AutocompleteInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
} from "discord.js";
import type { Audience, Passage } from "../../chat.ts";
import { docsChoices, readSought, type Sought } from "./docs-choices.ts";
import { MOST_PASSAGES, passagesText, shareButton } from "./docs-message.ts";
import { DIRECT } from "./from-discord.ts";
import { conversationIn, tellPrivately, toPrivateText, toText, type InteractionTools } from "./interaction-tools.ts";

/** Passages that suggestions are taken from; several may be of one heading. */
const LOOKED_AT = 60;
/** Suggestions later than this are of no use to somebody who is typing. */
const SUGGEST_MS = 2_000;

type DocsTools = Pick<InteractionTools, "brain" | "clearanceOf" | "linkHosts" | "signal">;

/** Titles and headings for what somebody is typing. A new letter takes the place of a search that still runs for the last one. */
export function createSuggest({
  brain,
  clearanceOf,
  log,
  signal,
}: Pick<InteractionTools, "brain" | "clearanceOf" | "log" | "signal">) {
  const typing = new Map<string, AbortController>();
  return async (interaction: AutocompleteInteraction): Promise<void> => {
    const askerId = interaction.user.id;
    typing.get(askerId)?.abort();
    const overtaken = new AbortController();
    typing.set(askerId, overtaken);
    const options = { signal: AbortSignal.any([signal, overtaken.signal, AbortSignal.timeout(SUGGEST_MS)]) };
    try {
      const words = wordsOf(interaction);
      if (words === "") return await interaction.respond([]);
      const clearance = await clearanceOf(
        { conversation: conversationIn(interaction), askerId, seenBy: "asker" },
        options,
      );
      const hits = await brain.lookup(words, { clearance, limit: LOOKED_AT, ...options });
      await interaction.respond(docsChoices(hits));
    } catch (error) {
      if (!overtaken.signal.aborted)
        log.debug({ err: error, interaction: interaction.id }, "Suggestions came too late");
      if (!interaction.responded) await interaction.respond([]).catch(() => {});
    } finally {
      if (typing.get(askerId) === overtaken) typing.delete(askerId);
    }
  };
}

/** What is being typed; nothing where Discord sends the interaction without it. */
function wordsOf(interaction: AutocompleteInteraction): string {
  const { name, value } = interaction.options.getFocused(true);
  const sought = name === "query" ? readSought(value) : undefined;
  return sought?.kind === "words" ? sought.words : "";
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
  const passages = await find(sought, clearance, tools);
  if (passages.length === 0) return tellPrivately(interaction, nothingFound(sought));
  // In direct messages nobody else is there to share with.
  const components = conversation.space === DIRECT ? [] : shareButton(wordsIn(sought));
  await interaction.editReply({ ...toText(passagesText(passages, { linkHosts })), components });
}

/** "Share here": posts what every reader of the place may read of it, where the person may write there. */
export async function shareDocs(interaction: ButtonInteraction, words: string, tools: DocsTools): Promise<void> {
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
  const passages = sought ? await find(sought, clearance, tools) : [];
  if (passages.length === 0) {
    await interaction.followUp(
      toPrivateText("Not everybody who reads this channel may read that, so it stays with you."),
    );
    return;
  }
  await interaction.editReply({ components: [] });
  await interaction.followUp(toText(`<@${interaction.user.id}> shares:\n${passagesText(passages, { linkHosts })}`));
}

async function find(
  sought: Sought,
  clearance: readonly Audience[],
  { brain, signal }: Pick<DocsTools, "brain" | "signal">,
): Promise<readonly Passage[]> {
  if (sought.kind === "words") {
    const hits = await brain.lookup(sought.words, { clearance, limit: MOST_PASSAGES, signal });
    return hits.map(({ passage }) => passage);
  }
  const passages = await brain.document(sought.documentId, { clearance, signal });
  return passages.filter(({ id }) => id === sought.id);
}

function wordsIn(sought: Sought): string {
  return sought.kind === "words" ? sought.words : `=${sought.id}`;
}

function nothingFound(sought: Sought): string {
  return sought.kind === "words"
    ? "Nothing was found; try fewer or other words."
    : "That is no longer there; look it up again.";
}
