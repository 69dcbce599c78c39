import { humansFor, type Humans } from "../ask-human.ts";
import { jobOf } from "../inbox-questions.ts";
import type { Given } from "../platform.ts";
import { readCustomId } from "../pressed.ts";
import { addressOf, isTs } from "./ids.ts";
import { tellAt, type SlackInteractionTools } from "./interaction-tools.ts";
import { findOwn } from "./look.ts";
import { toPosted } from "./message-carrier.ts";
import { spotOf, type Mark, type Spot } from "./messages.ts";
import type { Press } from "./press.ts";
import { listOf, type Raw } from "./read.ts";
import { refusalOf } from "./refusal.ts";
import { escapeText, type MessageBody } from "./to-slack.ts";

type HumanTools = Pick<SlackInteractionTools, "inbox" | "settings" | "installs" | "messages" | "log" | "signal">;

/** "Ask a human": posts, once for an answer, a message that mentions whom the owner named for that channel, and nobody else. */
export function createAskHuman(tools: HumanTools): (press: Press, given: Given) => Promise<void> {
  const { inbox, settings } = tools;
  const asking = new Set<string>();
  return async (press, given) => {
    const tell = (markdown: string) => tellAt(press.respond, { markdown, thread: press.thread }, tools);
    const humans = given.seenBy === "place" ? humansFor(settings, given.conversation) : undefined;
    if (!humans) return tell("Nobody is named for this channel any more.");
    const job = jobOf({ platform: "slack", id: `human ${given.answerId}` });
    const isAsked = asking.has(job) || inbox.sendings(job).some(({ posted }) => posted);
    if (!isAsked) {
      asking.add(job);
      await call(press, given, { humans, job, tools }).finally(() => asking.delete(job));
    }
    await removeButton(press, given, tools);
    return tell(isAsked ? "Somebody was asked about this already." : "Asked.");
  };
}

async function call(
  press: Press,
  given: Given,
  { humans, job, tools }: { readonly humans: Humans; readonly job: string; readonly tools: HumanTools },
): Promise<void> {
  const { inbox, installs, messages, signal } = tools;
  const spot = threadOf(given);
  const mark: Mark = { type: "hearth_note", payload: { job, part: 0 } };
  const isPlanned = inbox.sendings(job).length > 0;
  const sending = inbox.plan(job, 0);
  const looking = { messages, inbox, botUser: installs.of(spot.team)?.botUser ?? "" };
  // Where an earlier try may have got through, nobody is called a second time.
  const own = isPlanned ? await findOwn(looking, { sending, spot, mark }, { signal }) : undefined;
  const ts = own?.metadata ? own.ts : await messages.post(spot, bodyFor(press, given, humans), { mark, signal });
  inbox.sent(job, 0, toPosted(spot, ts));
}

/** In the thread of the answer; an answer that stands in the channel gets one. */
function threadOf({ posted: [first] }: Given): Spot {
  const spot = spotOf(first);
  return spot.thread === undefined && isTs(first.id) ? { ...spot, thread: first.id } : spot;
}

/** Slack's own markup, in which everything but the mentions is escaped. */
function bodyFor({ doer }: Press, given: Given, { users, roles }: Humans): MessageBody {
  const whom = [...users.map((id) => `<@${id}>`), ...roles.map((id) => `<!subteam^${id}>`)].join(" ");
  // A name after "@" alone would be looked up where names are made mentions.
  const who = escapeText(doer.name.replaceAll("@", "").slice(0, 80));
  const text = `${whom} ${who} asks for an answer from a person: <${addressOfQuestion(given)}>`;
  return { text, blocks: [{ type: "section", text: { type: "mrkdwn", text, verbatim: true } }] };
}

/** The question's address, or that of its answer where the question was a command and is no message. */
function addressOfQuestion({ conversation, askedId, posted: [first] }: Given): string {
  if (isTs(askedId)) return addressOf(conversation, askedId);
  return first.url ?? `https://slack.com/archives/${conversation.channel}`;
}

/** Takes the button away from below the answer, so that everybody sees that somebody was asked; what Slack does not let be edited stays. */
async function removeButton(press: Press, given: Given, tools: HumanTools): Promise<void> {
  const { doer, message, blocks } = press;
  const { messages, log, signal } = tools;
  const isThere = blocks.some((block) => listOf(block, "elements").some(isHuman));
  if (!isThere) return;
  const body = { text: press.text, blocks: press.blocks.map(withoutHuman) };
  try {
    await messages.edit({ team: given.conversation.space, channel: doer.channel }, message, body, { signal });
  } catch (error) {
    if (refusalOf(error) === undefined) throw error;
    log.debug({ err: error }, "A button could not be taken away");
  }
}

function isHuman(element: Raw): boolean {
  const { action_id: id } = element;
  return typeof id === "string" && readCustomId(id)?.kind === "human";
}

function withoutHuman(block: Raw): Raw {
  if (block["type"] !== "actions") return block;
  return { ...block, elements: listOf(block, "elements").filter((element) => !isHuman(element)) };
}
