import type { Receiver } from "@slack/bolt";
import type { SlackSettings } from "../../config-slack.ts";
import type { Log } from "../../log.ts";
import { createHttpReceiver } from "./http-receiver.ts";
import { openReplays, type Replays } from "./replays.ts";
import { createSockets, type SocketOptions } from "./sockets.ts";

/** What a receiver is opened with. `replays`: the file that keeps which requests were taken. */
export interface OpeningReceiver extends Pick<SocketOptions, "connected" | "lost" | "refused"> {
  readonly settings: SlackSettings;
  readonly log: Log;
  readonly counts: { connections: number; malformed: number; refused: number };
  readonly replays?: string;
  readonly pingMs?: number;
  readonly listening?: (url: string) => void;
}

/** How Slack's events come: by sockets that we make, or to a port. */
export function openReceiver(opening: OpeningReceiver): { readonly receiver: Receiver; readonly replays?: Replays } {
  const { settings, log, counts, listening, pingMs, replays: path = ":memory:", ...told } = opening;
  const { mode, appToken = "", signingSecret = "", api, host, port } = settings;
  if (mode === "socket") {
    const pings = pingMs === undefined ? {} : { pingMs };
    return { receiver: createSockets({ appToken, api, log, counts, ...told, ...pings }) };
  }
  const replays = openReplays({ path, log });
  const hears = { connected: told.connected, ...(listening && { listening }) };
  return { receiver: createHttpReceiver({ signingSecret, host, port, replays, log, counts, ...hears }), replays };
}
