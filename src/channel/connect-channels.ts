import type { RequestType } from "vscode-jsonrpc/node";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import { askAgainOnce, send, type Link } from "./ask.ts";
import { channelRequests as requests } from "./protocol-channels.ts";

/** Channels whose talk is kept, in another process. */
export function remoteChannels(link: Link): ChannelBrain {
  const ask = <Sent, Result>(type: RequestType<Sent, Result, void>, sent: Sent, signal: AbortSignal) =>
    askAgainOnce(link, (connection) => send(connection, type, { sent, signal }), { signal });
  return {
    keepTalk: (place, { signal, by, days }) => ask(requests.keepTalk, { place, by, days }, signal),
    dropTalk: (place, { signal }) => ask(requests.dropTalk, { place }, signal),
    keptTalk: (of, { signal }) => ask(requests.keptTalk, of, signal),
    hear: (messages, { signal, ...options }) => ask(requests.hear, { messages, ...options }, signal),
    optOut: (person, { isOut, signal }) => ask(requests.optOut, { person, isOut }, signal),
    digest: (request, { signal }) => ask(requests.digest, request, signal),
    digestNow: async (id, { signal }) => (await ask(requests.digestNow, { id }, signal)) ?? undefined,
  };
}
