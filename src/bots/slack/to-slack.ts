import type { types } from "@slack/bolt";
import { withoutMentions } from "../../mentions.ts";
import { gateMarkdown } from "../gate.ts";
import type { Button, Content } from "../platform.ts";
import { splitMarkdown } from "../split.ts";

/** Characters of Markdown in one message: Slack takes 12,000 in all its blocks. */
export const LONGEST_MESSAGE = 11_000;
/** Characters of the text that notifications show; an edit takes 4,000. */
const LONGEST_TEXT = 300;

/** What a message of Hearth's consists of. `text` is what notifications and screen readers get. */
export interface MessageBody {
  readonly text: string;
  readonly blocks: readonly (types.KnownBlock | Readonly<Record<string, unknown>>)[];
}

/** Sent with every post: nothing is unfolded, and no name is made a mention. */
export const QUIET = { unfurl_links: false, unfurl_media: false, parse: "none" } as const;

const LABELS: Readonly<Record<Button["kind"], string>> = {
  stop: "Stop",
  up: "👍",
  down: "👎",
  why: "Why?",
  human: "Ask a human",
};

/** What is shown, as a message that pings nobody. Pure. */
export function toMessage({ markdown, buttons }: Content): MessageBody {
  const text = withoutMentions(markdown);
  return { text: toNotice(text), blocks: [{ type: "markdown", text }, ...toActions(buttons)] };
}

/** Characters of a section of Slack's own markup. */
const LONGEST_SECTION = 2_900;

/** The same words as plain text, for the day that Slack refuses them as Markdown. Pure. */
export function toPlain({ text, blocks }: MessageBody): MessageBody {
  return {
    text,
    blocks: blocks.flatMap((block) => {
      if (block.type !== "markdown" || !("text" in block) || typeof block.text !== "string") return [block];
      return splitMarkdown(block.text, LONGEST_SECTION / 2).map((part) => ({
        type: "section",
        text: { type: "mrkdwn", text: escapeText(part).slice(0, LONGEST_SECTION), verbatim: true },
      }));
    }),
  };
}

/** Buttons as a block. Pure. */
export function toActions(buttons: readonly Button[]): types.ActionsBlock[] {
  if (buttons.length === 0) return [];
  return [{ type: "actions", elements: buttons.map(toButton) }];
}

function toButton(button: Button): types.Button {
  return {
    type: "button",
    action_id: toActionId(button),
    text: { type: "plain_text", text: LABELS[button.kind], emoji: true },
  };
}

/** What Slack gives back when a button is pressed; at most 255 characters. Pure. */
export function toActionId(button: Button): string {
  return `h1:${button.kind}:${button.kind === "stop" ? button.job : button.answerId}`;
}

/** Text for Slack's own markup, in which nothing but the text is left. Pure. */
export function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** The first words of Markdown, as a line of plain text in which nothing leads anywhere: what was code is not marked any more. Pure. */
export function toNotice(markdown: string): string {
  const plain = markdown
    .replaceAll(/\[([^[\]\n]*)\]\([^()\n]*\)/g, "$1")
    .replaceAll(/^[ \t]*(?:>|#{1,6} |```[^\n]*)[ \t]*/gm, "")
    .replaceAll(/[*_~`|]+/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();
  const cut = plain.length > LONGEST_TEXT ? `${plain.slice(0, LONGEST_TEXT - 1).toWellFormed()}…` : plain;
  return escapeText(gateMarkdown(cut, { hosts: [], urls: [] })) || "…";
}
