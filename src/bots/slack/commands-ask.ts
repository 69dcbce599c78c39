import type { AckFn, RespondArguments, SlashCommand } from "@slack/bolt";
import type { Asked } from "../platform.ts";
import { plainText } from "./from-slack.ts";
import { askerOf, conversationOf, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { isDirect } from "./ids.ts";
import { createMembership } from "./membership.ts";
import { readQuestion } from "./read-commands.ts";
import { toRoute } from "./route.ts";

/** What acknowledges a command, with what is shown then. */
export type Ack = AckFn<string | RespondArguments>;

export const ELSEWHERE = "I am not in your workspace, and cannot answer there.";
/** Said where an answer is to come that nobody else sees. */
export const FOLLOWS = "It is with me. The answer follows, for you alone.";
const NOTHING_ASKED = "There is no question in that; write it in plain words behind `/ask`.";
const NOT_IN = "I take no part in this direct message. Write to me directly, or ask in a channel.";
const NOT_TOLD =
  "Slack did not tell me in time whose direct message this is. Please try again, or write to me directly.";

/** Who typed a command, and where. Pure. */
export function doerOf({ team_id: team, channel_id: channel, user_id: user, user_name: name }: SlashCommand): Doer {
  return { team, channel, person: { team, user }, name };
}

/**
 * `/ask`: hands the question to the desk, which writes it down, and acknowledges after that: nothing is acknowledged that could be lost.
 * What was typed is shown in the channel where the answer will be.
 */
export function createAsk(tools: Pick<SlackInteractionTools, "desk" | "installs" | "call" | "inbox" | "signal">) {
  const membership = createMembership(tools);
  return async (command: SlashCommand, ack: Ack): Promise<void> => {
    const install = tools.installs.of(command.team_id);
    if (!install) return ack(ELSEWHERE);
    const { question, isPrivate } = readQuestion(command.text);
    const text = plainText(question, { botUser: install.botUser, nameOf: () => undefined });
    if (text === "") return ack(NOTHING_ASKED);
    // In a direct message of two people the answer would be seen by who may not read what it is taken from.
    const is = isDirect(command.channel_id) ? await membership(doerOf(command)) : "in";
    if (is !== "in") return ack(is === "out" ? NOT_IN : NOT_TOLD);
    const asked = toAsked(command, { text, isPrivate });
    tools.desk.ask(asked);
    return ack(asked.seenBy === "asker" ? FOLLOWS : { response_type: "in_channel" });
  };
}

/** A command as what it asks. In direct messages with Hearth nobody else is there to be kept from seeing the answer. Pure but for the clock. */
export function toAsked(
  command: SlashCommand,
  { text, isPrivate, wanted }: { readonly text: string; readonly isPrivate: boolean } & Pick<Asked, "wanted">,
): Asked {
  const { trigger_id: id, response_url: respond } = command;
  const doer = doerOf(command);
  const { team, channel, person, name } = doer;
  return {
    id: `command:${id}`,
    platform: "slack",
    message: {
      id: `command:${id}`,
      conversation: conversationOf(doer),
      author: { id: askerOf(doer), name, isBot: false },
      text,
      sentAt: new Date().toISOString(),
    },
    seenBy: isPrivate && !isDirect(channel) ? "asker" : "place",
    files: [],
    ...(wanted && { wanted }),
    route: toRoute({ team, channel, user: person.user, userTeam: person.team, respond }),
  };
}
