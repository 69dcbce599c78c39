import { MessageFlags, type ChatInputCommandInteraction, type MessageContextMenuCommandInteraction } from "discord.js";
import { wantCatchUp } from "../catch-up-command.ts";
import { answerSchedule, type ScheduleRequest, wantDigest, wantSummary } from "../digest-command.ts";
import { handOver, toAsked } from "./ask-command.ts";
import { DISCORD } from "./dialect.ts";
import { managesOther, talkIn, tellPrivately, toText } from "./interaction-tools.ts";
import { askedBy, CANNOT_HEAR, isInForum, type TalkTools } from "./memory-command.ts";

const UNKNOWN = "I know `now`, `schedule`, `list` and `remove`.";
const FORUM =
  "A digest cannot be posted in a forum, which takes nothing but posts. Name another `channel`, or have it sent to you by `direct`.";
const TWO_TARGETS = "A digest goes to one place: a `channel`, or to you by `direct`. Schedule it twice to have both.";

/** `/digest`: one at once, or those that come by the clock. */
export async function answerDigest(interaction: ChatInputCommandInteraction, tools: TalkTools): Promise<void> {
  const { options } = interaction;
  if (options.getSubcommand() === "now") {
    const isPrivate = options.getBoolean("private") === true;
    return want(interaction, tools, { text: "/digest", isPrivate, ask: wantDigest });
  }
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const request = readRequest(interaction, tools);
  if (typeof request === "string") return tellPrivately(interaction, request);
  const says = await answerSchedule(request, askedBy(interaction, tools), { ...tools, dialect: DISCORD });
  await interaction.editReply(toText(says));
}

/** `/catchup`: what the person missed here, for them alone. */
export function answerCatchUp(interaction: ChatInputCommandInteraction, tools: TalkTools): Promise<void> {
  return want(interaction, tools, { text: "/catchup", isPrivate: true, ask: wantCatchUp });
}

/** "Summarise from here", on a message: what was said since, for the person alone; where talk is not kept, it is read for this. */
export async function answerSummarise(
  interaction: MessageContextMenuCommandInteraction,
  tools: TalkTools,
): Promise<void> {
  if (!tools.settings.messageContent) return tellPrivately(interaction, CANNOT_HEAR);
  const from = interaction.targetMessage.createdAt.toISOString();
  const { wanted } = wantSummary({ ...talkIn(interaction), from });
  await handOver(interaction, toAsked(interaction, { text: interaction.commandName, isPrivate: true, wanted }), tools);
}

async function want(
  interaction: ChatInputCommandInteraction,
  tools: TalkTools,
  of: { readonly text: string; readonly isPrivate: boolean; readonly ask: typeof wantDigest },
): Promise<void> {
  const since = interaction.options.getString("since");
  const found = of.ask({ ...talkIn(interaction), ...(since !== null && { since }) }, { ...tools, dialect: DISCORD });
  if ("refusal" in found) return tellPrivately(interaction, found.refusal);
  await handOver(interaction, toAsked(interaction, { ...of, wanted: found.wanted }), tools);
}

/** What is wanted of the schedules of a place; a sentence where that cannot be. */
function readRequest(interaction: ChatInputCommandInteraction, tools: TalkTools): ScheduleRequest | string {
  const { options } = interaction;
  switch (options.getSubcommand()) {
    case "schedule":
      return readSchedule(interaction, tools);
    case "list":
      return { kind: "list" };
    case "remove":
      return { kind: "remove", schedule: options.getString("schedule", true) };
    default:
      return UNKNOWN;
  }
}

function readSchedule(interaction: ChatInputCommandInteraction, { settings }: TalkTools): ScheduleRequest | string {
  const { options, user } = interaction;
  const [zone, channel, quiet] = [options.getString("zone"), options.getChannel("channel"), options.getString("quiet")];
  const isDirect = options.getBoolean("direct") === true;
  if (channel && isDirect) return TWO_TARGETS;
  if (!channel && !isDirect && isInForum(interaction)) return FORUM;
  const { place } = talkIn(interaction);
  const other = channel && {
    kind: "place" as const,
    place: { ...place, channel: channel.id },
    may: managesOther(interaction, channel.id, settings),
  };
  const to = other ?? (isDirect ? { kind: "people" as const, ids: [user.id] } : { kind: "here" as const });
  return {
    kind: "schedule",
    when: options.getString("when", true),
    ...(zone !== null && { zone }),
    to,
    ...((quiet === "skip" || quiet === "say") && { quiet }),
  };
}
