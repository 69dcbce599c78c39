import { everyComponent } from "./component-shapes.ts";
import type { Read } from "./checks.ts";
import type { allowedMentions } from "./message-shapes.ts";
import type { Channel, Pings } from "./model.ts";
import { may, type State } from "./state.ts";

/** What decides whom a text notifies. */
export interface PingRequest {
  readonly content?: string | undefined;
  readonly components?: readonly unknown[] | undefined;
  readonly allowed_mentions?: Read<typeof allowedMentions> | undefined;
  /** Interactions and webhooks parse only users where nothing is said; messages and edits of them parse everything. */
  readonly by: "message" | "interaction";
  readonly author: string;
  readonly channel: Channel;
  /** The author of the message that is replied to. */
  readonly repliedTo?: string | undefined;
}

/** Nobody. */
export const NO_PINGS: Pings = { everyone: false, roles: [], users: [] };

/**
 * Whom a message or edit notifies. Mentions within code count too: that errs towards telling. Users need not be in the guild, roles must be
 * mentionable or the author may mention everyone.
 */
export function pingsOf(state: State, request: PingRequest): Pings {
  const { content = "", components = [], allowed_mentions: allowed, author, channel, repliedTo } = request;
  const written = [
    content,
    ...[...everyComponent(components)].flatMap((one) => (typeof one.content === "string" ? [one.content] : [])),
  ].join("\n");
  if (!/[@]/.test(written) && repliedTo === undefined) return NO_PINGS;
  const parse = allowed === undefined ? defaults(request.by) : (allowed.parse ?? []);
  const mayMentionAll = may(state, { user: author, channel }, "MENTION_EVERYONE");
  const users = named(written, /<@!?(\d+)>/g).filter(
    (id) => state.users.has(id) && (parse.includes("users") || allowed?.users?.includes(id) === true),
  );
  const guild = state.guilds.get(channel.guild ?? "");
  const roles = named(written, /<@&(\d+)>/g).filter((id) => {
    const role = guild?.roles.get(id);
    const isAllowed = parse.includes("roles") || allowed?.roles?.includes(id) === true;
    return role !== undefined && isAllowed && (role.mentionable || mayMentionAll);
  });
  const repliesPing = allowed === undefined ? true : (allowed.replied_user ?? false);
  return {
    everyone: parse.includes("everyone") && mayMentionAll && /@(?:everyone|here)\b/.test(written),
    roles,
    users: [...new Set([...users, ...(repliedTo !== undefined && repliesPing ? [repliedTo] : [])])],
  };
}

const defaults = (by: PingRequest["by"]): readonly string[] =>
  by === "message" ? ["users", "roles", "everyone"] : ["users"];

const named = (written: string, form: RegExp): string[] => [
  ...new Set([...written.matchAll(form)].flatMap(([, id]) => id ?? [])),
];
