import { type AboutPrivacy, privacyText, receiptText, statusText } from "../about-text.ts";
import { forgetConversation, forgetPerson } from "../forget-kept.ts";
import { helpText, readWish, type HearthWish } from "./commands.ts";
import { SLACK } from "./dialect.ts";
import { askerOf, conversationOf, managesChannel, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { isDirect } from "./ids.ts";

const NO_RIGHT =
  "That is for who made this channel, the admins of the workspace, and those whom Hearth's owner named; `/hearth forget me` is for everybody.";
const UNKNOWN = "I do not know that.";
const WHICH = "Forget what? `/hearth forget me`, or `/hearth forget channel`.";

/** What Slack shows Hearth, and how it forgets. */
export const ABOUT_PRIVACY: AboutPrivacy = {
  dialect: SLACK,
  heard:
    "Slack shows Hearth the messages of the channels that it is a member of. Those that are not addressed to it are dropped at once.",
  forget: "/hearth forget me",
};

type Answer = (doer: Doer, tools: SlackInteractionTools) => string | Promise<string>;

const ANSWERS: Readonly<Record<HearthWish, Answer>> = {
  privacy: async (_doer, { brain, signal }) => privacyText(await brain.status({ signal }), ABOUT_PRIVACY),
  status: async (_doer, { brain, version, counts, signal }) =>
    statusText(await brain.status({ signal }), { version, counts: counts(), dialect: SLACK }),
  forget: () => WHICH,
  "forget me": async (doer, tools) =>
    receiptText(
      "me",
      await forgetPerson({ askerId: askerOf(doer), spaces: tools.installs.teams() }, here(tools)),
      SLACK,
    ),
  "forget channel": forgetChannel,
  help: helpText,
  unknown: () => `${UNKNOWN}\n\n${helpText()}`,
};

/** `/hearth`: what is said to the person alone. Markdown. */
export async function answerHearth(
  { doer, text }: { readonly doer: Doer; readonly text: string },
  tools: SlackInteractionTools,
): Promise<string> {
  return ANSWERS[readWish(text)](doer, tools);
}

/** A direct message is the person's own, and nobody else's. */
async function forgetChannel(doer: Doer, tools: SlackInteractionTools): Promise<string> {
  const conversation = conversationOf(doer);
  if (!isDirect(doer.channel) && !(await managesChannel(doer, tools))) return NO_RIGHT;
  return receiptText("channel", await forgetConversation(conversation, here(tools)), SLACK);
}

function here(tools: SlackInteractionTools) {
  return { ...tools, platform: "slack" } as const;
}
