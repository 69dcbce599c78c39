import type { Place } from "../config.ts";
import type { Outside } from "../models/fetch-source.ts";
import { UserError } from "../user-error.ts";

const HUB = "https://huggingface.co";
/** What no other program is told. */
const OURS = /^(?:DISCORD_|SLACK_|HF_TOKEN)/;

/**
 * What a pull takes from the environment: HF_ENDPOINT, a mirror of Hugging Face; HF_TOKEN, which goes there and nowhere else; and
 * what the owner's pip is set up with. Throws a UserError for an endpoint that is no address.
 */
export function outsideOf({ cwd, environment }: Place): Outside {
  const named = environment["HF_ENDPOINT"] || HUB;
  const hub = URL.parse(named);
  if (!hub || !["https:", "http:"].includes(hub.protocol)) {
    throw new UserError(`HF_ENDPOINT is "${named}", which is no address; set it to one, such as ${HUB}, or unset it`);
  }
  const pairs = Object.entries(environment).filter(([key, value]) => value !== undefined && !OURS.test(key));
  return {
    cwd,
    hub,
    hubToken: environment["HF_TOKEN"] || undefined,
    environment: Object.fromEntries(pairs.map(([key, value]) => [key, value ?? ""])),
  };
}
