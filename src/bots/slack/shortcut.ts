import type { Asked } from "../platform.ts";
import { wantSummary } from "../digest-command.ts";
import { ELSEWHERE, FOLLOWS } from "./commands-ask.ts";
import { talkPlaceOf } from "./commands-talk.ts";
import { conversationIn, isChannel, isTeam, isTs, isUser, timeOf } from "./ids.ts";
import { askerOf, tellAt, type Doer, type SlackInteractionTools } from "./interaction-tools.ts";
import { createMembership } from "./membership.ts";
import { textOf, isObject } from "./read.ts";
import { toRoute } from "./route.ts";

const NOT_IN = "I cannot read that: I am not in this channel. Somebody who is can write `/invite @Hearth`.";

/** A shortcut that somebody chose in the menu of a message. */
export interface Chosen {
  readonly doer: Doer;
  /** The root of the message's thread, which is itself where it is in none. */
  readonly root: string;
  readonly isInThread: boolean;
  readonly respond: string;
  readonly trigger: string;
}

/** Reads what Slack says of a shortcut on a message; undefined for anything else. Pure. */
export function readChosen(body: unknown): Chosen | undefined {
  if (!isObject(body)) return undefined;
  const { user, team, channel, message } = body;
  const [own, where] = [textOf(user, "id"), textOf(channel, "id")];
  const home = textOf(user, "team_id") ?? textOf(team, "id");
  const [ts, thread] = [textOf(body, "message_ts") ?? textOf(message, "ts"), textOf(message, "thread_ts")];
  const [respond, trigger] = [textOf(body, "response_url"), textOf(body, "trigger_id")];
  if (!isUser(own) || !isTeam(home) || !isChannel(where) || !isTs(ts)) return undefined;
  if (respond === undefined || trigger === undefined) return undefined;
  const name = textOf(user, "username") ?? textOf(user, "name") ?? own;
  return {
    doer: { team: textOf(team, "id") ?? home, channel: where, person: { team: home, user: own }, name },
    root: isTs(thread) ? thread : ts,
    isInThread: isTs(thread),
    respond,
    trigger,
  };
}

/** "Summarise thread": hands it to the desk, which writes it down, and acknowledges after that. The person alone sees the summary. */
export function createSummarise(
  tools: SlackInteractionTools,
): (chosen: Chosen, ack: () => Promise<void>) => Promise<void> {
  const membership = createMembership(tools);
  return async (chosen, ack) => {
    const { doer, respond } = chosen;
    const tell = async (markdown: string) => {
      await ack();
      await tellAt(respond, { markdown }, tools);
    };
    if (!tools.installs.of(doer.team)) return tell(ELSEWHERE);
    if ((await membership(doer)) === "out") return tell(NOT_IN);
    tools.desk.ask(toSummary(chosen));
    return tell(FOLLOWS);
  };
}

function toSummary({ doer, root: thread, isInThread, respond, trigger }: Chosen): Asked {
  const { team, channel, person, name } = doer;
  const id = `shortcut:${trigger}`;
  const { user, team: userTeam } = person;
  return {
    id,
    platform: "slack",
    message: {
      id,
      conversation: conversationIn({ team, channel, thread }),
      author: { id: askerOf(doer), name, isBot: false },
      text: "Summarise thread",
      sentAt: new Date().toISOString(),
    },
    seenBy: "asker",
    files: [],
    ...wantSummary({ place: talkPlaceOf(doer), thread, from: new Date(timeOf(thread)).toISOString() }),
    // In a thread that is none yet, Slack shows nothing to one person alone.
    route: toRoute({ team, channel, user, userTeam, respond, ...(isInThread && { thread }) }),
  };
}
