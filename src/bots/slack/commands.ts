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
    usage_hint: "privacy | status | forget me | forget channel | help",
    should_escape: true,
  },
];

/** What `/hearth` is asked for. */
export type HearthWish = "privacy" | "status" | "forget me" | "forget channel" | "forget" | "help" | "unknown";

const WISHES = ["privacy", "status", "forget me", "forget channel", "forget", "help"] as const;

/** Reads what stands behind `/hearth`. Pure. */
export function readWish(text: string): HearthWish {
  const words = text.trim().toLowerCase().split(/\s+/).join(" ");
  if (words === "") return "help";
  return WISHES.find((wish) => wish === words) ?? "unknown";
}

/** What stands behind `/ask`: the question, and whether only the asker is to see the answer. Phones make one dash of two. Pure. */
export function readQuestion(text: string): { readonly question: string; readonly isPrivate: boolean } {
  const [mark = ""] = /^\s*(?:private:|(?:--|—|–)private(?=\s|$))\s*/i.exec(text) ?? [];
  return { question: text.slice(mark.length).trim(), isPrivate: mark !== "" };
}

/** How Hearth is asked. Markdown. Pure. */
export function helpText(): string {
  return [
    "**How to ask**",
    "- Mention me in a channel, or write to me in a direct message. The answer comes in the thread, and follow-ups there need no mention.",
    "- `/ask your question` asks in this channel; `/ask private: your question` shows the answer to you alone.",
    "- `/docs words` finds places in the documents, and `/docs` alone suggests them while you type. Only you see them until you share them.",
    "",
    "**What else**",
    "- `/hearth privacy` says what is kept, for how long, and where.",
    "- `/hearth status` says which documents were read, what answers, and how it is.",
    "- `/hearth forget me` deletes what is kept of you; `/hearth forget channel` what is kept of this channel (for its creator, admins of the workspace, and those whom the owner named).",
  ].join("\n");
}
