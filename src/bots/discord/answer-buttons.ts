import { ButtonStyle, ComponentType, MessageFlags, type ButtonInteraction } from "discord.js";
import type { Rating } from "../../brain/brain.ts";
import type { Given } from "../platform.ts";
import { unrateId } from "../pressed.ts";
import type { Ratings } from "../ratings.ts";
import { whyText } from "../why-text.ts";
import { DISCORD } from "./dialect.ts";
import { managesChannel, toPrivateText, toText, type InteractionTools } from "./interaction-tools.ts";

/** "Stop": ends the writing; what is there stands. It is the asker's, and theirs who manage the channel. */
export async function stopWriting(
  interaction: ButtonInteraction,
  job: string,
  { desk, inbox, settings }: Pick<InteractionTools, "desk" | "inbox" | "settings">,
): Promise<void> {
  const asker = inbox.open("discord").find((open) => open.job === job)?.asked.message.author.id;
  const stopped = desk.stop(job, managesChannel(interaction, settings) ? (asker ?? "") : interaction.user.id);
  await interaction.deferUpdate();
  if (stopped === "not yours") {
    await interaction.followUp(toPrivateText("Only who asked can stop this, or who manages the channel."));
  } else if (stopped === "over") {
    await interaction.followUp(toPrivateText("That answer is finished already."));
  }
}

type RatingTools = { readonly ratings: Ratings };

/** 👍 and 👎: keeps a person's last word; the same again takes it back. Anybody who sees the answer may. */
export async function rate(
  interaction: ButtonInteraction,
  { answerId, rating }: { readonly answerId: string; readonly rating: Rating },
  { ratings }: RatingTools,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const { says, isKept } = await ratings.rate({ answerId, personId: interaction.user.id, rating });
  const button = {
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: "Take it back",
    custom_id: unrateId(answerId),
  } as const;
  const components = isKept ? [{ type: ComponentType.ActionRow, components: [button] } as const] : [];
  await interaction.editReply({ ...toText(says), components });
}

/** "Take it back", below the thanks for a rating. */
export async function unrate(
  interaction: ButtonInteraction,
  answerId: string,
  { ratings }: RatingTools,
): Promise<void> {
  await interaction.deferUpdate();
  const { says } = await ratings.takeBack({ answerId, personId: interaction.user.id });
  await interaction.editReply({ ...toText(says), components: [] });
}

/** "Why?": how the answer came about, for the person alone, with the passages that they may read themselves. */
export async function explainWhy(
  interaction: ButtonInteraction,
  { answerId, conversation }: Given,
  tools: Pick<InteractionTools, "brain" | "clearanceOf" | "version" | "signal">,
): Promise<void> {
  const { brain, clearanceOf, version, signal } = tools;
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const clearance = await clearanceOf({ conversation, askerId: interaction.user.id, seenBy: "asker" }, { signal });
  const why = await brain.why(answerId, { clearance, signal });
  const text = why ? whyText(why, { version, dialect: DISCORD }) : "How that answer came about is no longer known.";
  await interaction.editReply(toText(text));
}
