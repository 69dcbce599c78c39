import { webApi } from "@slack/bolt";
import type { Log } from "../../log.ts";
import { Undeliverable } from "../undeliverable.ts";
import { boltLog } from "./bolt-log.ts";
import type { Install, Installs } from "./installs.ts";
import type { Raw } from "./read.ts";
import { refusalOf, waitOf } from "./refusal.ts";
import { SHOWN_LIVE, type Due, type Scheduler } from "./scheduler.ts";

/** No answer of Slack's is waited for longer. */
const TIMEOUT_MS = 15_000;
/** Slack may ask to wait so often for one call. */
const LIMITED_TIMES = 20;

/** Arguments of a method. */
export type Args = Readonly<Record<string, unknown>>;

/** Calls a method of Slack's Web API by the token of a workspace, when it may be called. */
export interface Call {
  readonly live: LiveRoom;
  /** Waits for its turn, also where Slack asks to wait. Rejects as the library does; where Hearth is no longer in the workspace, with an Undeliverable. */
  must(team: string, method: string, args: Args, options: { readonly signal: AbortSignal }): Promise<Raw>;
  /** Behind everything else: takes no more than half of what Slack allows, and waits as long as that and Slack itself ask for. */
  behind(team: string, method: string, args: Args, options: { readonly signal: AbortSignal }): Promise<Raw>;
  /** Calls only where much is left of what Slack allows (`share` of a minute's calls); undefined where it is not. */
  spare(team: string, method: string, args: Args, options: SpareOptions): Promise<Raw | undefined>;
}

/** What calls besides know of how busy a workspace is. */
export interface LiveRoom {
  /** Whether one more answer may be shown while it is written. */
  hasRoom(team: string): boolean;
  shown(team: string): void;
}

/** For a call that can be left out. */
interface SpareOptions {
  readonly signal: AbortSignal;
  readonly share?: number;
}

/** What calls are made with. */
export interface Calling {
  readonly installs: Installs;
  readonly scheduler: Scheduler;
  readonly log: Log;
  readonly api: string;
  readonly waited: () => void;
  /** Slack takes no token of this install any more. */
  readonly tokenGone: (install: Install) => void;
}

/** How clients are made that send each call once, and leave waiting to the scheduler. */
export function clientOptions({ api, log }: Pick<Calling, "api" | "log">): webApi.WebClientOptions {
  return {
    slackApiUrl: api,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    maxRequestConcurrency: 100,
    allowAbsoluteUrls: false,
    logger: boltLog(log),
  };
}

/** Calls over one client for each install. */
export function createCall(calling: Calling): Call {
  const { installs, scheduler } = calling;
  const send = createSend(calling);
  const liveIn = (team: string) => ({ key: installs.of(team)?.key ?? team, method: SHOWN_LIVE });
  return {
    live: {
      hasRoom: (team) => scheduler.hasRoom(liveIn(team)),
      shown: (team) => scheduler.count(liveIn(team)),
    },
    async must(team, method, args, { signal }) {
      for (let times = 1; ; times++) {
        const { install, due } = dueOf(installs, { team, method, args });
        await scheduler.turn(due, { signal });
        try {
          return await send(install, due, args);
        } catch (error) {
          if (waitOf(error) === undefined || times >= LIMITED_TIMES) throw error;
        }
      }
    },
    async behind(team, method, args, { signal }) {
      for (;;) {
        const { install, due } = dueOf(installs, { team, method, args });
        await scheduler.behind(due, { signal });
        try {
          return await send(install, due, args);
        } catch (error) {
          if (waitOf(error) === undefined) throw error;
        }
      }
    },
    async spare(team, method, args, { signal, share }) {
      signal.throwIfAborted();
      const { install, due } = dueOf(installs, { team, method, args });
      return scheduler.spare(due, share) ? send(install, due, args) : undefined;
    },
  };
}

/** Sends a call once; what Slack says of waiting and of the token is told on. */
function createSend(calling: Calling): (install: Install, due: Due, args: Args) => Promise<Raw> {
  const { scheduler, waited, tokenGone } = calling;
  const clients = new Map<string, webApi.WebClient>();
  const clientOf = ({ token }: Install) => {
    const client = clients.get(token) ?? new webApi.WebClient(token, clientOptions(calling));
    clients.set(token, client);
    return client;
  };
  return async (install, due, args) => {
    try {
      return { ...(await clientOf(install).apiCall(due.method, withTeam(install, args))) };
    } catch (error) {
      const seconds = waitOf(error);
      if (seconds !== undefined) {
        waited();
        scheduler.close(due, seconds);
      }
      if (refusalOf(error) === "token gone") tokenGone(install);
      throw error;
    }
  };
}

function dueOf(
  installs: Installs,
  { team, method, args }: { readonly team: string; readonly method: string; readonly args: Args },
): { readonly install: Install; readonly due: Due } {
  const install = installs.of(team);
  if (!install) throw new Undeliverable("Not sent: Hearth is no longer in that workspace");
  const channel = method === "chat.postMessage" ? String(args["channel"]) : undefined;
  return { install, due: { key: install.key, method, channel } };
}

/** What an organisation's token has to say besides. */
function withTeam({ isOrganisation }: Install, { team_id: team, ...args }: Args): Record<string, unknown> {
  return { ...args, ...(isOrganisation && team !== undefined && { team_id: team }) };
}
