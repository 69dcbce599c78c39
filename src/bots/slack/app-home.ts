import type { types } from "@slack/bolt";
import type { BrainStatus } from "../../brain/brain.ts";
import type { KeptTalk } from "../../brain/channel-brain.ts";
import { privacyText, statusText } from "../about-text.ts";
import type { Schedules } from "../schedule.ts";
import { helpText } from "./commands.ts";
import { ABOUT_PRIVACY } from "./commands-hearth.ts";
import { SLACK } from "./dialect.ts";
import { counted } from "../terminal/counted.ts";
import { escapeText } from "./to-slack.ts";

const LONGEST_SECTION = 3_000;

/** More of each is not shown. */
const MOST = 20;
const LONGEST_WHEN = 100;

/** What of the talk concerns whoever looks: the channels that they are in. */
export interface AboutTalk {
  readonly kept: readonly KeptTalk[];
  readonly schedules: ReturnType<Schedules["of"]>;
}

/** The tab of Hearth's own: how to ask, what it knows, and what it keeps. Pure. */
export function homeView(
  status: BrainStatus,
  { version, talk }: { readonly version: string; readonly talk: AboutTalk },
): types.HomeView {
  return {
    type: "home",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Ask your team's documents" } },
      ...toSections(helpText()),
      { type: "divider" },
      { type: "header", text: { type: "plain_text", text: "What it knows" } },
      ...toSections(statusText(status, { version, counts: {}, dialect: SLACK })),
      { type: "divider" },
      { type: "header", text: { type: "plain_text", text: "Talk that is kept" } },
      ...talkSections(talk),
      { type: "divider" },
      ...toSections(privacyText(status, ABOUT_PRIVACY, talk.kept.length > 0 ? "above" : [])),
    ],
  };
}

/** Channels are named by their ids, which Slack shows as it shows them to each person. */
function talkSections({ kept, schedules }: AboutTalk): types.SectionBlock[] {
  if (kept.length === 0)
    return toSections(
      "Of no channel that you are in. `/hearth memory on` in a channel keeps what is said there from then on.",
    );
  const places = kept.map(({ channel, days, messages, since }) => {
    const when = SLACK.when(since, "date");
    return `• <#${channel}>: ${counted(messages, "message")}, each for ${days} days, since ${escapeText(when)}`;
  });
  const digests = schedules.map(({ place, when, zone, target, next }) => {
    const to =
      target.kind === "place" ? ` to <#${target.place.channel}>` : target.kind === "people" ? " to people" : "";
    const soon = next === undefined ? "" : `, next ${SLACK.when(next, "date")}`;
    return `• <#${place.channel}>: ${escapeText(`${when.slice(0, LONGEST_WHEN)} (${zone})`)}${to}${escapeText(soon)}`;
  });
  const texts = [cut(places), ...(digests.length === 0 ? [] : [`*Digests by the clock*\n${cut(digests)}`])];
  return texts.map((text) => ({ type: "section", text: { type: "mrkdwn", text, verbatim: true } }));
}

/** Whole lines, as many as a section holds. */
function cut(lines: readonly string[]): string {
  const isWithin = (shown: readonly string[]) => shown.join("\n").length <= LONGEST_SECTION - 100;
  const shown = lines.filter((_, index) => index < MOST && isWithin(lines.slice(0, index + 1)));
  return [...shown, ...(shown.length < lines.length ? [`• and ${lines.length - shown.length} more`] : [])].join("\n");
}

/** Texts of Hearth's own in Slack's markup, which is all that this tab takes: a section for each paragraph. Pure. */
export function toSections(markdown: string): types.SectionBlock[] {
  return markdown.split("\n\n").map((paragraph) => ({
    type: "section",
    text: { type: "mrkdwn", text: toMrkdwn(paragraph).slice(0, LONGEST_SECTION), verbatim: true },
  }));
}

/** Bold, lists and code are all that these texts have. */
function toMrkdwn(markdown: string): string {
  return escapeText(markdown)
    .replaceAll(/\*\*([^*\n]+)\*\*/g, "*$1*")
    .replaceAll(/^- /gm, "• ");
}
