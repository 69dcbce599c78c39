import type { KeptTalk } from "../brain/channel-brain.ts";
import { readersOf, type TalkPlace } from "../chat.ts";
import { isDirect } from "./ask-human.ts";
import { refusalWords, type CommandAsked, type CommandTools } from "./command-tools.ts";
import type { Dialect } from "./dialect.ts";
import type { ReadingBack } from "./talk.ts";
import { counted } from "./terminal/counted.ts";

const MOST_DAYS = 3_650;
const NO_TALK = "Talk is kept only in channels, and in private threads for themselves; here there is none to keep.";

/** What is asked of the memory of a place. */
export type MemoryRequest =
  | { readonly kind: "on"; readonly days?: number; readonly backfillDays?: number }
  | { readonly kind: "off" }
  | { readonly kind: "status" }
  | { readonly kind: "opt-out" }
  | { readonly kind: "opt-in" };

/** Does what was asked of the memory of a place, and says so. Markdown of Hearth's own. Rejects where the core cannot be told. */
export async function answerMemory(request: MemoryRequest, asked: CommandAsked, tools: CommandTools): Promise<string> {
  if (request.kind === "status") {
    return statusWords(await keptAt(asked.place, tools), tools.desk.talk.reading(asked.place), tools.dialect);
  }
  if (request.kind === "opt-out" || request.kind === "opt-in") {
    return opt(asked, { isOut: request.kind === "opt-out" }, tools);
  }
  if (!asked.may) return refusalWords(tools.dialect);
  return request.kind === "on" ? switchOn(request, asked, tools) : switchOff(asked.place, tools);
}

async function switchOn(
  { days, backfillDays }: Extract<MemoryRequest, { kind: "on" }>,
  { place, person }: CommandAsked,
  { desk, dialect, clearanceOf, signal }: CommandTools,
): Promise<string> {
  const wrong = [days, backfillDays].some((one) => one !== undefined && !isDays(one));
  if (wrong || days === 0) return `Days are whole numbers from 1 to ${MOST_DAYS}.`;
  if (isDirect(place)) return NO_TALK;
  const readable = await clearanceOf({ conversation: place, askerId: person.id, seenBy: "place" }, { signal });
  if (!readable.includes(readersOf(place))) return NO_TALK;
  const kept = await desk.talk.switchOn(place, {
    by: person.id,
    ...(days !== undefined && { days }),
    ...(backfillDays !== undefined && { backfillDays }),
    signal,
  });
  const back = desk.talk.reading(place);
  const before =
    back === undefined
      ? ""
      : ` What was said since ${dialect.when(back.since, "date")} is read back, behind all questions.`;
  return `**From now on what is said here is kept,** each message for ${counted(kept.days, "day")}.${before} The channel is told.`;
}

async function switchOff(place: TalkPlace, { desk, signal }: CommandTools): Promise<string> {
  if (!desk.talk.keeps(place)) return "What is said here is not kept.";
  const { talk, lines } = await desk.talk.switchOff(place, { signal });
  const again = desk.talk.isConfigured(place)
    ? " Hearth's configuration names this channel, so it is kept again from Hearth's next start on, unless whoever runs Hearth takes it out there."
    : "";
  return `**What is said here is no longer kept,** and what was is deleted: ${counted(talk, "message")} and ${counted(lines, "line")} of digests.${again}`;
}

async function opt(
  { place, person }: CommandAsked,
  { isOut }: { readonly isOut: boolean },
  { brain, desk, dialect, signal }: CommandTools,
): Promise<string> {
  const { platform, space } = place;
  // What is on its way, or read back from now on, is not to bring back what goes.
  if (isOut) desk.talk.forgot({ platform, space, personId: person.id });
  await desk.talk.settled();
  const { talk, lines } = await brain.optOut({ platform, space, personId: person.id }, { isOut, signal });
  if (!isOut) return "**From now on your messages are kept again** in channels whose talk is kept.";
  desk.talk.revised({ platform, space });
  return `**Nothing that you say in channels is kept any more.** What was is deleted: ${counted(talk, "message")} and ${counted(lines, "line")} of digests. Your questions to Hearth are kept for follow-ups; \`${dialect.command("forget")}\` deletes those too. \`${dialect.command("memory opt-in")}\` takes it back.`;
}

async function keptAt(place: TalkPlace, { brain, signal }: CommandTools): Promise<KeptTalk | undefined> {
  const { platform, space, channel } = place;
  const kept = await brain.keptTalk({ platform, space, channel }, { signal });
  return kept.find((one) => one.channel === channel);
}

function statusWords(kept: KeptTalk | undefined, back: ReadingBack | undefined, { when, command }: Dialect): string {
  if (!kept) {
    return `**What is said in this channel is not kept.** Only questions to Hearth and its answers are, for follow-ups. \`${command("memory on")}\` switches it on.`;
  }
  const { days, messages, oldest, since, by } = kept;
  const who = by === "configuration" ? "by Hearth's configuration" : "by a person who may";
  const from = oldest === undefined ? "" : `, the oldest of ${when(oldest, "date")}`;
  return [
    `**What is said in this channel and its threads is kept,** each message for ${counted(days, "day")}.`,
    `- Switched on ${when(since, "date")}, ${who}.`,
    `- Kept now: ${counted(messages, "message")}${from}.`,
    ...(back
      ? [
          `- Read back since ${when(back.since, "date")}: ${counted(back.read, "message")} so far${back.isDone ? ", and that is all" : ""}.`,
        ]
      : []),
    `- \`${command("memory opt-out")}\` keeps you out of it, \`${command("memory off")}\` ends it and deletes what is kept, \`${command("privacy")}\` says more.`,
  ].join("\n");
}

function isDays(days: number): boolean {
  return Number.isInteger(days) && days >= 0 && days <= MOST_DAYS;
}
