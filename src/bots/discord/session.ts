import type { SessionInfo, SimpleShardingStrategy } from "discord.js";

/** The manager of the library's that owns the connection. */
export type GatewayManager = ConstructorParameters<typeof SimpleShardingStrategy>[0];

/** As long as a session that is out of touch may be resumed; Discord says "a few minutes". */
const RESUMABLE_MS = 3 * 60_000;

/**
 * Keeps the session where the library would throw it away although it can be resumed: after Discord closed normally, and after the
 * network failed. A resumed session brings what was missed; a new one does not.
 */
export function keepSession(manager: GatewayManager, { now = Date.now }: { readonly now?: () => number } = {}): void {
  const update = manager.options.updateSessionInfo.bind(manager.options);
  let touchedAt = 0;
  let hasJustClosed = false;
  const touch = () => {
    touchedAt = now();
  };
  manager.on("dispatch", touch);
  manager.on("heartbeat", touch);
  manager.on("closed", ({ code }) => {
    // Codes from 4000 on are Discord's own, and the library knows what each means for the session.
    hasJustClosed = code < 4_000;
    // The library decides about the session right after it has told of the closing.
    queueMicrotask(() => {
      hasJustClosed = false;
    });
  });
  manager.options.updateSessionInfo = (shardId: number, info: SessionInfo | null) => {
    if (info === null && hasJustClosed && now() - touchedAt < RESUMABLE_MS) return;
    return update(shardId, info);
  };
}
