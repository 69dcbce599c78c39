import { type MessageBody, QUIET } from "./to-slack.ts";

/** A command's own address is open for half an hour. */
const OPEN_MS = 29 * 60_000;
const TIMEOUT_MS = 15_000;
/** Slack's own host for such addresses. */
const HOOKS = "https://hooks.slack.com";

/** Whether an address is one that Slack gave for an answer: on its own host, or where the settings say that Slack is. Pure. */
export function isRespondAddress(address: string, api: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.password !== "") return false;
  const own = new URL(api);
  return url.origin === HOOKS || (own.protocol === "http:" && url.origin === own.origin);
}

/** Answers at a command's own address; false where that is not open any more. Rejects where it may have been said. */
export async function respond(
  { address, openedAt }: { readonly address: string; readonly openedAt: number },
  body: MessageBody,
  { api, isPrivate, signal }: { readonly api: string; readonly isPrivate: boolean; readonly signal: AbortSignal },
): Promise<boolean> {
  if (Date.now() - openedAt > OPEN_MS || !isRespondAddress(address, api)) return false;
  const response = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify({
      ...body,
      ...QUIET,
      response_type: isPrivate ? "ephemeral" : "in_channel",
      replace_original: false,
    }),
    redirect: "manual",
    credentials: "omit",
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
  });
  await response.body?.cancel();
  if (response.status > 500) throw new Error(`Slack answers ${response.status}`);
  return response.status === 200;
}
