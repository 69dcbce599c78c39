import { FileRefused, readBounded } from "../bounded-file.ts";
import type { OfferedFile } from "../platform.ts";
import type { Call } from "./call.ts";
import type { Installs } from "./installs.ts";
import { isObject, textOf } from "./read.ts";

/** Slack's own host for what people upload. */
const FILES = "https://files.slack.com";

/** What fetching needs. `api`: where the settings say that Slack is. */
export interface Fetching {
  readonly installs: Installs;
  readonly call: Call;
  readonly api: string;
  readonly most: number;
  readonly signal: AbortSignal;
}

/**
 * The bytes of a file, from Slack's own host and from nowhere else, at most so many. The token goes there alone: nobody is followed
 * elsewhere.
 */
export async function fetchUpload({ bytes, source }: OfferedFile, fetching: Fetching): Promise<Uint8Array> {
  const { installs, most, signal, api } = fetching;
  const [team = "", id = "", known = ""] = source.split(" ");
  if (bytes > most) throw new FileRefused(`It has more than ${most} bytes`);
  const address = known === "" ? await addressOf({ team, id }, fetching) : known;
  const install = installs.of(team);
  if (!install) throw new FileRefused("Hearth is no longer in its workspace");
  if (!isUpload(address, api)) throw new FileRefused("It does not lie on Slack's host for files");
  const response = await fetch(address, {
    headers: { authorization: `Bearer ${install.token}` },
    redirect: "manual",
    credentials: "omit",
    signal,
  });
  if (response.status !== 200 || !response.body || isSignIn(response, address)) {
    await response.body?.cancel();
    throw new FileRefused(`Slack answers ${response.status}`);
  }
  return readBounded(response.body, most);
}

/** Whether a file lies where Slack keeps what people upload. Pure. */
export function isUpload(address: string, api: string): boolean {
  const url = URL.parse(address);
  if (!url || url.username !== "" || url.password !== "") return false;
  const own = new URL(api);
  return url.origin === FILES || (own.protocol === "http:" && url.origin === own.origin);
}

/** Files of shared channels come with their id alone. */
async function addressOf(
  { team, id }: { readonly team: string; readonly id: string },
  { call, most, signal }: Fetching,
): Promise<string> {
  const { file } = await call.must(team, "files.info", { file: id }, { signal });
  const size = isObject(file) ? file["size"] : undefined;
  if (typeof size === "number" && size > most) throw new FileRefused(`It has more than ${most} bytes`);
  const address = textOf(file, "url_private_download") ?? textOf(file, "url_private");
  if (address === undefined) throw new FileRefused("Slack does not say where it lies");
  return address;
}

/** Who may not have a file is shown the page to sign in. */
function isSignIn({ headers }: Response, address: string): boolean {
  const isPage = headers.get("content-type")?.startsWith("text/html") === true;
  return isPage && !/\.html?$/i.test(new URL(address).pathname);
}
