import type { App, types } from "@slack/bolt";
import type { Conversation } from "../../chat.ts";
import type { Brain } from "../../brain/brain.ts";
import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Desk } from "../platform.ts";
import type { Call } from "./call.ts";
import type { ClearanceOf } from "./clearance.ts";
import { conversationIn, isAmong, isDirect, personId, type Person } from "./ids.ts";
import type { Installs } from "./installs.ts";
import type { Messages } from "./messages.ts";
import type { Names } from "./names.ts";
import type { People } from "./people.ts";
import { textOf } from "./read.ts";
import { refusalOf } from "./refusal.ts";
import { isRespondAddress } from "./respond.ts";
import { QUIET, toMessage } from "./to-slack.ts";

/** What the handlers of commands, buttons, modals and the App Home work with. */
export interface SlackInteractionTools {
  readonly app: Pick<App, "command" | "shortcut" | "action" | "options" | "view" | "event">;
  readonly desk: Pick<Desk, "ask" | "stop" | "talk" | "schedules">;
  readonly inbox: Pick<Inbox, "open" | "given" | "plan" | "sent" | "sendings" | "forget" | "digests" | "seen">;
  readonly brain: Pick<Brain, "lookup" | "document" | "status" | "why" | "rate" | "forget" | "keptTalk" | "optOut">;
  readonly settings: Pick<SlackSettings, "admins" | "askHuman" | "api">;
  /** Hosts that links may lead to. */
  readonly linkHosts: readonly string[];
  readonly log: Log;
  readonly clearanceOf: ClearanceOf;
  readonly installs: Pick<Installs, "of" | "teams">;
  readonly call: Pick<Call, "must" | "spare">;
  readonly messages: Messages;
  readonly people: Pick<People, "user" | "channel" | "channelsOf">;
  readonly names: Pick<Names, "nameOf" | "ready">;
  readonly version: string;
  /** What is counted, by words for people, such as "questions waiting". */
  readonly counts: () => Readonly<Record<string, number>>;
  readonly signal: AbortSignal;
}

/** Who did something where: the workspace by which Hearth saw it, and the person. */
export interface Doer {
  readonly team: string;
  readonly channel: string;
  readonly person: Person;
  /** The person's handle, as Slack sent it. */
  readonly name: string;
}

/** The place of something that somebody did; commands and buttons of Hearth's are about whole channels. */
export function conversationOf({ team, channel }: Doer): Conversation {
  return conversationIn({ team, channel });
}

/** How somebody is named as an asker. */
export function askerOf({ person }: Doer): string {
  return personId(person);
}

/** What is said at the address that came with a command or a button. */
export interface Told {
  readonly markdown: string;
  /** Below it. */
  readonly blocks?: readonly types.KnownBlock[];
  /** Everybody in the place sees it; else the person alone. */
  readonly isPublic?: boolean;
  /** It takes the place of the message whose button was pressed. */
  readonly isInstead?: boolean;
  /** The root of the thread that it stands in. */
  readonly thread?: string | undefined;
}

const TIMEOUT_MS = 15_000;

/** Says something at an address of Slack's, which is open half an hour and five times. Rejects where it cannot be said there. */
export async function tellAt(
  address: string,
  { markdown, blocks = [], isPublic = false, isInstead = false, thread }: Told,
  { settings: { api }, signal }: Pick<SlackInteractionTools, "settings" | "signal">,
): Promise<void> {
  if (!isRespondAddress(address, api)) throw new Error("An address to answer at is not Slack's");
  const { text, blocks: said } = toMessage({ markdown, buttons: [] });
  const body = {
    text,
    blocks: [...said, ...blocks],
    ...QUIET,
    response_type: isPublic ? "in_channel" : "ephemeral",
    replace_original: isInstead,
    ...(thread !== undefined && { thread_ts: thread }),
  };
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
    redirect: "manual",
    credentials: "omit",
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await response.body?.cancel();
  if (response.status !== 200) throw new Error(`Slack takes no answer there (${response.status})`);
}

/** A button of Hearth's own below something that one person sees. */
export function ownButton(label: string, actionId: string): types.ActionsBlock {
  return {
    type: "actions",
    elements: [{ type: "button", action_id: actionId, text: { type: "plain_text", text: label, emoji: true } }],
  };
}

/**
 * Whether somebody may do what concerns a whole channel: an admin of Hearth's or of that very workspace, or who made the channel.
 * Somebody of another company is never one of them by what they are at home.
 */
export async function managesChannel(
  { team, channel, person }: Omit<Doer, "name">,
  {
    settings,
    people,
    installs,
    call,
    signal,
  }: Pick<SlackInteractionTools, "settings" | "installs" | "call" | "signal"> & {
    readonly people: Pick<People, "user">;
  },
): Promise<boolean> {
  if (isAmong(settings.admins, person)) return true;
  try {
    const user = await people.user(team, person.user, { signal });
    if (!user || user.isDeleted || !user.teams.includes(team)) return false;
    // An id means a person only together with the workspace: whoever has it elsewhere is somebody else.
    const isThisOne = user.teams.includes(person.team) || installs.of(person.team)?.isOrganisation === true;
    if (!isThisOne) return false;
    if (user.isAdmin) return true;
    if (isDirect(channel)) return false;
    const info = await call.must(team, "conversations.info", { channel }, { signal });
    return textOf(info["channel"], "creator") === person.user;
  } catch (error) {
    // What Slack does not tell gives no rights.
    if (refusalOf(error) === undefined) throw error;
    return false;
  }
}
