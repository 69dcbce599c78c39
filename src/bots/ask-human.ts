import type { Conversation } from "../chat.ts";

/** The people and roles (in Slack: user groups) that "Ask a human" mentions, by their ids. */
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
export function humansFor(settings: HumanSettings, conversation: Conversation): Humans | undefined {
  if (isDirect(conversation)) return undefined;
  const { thread, channel } = conversation;
  const entries = [thread, channel, undefined]
    .map((place, index) => (index === 0 && place === undefined ? [] : mentionsOf(settings, place)))
    .find((mentions) => mentions.length > 0);
  if (entries === undefined) return undefined;
  return { users: idsOf(entries, "user"), roles: [...idsOf(entries, "role"), ...idsOf(entries, "group")] };
}

/** Whether nobody but the asker reads there: Discord has a name for the space of direct messages, and in Slack a channel's id says so. */
export function isDirect({ platform, space, channel }: Conversation): boolean {
  return platform === "slack" ? channel.startsWith("D") : space === "@me";
}

function mentionsOf({ askHuman }: HumanSettings, place: string | undefined): string[] {
  return askHuman.filter(({ channel }) => channel === place).flatMap(({ mention }) => mention);
}

function idsOf(mentions: readonly string[], kind: "user" | "role" | "group"): string[] {
  const ids = mentions
    .filter((mention) => mention.startsWith(`${kind}:`))
    .map((mention) => mention.slice(kind.length + 1));
  return [...new Set(ids)];
}
