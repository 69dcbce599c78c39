import type { Brain } from "../../brain/brain.ts";
import type { Log } from "../../log.ts";
import type { Inbox } from "../inbox.ts";
import type { Newest } from "../newest.ts";
import type { Desk } from "../platform.ts";
import { followChange, type EventPlace } from "./follow-changes.ts";
import { isChannel, isTeam } from "./ids.ts";
import type { Install, Installs } from "./installs.ts";
import type { Marks } from "./marks.ts";
import { readMessage, type SlackMessage } from "./message.ts";
import type { Places } from "./places.ts";
import { isObject, listOf, textOf, textsOf, type Raw } from "./read.ts";
import type { Receiver } from "./receive.ts";
import type { Recent } from "./recent.ts";
import type { Shared } from "./shared.ts";

/** Events after which rights may be others. */
const RIGHTS = new Set([
  "member_joined_channel",
  "member_left_channel",
  "channel_left",
  "group_left",
  "channel_created",
  "channel_deleted",
  "group_deleted",
  "channel_shared",
  "channel_unshared",
  "channel_archive",
  "channel_unarchive",
  "group_archive",
  "group_unarchive",
  "channel_id_changed",
  "user_change",
  "team_join",
  "team_access_granted",
  "team_access_revoked",
  "shared_channel_invite_accepted",
]);
/** The same, told by a message in the channel. */
const RIGHTS_BY_MESSAGE = /^(?:channel|group)_(?:convert|join|leave|archive|unarchive|posting)|^bot_(?:add|remove)/;

/** What events are taken in with. */
export interface TakingIn {
  readonly desk: Desk;
  readonly inbox: Pick<Inbox, "forget">;
  readonly brain: Pick<Brain, "forget">;
  readonly installs: Installs;
  readonly receiver: Receiver;
  readonly places: Places;
  readonly marks: Marks;
  readonly deleted: Recent;
  readonly edited: Newest<SlackMessage>;
  readonly shared: Shared;
  readonly log: Log;
  readonly counts: { rateLimitedEvents: number };
  readonly rightsChanged: () => void;
  readonly installGone: (install: Install) => void;
  readonly signal: AbortSignal;
}

/** Takes in what an event says before it is acknowledged. Rejects where a question could not be written down. */
export type Intake = (body: Raw) => Promise<void>;

/** An intake that keeps the order of each channel. */
export function createIntake(taking: TakingIn): Intake {
  const lines = new Map<string, Promise<void>>();
  const inLine = (channel: string, work: () => Promise<void>): Promise<void> => {
    const turn = (lines.get(channel) ?? Promise.resolve()).catch(() => {}).then(work);
    lines.set(channel, turn);
    const leave = () => lines.get(channel) === turn && lines.delete(channel);
    turn.then(leave, leave);
    return turn;
  };
  return async (body) => {
    if (body["type"] === "app_rate_limited") {
      taking.counts.rateLimitedEvents++;
      taking.log.warn(
        { team: body["team_id"] },
        "Slack leaves events out: a workspace has more than 30,000 in an hour",
      );
      return;
    }
    const { event } = body;
    if (body["type"] !== "event_callback" || !isObject(event)) return;
    const team = teamOf(body, taking.installs);
    if (team === undefined) return;
    const channel = channelOf(event);
    if (channel === undefined) return takeTeamEvent(event, team, taking);
    const place = { team, channel };
    if (typeof body["is_ext_shared_channel"] === "boolean") taking.shared.told(place, body["is_ext_shared_channel"]);
    await inLine(channel, () => takeEvent(event, place, taking));
  };
}

/** The workspace that Hearth got an event by; undefined where it is in none of those that are named. */
function teamOf(body: Raw, installs: Installs): string | undefined {
  const [authorization] = listOf(body, "authorizations");
  const enterprise = textOf(body, "enterprise_id");
  if (enterprise !== undefined && isTeam(body["team_id"])) installs.reach(body["team_id"], enterprise);
  const named = [body["context_team_id"], authorization?.["team_id"], body["team_id"], body["context_enterprise_id"]];
  return (
    named.filter(isTeam).find((team) => team.startsWith("T") && installs.of(team)) ??
    named.filter(isTeam).find((team) => installs.of(team))
  );
}

/** Most events name their channel; a few have an object in its place. */
function channelOf({ channel }: Raw): string | undefined {
  const id = isObject(channel) ? channel["id"] : channel;
  return isChannel(id) ? id : undefined;
}

async function takeEvent(event: Raw, place: EventPlace, taking: TakingIn): Promise<void> {
  const { receiver, rightsChanged } = taking;
  const type = textOf(event, "type") ?? "";
  const subtype = textOf(event, "subtype");
  if (type === "message" && (subtype === "message_changed" || subtype === "message_deleted")) {
    followChange(event, place, { ...taking, around: receiver.around(place.team) });
  } else if (type === "message" || type === "app_mention") {
    if (subtype !== undefined && RIGHTS_BY_MESSAGE.test(subtype)) rightsChanged();
    const message = readMessage(event);
    if (message) await receiver.live(message, place);
  } else {
    if (RIGHTS.has(type)) rightsChanged();
    // With it nobody waits: whoever speaks next says so too.
    if (type === "channel_shared") void taking.shared.look(place);
    followChannel(event, place, taking);
  }
}

/** With a channel its messages are deleted; where Hearth is taken out of one, it takes part in nothing there. */
function followChannel(event: Raw, { team, channel }: EventPlace, taking: TakingIn): void {
  const { inbox, brain, places, installs, shared, log, signal } = taking;
  const { type, user } = event;
  const isOut = type === "channel_left" || type === "group_left";
  if (isOut || (type === "member_left_channel" && user === installs.of(team)?.botUser)) places.leave({ team, channel });
  if (type !== "channel_deleted" && type !== "group_deleted") return;
  shared.gone({ team, channel });
  places.leave({ team, channel });
  inbox.forget({ platform: "slack", space: team, channel });
  brain.forget({ platform: "slack", space: team, channel }, { signal }).catch((error: unknown) => {
    if (!signal.aborted) log.error({ err: error }, "What was said in a channel that is gone could not be forgotten");
  });
}

function takeTeamEvent(event: Raw, team: string, taking: TakingIn): void {
  const { installs, installGone, rightsChanged, desk, places, shared } = taking;
  const type = textOf(event, "type") ?? "";
  if (type === "message" || type === "app_mention") taking.log.warn("rejected event: a message without its channel");
  if (RIGHTS.has(type)) rightsChanged();
  const [from, to] = [event["old_channel_id"], event["new_channel_id"]];
  if (type === "channel_id_changed" && isChannel(from) && isChannel(to)) {
    places.move(team, { from, to });
    // It is so where a private channel is shared with others, and whoever reads the new one need not have read the old.
    shared.gone({ team, channel: from });
  }
  const install = installs.of(team);
  if (!install) return;
  if (type === "team_access_revoked") {
    for (const left of textsOf(event, "team_ids").filter(isTeam)) {
      installs.leave(left);
      desk.left("slack", left);
    }
  }
  const isOwn = type === "tokens_revoked" && textsOf(event["tokens"], "bot").includes(install.botUser);
  if (type === "app_uninstalled" || isOwn) installGone(install);
}
