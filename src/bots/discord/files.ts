import type { REST } from "discord.js";
import { FileRefused, readBounded } from "../bounded-file.ts";
import type { OfferedFile } from "../platform.ts";

/** Discord's own host for what people attach. */
const CDN = "cdn.discordapp.com";

const REFRESH = "/attachments/refresh-urls";

/** Whether a file lies where Discord keeps what people attach: on its CDN, or on the one that the settings name. Pure. */
export function isAttachment(source: string, cdn: string): boolean {
  if (!URL.canParse(source)) return false;
  const [url, own] = [new URL(source), new URL(cdn)];
  if (url.username !== "" || url.password !== "" || !url.pathname.includes("/attachments/")) return false;
  return url.origin === own.origin || url.origin === `https://${CDN}`;
}

/**
 * The bytes of an attachment, from Discord's CDN and from nowhere else, at most so many. Links are good for a day; one that is not
 * any more is renewed once.
 */
export async function fetchAttachment(
  { bytes, source }: OfferedFile,
  {
    rest,
    cdn,
    most,
    signal,
  }: {
    readonly rest: Pick<REST, "post">;
    readonly cdn: string;
    readonly most: number;
    readonly signal: AbortSignal;
  },
): Promise<Uint8Array> {
  if (bytes > most) throw new FileRefused(`It has more than ${most} bytes`);
  const first = await request(source, { cdn, signal });
  const isExpired = first.status === 403 || first.status === 404;
  const response = isExpired ? await request(await renew(source, { rest, signal }), { cdn, signal }) : first;
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    throw new FileRefused(`Discord answers ${response.status}`);
  }
  return readBounded(response.body, most);
}

async function request(
  source: string,
  { cdn, signal }: { readonly cdn: string; readonly signal: AbortSignal },
): Promise<Response> {
  if (!isAttachment(source, cdn)) throw new FileRefused("It does not lie on Discord's CDN");
  // The link is signed by itself: no token goes with it, and nobody is followed elsewhere.
  const response = await fetch(source, { redirect: "manual", credentials: "omit", signal });
  if (response.status === 403 || response.status === 404) await response.body?.cancel();
  return response;
}

async function renew(
  source: string,
  { rest, signal }: { readonly rest: Pick<REST, "post">; readonly signal: AbortSignal },
): Promise<string> {
  const answer: unknown = await rest.post(REFRESH, {
    body: { attachment_urls: [source] },
    signal,
  });
  const urls = typeof answer === "object" && answer !== null && "refreshed_urls" in answer ? answer.refreshed_urls : [];
  const [first]: readonly unknown[] = Array.isArray(urls) ? urls : [];
  const renewed = typeof first === "object" && first !== null && "refreshed" in first ? first.refreshed : undefined;
  if (typeof renewed !== "string") throw new FileRefused("Discord does not renew its link");
  return renewed;
}
