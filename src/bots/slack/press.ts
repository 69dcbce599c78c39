import { isChannel, isTeam, isTs, isUser } from "./ids.ts";
import type { Doer } from "./interaction-tools.ts";
import { isObject, listOf, textOf, type Raw } from "./read.ts";

/** Characters of text that an edit takes, with room to spare. */
const LONGEST_TEXT = 3_000;

/** A button that somebody pressed: whose it is, where it stands, and where the person is answered. */
export interface Press {
  readonly doer: Doer;
  readonly actionId: string;
  readonly message: string;
  readonly thread: string | undefined;
  readonly respond: string;
  /** What the message says and consists of, where others see it too. */
  readonly text: string;
  readonly blocks: readonly Raw[];
}

/** Reads what Slack says of a button below a message; undefined for anything else, such as what is chosen in a modal. Pure. */
export function readPress(body: unknown): Press | undefined {
  if (!isObject(body)) return undefined;
  const { user, team, channel, container, message } = body;
  const own = textOf(user, "id");
  const home = textOf(user, "team_id") ?? textOf(team, "id");
  const where = textOf(channel, "id") ?? textOf(container, "channel_id");
  const ts = textOf(container, "message_ts");
  const respond = textOf(body, "response_url");
  const actionId = textOf(listOf(body, "actions")[0], "action_id");
  if (!isUser(own) || !isTeam(home) || !isChannel(where) || !isTs(ts)) return undefined;
  if (respond === undefined || actionId === undefined) return undefined;
  return {
    doer: {
      team: textOf(team, "id") ?? home,
      channel: where,
      person: { team: home, user: own },
      name: textOf(user, "username") ?? textOf(user, "name") ?? own,
    },
    actionId,
    message: ts,
    thread: textOf(container, "thread_ts") ?? textOf(message, "thread_ts"),
    respond,
    text: (textOf(message, "text") ?? "…").slice(0, LONGEST_TEXT),
    blocks: listOf(message, "blocks"),
  };
}
