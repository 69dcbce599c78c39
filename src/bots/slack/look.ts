import type { Inbox, Sending } from "../inbox.ts";
import { timeOf, tsAt } from "./ids.ts";
import type { SlackMessage } from "./message.ts";
import type { Mark, Messages, Spot } from "./messages.ts";

/** How far Slack's clock and ours may be apart. */
const CLOCKS_MS = 30_000;
/** Pages of two hundred messages that are searched for one of our own. */
const PAGES = 10;

/** What is searched with. */
export interface Looking {
  readonly messages: Pick<Messages, "page">;
  readonly inbox: Pick<Inbox, "sendings" | "given">;
  readonly botUser: string;
}

/**
 * A message of Hearth's own that an earlier try may have posted: by what hangs on it, or, since nothing hangs on one that grows, the
 * one that nothing else is known of.
 */
export async function findOwn(
  { messages, inbox, botUser }: Looking,
  { sending, spot, mark }: { readonly sending: Sending; readonly spot: Spot; readonly mark: Mark },
  { signal }: { readonly signal: AbortSignal },
): Promise<SlackMessage | undefined> {
  const siblings = inbox.sendings(sending.job).map(({ posted }) => posted?.id);
  const isFree = ({ ts, user }: SlackMessage) =>
    user === botUser && !siblings.includes(ts) && !inbox.given({ platform: "slack", messageId: ts });
  const after = tsAt(sending.plannedAt - CLOCKS_MS);
  let growing: SlackMessage | undefined;
  for (let [page, cursor]: [number, string | undefined] = [0, undefined]; page < PAGES; page++) {
    const read = await messages.page(spot, { after, ...(cursor !== undefined && { cursor }), signal });
    const free = read.messages.filter((message) => isFree(message) && timeOf(message.ts) >= timeOf(after));
    const own = free.find(({ metadata }) => isSame(metadata, mark));
    if (own) return own;
    growing ??= free.find(({ streaming, metadata }) => streaming !== undefined && metadata === undefined);
    cursor = read.next;
    if (cursor === undefined) break;
  }
  return growing;
}

function isSame(metadata: SlackMessage["metadata"], { type, payload }: Mark): boolean {
  if (metadata?.type !== type) return false;
  return Object.entries(payload).every(([key, value]) => metadata.payload[key] === value);
}
