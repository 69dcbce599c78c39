import type { ApplicationCommandOptionChoiceData, AutocompleteInteraction } from "discord.js";
import { WHEN_EXAMPLES } from "../schedule-words.ts";
import { createSuggest as createDocsSuggest } from "./docs-command.ts";
import { talkIn, type InteractionTools } from "./interaction-tools.ts";

/** What Discord takes of suggestions. */
const MOST = 25;
const LONGEST = 100;

/** Answers what somebody is typing: titles and headings, times, time zones, or schedules to remove. */
export function createSuggest(
  tools: Pick<InteractionTools, "brain" | "desk" | "clearanceOf" | "log" | "signal">,
): (interaction: AutocompleteInteraction) => Promise<void> {
  const docs = createDocsSuggest(tools);
  return async (interaction) => {
    const { name, value } = interaction.options.getFocused(true);
    if (name === "query") return docs(interaction);
    const choices = choicesFor(name, interaction, tools);
    const typed = value.toLowerCase();
    const fitting = choices.filter((choice) => choice.name.toLowerCase().includes(typed));
    await interaction.respond(fitting.slice(0, MOST));
  };
}

function choicesFor(
  option: string,
  interaction: AutocompleteInteraction,
  { desk }: Pick<InteractionTools, "desk">,
): readonly ApplicationCommandOptionChoiceData<string>[] {
  if (option === "when") return WHEN_EXAMPLES.map(asChoice);
  if (option === "zone") return ["UTC", ...Intl.supportedValuesOf("timeZone")].map(asChoice);
  if (option !== "schedule") return [];
  // Those of the configuration are not removed by a command.
  const made = desk.schedules.of(talkIn(interaction).place).filter(({ isConfigured }) => !isConfigured);
  return made.map(({ id, when, zone }) => ({ name: `${id}: ${when}, ${zone}`.slice(0, LONGEST), value: id }));
}

function asChoice(words: string): ApplicationCommandOptionChoiceData<string> {
  return { name: words, value: words };
}
