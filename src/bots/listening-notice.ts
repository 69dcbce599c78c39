import type { TalkPlace } from "../chat.ts";
import type { KeptTalk } from "../brain/channel-brain.ts";
import { counted } from "./terminal/counted.ts";
import type { Dialect } from "./dialect.ts";
import type { Asked, PlatformName } from "./platform.ts";

/** How Hearth calls itself where it is the author. */
export const HEARTH = { id: "hearth", name: "Hearth", isBot: true } as const;

/** What everybody in a place is told when its talk begins to be kept. Markdown. Pure. */
export function noticeText(
  { days }: Pick<KeptTalk, "days">,
  { dialect, backfillDays }: { readonly dialect: Pick<Dialect, "command">; readonly backfillDays: number },
): string {
  const before =
    backfillDays > 0 ? ` What was said here in the last ${counted(backfillDays, "day")} is read back.` : "";
  return [
    "**From now on Hearth keeps what is said in this channel,** to answer from it and to make digests.",
    `- Kept: each message's text, who wrote it and when, in this channel and its threads, for ${counted(days, "day")}, on the machine that Hearth runs on.${before}`,
    "- Used: only for people who can read this channel. Delete or edit a message, and Hearth follows.",
    `- You do not want that? \`${dialect.command("memory opt-out")}\`: then nothing of yours is kept, and what was is deleted. \`${dialect.command("memory off")}\` ends it for the channel.`,
  ].join("\n");
}

/** Something of Hearth's own in a place, as it is asked of the desk. Pure. */
export function askedIn(
  { space, channel }: TalkPlace,
  { id, platform, now }: { readonly id: string; readonly platform: PlatformName; readonly now: number },
): Asked {
  return {
    id,
    platform,
    message: {
      id,
      conversation: { platform, space, channel },
      author: HEARTH,
      text: "",
      sentAt: new Date(now).toISOString(),
    },
    seenBy: "place",
    files: [],
    route: { post: "here" },
  };
}

/** The notice as a job: the first of a switch (`again`: 0), or one of other days, or of what is read back. Pure. */
export function noticeOf(
  kept: KeptTalk,
  options: {
    readonly platform: PlatformName;
    readonly dialect: Pick<Dialect, "command">;
    readonly backfillDays: number;
    readonly again: number;
    readonly now: number;
  },
): Asked {
  const { space, channel, since, days } = kept;
  const id = `notice:${space}:${channel}@${since} ${days} ${options.backfillDays} #${options.again}`;
  return { ...askedIn(kept, { ...options, id }), says: noticeText(kept, options) };
}

/** Whether it is the first notice of a switch: nobody knows yet that anything is kept there. Pure. */
export function isFirstNotice({ id }: Pick<Asked, "id">): boolean {
  return id.startsWith("notice:") && id.endsWith(" #0");
}
