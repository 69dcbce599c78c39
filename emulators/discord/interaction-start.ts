import { randomBytes } from "node:crypto";
import type { Interaction } from "./interaction.ts";
import { handleOf, type InteractionHandle } from "./interaction-handle.ts";
import { messageObject } from "./message-wire.ts";
import { ChannelType, type Channel, type Message } from "./model.ts";
import { known, permissionsIn, type State } from "./state.ts";
import { now } from "./transcript.ts";
import { channelObject, fullMember, threadFor, userObject, type Json } from "./wire.ts";

/** An interaction that is about to begin. */
export interface Start {
  readonly type: number;
  readonly by: string;
  readonly channel: Channel;
  readonly data: Json;
  readonly name?: string;
  readonly source?: Message | undefined;
}

/** Begins an interaction: its time runs, and the bot is told. */
export function startInteraction(state: State, { type, by, channel, data, name, source }: Start): InteractionHandle {
  const interaction: Interaction = {
    id: state.id(),
    token: randomBytes(24).toString("base64url"),
    type,
    at: now(),
    channel: channel.id,
    user: by,
    name,
    source,
    state: "waiting",
    answeredAt: undefined,
    ephemeral: false,
    original: undefined,
    deleted: new Set(),
    messages: new Map(),
    followUps: [],
    choices: undefined,
    modal: undefined,
    expiry: undefined,
    tokenEndsAt: now() + state.limits.tokenMs,
  };
  keep(state, interaction);
  interaction.expiry = setTimeout(() => {
    interaction.state = "late";
    state.changed();
  }, state.limits.answerMs).unref();
  state.send({ t: "INTERACTION_CREATE", d: gatewayInteraction(state, interaction, { channel, data }), intent: 0 });
  return handleOf(state, interaction);
}

const KEPT = 20_000;

function keep(state: State, interaction: Interaction): void {
  state.interactions.set(interaction.token, interaction);
  const [oldest] = state.interactions.keys();
  if (state.interactions.size > KEPT && oldest !== undefined) state.interactions.delete(oldest);
}

function gatewayInteraction(
  state: State,
  { id, token, type, user, source }: Interaction,
  { channel, data }: { channel: Channel; data: Json },
): Json {
  const guild = state.guilds.get(channel.guild ?? "");
  const member = guild?.members.get(user);
  const place = channel.thread === undefined ? channelObject(state, channel) : threadFor(state, channel, user);
  const person =
    member === undefined
      ? { user: userObject(known(state.users, user, "user")) }
      : { member: { ...fullMember(state, member), permissions: String(permissionsIn(state, user, channel)) } };
  return {
    id,
    application_id: state.application.id,
    type,
    token,
    version: 1,
    data,
    channel_id: channel.id,
    channel: place,
    ...(guild === undefined
      ? {}
      : { guild_id: guild.id, guild: { id: guild.id, locale: "en-US", features: [] }, guild_locale: "en-US" }),
    ...person,
    locale: "en-US",
    app_permissions: String(permissionsIn(state, state.bot.id, channel)),
    entitlements: [],
    authorizing_integration_owners: { "0": guild?.id ?? "0" },
    context: channel.type === ChannelType.dm ? 1 : 0,
    attachment_size_limit: 10_485_760,
    ...(source === undefined ? {} : { message: messageObject(state, source, true) }),
  };
}
