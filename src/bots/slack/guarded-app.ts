import type { App, ReceiverEvent } from "@slack/bolt";
import type { Log } from "../../log.ts";
import type { Intake } from "./intake.ts";
import { textOf } from "./read.ts";
import { createRecent } from "./recent.ts";

/**
 * The app as the receiver sees it: what an event says is taken in first and acknowledged after, for Bolt acknowledges before anything
 * else. Where it cannot be taken in, it is not acknowledged. An event that comes again is acknowledged, and that is all.
 */
export function guardApp(app: App, { intake, log }: { readonly intake: Intake; readonly log: Log }): App {
  const done = createRecent();
  const process = async (event: ReceiverEvent): Promise<void> => {
    const id = textOf(event.body, "event_id");
    if (id !== undefined && done.has(id)) return acknowledge(event);
    try {
      await intake(event.body);
    } catch (error) {
      log.error({ err: error, event: id }, "An event could not be taken in; Slack is to bring it again");
      throw error;
    }
    if (id !== undefined) done.add(id);
    if (textOf(event.body, "type") === "app_rate_limited") return acknowledge(event);
    await app.processEvent(event);
  };
  return new Proxy(app, {
    get: (target, key) => (key === "processEvent" ? process : Reflect.get(target, key, target)),
  });
}

async function acknowledge({ ack }: ReceiverEvent): Promise<void> {
  await ack();
}
