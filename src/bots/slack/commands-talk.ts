import type { SlashCommand } from "@slack/bolt";
import type { TalkPlace } from "../../chat.ts";
import { wantCatchUp } from "../catch-up-command.ts";
import type { CommandTools } from "../command-tools.ts";
import { answerSchedule, wantDigest } from "../digest-command.ts";
import type { Asked } from "../platform.ts";
import { doerOf, ELSEWHERE, FOLLOWS, toAsked, type Ack } from "./commands-ask.ts";
import { SLACK } from "./dialect.ts";
import { plainText } from "./from-slack.ts";
import { personId } from "./ids.ts";
import { askerOf, managesChannel, tellAt, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { readCatchUp, readDigest, type DigestWish, type ScheduledTo } from "./read-commands.ts";

const UNKNOWN =
  "I do not know that. It is `/digest`, `/digest since yesterday`, `/digest schedule weekdays 9:00`, `/digest list` or `/digest remove 1`.";

/** The place that somebody typed or pressed something in. Pure. */
export function talkPlaceOf({ team, channel }: Pick<Doer, "team" | "channel">): TalkPlace {
  return { platform: "slack", space: team, channel };
}

/** What the commands above the platforms work with. */
export function commandTools(tools: SlackInteractionTools): CommandTools {
  return { ...tools, dialect: SLACK };
}

/** `/digest`: what is to be digested now is written down before it is acknowledged; all else is answered to the person alone. */
export async function answerDigest(command: SlashCommand, ack: Ack, tools: SlackInteractionTools): Promise<void> {
  const wish = readDigest(command.text);
  if (!tools.installs.of(command.team_id)) return ack(ELSEWHERE);
  if (wish.kind === "now") return askFor({ command, ...wish }, ack, tools);
  await ack();
  const markdown = await answerPlan(wish, doerOf(command), tools);
  return tellAt(command.response_url, { markdown }, tools);
}

async function askFor(
  {
    command,
    isPrivate,
    since,
  }: { readonly command: SlashCommand; readonly isPrivate: boolean; readonly since?: string },
  ack: Ack,
  tools: SlackInteractionTools,
): Promise<void> {
  const place = talkPlaceOf(doerOf(command));
  const want = wantDigest({ place, ...(since !== undefined && { since }) }, commandTools(tools));
  if ("refusal" in want) return refuse(command, want.refusal, { ack, tools });
  const asked = toAsked(command, { ...want, text: "/digest", isPrivate });
  tools.desk.ask(asked);
  return ack(asked.seenBy === "asker" ? FOLLOWS : { response_type: "in_channel" });
}

/** `/catchup`: what the person missed, for them alone. They are called as their messages are. */
export async function answerCatchUp(command: SlashCommand, ack: Ack, tools: SlackInteractionTools): Promise<void> {
  const { installs, names, desk } = tools;
  if (!installs.of(command.team_id)) return ack(ELSEWHERE);
  const { team, person, ...doer } = doerOf(command);
  const want = wantCatchUp(
    { place: talkPlaceOf({ team, ...doer }), ...readCatchUp(command.text) },
    commandTools(tools),
  );
  if ("refusal" in want) return refuse(command, want.refusal, { ack, tools });
  await names.ready(team, [person.user]);
  const asked = toAsked(command, { ...want, text: "/catchup", isPrivate: true });
  desk.ask(withName(asked, names.nameOf(team, person.user)));
  return ack(FOLLOWS);
}

function withName(asked: Asked, name = asked.message.author.name): Asked {
  return { ...asked, message: { ...asked.message, author: { ...asked.message.author, name } } };
}

async function refuse(
  { response_url: respond }: SlashCommand,
  markdown: string,
  { ack, tools }: { readonly ack: Ack; readonly tools: SlackInteractionTools },
): Promise<void> {
  await ack();
  return tellAt(respond, { markdown }, tools);
}

/** Digests by the clock: who may not manage the channel is told so above the platforms. */
async function answerPlan(
  wish: Exclude<DigestWish, { kind: "now" }>,
  doer: Doer,
  tools: SlackInteractionTools,
): Promise<string> {
  if (wish.kind === "unknown") return UNKNOWN;
  const may = await managesChannel(doer, tools);
  const asked = { place: talkPlaceOf(doer), person: { id: askerOf(doer), name: doer.name }, may };
  if (wish.kind !== "schedule") return answerSchedule(wish, asked, commandTools(tools));
  const when = plainText(wish.when, { botUser: "", nameOf: () => undefined });
  const zone = wish.zone ?? (await zoneOf(doer, tools));
  const to = await targetOf(wish.to ?? { kind: "here" }, doer, tools);
  const { quiet } = wish;
  const request = { kind: "schedule", when, to, ...(zone !== undefined && { zone }), ...(quiet && { quiet }) } as const;
  return answerSchedule(request, asked, commandTools(tools));
}

/** The time zone that the person set on Slack. */
async function zoneOf({ team, person }: Doer, { people, signal }: SlackInteractionTools): Promise<string | undefined> {
  return (await people.user(team, person.user, { signal }))?.zone;
}

async function targetOf(to: ScheduledTo, doer: Doer, tools: SlackInteractionTools) {
  if (to.kind === "here") return to;
  const { team } = doer;
  if (to.kind === "people") return { kind: "people", ids: to.ids.map((user) => personId({ team, user })) } as const;
  const there = { ...doer, channel: to.id };
  return { kind: "place", place: talkPlaceOf(there), may: await managesChannel(there, tools) } as const;
}
