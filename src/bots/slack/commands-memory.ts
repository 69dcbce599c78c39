import { answerMemory, type MemoryRequest } from "../memory-command.ts";
import { commandTools, talkPlaceOf } from "./commands-talk.ts";
import { isDirect } from "./ids.ts";
import { askerOf, managesChannel, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { createMembership } from "./membership.ts";

const DIRECT =
  "In direct messages I keep what you say to me and what I answer, for follow-ups; there is nothing to be switched on.";
const NOT_IN = "I hear nothing here: I am not in this channel. Write `/invite @Hearth` first.";
const SHARED =
  "People of other companies are in this channel, or will be. What they say is not mine to keep, and in such a channel I answer from public documents alone; so its talk is not kept.";
const NOT_TOLD = "Slack did not tell me who is in this channel, so I keep nothing of it. Please try again.";

/** `/hearth memory`: whether the talk of a channel is kept, for the person alone. Markdown. */
export async function answerMemoryWish(
  request: MemoryRequest,
  doer: Doer,
  tools: SlackInteractionTools,
): Promise<string> {
  const may = await managesChannel(doer, tools);
  const why = request.kind === "on" && may ? await whyNot(doer, tools) : undefined;
  const asked = { place: talkPlaceOf(doer), person: { id: askerOf(doer), name: doer.name }, may };
  return why ?? answerMemory(request, asked, commandTools(tools));
}

/** Why the talk of a channel cannot be kept; undefined where it can. */
async function whyNot(doer: Doer, tools: SlackInteractionTools): Promise<string | undefined> {
  const { team, channel } = doer;
  if (isDirect(channel)) return DIRECT;
  const is = await createMembership(tools)(doer);
  if (is !== "in") return is === "out" ? NOT_IN : NOT_TOLD;
  const view = await tools.people.channel(team, channel, { signal: tools.signal });
  if (!view) return NOT_TOLD;
  return view.isShared ? SHARED : undefined;
}
