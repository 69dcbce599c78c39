import type { Conversation } from "../../chat.ts";

/** A person: an id alone is not unique, since people of other workspaces take part in shared channels. */
export interface Person {
  readonly team: string;
  readonly user: string;
}

/** A person as authors, askers and admins are named: "T0123:U0456". Pure. */
export function personId({ team, user }: Person): string {
  return `${team}:${user}`;
}

/** The person that an id names; in the settings one without a workspace is of this one. Undefined for what is none. Pure. */
export function readPersonId(id: string, here: string): Person | undefined {
  if (isUser(id)) return { team: here, user: id };
  const [, team, user] = /^([TE][A-Z0-9]+):([UWB][A-Z0-9]+)$/.exec(id) ?? [];
  return team === undefined || user === undefined ? undefined : { team, user };
}

/** Whether one of the ids of the settings names a person: with a workspace, or in any of them. Pure. */
export function isAmong(ids: readonly string[], person: Person): boolean {
  return ids.includes(person.user) || ids.includes(personId(person));
}

/** Whether a channel is a direct message with one person. Pure. */
export function isDirect(channel: string): boolean {
  return channel.startsWith("D");
}

/** The conversation of a channel, or of one thread in it: `thread` is the ts of its root. Pure. */
export function conversationIn(of: {
  readonly team: string;
  readonly channel: string;
  readonly thread?: string | undefined;
}): Conversation {
  const { team: space, channel, thread } = of;
  return { platform: "slack", space, channel, ...(thread !== undefined && { thread }) };
}

/** Where people find a message. Pure. */
export function addressOf({ channel, thread }: Conversation, ts: string): string {
  const inThread = thread === undefined || thread === ts ? "" : `?thread_ts=${thread}&cid=${channel}`;
  return `https://slack.com/archives/${channel}/p${ts.replace(".", "")}${inThread}`;
}

/** When a message was sent, in milliseconds. Pure. */
export function timeOf(ts: string): number {
  return Math.floor(Number(ts) * 1_000);
}

/** The ts that a message of this instant would have. Pure. */
export function tsAt(milliseconds: number): string {
  return `${Math.floor(milliseconds / 1_000)}.000000`;
}

const TEAM = /^[TE][A-Z0-9]{2,20}$/;
const CHANNEL = /^[CDG][A-Z0-9]{2,20}$/;
const USER = /^[UW][A-Z0-9]{2,20}$/;
const TS = /^\d{10}\.\d{6}$/;

export const isTeam = (value: unknown): value is string => typeof value === "string" && TEAM.test(value);
export const isChannel = (value: unknown): value is string => typeof value === "string" && CHANNEL.test(value);
export const isUser = (value: unknown): value is string => typeof value === "string" && USER.test(value);
export const isTs = (value: unknown): value is string => typeof value === "string" && TS.test(value);
