import { whyNotUsable } from "./addresses.ts";
import type { ConfigFile } from "./config-file.ts";
import { UserError } from "./user-error.ts";

/** The index on S3-compatible storage, where several Hearths read it and one writes it. */
export interface IndexSettings {
  /** "http://…" or "https://…", without a path. */
  readonly endpoint: string;
  readonly bucket: string;
  /** What the names of its objects begin with, without slashes around it. */
  readonly prefix: string;
  readonly region: string;
  readonly access: "read" | "write";
  /** The owner has said that a public address may be used. */
  readonly public: boolean;
}

/** The variables of the environment that hold the storage's keys; each may have _FILE behind it, and then names a file. */
export const STORAGE_KEYS = {
  id: "HEARTH_S3_ACCESS_KEY_ID",
  secret: "HEARTH_S3_SECRET_ACCESS_KEY",
  token: "HEARTH_S3_SESSION_TOKEN",
} as const;

const STORED = {
  sent: "the text of your documents",
  secrets: `put the keys into the environment (${STORAGE_KEYS.id} and ${STORAGE_KEYS.secret})`,
};

/**
 * The index's settings; undefined where it is in the data folder. What --docs or --exclude names is another set of documents, whose index
 * is never the one that others read. Throws a UserError for an address that cannot be used.
 */
export function readIndexSettings(
  commandLine: { readonly docs?: readonly string[]; readonly exclude?: readonly string[] },
  { parsed, at }: ConfigFile,
): IndexSettings | undefined {
  const { index } = parsed;
  if (index === undefined || commandLine.docs || commandLine.exclude) return undefined;
  const { endpoint: url, public: agreed } = index;
  const why = whyNotUsable({ url, public: agreed }, STORED) ?? whyNoEndpoint(url);
  // Without the address, where it may hold a password.
  if (why) throw new UserError(`${at(["index", "endpoint"])}: index.endpoint ${why}`);
  return index;
}

function whyNoEndpoint(url: string): string | undefined {
  const { pathname } = new URL(url);
  return pathname === "/"
    ? undefined
    : "may not have a path; name the bucket with bucket, and what is below it with prefix";
}
