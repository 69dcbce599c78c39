import type { MessageConnection } from "vscode-jsonrpc/node";
import type { ChannelBrain } from "../brain/channel-brain.ts";
import { channelRequests as requests, channelWire as wire } from "./protocol-channels.ts";
import type { Handle } from "./serve.ts";

interface Serving {
  readonly brain: ChannelBrain;
  readonly handle: Handle;
}

/** Answers what is asked of channels whose talk is kept. */
export function serveChannels(connection: MessageConnection, { brain, handle }: Serving): void {
  keepTalk(connection, { brain, handle });
  connection.onRequest(
    requests.digest,
    handle("digest", (sent, signal) => brain.digest(wire.digest.parse(sent), { signal })),
  );
  connection.onRequest(
    requests.digestNow,
    handle(
      "digestNow",
      async (sent, signal) => (await brain.digestNow(wire.digestNow.parse(sent).id, { signal })) ?? null,
    ),
  );
}

function keepTalk(connection: MessageConnection, { brain, handle }: Serving): void {
  connection.onRequest(
    requests.keepTalk,
    handle("keepTalk", (sent, signal) => {
      const { place, ...options } = wire.keepTalk.parse(sent);
      return brain.keepTalk(place, { ...options, signal });
    }),
  );
  connection.onRequest(
    requests.dropTalk,
    handle("dropTalk", (sent, signal) => brain.dropTalk(wire.dropTalk.parse(sent).place, { signal })),
  );
  connection.onRequest(
    requests.keptTalk,
    handle("keptTalk", (sent, signal) => brain.keptTalk(wire.keptTalk.parse(sent), { signal })),
  );
  connection.onRequest(
    requests.hear,
    handle("hear", (sent, signal) => {
      const { messages, ...options } = wire.hear.parse(sent);
      return brain.hear(messages, { ...options, signal });
    }),
  );
  connection.onRequest(
    requests.optOut,
    handle("optOut", (sent, signal) => {
      const { person, isOut } = wire.optOut.parse(sent);
      return brain.optOut(person, { isOut, signal });
    }),
  );
}
