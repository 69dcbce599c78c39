/** A slash command of Hearth's as the manifest tells Slack of it. */
export interface SlashCommand {
  readonly command: string;
  readonly description: string;
  readonly usage_hint: string;
  /** Slack then gives people and channels that are named by their ids too. */
  readonly should_escape: true;
}

/** The commands that there is something behind; `config/slack-manifest.yaml` says the same. */
export const COMMANDS: readonly SlashCommand[] = [
  {
    command: "/ask",
    description: "Ask a question; the answer comes from your team's documents",
    usage_hint: "[private:] your question",
    should_escape: true,
  },
  {
    command: "/docs",
    description: "Find places in the documents; only you see them",
    usage_hint: "[words]",
    should_escape: true,
  },
  {
    command: "/hearth",
    description: "What Hearth keeps, how it is, and how to have it forget",
    usage_hint: "memory on | memory off | privacy | status | forget me | help",
    should_escape: true,
  },
  {
    command: "/digest",
    description: "What was said in this channel, with links; now, or by the clock",
    usage_hint: "[now | schedule weekdays 9:00 | list | remove 1]",
    should_escape: true,
  },
  {
    command: "/catchup",
    description: "What you missed in this channel; only you see it",
    usage_hint: "[since yesterday]",
    should_escape: true,
  },
];

/** A shortcut in the menu of a message, as the manifest tells Slack of it. */
export const SUMMARISE = {
  name: "Summarise thread",
  type: "message",
  callback_id: "h1:summarise",
  description: "Says for you alone what was said in a thread",
} as const;

/** How Hearth is asked. Markdown. Pure. */
export function helpText(): string {
  return [
    "**How to ask**",
    "- Mention me in a channel, or write to me in a direct message. The answer comes in the thread, and follow-ups there need no mention.",
    "- `/ask your question` asks in this channel; `/ask private: your question` shows the answer to you alone.",
    "- `/docs words` finds places in the documents, and `/docs` alone suggests them while you type. Only you see them until you share them.",
    "",
    "**What was said**",
    "- `/digest` shows what was said in a channel whose talk is kept, `/catchup` shows you alone what you missed there. Both take `since yesterday` and the like.",
    "- `/digest schedule weekdays 9:00` has it posted by the clock; `in Europe/Berlin`, `to #another` or `to @somebody`, and `quiet say` may follow. `/digest list` and `/digest remove 1` look after these.",
    "- **Summarise thread**, in the menu of a message, works where nothing is kept too.",
    "- `/hearth memory on` keeps a channel's talk from then on, `/hearth memory off` deletes it, `/hearth memory status` says what is kept. `/hearth memory opt-out` leaves out what you say.",
    "",
    "**What else**",
    "- `/hearth privacy` says what is kept, for how long, and where.",
    "- `/hearth status` says which documents were read, what answers, and how it is.",
    "- `/hearth forget me` deletes what is kept of you; `/hearth forget channel` what is kept of this channel (for its creator, admins of the workspace, and those whom the owner named). `since monday` and the like may follow.",
  ].join("\n");
}
