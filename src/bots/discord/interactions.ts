import type {
  ButtonInteraction,
  ChatInputCommandInteraction,
  Interaction,
  MessageContextMenuCommandInteraction,
  RepliableInteraction,
} from "discord.js";
import { givenSoon } from "../given-soon.ts";
import type { Given } from "../platform.ts";
import { readCustomId, type Pressed } from "../pressed.ts";
import { createRatings } from "../ratings.ts";
import { answerForget, answerPrivacy, answerStatus } from "./about-commands.ts";
import { explainWhy, rate, stopWriting, unrate } from "./answer-buttons.ts";
import { answerAsk } from "./ask-command.ts";
import { registerCommands } from "./commands.ts";
import { checkConnected, logChecks, sentencesOf } from "./doctor.ts";
import { answerCatchUp, answerDigest, answerSummarise } from "./digest-command.ts";
import { answerDocs, shareDocs } from "./docs-command.ts";
import { askHuman } from "./human-button.ts";
import { tellPrivately, type InteractionTools } from "./interaction-tools.ts";
import { answerMemoryCommand } from "./memory-command.ts";
import { createSuggest } from "./suggest.ts";
import { SUMMARISE } from "./talk-commands.ts";

/** Commands and buttons. */
export interface Interactions {
  /** Answers one; never rejects, and whatever goes wrong is said to the person in a sentence. */
  handle(interaction: Interaction): Promise<void>;
  /** Tells Discord of the commands where they have changed, and the owner what of the bot's rights is not well. */
  register(): Promise<void>;
}

const BROKEN = "That did not work; the log says why. Please try it again.";
const UNKNOWN_COMMAND = "I do not know that command (any more).";
const UNKNOWN_BUTTON = "I do not know that button (any more).";
const UNKNOWN_ANSWER = "I no longer know that answer; ask again.";
const NOT_YOURS = "That answer was given to somebody else alone.";

/** Handles what people type and press, and registers the commands. */
export function createInteractions(tools: InteractionTools): Interactions {
  const { client, inbox, settings, log } = tools;
  const suggest = createSuggest(tools);
  const press = createPress(tools);
  return {
    async handle(interaction) {
      try {
        if (interaction.isAutocomplete()) await suggest(interaction);
        else if (interaction.isChatInputCommand()) await command(interaction, tools);
        else if (interaction.isMessageContextMenuCommand()) await messageCommand(interaction, tools);
        else if (interaction.isButton()) await press(interaction);
        else if (interaction.isRepliable()) await tellPrivately(interaction, UNKNOWN_COMMAND);
      } catch (error) {
        if (tools.signal.aborted) return;
        log.error({ err: error, interaction: interaction.id, kind: interaction.type }, "An interaction failed");
        if (interaction.isRepliable()) await apologise(interaction, tools);
      }
    },
    async register() {
      const { application } = client;
      if (!application) throw new Error("The commands can be registered once the client is ready");
      const isNew = await registerCommands(application.commands, { applicationId: application.id, inbox });
      log.info({ isNew }, "The commands are registered");
      const checks = checkConnected(client, settings);
      logChecks(log, checks);
      for (const sentence of sentencesOf(checks)) tools.say?.(sentence);
    },
  };
}

async function apologise(interaction: RepliableInteraction, { log }: Pick<InteractionTools, "log">): Promise<void> {
  await tellPrivately(interaction, BROKEN).catch((error: unknown) => {
    log.warn({ err: error, interaction: interaction.id }, "Nor could that be said");
  });
}

function command(interaction: ChatInputCommandInteraction, tools: InteractionTools): Promise<void> {
  switch (interaction.commandName) {
    case "ask":
      return answerAsk(interaction, tools);
    case "docs":
      return answerDocs(interaction, tools);
    case "privacy":
      return answerPrivacy(interaction, tools);
    case "status":
      return answerStatus(interaction, tools);
    case "forget":
      return answerForget(interaction, tools);
    case "memory":
      return answerMemoryCommand(interaction, tools);
    case "digest":
      return answerDigest(interaction, tools);
    case "catchup":
      return answerCatchUp(interaction, tools);
    default:
      return tellPrivately(interaction, UNKNOWN_COMMAND);
  }
}

function messageCommand(interaction: MessageContextMenuCommandInteraction, tools: InteractionTools): Promise<void> {
  const isKnown = interaction.commandName === SUMMARISE;
  return isKnown ? answerSummarise(interaction, tools) : tellPrivately(interaction, UNKNOWN_COMMAND);
}

/** Buttons keep nothing in this process: what they need is in their ids, in the inbox and in the core. */
function createPress(tools: InteractionTools): (interaction: ButtonInteraction) => Promise<void> {
  const rating = { ratings: createRatings(tools) };
  const ofAnswer = (interaction: ButtonInteraction, pressed: Extract<Pressed, { answerId: string }>, given: Given) => {
    const { kind, answerId } = pressed;
    if (kind === "why") return explainWhy(interaction, given, tools);
    if (kind === "human") return askHuman(interaction, given, tools);
    return kind === "unrate"
      ? unrate(interaction, answerId, rating)
      : rate(interaction, { answerId, rating: kind }, rating);
  };
  return async (interaction) => {
    const pressed = readCustomId(interaction.customId);
    if (!pressed) return tellPrivately(interaction, UNKNOWN_BUTTON);
    if (pressed.kind === "stop") return stopWriting(interaction, pressed.job, tools);
    if (pressed.kind === "share") return shareDocs(interaction, pressed.words, tools);
    const given = (await givenSoon(pressed.answerId, tools)) ?? adopted(interaction, pressed, tools);
    if (!given) return tellPrivately(interaction, UNKNOWN_ANSWER);
    if (!isShownTo(interaction, pressed, given)) return tellPrivately(interaction, NOT_YOURS);
    return ofAnswer(interaction, pressed, given);
  };
}

/**
 * The answer of a button that nobody wrote down, since Hearth was killed right after it put that answer in the place of another: what is
 * known of the message holds for both.
 */
function adopted(
  { message }: ButtonInteraction,
  { answerId }: Extract<Pressed, { answerId: string }>,
  { inbox }: Pick<InteractionTools, "inbox">,
): Given | undefined {
  const before = inbox.given({ platform: "discord", messageId: message.id });
  if (!before) return undefined;
  const given = { ...before, answerId };
  inbox.give(given);
  return given;
}

/** The button has to stand below that very answer, and a private one is its asker's. */
function isShownTo(interaction: ButtonInteraction, { kind }: Pressed, given: Given): boolean {
  if (given.seenBy === "asker" && interaction.user.id !== given.askerId) return false;
  // What takes a rating back stands below the thanks for it.
  return kind === "unrate" || given.posted.some(({ id }) => id === interaction.message.id);
}
