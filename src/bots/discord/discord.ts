import { UserError } from "../../user-error.ts";
import type { ChatPlatform, Desk } from "../platform.ts";
import { splitMarkdown } from "../split.ts";
import { type DiscordCounts, noCounts } from "./client.ts";
import { connect, type Connection } from "./connect.ts";
import { fetchAttachment } from "./files.ts";
import { createDeleted } from "./follow-changes.ts";
import { readHistory } from "./history.ts";
import { createKept } from "./kept.ts";
import { createMarks } from "./marks.ts";
import { replyTo } from "./reply-to.ts";
import { lookAfter } from "./standing.ts";
import { LONGEST_MESSAGE } from "./to-discord.ts";
import { type Wired, wire, type Wiring } from "./wire.ts";

/** Where the connection stands; `why` is a sentence for the owner, with what to click. */
export type DiscordState =
  | { readonly kind: "connecting" | "connected" }
  | { readonly kind: "stopped"; readonly why: string };

/** Discord, with what a status can show of it. */
export interface Discord extends ChatPlatform {
  state(): DiscordState;
  counts(): Readonly<DiscordCounts>;
}

/** What Discord is opened with. `waiting` gives what `/status` counts besides. */
export interface DiscordOptions extends Pick<
  Wiring,
  "settings" | "inbox" | "brain" | "log" | "version" | "linkHosts" | "say"
> {
  readonly waiting?: () => Readonly<Record<string, number>>;
  /** Told once when Discord has stopped for good after it was connected: what the owner has to do. */
  readonly stopped?: (why: string) => void;
  /** After how many milliseconds without an answer to a heartbeat a socket counts as dead. */
  readonly acknowledgedMs?: number;
}

const split = (markdown: string) => splitMarkdown(markdown, LONGEST_MESSAGE);

/** Opens Discord; it is connected by `start`, and closed when disposed of. */
export function openDiscord(options: DiscordOptions): Promise<Discord> {
  const { settings, inbox } = options;
  const parts = { marks: createMarks(inbox), kept: createKept(inbox), deleted: createDeleted(), counts: noCounts() };
  const running: Running = {
    ...parts,
    options,
    told: new Set(),
    closing: new AbortController(),
    state: { kind: "connecting" },
  };
  const now = () => {
    if (!running.wired) throw new Error("Discord has not been connected yet");
    return running.wired;
  };
  return Promise.resolve({
    name: "discord",
    start: (desk, { signal }) => start(running, { desk, signal }),
    state: () => stateOf(running),
    counts: () => parts.counts,
    async clearance({ message, seenBy, route }, { signal }) {
      const { conversation, author } = message;
      const isThere = route["post"] === undefined;
      return now().clearanceOf({ conversation, askerId: author.id, seenBy, isThere }, { signal });
    },
    reply: (asked) =>
      replyTo(asked, now(), { ...options, ...parts, told: running.told, split, signal: running.closing.signal }),
    history: (place, which) => readHistory(now(), place, which),
    fetchFile: (file, limits) => fetchAttachment(file, { rest: now().client.rest, cdn: settings.cdn, ...limits }),
    ...afterwards(now),
    async [Symbol.asyncDispose]() {
      running.closing.abort();
      await running.connection?.close();
      parts.marks[Symbol.dispose]();
      parts.kept[Symbol.dispose]();
    },
  });
}

/** What changes while Discord is open, and what it is kept with. */
interface Running extends Pick<Wiring, "marks" | "kept" | "deleted" | "counts"> {
  readonly options: DiscordOptions;
  /** Who was told that Hearth may not write in a channel. */
  readonly told: Set<string>;
  readonly closing: AbortController;
  state: DiscordState;
  wired?: Wired;
  connection?: Connection;
}

/** A connection that is made again is being made. */
function stateOf({ state, counts }: Running): DiscordState {
  return state.kind === "connected" && counts.upSince === undefined ? { kind: "connecting" } : state;
}

async function start(running: Running, { desk, signal }: { readonly desk: Desk; readonly signal: AbortSignal }) {
  const { options, closing, counts } = running;
  const { settings, inbox, log, acknowledgedMs } = options;
  const stop = (why: string) => {
    running.state = { kind: "stopped", why };
    log.error({ why }, "Discord is stopped");
  };
  const wiring = {
    ...options,
    ...running,
    desk,
    signal: closing.signal,
    statusCounts: () => statusCounts(options, counts),
  };
  if (!settings.messageContent) log.info({}, WITHOUT_CONTENT);
  try {
    running.connection = await connect(
      {
        settings,
        log,
        client: { inbox, counts, ...(acknowledgedMs !== undefined && { acknowledgedMs }) },
        wire(client) {
          running.wired = wire(client, wiring);
        },
        stopped({ why, isTokenGone }) {
          stop(why);
          options.stopped?.(why);
          closing.abort();
          if (isTokenGone) desk.left("discord");
        },
      },
      { signal: AbortSignal.any([signal, closing.signal]) },
    );
  } catch (error) {
    if (error instanceof UserError) stop(error.message);
    throw error;
  }
  running.state = { kind: "connected" };
  await running.wired?.caughtUp();
}

const WITHOUT_CONTENT =
  "discord.messageContent is off: follow-ups in a thread need a mention, and nothing of a channel but what mentions Hearth can be kept";

function statusCounts({ waiting }: DiscordOptions, counts: DiscordCounts): Readonly<Record<string, number>> {
  return {
    ...waiting?.(),
    "times Discord closed the connection": counts.closes,
    "sessions resumed": counts.resumes,
    "sessions begun": counts.identifies,
    "packets not understood": counts.malformed,
    "times Discord asked to wait": counts.rateLimited,
  };
}

function afterwards(now: () => Wired): Pick<ChatPlatform, "recall" | "amend" | "mark"> {
  const standing = () => lookAfter({ api: now().api, places: now().places, split });
  return {
    recall: async (given, options) => standing().recall(given, options),
    amend: async (given, content, options) => standing().amend(given, content, options),
    mark: async (given, line, options) => standing().mark(given, line, options),
  };
}
