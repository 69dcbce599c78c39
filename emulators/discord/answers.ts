import { InteractionType, type Interaction } from "./interaction.ts";
import type { Callback } from "./interaction-shapes.ts";
import { tellDeleted, tellMessage } from "./events.ts";
import { NO_DRAFT, type Draft } from "./message-shapes.ts";
import { change, compose, publish, type Upload } from "./messages.ts";
import { MessageFlag, type Channel, type Message } from "./model.ts";
import { known, refuse, unknownMessage, type State } from "./state.ts";
import { now } from "./transcript.ts";

interface Sent {
  readonly draft: Draft;
  readonly files: readonly Upload[];
}

const ALLOWED: Readonly<Record<number, readonly number[]>> = {
  [InteractionType.command]: [4, 5, 9],
  [InteractionType.component]: [4, 5, 6, 7, 9],
  [InteractionType.autocomplete]: [8],
  [InteractionType.modal]: [4, 5, 6, 7],
};

/** The first response. It counts only within the time that Discord gives; what comes later meets an unknown interaction. */
export function answerInteraction(
  state: State,
  interaction: Interaction,
  given: { body: Callback; files: readonly Upload[] },
): void {
  const { body, files } = given;
  if (interaction.state === "late") throw refuse(404, 10_062, "Unknown interaction");
  if (interaction.state !== "waiting") throw refuse(400, 40_060, "Interaction has already been acknowledged.");
  const isUpdate = body.type === 6 || body.type === 7;
  const isAllowed = ALLOWED[interaction.type]?.includes(body.type) ?? false;
  if (!isAllowed || (isUpdate && interaction.source === undefined))
    throw refuse(400, 50_035, "Invalid interaction response type");
  if (body.type === 4) reply(state, interaction, { draft: body.data, files });
  else if (body.type === 5) defer(state, interaction, body.data?.flags ?? 0);
  else if (body.type === 7) update(state, interaction, { draft: body.data ?? NO_DRAFT, files });
  else if (body.type === 6) interaction.original = interaction.source;
  else if (body.type === 8) interaction.choices = body.data.choices;
  else interaction.modal = { customId: body.data.custom_id, title: body.data.title, components: body.data.components };
  interaction.state = body.type === 5 || body.type === 6 ? "deferred" : "answered";
  interaction.answeredAt = now();
  clearTimeout(interaction.expiry);
  state.changed();
}

function reply(state: State, interaction: Interaction, sent: Sent): void {
  const isEphemeral = ((sent.draft.flags ?? 0) & MessageFlag.EPHEMERAL) !== 0;
  interaction.ephemeral = isEphemeral;
  interaction.original = write(state, interaction, { ...sent, flags: 0 });
}

function defer(state: State, interaction: Interaction, flags: number): void {
  interaction.ephemeral = (flags & MessageFlag.EPHEMERAL) !== 0;
  interaction.original = write(state, interaction, { draft: NO_DRAFT, files: [], flags: flags | MessageFlag.LOADING });
}

function update(state: State, interaction: Interaction, { draft, files }: Sent): void {
  const { source } = interaction;
  if (source === undefined) return;
  interaction.original = source;
  change(state, source, { draft, files });
  if ((source.flags & MessageFlag.EPHEMERAL) === 0) tellMessage(state, "MESSAGE_UPDATE", source);
}

/** Writes an answer; a private one is in no history and no event tells of it. */
function write(
  state: State,
  interaction: Interaction,
  sent: Sent & { flags: number; replyTo?: Message["replyTo"] },
): Message {
  const channel = known(state.channels, interaction.channel, "channel");
  const isCommand = interaction.type === InteractionType.command && sent.replyTo === undefined;
  const message = compose(state, channel, {
    author: state.bot.id,
    draft: sent.draft,
    files: sent.files,
    flags: sent.flags,
    webhook: state.application.id,
    type: sent.replyTo === undefined ? (isCommand ? 20 : 0) : 19,
    ...(sent.replyTo === undefined ? {} : { replyTo: sent.replyTo }),
    interaction: { id: interaction.id, type: interaction.type, user: interaction.user, name: interaction.name },
  });
  interaction.messages.set(message.id, message);
  if ((message.flags & MessageFlag.EPHEMERAL) === 0) publish(state, channel, message);
  else state.changed();
  return message;
}

/** A follow-up; the first one after a deferral takes the placeholder's place. */
export function followUp(state: State, interaction: Interaction, sent: Sent): Message {
  const { original } = interaction;
  if (original !== undefined && (original.flags & MessageFlag.LOADING) !== 0) {
    editAnswer(state, interaction, { message: original, ...sent });
    return original;
  }
  const at = original === undefined || interaction.deleted.has(original.id) ? undefined : original;
  const replyTo = at === undefined ? undefined : { channel: interaction.channel, message: at.id };
  const message = write(state, interaction, { ...sent, flags: 0, ...(replyTo === undefined ? {} : { replyTo }) });
  interaction.followUps.push(message);
  return message;
}

/** The message that `@original` or an id names, while it is there. */
export function answerOf(state: State, interaction: Interaction, id: string): Message {
  const found = id === "@original" ? interaction.original : (interaction.messages.get(id) ?? sourceOf(interaction, id));
  if (found === undefined || interaction.deleted.has(found.id)) throw unknownMessage();
  const isPrivate = (found.flags & MessageFlag.EPHEMERAL) !== 0;
  if (!isPrivate && state.channels.get(found.channel)?.timeline.get(found.id) === undefined) throw unknownMessage();
  return found;
}

const sourceOf = ({ source }: Interaction, id: string): Message | undefined => (source?.id === id ? source : undefined);

/** Edits an answer, and ends "is thinking". */
export function editAnswer(
  state: State,
  interaction: Interaction,
  { message, draft, files }: Sent & { message: Message },
): void {
  change(state, message, { draft, files });
  if (message === interaction.original && interaction.state === "deferred") interaction.state = "answered";
  if ((message.flags & MessageFlag.EPHEMERAL) === 0) tellMessage(state, "MESSAGE_UPDATE", message);
  state.changed();
}

/** Takes an answer away. */
export function deleteAnswer(state: State, interaction: Interaction, message: Message): void {
  const channel: Channel = known(state.channels, interaction.channel, "channel");
  interaction.deleted.add(message.id);
  if (channel.timeline.delete(message.id)) tellDeleted(state, channel, [message.id]);
  state.changed();
}
