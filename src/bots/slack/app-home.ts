import type { types } from "@slack/bolt";
import type { BrainStatus } from "../../brain/brain.ts";
import { privacyText, statusText } from "../about-text.ts";
import { helpText } from "./commands.ts";
import { ABOUT_PRIVACY } from "./commands-hearth.ts";
import { SLACK } from "./dialect.ts";
import { escapeText } from "./to-slack.ts";

const LONGEST_SECTION = 3_000;

/** The tab of Hearth's own: how to ask, what it knows, and what it keeps. Pure. */
export function homeView(status: BrainStatus, { version }: { readonly version: string }): types.HomeView {
  return {
    type: "home",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Ask your team's documents" } },
      ...toSections(helpText()),
      { type: "divider" },
      { type: "header", text: { type: "plain_text", text: "What it knows" } },
      ...toSections(statusText(status, { version, counts: {}, dialect: SLACK })),
      { type: "divider" },
      ...toSections(privacyText(status, ABOUT_PRIVACY)),
    ],
  };
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
