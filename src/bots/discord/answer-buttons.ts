import { ButtonStyle, ComponentType, MessageFlags, type ButtonInteraction } from "discord.js";
import type { Rating } from "../../brain/brain.ts";
import type { Given } from "../platform.ts";
import { managesChannel, toPrivateText, toText, type InteractionTools } from "./interaction-tools.ts";
import { unrateId } from "./pressed.ts";
import { whyText } from "./why-text.ts";

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

/** What people said of answers since this process started, so that pressing the same again takes it back. */
export interface Ratings {
  said(answerId: string, personId: string): Rating | undefined;
  keep(answerId: string, personId: string, rating: Rating | undefined): void;
}

const MOST_RATINGS = 5_000;

/** Remembers the last ratings. */
export function createRatings(): Ratings {
  const ratings = new Map<string, Rating>();
  const keyOf = (answerId: string, personId: string) => `${answerId} ${personId}`;
  return {
    said: (answerId, personId) => ratings.get(keyOf(answerId, personId)),
    keep(answerId, personId, rating) {
      ratings.delete(keyOf(answerId, personId));
      if (rating) ratings.set(keyOf(answerId, personId), rating);
      const [oldest] = ratings.keys();
      if (ratings.size > MOST_RATINGS && oldest !== undefined) ratings.delete(oldest);
    },
  };
}

const TAKEN_BACK = "Taken back.";
const THANKS: Readonly<Record<Rating, string>> = {
  up: "Thank you: noted as helpful 👍",
  down: "Thank you: noted as not helpful 👎",
};

type RatingTools = Pick<InteractionTools, "brain" | "signal"> & { readonly ratings: Ratings };

/** 👍 and 👎: keeps a person's last word; the same again takes it back. Anybody who sees the answer may. */
export async function rate(
  interaction: ButtonInteraction,
  { answerId, rating }: { readonly answerId: string; readonly rating: Rating },
  { brain, ratings, signal }: RatingTools,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const personId = interaction.user.id;
  const isAgain = ratings.said(answerId, personId) === rating;
  await brain.rate({ answerId, personId, ...(!isAgain && { rating }) }, { signal });
  ratings.keep(answerId, personId, isAgain ? undefined : rating);
  const button = {
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    label: "Take it back",
    custom_id: unrateId(answerId),
  } as const;
  const components = isAgain ? [] : [{ type: ComponentType.ActionRow, components: [button] } as const];
  await interaction.editReply({ ...toText(isAgain ? TAKEN_BACK : THANKS[rating]), components });
}

/** "Take it back", below the thanks for a rating. */
export async function unrate(
  interaction: ButtonInteraction,
  answerId: string,
  { brain, ratings, signal }: RatingTools,
): Promise<void> {
  await interaction.deferUpdate();
  const personId = interaction.user.id;
  await brain.rate({ answerId, personId }, { signal });
  ratings.keep(answerId, personId, undefined);
  await interaction.editReply({ ...toText(TAKEN_BACK), components: [] });
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
  const text = why ? whyText(why, { version }) : "How that answer came about is no longer known.";
  await interaction.editReply(toText(text));
}
