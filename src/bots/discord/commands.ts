import { createHash } from "node:crypto";
import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  type ApplicationCommandManager,
  type RESTPostAPIApplicationCommandsJSONBody as Command,
} from "discord.js";
import { LONGEST_WORDS } from "../docs-choices.ts";
import type { Inbox } from "../inbox.ts";
import { SINCE, TALK_COMMANDS } from "./talk-commands.ts";

/** The longest question that a command takes, as long as a message of somebody without Nitro. */
const LONGEST_QUESTION = 2_000;

/** Where commands are offered: in servers that the bot is in, and in direct messages with it. */
const OFFERED = {
  type: ApplicationCommandType.ChatInput,
  contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  integration_types: [ApplicationIntegrationType.GuildInstall],
} satisfies Partial<Command>;

/** The commands of Hearth as Discord is told of them. */
export const COMMANDS: readonly Command[] = [
  {
    ...OFFERED,
    name: "ask",
    description: "Ask a question; the answer comes from your team's documents",
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: "question",
        description: "Your question, in plain words",
        required: true,
        max_length: LONGEST_QUESTION,
      },
      {
        type: ApplicationCommandOptionType.Boolean,
        name: "private",
        description: "Show the answer to you alone",
      },
    ],
  },
  {
    ...OFFERED,
    name: "docs",
    description: "Find places in the documents; only you see them",
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: "query",
        description: "A title, a heading, or words",
        required: true,
        max_length: LONGEST_WORDS,
        autocomplete: true,
      },
    ],
  },
  { ...OFFERED, name: "privacy", description: "What is kept of what you say here, for how long, and where" },
  { ...OFFERED, name: "status", description: "Which documents were read, what answers, and how it is" },
  {
    ...OFFERED,
    name: "forget",
    description: "Delete what is kept of you, or of this channel",
    options: [
      {
        type: ApplicationCommandOptionType.String,
        name: "what",
        description: "What to forget",
        required: true,
        choices: [
          { name: "me: my questions, their answers, my ratings and what I said, everywhere", value: "me" },
          { name: "this channel: all of it (takes Manage Channels)", value: "channel" },
        ],
      },
      SINCE,
    ],
  },
  ...TALK_COMMANDS,
];

/** What these definitions come to, so that one sees whether they have changed. */
export function hashOf(commands: readonly Command[]): string {
  return createHash("sha256").update(JSON.stringify(commands)).digest("hex");
}

/** Where it is noted what was registered last. */
const NOTE = "commands";

/**
 * Tells Discord of the commands where they have changed since the last time, here or there; gives whether it did. Discord gives a
 * command another version whenever it changes.
 */
export async function registerCommands(
  manager: ApplicationCommandManager,
  { applicationId, inbox }: { readonly applicationId: string; readonly inbox: Pick<Inbox, "note" | "noted"> },
): Promise<boolean> {
  const there = await manager.fetch({ cache: false });
  if (inbox.noted("discord", NOTE) === noteOf(applicationId, there.values())) return false;
  const now = await manager.set(COMMANDS);
  inbox.note("discord", NOTE, noteOf(applicationId, now.values()));
  return true;
}

function noteOf(applicationId: string, there: Iterable<{ readonly id: string; readonly version: string }>): string {
  const versions = [...there].map(({ id, version }) => `${id}.${version}`).sort();
  return [applicationId, hashOf(COMMANDS), ...versions].join(" ");
}
