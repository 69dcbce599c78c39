import type { Asked } from "../platform.ts";
import { readPersonId } from "./ids.ts";

/**
 * What the adapter has to know to reply to a question. It came as a message, whose answer goes into the thread; or by a command, whose
 * answer goes into the channel, or to the asker alone, and where Hearth is not in the channel through the command's own address.
 */
export interface SlackRoute {
  /** The workspace that Hearth was asked by: its token answers. */
  readonly team: string;
  readonly channel: string;
  /** The asker, and the workspace that he belongs to. */
  readonly user: string;
  readonly userTeam: string;
  /** The root of the thread that the answer goes to. Without it, it goes into the channel itself. */
  readonly thread?: string;
  /** A command's response_url: five answers within half an hour. */
  readonly respond?: string;
  /** Of what nobody asked, such as a digest by the clock: it stands in the channel or the thread by itself, or goes to the user directly. */
  readonly post?: "here" | "direct";
}

/** A route as plain data. Pure. */
export function toRoute(route: SlackRoute): Readonly<Record<string, string>> {
  return { ...route };
}

/** The route of a question; throws for one that is not Slack's. Pure. */
export function readRoute({ route, message }: Pick<Asked, "route" | "message">): SlackRoute {
  const { post } = route;
  if (post === "here" || post === "direct") return postRoute(message, post);
  const { team, channel, user, userTeam, thread, respond } = route;
  if (team === undefined || channel === undefined || user === undefined || userTeam === undefined)
    throw new TypeError("A question has no route of Slack's");
  return {
    team,
    channel,
    user,
    userTeam,
    ...(thread !== undefined && { thread }),
    ...(respond !== undefined && { respond }),
  };
}

/** The desk's own routes say no more than how: where and to whom is said by the message. */
function postRoute({ conversation, author }: Asked["message"], post: "here" | "direct"): SlackRoute {
  const { space: team, channel, thread } = conversation;
  const person = readPersonId(author.id, team);
  if (post === "direct" && !person) throw new TypeError("What is to be written directly names nobody of Slack's");
  return {
    team,
    channel,
    user: person?.user ?? "",
    userTeam: person?.team ?? team,
    ...(thread !== undefined && { thread }),
    post,
  };
}
