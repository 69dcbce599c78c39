import type { AckFn, RespondArguments, SlashCommand } from "@slack/bolt";
import type { Asked } from "../platform.ts";
import { readQuestion } from "./commands.ts";
import { plainText } from "./from-slack.ts";
import { askerOf, conversationOf, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { isDirect, personId } from "./ids.ts";
import { refusalOf } from "./refusal.ts";
import { toRoute } from "./route.ts";

type Ack = AckFn<string | RespondArguments>;

/** A command has to be acknowledged within three seconds. */
const LOOK_MS = 1_500;
const MOST_KNOWN = 5_000;

const NOTHING_ASKED = "There is no question in that; write it in plain words behind `/ask`.";
const NOT_IN = "I take no part in this direct message. Write to me directly, or ask in a channel.";
const ELSEWHERE = "I am not in your workspace, and cannot answer there.";
const FOLLOWS = "Your question is with me. The answer follows, for you alone.";

/** Who typed a command, and where. Pure. */
export function doerOf({ team_id: team, channel_id: channel, user_id: user, user_name: name }: SlashCommand): Doer {
  return { team, channel, person: { team, user }, name };
}

/**
 * `/ask`: hands the question to the desk, which writes it down, and acknowledges after that: nothing is acknowledged that could be lost.
 * What was typed is shown in the channel where the answer will be.
 */
export function createAsk(tools: Pick<SlackInteractionTools, "desk" | "installs" | "call" | "signal">) {
  const isOwn = createOwnDirect(tools);
  return async (command: SlashCommand, ack: Ack): Promise<void> => {
    const install = tools.installs.of(command.team_id);
    if (!install) return ack(ELSEWHERE);
    const asked = toAsked(command, install);
    if (asked.message.text === "") return ack(NOTHING_ASKED);
    // In a direct message of two people the answer would be seen by who may not read what it is taken from.
    if (isDirect(command.channel_id) && !(await isOwn(doerOf(command)))) return ack(NOT_IN);
    tools.desk.ask(asked);
    return ack(asked.seenBy === "asker" ? FOLLOWS : { response_type: "in_channel" });
  };
}

/** A command as a question. In direct messages with Hearth nobody else is there to be kept from seeing the answer. Pure but for the clock. */
export function toAsked(command: SlashCommand, { botUser }: { readonly botUser: string }): Asked {
  const { trigger_id: id, text, response_url: respond } = command;
  const doer = doerOf(command);
  const { team, channel, person, name } = doer;
  const { question, isPrivate } = readQuestion(text);
  return {
    id: `command:${id}`,
    platform: "slack",
    message: {
      id: `command:${id}`,
      conversation: conversationOf(doer),
      author: { id: askerOf(doer), name, isBot: false },
      text: plainText(question, { botUser, nameOf: () => undefined }),
      sentAt: new Date().toISOString(),
    },
    seenBy: isPrivate && !isDirect(channel) ? "asker" : "place",
    files: [],
    route: toRoute({ team, channel, user: person.user, userTeam: person.team, respond }),
  };
}

/** Whether a direct message is one with Hearth: Slack tells of no other. What it does not tell in time is not. */
function createOwnDirect({ call, signal }: Pick<SlackInteractionTools, "call" | "signal">) {
  const known = new Map<string, boolean>();
  return async ({ team, channel, person }: Doer): Promise<boolean> => {
    const key = `${channel} ${personId(person)}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    try {
      const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) };
      await call.must(team, "conversations.info", { channel }, options);
      if (known.size >= MOST_KNOWN) known.clear();
      known.set(key, true);
      return true;
    } catch (error) {
      if (refusalOf(error) !== undefined) known.set(key, false);
      return false;
    }
  };
}
