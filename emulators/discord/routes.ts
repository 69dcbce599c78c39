import type { Route } from "./route.ts";
import { channelRoutes } from "./routes-channels.ts";
import { commandRoutes } from "./routes-commands.ts";
import { guildRoutes } from "./routes-guilds.ts";
import { interactionRoutes } from "./routes-interactions.ts";
import { messageRoutes } from "./routes-messages.ts";
import { threadListRoutes } from "./routes-thread-lists.ts";
import { threadRoutes } from "./routes-threads.ts";

/** Every path and method that is known, but those of the gateway. */
export const ROUTES: readonly Route[] = [
  ...messageRoutes,
  ...channelRoutes,
  ...threadRoutes,
  ...threadListRoutes,
  ...guildRoutes,
  ...commandRoutes,
  ...interactionRoutes,
];
