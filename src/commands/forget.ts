import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { counted } from "../bots/terminal/counted.ts";
import { openInbox } from "../bots/inbox-sqlite.ts";
import type { PlatformName } from "../bots/platform.ts";
import type { Brain } from "../brain/brain.ts";
import type { Settings } from "../config.ts";
import type { Log } from "../log.ts";
import { isBusy } from "../sqlite-file.ts";
import { UserError } from "../user-error.ts";
import type { Surroundings } from "./command.ts";
import { write } from "./write.ts";

/** What of a platform is to be forgotten: a whole server, or less where more is said. */
export interface ForgetOptions {
  readonly platform: PlatformName;
  readonly space: string;
  readonly channel?: string;
  readonly person?: string;
}

/** Where Hearth keeps what was said and answered. */
type Folders = Pick<Settings, "data" | "edgeFolder">;

function inboxOf({ edgeFolder }: Folders): string {
  return join(edgeFolder, "inbox.sqlite");
}

const DIGITS = /^\d{5,20}$/;

/** What ids look like, and where people find them. */
const IDS: Readonly<
  Record<PlatformName, Readonly<Record<"space" | "channel" | "person", RegExp>> & { readonly help: string }>
> = {
  discord: {
    space: /^(?:@me|\d{5,20})$/,
    channel: DIGITS,
    person: DIGITS,
    help: "give its digits (in Discord: right-click, Copy ID)",
  },
  slack: {
    space: /^[TE][A-Z0-9]{2,20}$/,
    channel: /^[CDG][A-Z0-9]{2,20}$/,
    person: /^(?:[TE][A-Z0-9]{2,20}:)?[UW][A-Z0-9]{2,20}$/,
    help: "a workspace's begins with T, a channel's with C, D or G, a member's with U or W (docs/slack.md says where they are)",
  },
};

/** Throws a UserError for words that are no ids, and where a running Hearth has what is to be deleted. */
export function checkForget(options: ForgetOptions, folders: Folders): void {
  const { help, ...forms } = IDS[options.platform];
  for (const key of ["space", "channel", "person"] as const) {
    const id = options[key];
    if (id !== undefined && !forms[key].test(id)) throw new UserError(`--${key} "${id}" is no id; ${help}`);
  }
  const kept = ["answers.sqlite", "memory.sqlite"].map((name) => join(folders.data, name));
  const used = [...kept, inboxOf(folders)].find(isInUse);
  if (used !== undefined)
    throw new UserError(`A running Hearth has ${used}; stop it first, and start it again afterwards`);
}

/**
 * `hearth forget`: deletes what is kept of a place or a person on a chat platform, in the core and in the inbox, and prints what it was.
 * The exit code is 0, also where nothing was kept.
 */
export async function runForget(
  { platform, space, channel, person }: ForgetOptions,
  {
    brain,
    folders,
    log,
    surroundings,
  }: { readonly brain: Brain; readonly folders: Folders; readonly log: Log; readonly surroundings: Surroundings },
): Promise<number> {
  const { out, signal } = surroundings;
  const of = {
    platform,
    space,
    ...(channel !== undefined && { channel }),
    ...(person !== undefined && { askerId: askerOf({ platform, space, person }) }),
  };
  const rows = forgetInbox(of, { folders, log });
  const { messages, answers, ratings } = await brain.forget(of, { signal });
  const lines = [
    `Deleted    ${counted(messages, "message")}: questions, and what was answered to them`,
    `           ${counted(answers, "record")} of what answers were taken from, ${counted(ratings, "rating")}`,
    `           ${counted(rows, "row")} of the inbox`,
    "Not        the messages on the platform itself, which only people there can delete",
  ];
  await write(out, `${lines.join("\n")}\n`, { signal });
  return 0;
}

/** On Slack an id means a person only together with a workspace: that of the space, unless another stands before it. */
function askerOf({ platform, space, person }: Pick<ForgetOptions, "platform" | "space"> & { readonly person: string }) {
  return platform === "slack" && !person.includes(":") ? `${space}:${person}` : person;
}

function forgetInbox(
  of: { readonly platform: PlatformName; readonly space: string; readonly channel?: string; readonly askerId?: string },
  { folders, log }: { readonly folders: Folders; readonly log: Log },
): number {
  const path = inboxOf(folders);
  if (!existsSync(path)) return 0;
  using inbox = openInbox({ path, log });
  return inbox.forget(of);
}

/** Whether another process has a database open; what else is wrong with it is for whoever opens it. */
function isInUse(path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      database.prepare("SELECT count(*) FROM sqlite_schema").get();
    } finally {
      database.close();
    }
    return false;
  } catch (error) {
    return isBusy(error);
  }
}
