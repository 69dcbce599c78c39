import { givenSoon } from "../given-soon.ts";
import type { Given } from "../platform.ts";
import { readCustomId, unrateId, type Pressed } from "../pressed.ts";
import { createRatings, type Ratings } from "../ratings.ts";
import { whyText } from "../why-text.ts";
import { createShare } from "./docs-command.ts";
import { SLACK } from "./dialect.ts";
import { createAskHuman } from "./human-button.ts";
import { askerOf, managesChannel, ownButton, tellAt, type SlackInteractionTools } from "./interaction-tools.ts";
import { isTs } from "./ids.ts";
import type { Press } from "./press.ts";

const UNKNOWN_BUTTON = "I do not know that button (any more).";
const UNKNOWN_ANSWER = "I no longer know that answer; ask again.";
const NOT_YOURS = "That answer was given to somebody else alone.";

/** Does what a button is for. Buttons keep nothing in this process: what they need is in their ids, in the inbox and in the core. */
export function createPress(tools: SlackInteractionTools): (press: Press) => Promise<void> {
  const ratings = createRatings(tools);
  const askHuman = createAskHuman(tools);
  const share = createShare(tools);
  return async (press) => {
    const { doer, respond, message, thread, actionId } = press;
    const tell = (markdown: string) => tellAt(respond, { markdown, thread }, tools);
    const pressed = readCustomId(actionId);
    if (!pressed) return tell(UNKNOWN_BUTTON);
    if (pressed.kind === "stop") return stopWriting(press, pressed.job, tools);
    if (pressed.kind === "share") return share({ doer, words: pressed.words, message, respond });
    const given = await givenSoon(pressed.answerId, tools);
    if (given?.platform !== "slack") return tell(UNKNOWN_ANSWER);
    if (!isShownTo(press, pressed, given)) return tell(NOT_YOURS);
    if (pressed.kind === "why") return explainWhy(press, given, tools);
    if (pressed.kind === "human") return askHuman(press, given);
    return rate(press, pressed, { ...tools, ratings });
  };
}

/** The button has to stand below that very answer, and a private one, whose message Slack does not tell the id of, is its asker's. */
function isShownTo({ doer, message }: Press, { kind }: Pressed, given: Given): boolean {
  if (given.seenBy === "asker") return askerOf(doer) === given.askerId;
  // What takes a rating back stands below the thanks for it.
  if (kind === "unrate") return true;
  return given.posted.some(({ id }) => id === message || !isTs(id));
}

/** "Stop": ends the writing; what is there stands. It is the asker's, and theirs who manage the channel. */
async function stopWriting({ doer, respond, thread }: Press, job: string, tools: SlackInteractionTools): Promise<void> {
  const { desk, inbox } = tools;
  const own = desk.stop(job, askerOf(doer));
  if (own === "stopped") return;
  const asked = inbox.open("slack").find((open) => open.job === job)?.asked;
  const told = (markdown: string) => tellAt(respond, { markdown, thread }, tools);
  if (own === "over" || !asked) return told("That answer is finished already.");
  const { space: team, channel } = asked.message.conversation;
  if (!(await managesChannel({ team, channel, person: doer.person }, tools)))
    return told("Only who asked can stop this, or who manages the channel.");
  if (desk.stop(job, asked.message.author.id) === "over") return told("That answer is finished already.");
}

/** 👍, 👎 and taking them back: a person's last word is kept. Anybody who sees the answer may. */
async function rate(
  { doer, respond, thread }: Press,
  { kind, answerId }: Extract<Pressed, { answerId: string }>,
  tools: SlackInteractionTools & { readonly ratings: Ratings },
): Promise<void> {
  const said = { answerId, personId: askerOf(doer) };
  const { says, isKept } = await (kind === "up" || kind === "down"
    ? tools.ratings.rate({ ...said, rating: kind })
    : tools.ratings.takeBack(said));
  const blocks = isKept ? [ownButton("Take it back", unrateId(answerId))] : [];
  await tellAt(respond, { markdown: says, blocks, thread, isInstead: kind === "unrate" }, tools);
}

/** "Why?": how the answer came about, for the person alone, with the passages that they may read themselves. */
async function explainWhy(
  { doer, respond, thread }: Press,
  { answerId, conversation }: Given,
  tools: SlackInteractionTools,
): Promise<void> {
  const { brain, clearanceOf, version, signal } = tools;
  const clearance = await clearanceOf({ conversation, askerId: askerOf(doer), seenBy: "asker" }, { signal });
  const why = await brain.why(answerId, { clearance, signal });
  const markdown = why ? whyText(why, { version, dialect: SLACK }) : "How that answer came about is no longer known.";
  await tellAt(respond, { markdown, thread }, tools);
}
