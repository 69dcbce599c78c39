import type { Log } from "../../log.ts";
import type { Asked } from "../platform.ts";
import { isDirect } from "./ids.ts";
import type { Messages } from "./messages.ts";
import type { Refusal } from "./refusal.ts";
import { readRoute } from "./route.ts";
import { toMessage } from "./to-slack.ts";

/** Tells whoever asked, by a direct message, that Hearth may not answer where he did. */
export function tellRefusal(
  refusal: Refusal,
  asked: Asked,
  {
    messages,
    job,
    log,
    signal,
  }: {
    readonly messages: Pick<Messages, "openDirect" | "post">;
    readonly job: string;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): void {
  log.warn({ job, refusal }, "An answer cannot be sent");
  const { team, channel, user, respond, post } = readRoute(asked);
  const isOurs = post !== undefined || asked.message.author.isBot;
  if (refusal !== "forbidden" || isDirect(channel) || isOurs || respond !== undefined) return;
  const markdown =
    "I may not write in the channel that you asked in, so I cannot answer there. " +
    "Somebody who manages it can invite me again, or let apps post in it.";
  void (async () => {
    const spot = { team, channel: await messages.openDirect(team, user, { signal }) };
    const mark = { type: "hearth_note", payload: { job } } as const;
    await messages.post(spot, toMessage({ markdown, buttons: [] }), { mark, signal });
  })().catch((error: unknown) => log.info({ job, err: error }, "Nor can it be said in a direct message"));
}
