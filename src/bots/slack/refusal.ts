import { webApi } from "@slack/bolt";

/** Why Slack will not do something however often it is asked. */
export type Refusal = "gone" | "forbidden" | "question gone" | "token gone" | "refused";

const KINDS: Readonly<Record<string, Refusal>> = {
  channel_not_found: "gone",
  message_not_found: "gone",
  is_archived: "gone",
  user_disabled: "gone",
  user_not_found: "gone",
  not_in_channel: "forbidden",
  restricted_action: "forbidden",
  restricted_action_read_only_channel: "forbidden",
  restricted_action_thread_only_channel: "forbidden",
  restricted_action_non_threadable_channel: "forbidden",
  restricted_action_thread_locked: "forbidden",
  no_permission: "forbidden",
  access_denied: "forbidden",
  cannot_dm_bot: "forbidden",
  messages_tab_disabled: "forbidden",
  thread_not_found: "question gone",
  invalid_thread_ts: "question gone",
  account_inactive: "token gone",
  token_revoked: "token gone",
  token_expired: "token gone",
  invalid_auth: "token gone",
  not_authed: "token gone",
};

/** What another try may mend. */
const PASSING = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "ratelimited",
  "rate_limited",
  "team_added_to_org",
  "external_channel_migrating",
  "accesslimited",
]);

/** Slack's own word for what went wrong; undefined where it was not Slack that refused. Pure. */
export function codeOf(error: unknown): string | undefined {
  const code = error instanceof webApi.WebAPIPlatformError ? error.data.error : undefined;
  // Where something between answers in Slack's place, the library takes its page for the code.
  return code !== undefined && /^\w{1,100}$/.test(code) ? code : undefined;
}

/** Undefined for what another try may mend: the network, and Slack's servers. Pure. */
export function refusalOf(error: unknown): Refusal | undefined {
  const code = codeOf(error);
  if (code === undefined || PASSING.has(code)) return undefined;
  return KINDS[code] ?? "refused";
}

/** How many seconds Slack asks to wait; undefined for any other error. Pure. */
export function waitOf(error: unknown): number | undefined {
  return error instanceof webApi.WebAPIRateLimitedError ? error.retryAfter : undefined;
}
