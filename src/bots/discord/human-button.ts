import { ComponentType, type ButtonInteraction } from "discord.js";
import { humansFor, type Humans } from "../ask-human.ts";
import { jobOf } from "../inbox-questions.ts";
import type { Given } from "../platform.ts";
import { createApi } from "./api.ts";
import { addressOf, channelOf } from "./from-discord.ts";
import { findFree } from "./message-carrier.ts";
import { NOBODY, toPrivateText, type InteractionTools } from "./interaction-tools.ts";
import { readCustomId } from "../pressed.ts";
import { nonceOf, toMessage } from "./to-discord.ts";

type HumanTools = Pick<InteractionTools, "client" | "inbox" | "settings" | "log" | "signal">;

/** "Ask a human": posts, once for an answer, a message that mentions whom the owner named for that channel, and nobody else. */
export async function askHuman(interaction: ButtonInteraction, given: Given, tools: HumanTools): Promise<void> {
  const { inbox, settings } = tools;
  await interaction.deferUpdate();
  const humans = humansFor(settings, given.conversation);
  if (!humans) {
    await interaction.followUp(toPrivateText("Nobody is named for this channel any more."));
    return;
  }
  const job = jobOf({ platform: "discord", id: `human ${given.answerId}` });
  const isAsked = inbox.sendings(job).some(({ posted }) => posted);
  if (!isAsked) await post(interaction, given, { humans, job, tools });
  await removeButton(interaction);
  await interaction.followUp(toPrivateText(isAsked ? "Somebody was asked about this already." : "Asked."));
}

async function post(
  interaction: ButtonInteraction,
  given: Given,
  { humans, job, tools }: { readonly humans: Humans; readonly job: string; readonly tools: HumanTools },
): Promise<void> {
  const { client, inbox, signal } = tools;
  const { conversation } = given.posted[0];
  const isRetry = inbox.sendings(job).length > 0;
  const sending = inbox.plan(job, 0);
  const api = createApi(client.rest);
  const whom = [...humans.users.map((id) => `<@${id}>`), ...humans.roles.map((id) => `<@&${id}>`)].join(" ");
  const asks = `asks for an answer from a person: ${await addressOfQuestion(given, tools)}`;
  const markdown = `${whom} <@${interaction.user.id}> ${asks}`;
  const mentions = { parse: [], users: [...humans.users], roles: [...humans.roles], replied_user: false };
  const body = { ...toMessage({ markdown, buttons: [] }), allowed_mentions: mentions };
  // Whatever happened to an earlier process: Discord takes a second try for the first one for a while, and later that is looked for.
  const carrying = { api, inbox, selfId: () => client.user?.id ?? "" };
  const of = { sending, target: { conversation }, options: { signal } };
  const earlier = isRetry ? await findFree(carrying, of, [({ content }) => content.endsWith(asks)]) : undefined;
  const message = earlier ?? (await api.create(channelOf(conversation), body, { nonce: nonceOf(job, 0), signal }));
  const url = addressOf(conversation.space, message.channelId, message.id);
  inbox.sent(job, 0, { id: message.id, conversation, url });
}

/** The question's address, or that of its answer where the question was a command and is no message. */
async function addressOfQuestion(
  { conversation, askedId, posted: [answer] }: Given,
  { client, signal }: HumanTools,
): Promise<string> {
  const channel = channelOf(conversation);
  const isMessage = await createApi(client.rest)
    .message(channel, askedId, { signal })
    .then(
      () => true,
      () => false,
    );
  if (isMessage) return addressOf(conversation.space, channel, askedId);
  return answer.url ?? addressOf(conversation.space, channel, answer.id);
}

/** Takes the button away from below the answer, so that everybody sees that somebody was asked. */
async function removeButton(interaction: ButtonInteraction): Promise<void> {
  const rows = interaction.message.components.flatMap((row) =>
    row.type === ComponentType.ActionRow ? [row.toJSON()] : [],
  );
  const components = rows.map((row) => ({
    ...row,
    components: row.components.filter((one) => !("custom_id" in one) || readCustomId(one.custom_id)?.kind !== "human"),
  }));
  await interaction.editReply({ components, allowedMentions: NOBODY });
}
