import { type AboutPrivacy, privacyText, receiptText, statusText } from "../about-text.ts";
import { forgetConversation, forgetPerson } from "../forget-kept.ts";
import { readSince } from "../since-words.ts";
import { helpText } from "./commands.ts";
import { answerMemoryWish } from "./commands-memory.ts";
import { talkPlaceOf } from "./commands-talk.ts";
import { SLACK } from "./dialect.ts";
import { askerOf, conversationOf, managesChannel, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { isDirect } from "./ids.ts";
import { readWish, type HearthWish } from "./read-commands.ts";

const NO_RIGHT =
  "That is for who made this channel, the admins of the workspace, and those whom Hearth's owner named; `/hearth forget me` is for everybody.";
const UNKNOWN = "I do not know that.";
const WHICH_FORGET =
  "Forget what? `/hearth forget me`, or `/hearth forget channel`; `since monday` and the like may follow.";
const WHICH_MEMORY =
  "It is `/hearth memory on`, `/hearth memory on 90 days backfill 30`, `/hearth memory off`, `/hearth memory status`, `/hearth memory opt-out` or `/hearth memory opt-in`.";

/** What Slack shows Hearth, and how it forgets. */
export const ABOUT_PRIVACY: AboutPrivacy = {
  dialect: SLACK,
  heard:
    "Slack shows Hearth the messages of the channels that it is a member of. Those that are not addressed to it are dropped at once, unless the channel's talk is kept.",
  forget: "/hearth forget me",
};

/** `/hearth`: what is said to the person alone. Markdown. */
export async function answerHearth(
  { doer, text }: { readonly doer: Doer; readonly text: string },
  tools: SlackInteractionTools,
): Promise<string> {
  const { brain, version, counts, signal } = tools;
  const wish = readWish(text);
  switch (wish.kind) {
    case "privacy": {
      const kept = isDirect(doer.channel) ? [] : await brain.keptTalk(talkPlaceOf(doer), { signal });
      return privacyText(await brain.status({ signal }), ABOUT_PRIVACY, kept);
    }
    case "status":
      return statusText(await brain.status({ signal }), { version, counts: counts(), dialect: SLACK });
    case "memory":
      return answerMemoryWish(wish.request, doer, tools);
    case "forget":
      return forget(wish, doer, tools);
    case "which forget":
      return WHICH_FORGET;
    case "which memory":
      return WHICH_MEMORY;
    case "help":
      return helpText();
    case "unknown":
      break;
  }
  return `${UNKNOWN}\n\n${helpText()}`;
}

async function forget(
  { what, since: words }: Extract<HearthWish, { kind: "forget" }>,
  doer: Doer,
  tools: SlackInteractionTools,
): Promise<string> {
  const read = words === undefined ? undefined : readSince(words, Date.now());
  if (read && "refusal" in read) return read.refusal;
  const forgetting = { ...tools, ...read, platform: "slack" } as const;
  if (what === "me") {
    const of = { askerId: askerOf(doer), spaces: tools.installs.teams() };
    return receiptText("me", await forgetPerson(of, forgetting), SLACK, read?.since);
  }
  // A direct message is the person's own, and nobody else's.
  if (!isDirect(doer.channel) && !(await managesChannel(doer, tools))) return NO_RIGHT;
  return receiptText("channel", await forgetConversation(conversationOf(doer), forgetting), SLACK, read?.since);
}
