import type { Conversation } from "../chat.ts";

/** The people and roles that "Ask a human" mentions, by their ids. */
export interface Humans {
  readonly users: readonly string[];
  readonly roles: readonly string[];
}

/** The owner's setting: whom to mention in a channel, or, in entries without a channel, wherever no other entry is for. */
export interface HumanSettings {
  readonly askHuman: readonly { readonly channel?: string | undefined; readonly mention: readonly string[] }[];
}

/**
 * Whom the owner wants mentioned in a conversation: those of its thread, else of its channel, else of the entries without a channel.
 * Undefined where there is nobody, and in direct messages, where a mention reaches no one.
 */
export function humansFor(settings: HumanSettings, { space, thread, channel }: Conversation): Humans | undefined {
  // A guild's id is a number; direct messages are in no guild.
  if (!/^\d+$/.test(space)) return undefined;
  const entries = [thread, channel, undefined]
    .map((place, index) => (index === 0 && place === undefined ? [] : mentionsOf(settings, place)))
    .find((mentions) => mentions.length > 0);
  if (entries === undefined) return undefined;
  return { users: idsOf(entries, "user"), roles: idsOf(entries, "role") };
}

function mentionsOf({ askHuman }: HumanSettings, place: string | undefined): string[] {
  return askHuman.filter(({ channel }) => channel === place).flatMap(({ mention }) => mention);
}

function idsOf(mentions: readonly string[], kind: "user" | "role"): string[] {
  const ids = mentions.filter((mention) => mention.startsWith(`${kind}:`)).map((mention) => mention.slice(5));
  return [...new Set(ids)];
}
