import {
  type APIActionRowComponent,
  type APIAllowedMentions,
  type APIButtonComponentWithCustomId,
  ButtonStyle,
  ComponentType,
  MessageFlags,
} from "discord.js";
import { gateLine } from "../gate.ts";
import type { Button, Content } from "../platform.ts";

/** Characters of one message of a bot. */
export const LONGEST_MESSAGE = 2_000;

/** Nobody is ever notified by what is shown, not even whoever is replied to. */
export const NO_MENTIONS: APIAllowedMentions = { parse: [], users: [], roles: [], replied_user: false };

/** What a message that Hearth sends or edits consists of. */
export interface MessageBody {
  readonly content: string;
  readonly components: APIActionRowComponent<APIButtonComponentWithCustomId>[];
  readonly allowed_mentions: APIAllowedMentions;
  readonly flags: number;
}

/** Five fit one row. */
const LABELS: Readonly<Record<Button["kind"], { readonly label?: string; readonly emoji?: string }>> = {
  stop: { label: "Stop" },
  up: { emoji: "👍" },
  down: { emoji: "👎" },
  why: { label: "Why?" },
  human: { label: "Ask a human" },
};

/** What is shown, as a message that pings nobody and shows no previews. Pure. */
export function toMessage({ markdown, buttons }: Content): MessageBody {
  return {
    content: markdown,
    components: toComponents(buttons),
    allowed_mentions: NO_MENTIONS,
    flags: MessageFlags.SuppressEmbeds,
  };
}

/** Buttons as a row. Pure. */
export function toComponents(buttons: readonly Button[]): APIActionRowComponent<APIButtonComponentWithCustomId>[] {
  if (buttons.length === 0) return [];
  return [{ type: ComponentType.ActionRow, components: buttons.slice(0, 5).map(toButton) }];
}

function toButton(button: Button): APIButtonComponentWithCustomId {
  const { label, emoji } = LABELS[button.kind];
  return {
    type: ComponentType.Button,
    style: ButtonStyle.Secondary,
    custom_id: toCustomId(button),
    ...(label !== undefined && { label }),
    ...(emoji !== undefined && { emoji: { name: emoji } }),
  };
}

/** What Discord gives back when a button is pressed, read by `pressed.ts`; at most 100 characters. Pure. */
export function toCustomId(button: Button): string {
  return `h1:${button.kind}:${button.kind === "stop" ? button.job : button.answerId}`;
}

/** The nonce of a part of an answer: the same for the same part, so that Discord takes a repeat for what it is; at most 25 characters. Pure. */
export function nonceOf(job: string, part: number): string {
  return `${job}.${part}`.slice(0, 25);
}

/** Characters of a thread's name: Discord takes 100. */
const LONGEST_NAME = 80;

/** What a thread for a question is called: its first words, without anything that is more than a word. Pure. */
export function threadName(text: string): string {
  const words = gateLine(text.slice(0, 400))
    .replaceAll(/[*_~|<>`\\]/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  if (words === "") return "Question";
  if (words.length <= LONGEST_NAME) return words;
  const cut = words.slice(0, LONGEST_NAME - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), LONGEST_NAME / 2)).trimEnd()}…`;
}
