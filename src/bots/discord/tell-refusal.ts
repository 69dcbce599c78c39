import type { Log } from "../../log.ts";
import type { Asked } from "../platform.ts";
import type { DiscordApi } from "./api.ts";
import { channelOf, DIRECT } from "./from-discord.ts";
import type { Refusal } from "./refusal.ts";
import { nonceOf, toMessage } from "./to-discord.ts";

/** The part of a job's outbox that is no part of its answer. */
const TOLD = 999;

/** Tells whoever asked, by one direct message, that Hearth may not answer where he did. `told` keeps who was told of which channel. */
export function tellRefusal(
  refusal: Refusal,
  { message, route }: Asked,
  of: {
    readonly api: DiscordApi;
    readonly job: string;
    readonly told: Set<string>;
    readonly log: Log;
    readonly signal: AbortSignal;
  },
): void {
  const { api, job, told, log, signal } = of;
  log.warn({ job, refusal }, "An answer cannot be sent");
  const { conversation, author } = message;
  const isAsked = route["interaction"] === undefined && route["post"] === undefined;
  if (refusal !== "forbidden" || conversation.space === DIRECT || author.isBot || !isAsked) return;
  const key = `${channelOf(conversation)} ${author.id}`;
  if (told.has(key)) return;
  told.add(key);
  const where = `<#${channelOf(conversation)}>`;
  const markdown =
    `I may not write in ${where}, so I cannot answer there. Somebody who manages it can let me: ` +
    `Edit Channel, Permissions, my role, and allow View Channel, Send Messages, Send Messages in Threads and Read Message History.`;
  void (async () => {
    const channel = await api.openDirect(author.id, { signal });
    await api.create(channel, toMessage({ markdown, buttons: [] }), { nonce: nonceOf(job, TOLD), signal });
  })().catch((error: unknown) => log.info({ job, err: error }, "Nor can it be said in a direct message"));
}
