import {
  ApplicationCommandOptionType as Option,
  ApplicationCommandType,
  ApplicationIntegrationType,
  ChannelType,
  InteractionContextType,
  type APIApplicationCommandBasicOption,
  type RESTPostAPIApplicationCommandsJSONBody as Command,
} from "discord.js";

/** What the message command is called, as people see it below "Apps". */
export const SUMMARISE = "Summarise from here";

/** Characters of words for a time. */
const LONGEST_TIME = 60;

/** Channels of a server: direct messages hold nothing that could be switched on or digested. */
const IN_SERVERS = {
  contexts: [InteractionContextType.Guild],
  integration_types: [ApplicationIntegrationType.GuildInstall],
} satisfies Partial<Command>;

/** An option that takes words for a time, such as "2h" or "monday". */
export const SINCE = {
  type: Option.String,
  name: "since",
  description: "Since when: 2h, 3 days, yesterday 9:00, monday, 2026-11-27",
  max_length: LONGEST_TIME,
} satisfies APIApplicationCommandBasicOption;

const SCHEDULE_OPTIONS: APIApplicationCommandBasicOption[] = [
  {
    type: Option.String,
    name: "when",
    description: "Such as: weekdays 9:00",
    required: true,
    max_length: LONGEST_TIME,
    autocomplete: true,
  },
  {
    type: Option.String,
    name: "zone",
    description: "The time zone, such as Europe/London",
    max_length: LONGEST_TIME,
    autocomplete: true,
  },
  {
    type: Option.Channel,
    name: "channel",
    description: "Post it in another channel, all of whose readers read this one",
    channel_types: [ChannelType.GuildText, ChannelType.GuildAnnouncement],
  },
  { type: Option.Boolean, name: "direct", description: "Send it to you as a direct message" },
  {
    type: Option.String,
    name: "quiet",
    description: "What to do when nothing was said",
    choices: [
      { name: "post nothing", value: "skip" },
      { name: "say that it was quiet", value: "say" },
    ],
  },
];

/** The commands about what is said in channels, as Discord is told of them. */
export const TALK_COMMANDS: readonly Command[] = [
  {
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    name: "memory",
    description: "What is kept of what is said in this channel",
    options: [
      {
        type: Option.Subcommand,
        name: "on",
        description: "Keep what is said here, for answers and digests (takes Manage Channels)",
        options: [
          { type: Option.Integer, name: "days", description: "For how many days each message is kept", min_value: 1 },
          { type: Option.Integer, name: "backfill", description: "How many days to read back now", min_value: 0 },
        ],
      },
      {
        type: Option.Subcommand,
        name: "off",
        description: "Keep it no longer, and delete what was kept (takes Manage Channels)",
      },
      { type: Option.Subcommand, name: "status", description: "Whether it is kept here, since when, for how long" },
      {
        type: Option.Subcommand,
        name: "opt-out",
        description: "Keep nothing that you say in this server, and delete what was kept of it",
      },
      { type: Option.Subcommand, name: "opt-in", description: "Take that back" },
    ],
  },
  {
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    name: "digest",
    description: "What was said in this channel, in a few lines with links",
    options: [
      {
        type: Option.Subcommand,
        name: "now",
        description: "A digest of this channel, or of this thread",
        options: [SINCE, { type: Option.Boolean, name: "private", description: "Show it to you alone" }],
      },
      {
        type: Option.Subcommand,
        name: "schedule",
        description: "Post a digest of this channel regularly (takes Manage Channels)",
        options: SCHEDULE_OPTIONS,
      },
      { type: Option.Subcommand, name: "list", description: "Which digests of this channel are scheduled" },
      {
        type: Option.Subcommand,
        name: "remove",
        description: "Stop one of them (takes Manage Channels)",
        options: [
          {
            type: Option.String,
            name: "schedule",
            description: "Which one",
            required: true,
            max_length: LONGEST_TIME,
            autocomplete: true,
          },
        ],
      },
    ],
  },
  {
    ...IN_SERVERS,
    type: ApplicationCommandType.ChatInput,
    name: "catchup",
    description: "What you missed in this channel; only you see it",
    options: [SINCE],
  },
  { ...IN_SERVERS, type: ApplicationCommandType.Message, name: SUMMARISE },
];
