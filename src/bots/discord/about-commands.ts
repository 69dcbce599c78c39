import { setTimeout as delay } from "node:timers/promises";
import { MessageFlags, type ChatInputCommandInteraction } from "discord.js";
import type { ChatMessage, Conversation } from "../../chat.ts";
import type { Forgotten } from "../../brain/brain.ts";
import { privacyText, receiptText, statusText } from "./about-text.ts";
import { channelOf, DIRECT } from "./from-discord.ts";
import { conversationIn, managesChannel, tellPrivately, toText, type InteractionTools } from "./interaction-tools.ts";

/** How often, and for how long, it is looked whether stopped answers have come to their end. */
const LOOK_MS = 100;
const LOOKS = 50;

const NO_RIGHT = "That takes the permission Manage Channels in this channel; `/forget what:me` is for everybody.";

/** `/privacy`: what is kept here, for how long, and where. */
export async function answerPrivacy(
  interaction: ChatInputCommandInteraction,
  { brain, settings, signal }: Pick<InteractionTools, "brain" | "settings" | "signal">,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await interaction.editReply(toText(privacyText(await brain.status({ signal }), settings)));
}

/** `/status`: what was read, what writes, and how it is. */
export async function answerStatus(
  interaction: ChatInputCommandInteraction,
  { brain, version, counts, signal }: Pick<InteractionTools, "brain" | "version" | "counts" | "signal">,
): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const status = await brain.status({ signal });
  await interaction.editReply(toText(statusText(status, { version, counts: counts() })));
}

type ForgetTools = Pick<InteractionTools, "brain" | "client" | "desk" | "inbox" | "settings" | "signal">;

/** `/forget`: deletes what is kept of a person everywhere, or of this channel, and gives a receipt. */
export async function answerForget(interaction: ChatInputCommandInteraction, tools: ForgetTools): Promise<void> {
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  const conversation = conversationIn(interaction);
  const what = interaction.options.getString("what", true);
  if (what !== "channel" && what !== "me") return tellPrivately(interaction, "I can forget `me`, or `channel`.");
  // Direct messages are the person's own.
  const may = what === "me" || conversation.space === DIRECT || managesChannel(interaction, tools.settings);
  if (!may) return tellPrivately(interaction, NO_RIGHT);
  const forgotten = await (what === "me"
    ? forgetPerson(interaction.user.id, tools)
    : forgetConversation(conversation, tools));
  await interaction.editReply(toText(receiptText(what, forgotten)));
}

type Count = Forgotten & { readonly rows: number };
const NOTHING: Count = { messages: 0, answers: 0, ratings: 0, rows: 0 };

async function forgetPerson(askerId: string, tools: ForgetTools): Promise<Count> {
  const { brain, client, inbox, signal } = tools;
  await stopAnswering(({ author }) => author.id === askerId, tools);
  let sum = NOTHING;
  for (const space of [DIRECT, ...client.guilds.cache.keys()]) {
    const rows = inbox.forget({ platform: "discord", space, askerId });
    sum = add(sum, { rows, ...(await brain.forget({ platform: "discord", space, askerId }, { signal })) });
  }
  return sum;
}

async function forgetConversation({ space, channel, thread }: Conversation, tools: ForgetTools): Promise<Count> {
  const { brain, inbox, signal } = tools;
  await stopAnswering(
    ({ conversation }) => (thread === undefined ? conversation.channel === channel : conversation.thread === thread),
    tools,
  );
  const of = { platform: "discord", space, channel, ...(thread !== undefined && { thread }) } as const;
  const rows = inbox.forget({ platform: "discord", space, channel: channelOf(of) });
  return { rows, ...(await brain.forget(of, { signal })) };
}

/** Stops answers in hand and waits a while for their ends, since what is kept of an answer is written down last. */
async function stopAnswering(
  isMeant: (message: ChatMessage) => boolean,
  { desk, inbox, signal }: ForgetTools,
): Promise<void> {
  const open = () => inbox.open("discord").filter(({ asked }) => isMeant(asked.message));
  for (const { job, asked } of open()) desk.stop(job, asked.message.author.id);
  for (let look = 0; look < LOOKS && open().length > 0; look++) await delay(LOOK_MS, undefined, { signal });
}

function add(one: Count, other: Count): Count {
  return {
    messages: one.messages + other.messages,
    answers: one.answers + other.answers,
    ratings: one.ratings + other.ratings,
    rows: one.rows + other.rows,
  };
}
