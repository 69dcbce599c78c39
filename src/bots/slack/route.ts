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
}

/** A route as plain data. Pure. */
export function toRoute(route: SlackRoute): Readonly<Record<string, string>> {
  return { ...route };
}

/** The route of a question; throws for one that is not Slack's. Pure. */
export function readRoute(route: Readonly<Record<string, string>>): SlackRoute {
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
